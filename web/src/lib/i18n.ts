// SPDX-License-Identifier: GPL-3.0-or-later
// Typed catalogues: every key of en.json must be in the others, or tsc refuses the build.
import { signal } from "@preact/signals";

type Catalogue = typeof import("../i18n/en.json");
export type Key = keyof Catalogue;
/** A key that comes in ".one" and ".other". */
export type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
export type Lang = "en" | "es" | "pt";
export const LANGS: readonly Lang[] = ["en", "es", "pt"];

const loaders: Record<Lang, () => Promise<{ default: Catalogue }>> = {
	en: () => import("../i18n/en.json"),
	es: () => import("../i18n/es.json"),
	pt: () => import("../i18n/pt.json"),
};
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

export async function setLang(next: Lang, remember = false): Promise<void> {
	words = { ...(await loaders[next]()).default };
	if (remember) localStorage.setItem(STORE_KEY, next);
	locale.value = navigator.languages.find((l) => l.startsWith(`${next}-`)) ?? DEFAULT_TAG[next];
	document.documentElement.lang = next;
	lang.value = next;
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
