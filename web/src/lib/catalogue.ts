// SPDX-License-Identifier: GPL-3.0-or-later
// What seldom changes, asked for once a log-in: sites, and the queues of a site.
import { effect, signal } from "@preact/signals";
import { list, session } from "./api";
import type { Queue, Site } from "./types";
import { type Loaded, useLoad } from "./load";

let sites: Promise<Site[]> | undefined;
const queues = new Map<number, Promise<Queue[]>>();
const owner = signal<number | undefined>(undefined);

effect(() => {
	const id = session.value?.user.id;
	if (id === owner.peek()) return;
	owner.value = id;
	sites = undefined;
	queues.clear();
});

function onceMore<T>(p: Promise<T>, forget: () => void): Promise<T> {
	p.catch(forget); // a failure is shown by whoever asked; the next one asks again
	return p;
}

export function useSites(): Loaded<Site[]> {
	return useLoad("sites", () => (sites ??= onceMore(list<Site>("/sites"), () => { sites = undefined; })));
}

/** A site has changed: whoever asks next reads them again. */
export function forgetSites(): void {
	sites = undefined;
}

export function useQueues(siteId: number | undefined): Loaded<Queue[]> {
	return useLoad(siteId === undefined ? null : `queues ${siteId}`, () => {
		const id = siteId as number;
		let found = queues.get(id);
		if (!found) queues.set(id, (found = onceMore(list<Queue>(`/queues?site_id=${id}`), () => queues.delete(id))));
		return found;
	});
}

/** Palette place of a queue: stable within its site. */
export const QUEUE_COLORS = 8;
export function queueColor(all: Queue[], id: number | null): string {
	const at = all.findIndex((q) => q.id === id);
	return at < 0 ? "--q-none" : `--q${at % QUEUE_COLORS}`;
}

export function siteChoices(all: Site[]): { value: string; label: string; group: string }[] {
	return [...all].sort((a, b) => a.region.localeCompare(b.region) || a.name.localeCompare(b.name))
		.map((s) => ({ value: String(s.id), label: s.name, group: s.region }));
}
