// SPDX-License-Identifier: GPL-3.0-or-later
// How a planner takes the risk of a forecast: the same choice on the requirement and when a schedule is built.
import { signal } from "@preact/signals";

export type Risk = "point" | "expected" | "chance";
export type Over = "interval" | "day" | "week";
export interface Choice { risk: Risk; over: Over; probability: number }

export const PLAIN: Choice = { risk: "point", over: "interval", probability: 0.8 };
export const CHANCES = [0.7, 0.8, 0.9, 0.95];
const STORE_KEY = "cuadrante.risk";

function read(): Choice {
	try {
		const saved = JSON.parse(sessionStorage.getItem(STORE_KEY) ?? "{}") as Partial<Choice>;
		return fitting({ ...PLAIN, ...saved });
	} catch {
		return PLAIN; // somebody else's text
	}
}

/** No interval has a chance of its own: a day has. */
export function fitting(c: Choice): Choice {
	return c.risk === "chance" && c.over === "interval" ? { ...c, over: "day" } : c;
}

export const usualOver = (risk: Risk): Over => risk === "chance" ? "day" : "interval";
export const choice = signal<Choice>(read());

/** Another way begins with the period that goes with it. */
export function choose(change: Partial<Choice>): void {
	const usual: Partial<Choice> = change.risk && change.risk !== choice.value.risk ? { over: usualOver(change.risk) } : {};
	choice.value = fitting({ ...choice.value, ...usual, ...change });
	sessionStorage.setItem(STORE_KEY, JSON.stringify(choice.value));
}

export const isPlain = (c: Choice): boolean => c.risk === "point" && c.over === "interval";

/** As requests and queries have it. */
export const asked = (c: Choice) => ({
	risk: c.risk, over: c.over, ...(c.risk === "chance" ? { probability: c.probability } : {}),
});
