// SPDX-License-Identifier: GPL-3.0-or-later
// A day, week or month to look at, with steps back and forth.
import { t } from "../lib/i18n";
import { addDays, addMonths, fmtDate, fmtShortRange, isoWeekOf, mondayOf } from "../lib/time";
import { Button, Segments } from "./basic";

export type Period = "day" | "week" | "month";
export const PERIODS: readonly Period[] = ["day", "week", "month"];

export function periodStart(period: Period, date: string): string {
	return period === "day" ? date : period === "week" ? mondayOf(date) : addMonths(date, 0);
}
export function stepPeriod(period: Period, date: string, n: number): string {
	const start = periodStart(period, date);
	return period === "month" ? addMonths(start, n) : addDays(start, n * (period === "week" ? 7 : 1));
}
export function periodName(period: Period, date: string): string {
	const start = periodStart(period, date);
	if (period === "day") return fmtDate(start, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
	if (period === "week") return `${isoWeekOf(start)} · ${fmtShortRange(start, addDays(start, 6))}`;
	return fmtDate(start, { month: "long", year: "numeric" });
}

interface Props { period: Period; date: string; onPick: (period: Period, date: string) => void }
export function PeriodPicker({ period, date, onPick }: Props) {
	return (
		<>
			<Segments label={t("period.label")} value={period} onPick={(p) => onPick(p as Period, date)}
				choices={PERIODS.map((p) => ({ value: p, label: t(`period.${p}`) }))} />
			<div class="week-picker" role="group" aria-label={t("period.when")}>
				<Button icon="left" aria-label={t("period.before")} onClick={() => onPick(period, stepPeriod(period, date, -1))} />
				<span class="week-name"><b>{periodName(period, date)}</b></span>
				<Button icon="right" aria-label={t("period.after")} onClick={() => onPick(period, stepPeriod(period, date, 1))} />
			</div>
		</>
	);
}
