// SPDX-License-Identifier: GPL-3.0-or-later
// Typed catalogues in parts, so that a page loads only the words it shows: "main" always, the others
// with their views ("plan" is common to all steps of planning). Every key of the English part must be in the others, or tsc refuses the build.
import { signal } from "@preact/signals";

type Main = typeof import("../i18n/en/main.json");
type Plan = typeof import("../i18n/en/plan.json");
type Forecast = typeof import("../i18n/en/forecast.json");
type Roster = typeof import("../i18n/en/roster.json");
type People = typeof import("../i18n/en/people.json");
type Staffing = typeof import("../i18n/en/staffing.json");
type Calendar = typeof import("../i18n/en/calendar.json");
type Trial = typeof import("../i18n/en/trial.json");
type Help = typeof import("../i18n/en/help.json");
type Fair = typeof import("../i18n/en/fair.json");
type Play = typeof import("../i18n/en/play.json");
type Need = typeof import("../i18n/en/need.json");
export type Key = keyof Main | keyof Plan | keyof Forecast | keyof Roster | keyof Staffing | keyof Need | keyof Calendar | keyof Trial | keyof Help | keyof Fair | keyof Play | keyof People;
/** A key that comes in ".one" and ".other". */
export type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
export type Lang = "en" | "es" | "pt";
export const LANGS: readonly Lang[] = ["en", "es", "pt"];

type Load<Part> = () => Promise<{ default: Part }>;
interface Parts {
	main: Load<Main>;
	plan: Load<Plan>;
	forecast: Load<Forecast>;
	roster: Load<Roster>;
	staffing: Load<Staffing>;
	calendar: Load<Calendar>;
	trial: Load<Trial>;
	help: Load<Help>;
	fair: Load<Fair>;
	play: Load<Play>;
	need: Load<Need>;
	people: Load<People>;
}
export type Part = keyof Parts;
const loaders: Record<Lang, Parts> = {
	en: {
		main: () => import("../i18n/en/main.json"),
		plan: () => import("../i18n/en/plan.json"),
		forecast: () => import("../i18n/en/forecast.json"),
		roster: () => import("../i18n/en/roster.json"),
		staffing: () => import("../i18n/en/staffing.json"),
		calendar: () => import("../i18n/en/calendar.json"),
		trial: () => import("../i18n/en/trial.json"),
		help: () => import("../i18n/en/help.json"),
		fair: () => import("../i18n/en/fair.json"),
		play: () => import("../i18n/en/play.json"),
		need: () => import("../i18n/en/need.json"),
		people: () => import("../i18n/en/people.json"),
	},
	es: {
		main: () => import("../i18n/es/main.json"),
		plan: () => import("../i18n/es/plan.json"),
		forecast: () => import("../i18n/es/forecast.json"),
		roster: () => import("../i18n/es/roster.json"),
		staffing: () => import("../i18n/es/staffing.json"),
		calendar: () => import("../i18n/es/calendar.json"),
		trial: () => import("../i18n/es/trial.json"),
		help: () => import("../i18n/es/help.json"),
		fair: () => import("../i18n/es/fair.json"),
		play: () => import("../i18n/es/play.json"),
		need: () => import("../i18n/es/need.json"),
		people: () => import("../i18n/es/people.json"),
	},
	pt: {
		main: () => import("../i18n/pt/main.json"),
		plan: () => import("../i18n/pt/plan.json"),
		forecast: () => import("../i18n/pt/forecast.json"),
		roster: () => import("../i18n/pt/roster.json"),
		staffing: () => import("../i18n/pt/staffing.json"),
		calendar: () => import("../i18n/pt/calendar.json"),
		trial: () => import("../i18n/pt/trial.json"),
		help: () => import("../i18n/pt/help.json"),
		fair: () => import("../i18n/pt/fair.json"),
		play: () => import("../i18n/pt/play.json"),
		need: () => import("../i18n/pt/need.json"),
		people: () => import("../i18n/pt/people.json"),
	},
};
const wanted = new Set<Part>(["main"]);
/** Where the browser says no region of its own. */
const DEFAULT_TAG: Record<Lang, string> = { en: "en-GB", es: "es", pt: "pt-BR" };
const STORE_KEY = "cuadrante.lang";

let words: Record<string, string> = {};
export const lang = signal<Lang>("en");
/** The tag for Intl: the reader's own region where the browser says one. */
export const locale = signal("en-GB");

const isLang = (s: string | null | undefined): s is Lang => LANGS.includes(s as Lang);

export function savedLang(): Lang | null {
	const saved = localStorage.getItem(STORE_KEY);
	return isLang(saved) ? saved : null;
}

export function preferredLang(userLocale?: string): Lang {
	const wanted = [savedLang(), userLocale?.slice(0, 2), ...navigator.languages.map((l) => l.slice(0, 2))];
	return wanted.find(isLang) ?? "en";
}

/** All parts asked for so far; one may be asked for while others arrive. */
async function useWords(of: Lang): Promise<void> {
	let known = 0;
	let parts: { default: object }[] = [];
	while (known !== wanted.size) {
		known = wanted.size;
		parts = await Promise.all([...wanted].map((part) => loaders[of][part]()));
	}
	words = Object.assign({}, ...parts.map((p) => p.default)) as typeof words;
}

export async function setLang(next: Lang, remember = false): Promise<void> {
	await useWords(next);
	if (remember) localStorage.setItem(STORE_KEY, next);
	locale.value = navigator.languages.find((l) => l.startsWith(`${next}-`)) ?? DEFAULT_TAG[next];
	document.documentElement.lang = next;
	lang.value = next;
}

/** Brings the words of some parts beside what shows them. */
export async function withWords<T>(parts: Part[], view: Promise<T>): Promise<T> {
	for (const part of parts) wanted.add(part);
	let asked;
	do {
		asked = lang.value;
		await useWords(asked);
	} while (asked !== lang.value);
	return view;
}

export type Params = Record<string, string | number>;

export function t(key: Key, params?: Params): string {
	void lang.value; // readers re-render when the language changes
	const text = words[key] ?? key;
	return params ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole)) : text;
}

/** Plural form by Intl's rules; {n} is the count, formatted. */
export function tn(stem: PluralKey, n: number, params?: Params): string {
	const form = new Intl.PluralRules(lang.value).select(n) === "one" ? "one" : "other";
	return t(`${stem}.${form}` as Key, { n: new Intl.NumberFormat(locale.value).format(n), ...params });
}

/** A word for a code that the service sends ("meal", "sickness"); the code itself if we know none. */
export function tcode(prefix: string, code: string): string {
	void lang.value;
	return words[`${prefix}.${code}`] ?? code.replace(/_/g, " ");
}

/** The words of a key that may not exist: the service knows more names than we have words for. */
export function tmaybe(key: string, params?: Params): string | undefined {
	void lang.value;
	return key in words ? t(key as Key, params) : undefined;
}
