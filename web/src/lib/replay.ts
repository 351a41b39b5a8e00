// SPDX-License-Identifier: GPL-3.0-or-later
// A simulated day that can be stood at any moment: who is on what, who waits, how it goes so far.
import type { Replay } from "./types-trial";

export type Doing = "out" | "free" | "busy" | "break" | "absent";
export const DOINGS: readonly Doing[] = ["busy", "free", "break", "absent", "out"];
export interface PersonNow {
	doing: Doing;
	/** Index of the queue in hand; -1: none. */
	queue: number;
	/** Contacts in hand. */
	hands: number;
}
export interface QueueNow { waiting: number; longestMs: number; offered: number; answered: number; inTime: number; lost: number }
export interface DayStrip { stepMs: number; waiting: number[]; worstAt: number }

/** Going home and coming back later the same day is a break, if no longer than this. */
const BREAK_MS = 3 * 3_600_000;

interface QueueState { waiting: Map<number, number>; offered: number; answered: number; inTime: number; lost: number }

export class DayPlayer {
	private next = 0;
	private at = -Infinity;
	private readonly people: { here: boolean; queue: number; hands: number; backAt: number }[];
	private readonly queues: QueueState[];
	private readonly arrived = new Map<number, number>();
	/** By event at which somebody goes: when the same person comes again. */
	private readonly back = new Map<number, number>();

	constructor(readonly told: Replay) {
		this.people = told.people.map(() => ({ here: false, queue: -1, hands: 0, backAt: -Infinity }));
		this.queues = told.queues.map(() => ({ waiting: new Map(), offered: 0, answered: 0, inTime: 0, lost: 0 }));
		const gone = new Map<number, number>();
		told.kind.forEach((kind, i) => {
			const person = told.person[i] ?? -1;
			if (kind === "goes") gone.set(person, i);
			const left = kind === "comes" ? gone.get(person) : undefined;
			if (left !== undefined) this.back.set(left, told.at_ms[i] ?? 0);
		});
		this.reset();
	}

	private reset(): void {
		this.next = 0;
		this.at = -Infinity;
		this.arrived.clear();
		for (const p of this.people) Object.assign(p, { here: false, queue: -1, hands: 0, backAt: -Infinity });
		for (const q of this.queues) {
			q.waiting.clear();
			q.offered = q.answered = q.inTime = q.lost = 0;
		}
	}

	/** Only what came that day is counted. */
	private decide(q: QueueState, at: number, contact: number, withinS: number, answered: boolean): void {
		const since = this.arrived.get(contact) ?? at;
		q.waiting.delete(contact);
		this.arrived.delete(contact);
		if (since < 0) return;
		if (!answered) q.lost++;
		else {
			q.answered++;
			if (at - since <= 1000 * withinS) q.inTime++;
		}
	}

	private step(i: number): void {
		const { told } = this;
		const at = told.at_ms[i] ?? 0;
		const contact = told.contact[i] ?? -1;
		const place = told.queue[i] ?? -1;
		const queue = this.queues[place];
		const person = this.people[told.person[i] ?? -1];
		const within = told.queues[place]?.within_s ?? 0;
		const kind = told.kind[i];
		if (kind === "comes" && person) person.here = true;
		else if (kind === "goes" && person) {
			person.here = false;
			person.backAt = this.back.get(i) ?? -Infinity;
		} else if (kind === "arrives" && queue) {
			queue.waiting.set(contact, at);
			this.arrived.set(contact, at);
			if (at >= 0) queue.offered++;
		} else if (kind === "begins" && queue) {
			this.decide(queue, at, contact, within, true);
			if (person) {
				person.hands++;
				person.queue = place;
			}
		} else if (kind === "ends" && person) {
			person.hands--;
			if (person.hands === 0) person.queue = -1;
		} else if ((kind === "gives_up" || kind === "turned_away") && queue) this.decide(queue, at, contact, within, false);
	}

	/** Everything that has happened by then. Going back plays the day again from its morning. */
	moveTo(ms: number): void {
		if (ms < this.at) this.reset();
		while (this.next < this.told.at_ms.length && (this.told.at_ms[this.next] ?? 0) <= ms) this.step(this.next++);
		this.at = ms;
	}

	person(i: number, planned: boolean): PersonNow {
		const p = this.people[i];
		if (!p) return { doing: "out", queue: -1, hands: 0 };
		const resting = p.backAt > this.at && p.backAt - this.at <= BREAK_MS;
		const away: Doing = this.told.people[i]?.absent && planned ? "absent" : resting ? "break" : "out";
		return { doing: p.hands > 0 ? "busy" : p.here ? "free" : away, queue: p.queue, hands: p.hands };
	}

	queue(i: number): QueueNow {
		const q = this.queues[i];
		if (!q) return { waiting: 0, longestMs: 0, offered: 0, answered: 0, inTime: 0, lost: 0 };
		const first = q.waiting.values().next();
		return {
			waiting: q.waiting.size, longestMs: first.done ? 0 : Math.max(0, this.at - first.value),
			offered: q.offered, answered: q.answered, inTime: q.inTime, lost: q.lost,
		};
	}
}

/** Answered in time of those whose fate is known. */
export function levelSoFar(q: QueueNow): number | null {
	const known = q.answered + q.lost;
	return known > 0 ? q.inTime / known : null;
}

/** The most who waited at once on live queues in each step of the day, and when that was most. */
export function stripOf(told: Replay, dayMs: number, steps: number): DayStrip {
	const stepMs = dayMs / steps;
	const waiting = new Array<number>(steps).fill(0);
	const inLine = new Set<number>();
	let done = 0;
	let worst = 0;
	let worstAt = 0;
	const upTo = (at: number) => {
		for (; done < steps && done * stepMs <= at; done++) waiting[done] = Math.max(waiting[done] ?? 0, inLine.size);
	};
	told.kind.forEach((kind, i) => {
		const at = told.at_ms[i] ?? 0;
		const contact = told.contact[i] ?? -1;
		if (contact < 0 || !told.queues[told.queue[i] ?? -1]?.live || at >= dayMs) return;
		upTo(at);
		if (kind === "arrives") inLine.add(contact);
		else inLine.delete(contact);
		const step = Math.floor(Math.max(0, at) / stepMs);
		// Who is answered at once never waited.
		const answeredNow = kind === "arrives" && told.kind[i + 1] === "begins" && told.contact[i + 1] === contact;
		const n = inLine.size - (answeredNow ? 1 : 0);
		waiting[step] = Math.max(waiting[step] ?? 0, n);
		if (n > worst) {
			worst = n;
			worstAt = at;
		}
	});
	upTo(dayMs);
	return { stepMs, waiting, worstAt };
}
