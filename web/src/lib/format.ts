// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as the reader's language writes them; "–" where there is no figure.
import { locale } from "./i18n";

export const NONE = "–";
type Maybe = number | null | undefined;
const cache = new Map<string, Intl.NumberFormat>();

function by(o: Intl.NumberFormatOptions): Intl.NumberFormat {
	const key = locale.value + JSON.stringify(o);
	let f = cache.get(key);
	if (!f) cache.set(key, (f = new Intl.NumberFormat(locale.value, o)));
	return f;
}
const has = (v: Maybe): v is number => v !== null && v !== undefined && Number.isFinite(v);

export const num = (v: Maybe, digits = 0): string =>
	has(v) ? by({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(v) : NONE;
export const upTo = (v: Maybe, digits: number): string =>
	has(v) ? by({ maximumFractionDigits: digits }).format(v) : NONE;
export const pct = (v: Maybe, digits = 1): string =>
	has(v) ? by({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(v) : NONE;
export const signedPct = (v: Maybe, digits = 1): string => has(v) ? by({
	style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "exceptZero",
}).format(v) : NONE;
export const signed = (v: Maybe, digits = 1): string => has(v) ? by({
	minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "exceptZero",
}).format(v) : NONE;
/** Of a figure already in hours. */
export const inHours = (v: Maybe): string => has(v) ? `${by({ maximumFractionDigits: 0 }).format(v)} h` : NONE;
export const hours = (seconds: Maybe): string => has(seconds) ? `${by({ maximumFractionDigits: 0 }).format(seconds / 3600)} h` : NONE;

export function duration(minutes: Maybe): string {
	if (!has(minutes)) return NONE;
	const h = Math.floor(minutes / 60);
	const m = Math.round(minutes % 60);
	return m === 0 ? `${h} h` : `${h} h ${m} min`;
}
export function clock(seconds: Maybe): string {
	if (!has(seconds)) return NONE;
	const whole = Math.round(seconds);
	return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} min`;
}

/** Money is kept in hundredths; without one currency for all of it, the amount alone. */
export const money = (cents: Maybe, currency: string | undefined): string => has(cents) ? by({
	...(currency ? { style: "currency", currency } : {}), maximumFractionDigits: 0,
}).format(cents / 100) : NONE;
