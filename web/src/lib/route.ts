// SPDX-License-Identifier: GPL-3.0-or-later
// The address is "#/path?name=value": works from any server, and every view can be linked to.
import { signal } from "@preact/signals";

export interface Route { path: string; params: Record<string, string> }

function read(): Route {
	const [path = "", search = ""] = location.hash.replace(/^#/, "").split("?");
	return { path: path || "/", params: Object.fromEntries(new URLSearchParams(search)) };
}

export const route = signal<Route>(read());
addEventListener("hashchange", () => { route.value = read(); });

/** What the address says now: `route` follows a moment later, and a redirect must not undo a step of the reader. */
export const address = (): string => read().path;

export function link(path: string, params: Record<string, string | number | undefined> = {}): string {
	const q = new URLSearchParams();
	for (const [k, v] of Object.entries(params)) if (v !== undefined && v !== "") q.set(k, String(v));
	const text = q.toString();
	return `#${path}${text && `?${text}`}`;
}

export function go(path: string, params: Record<string, string | number | undefined> = {}): void {
	location.hash = link(path, params);
}

/** Changes some parameters of the present address without a step in the history. */
export function setParams(changes: Record<string, string | number | undefined>): void {
	const next = link(route.value.path, { ...route.value.params, ...changes });
	history.replaceState(null, "", next);
	route.value = read();
}
