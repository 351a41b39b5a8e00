// SPDX-License-Identifier: GPL-3.0-or-later
// Talking to /api/v1: one fetch wrapper, the session, lists that page, problems as errors.
import { signal } from "@preact/signals";
import type { Problem, Session } from "./types";

export const BASE = "/api/v1";

/** undefined: not asked yet; null: nobody is logged in. */
export const session = signal<Session | null | undefined>(undefined);

export class ApiError extends Error {
	constructor(readonly status: number, readonly problem: Problem) {
		super(problem.detail || problem.title || `HTTP ${status}`);
	}
}

interface Options {
	body?: unknown;
	raw?: Blob;
	type?: string;
	headers?: Record<string, string>;
	signal?: AbortSignal;
}
export interface Reply<T> { data: T; etag: string | null; status: number }

export async function call<T>(method: string, path: string, o: Options = {}): Promise<Reply<T>> {
	const headers: Record<string, string> = { Accept: "application/json", ...o.headers };
	const init: RequestInit = { method, headers, credentials: "same-origin" };
	if (o.signal) init.signal = o.signal;
	if (method !== "GET" && session.value) headers["X-CSRF-Token"] = session.value.csrf;
	if (o.raw) {
		headers["Content-Type"] = o.type ?? "application/octet-stream";
		init.body = o.raw;
	} else if (o.body !== undefined) {
		headers["Content-Type"] = "application/json";
		init.body = JSON.stringify(o.body);
	}
	let res: Response;
	try {
		res = await fetch(BASE + path, init);
	} catch (cause) {
		if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
		throw new ApiError(0, { title: "offline" });
	}
	const isJson = /[/+]json/.test(res.headers.get("Content-Type") ?? "");
	const data: unknown = isJson ? await res.json() : undefined;
	if (!res.ok) {
		if (res.status === 401 && path !== "/session") session.value = null;
		throw new ApiError(res.status, (data as Problem | undefined) ?? { title: res.statusText });
	}
	return { data: data as T, etag: res.headers.get("ETag"), status: res.status };
}

export async function get<T>(path: string, abort?: AbortSignal): Promise<T> {
	return (await call<T>("GET", path, abort ? { signal: abort } : {})).data;
}

/** Every item of a list, following its cursor. */
export async function list<T>(path: string, abort?: AbortSignal): Promise<T[]> {
	const items: T[] = [];
	let cursor: string | null = null;
	do {
		const more: string = cursor === null ? "" :
			`${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`;
		const page: { items: T[]; next?: string | null } = await get(path + more, abort);
		items.push(...page.items);
		cursor = page.next ?? null;
	} while (cursor !== null);
	return items;
}

export async function loadSession(): Promise<void> {
	try {
		session.value = await get<Session>("/session");
	} catch (e) {
		if (!(e instanceof ApiError) || e.status === 0 || e.status >= 500) throw e;
		session.value = null;
	}
}

export async function logIn(login: string, password: string): Promise<void> {
	const reply = await call<Session>("POST", "/session", { body: { login, password } });
	session.value = reply.data;
}

export async function logOut(): Promise<void> {
	await call("DELETE", "/session");
	session.value = null;
}

export function query(params: Record<string, string | number | boolean | null | undefined>): string {
	const q = new URLSearchParams();
	for (const [k, v] of Object.entries(params)) {
		if (v !== null && v !== undefined && v !== "") q.set(k, String(v));
	}
	const text = q.toString();
	return text && `?${text}`;
}
