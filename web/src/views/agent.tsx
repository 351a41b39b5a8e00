// SPDX-License-Identifier: GPL-3.0-or-later
// An agent's own place, a phone first: next shift, the week, the calendar.
import { useState } from "preact/hooks";
import { list, query } from "../lib/api";
import { duration } from "../lib/format";
import { t, tcode } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { route, setParams } from "../lib/route";
import {
	addDays, addWeeks, browserZone, fmtLongDay, fmtRange, fmtSpan, fmtTime, instant, isWeek, isoWeekOf, mondayOfWeek, today, zoneName,
} from "../lib/time";
import type { Activity, MyShift } from "../lib/types";
import { Busy, Button, Card, Chip, ProblemBox } from "../ui/basic";
import { CalendarCard } from "./feeds";

function nameOf(a: Activity): string {
	return a.queue ?? a.label ?? tcode("activity", a.kind);
}

function Timeline({ shift }: { shift: MyShift }) {
	const start = instant(shift.start);
	const length = instant(shift.end) - start;
	return (
		<span class="mini" aria-hidden="true">
			{shift.activities.map((a) => (
				<i key={a.start} class={`act act-${a.kind}`} style={{
					left: `${((instant(a.start) - start) / length) * 100}%`,
					width: `${((instant(a.end) - instant(a.start)) / length) * 100}%`,
				}} />
			))}
		</span>
	);
}

function Activities({ shift }: { shift: MyShift }) {
	return (
		<ul class="activities">
			{shift.activities.map((a) => (
				<li key={a.start}>
					<i class={`dot act-${a.kind}`} />
					<span class="tabular">{fmtSpan(instant(a.start), instant(a.end), shift.zone)}</span>
					<span>{nameOf(a)}</span>
					{!a.paid && <small class="muted">{t("board.unpaid")}</small>}
				</li>
			))}
		</ul>
	);
}

function untilText(at: number): string {
	const minutes = Math.max(0, Math.round((at - Date.now()) / 60_000));
	if (minutes < 60) return t("next.minutes", { n: minutes });
	const hoursLeft = Math.round(minutes / 60);
	return hoursLeft < 36 ? t("next.hours", { n: hoursLeft }) : t("next.days", { n: Math.round(hoursLeft / 24) });
}

function NextShift({ shifts }: { shifts: MyShift[] }) {
	const next = shifts.filter((s) => instant(s.end) > Date.now()).sort((a, b) => instant(a.start) - instant(b.start))[0];
	if (!next) return <Card title={t("next.title")} class="next"><p class="muted">{t("next.none")}</p></Card>;
	const start = instant(next.start);
	const pauses = next.activities.filter((a) => a.kind === "break" || a.kind === "meal");
	return (
		<Card title={t("next.title")} class="next" aside={<Chip tone="accent">{start > Date.now() ? untilText(start) : t("next.now")}</Chip>}>
			<p class="next-day">{fmtLongDay(next.day)}</p>
			<p class="next-time">{fmtTime(start, next.zone)}<span>–</span>{fmtTime(instant(next.end), next.zone)}</p>
			<p class="muted">{next.site}</p>
			<Timeline shift={next} />
			{pauses.length > 0 && (
				<p class="next-breaks">{pauses.map((a) => (
					<span key={a.start}><i class={`dot act-${a.kind}`} />{nameOf(a)} <b class="tabular">{fmtSpan(instant(a.start), instant(a.end), next.zone)}</b></span>
				))}</p>
			)}
		</Card>
	);
}

function Day({ date, shifts, isToday, places }: { date: string; shifts: MyShift[]; isToday: boolean; places: boolean }) {
	const [open, setOpen] = useState(false);
	if (shifts.length === 0) {
		return <li class={`day day-off ${isToday ? "is-today" : ""}`}><span class="day-name">{fmtLongDay(date)}</span><span class="muted">{t("week.off")}</span></li>;
	}
	return (
		<li class={`day ${isToday ? "is-today" : ""}`}>
			{shifts.map((s) => (
				<div key={s.id}>
					<button type="button" class="day-head" aria-expanded={open} onClick={() => setOpen(!open)}>
						<span class="day-name">{fmtLongDay(date)}</span>
						<b class="tabular">{fmtSpan(instant(s.start), instant(s.end), s.zone)}</b>
					</button>
					{(places || s.activities.some((a) => a.kind === "travel")) && <p class="muted small day-site">{s.site}</p>}
					<Timeline shift={s} />
					{open && <Activities shift={s} />}
				</div>
			))}
		</li>
	);
}

function paidMinutes(s: MyShift): number {
	return s.activities.filter((a) => a.paid).reduce((sum, a) => sum + (instant(a.end) - instant(a.start)) / 60_000, 0);
}

export default function AgentWeek() {
	const now = today(browserZone());
	const thisWeek = isoWeekOf(now);
	const week = isWeek(route.value.params.week) ? route.value.params.week : thisWeek;
	const monday = mondayOfWeek(week);
	const upcoming = useLoad(`next ${now}`, (abort) =>
		list<MyShift>(`/me/shifts${query({ from: addDays(now, -1), to: addDays(now, 28) })}`, abort));
	const mine = useLoad(`my-week ${week}`, (abort) =>
		list<MyShift>(`/me/shifts${query({ from: monday, to: addDays(monday, 6) })}`, abort));
	const days = Array.from({ length: 7 }, (_, i) => addDays(monday, i));
	const places = new Set([...(upcoming.data ?? []), ...(mine.data ?? [])].map((s) => s.site)).size > 1;
	const zone = mine.data?.[0]?.zone ?? upcoming.data?.[0]?.zone;
	const error = upcoming.error ?? mine.error;
	return (
		<div class="agent">
			<h1 class="sr-only">{t("nav.week")}</h1>
			{error && <ProblemBox error={error} retry={() => { upcoming.reload(); mine.reload(); }} />}
			{upcoming.data ? <NextShift shifts={upcoming.data} /> : !error && <Busy />}
			<Card title={t("week.title")} aside={mine.data && mine.data.length > 0 && (
				<span class="muted small">{t("week.total", { time: duration(mine.data.reduce((sum, s) => sum + paidMinutes(s), 0)) })}</span>
			)}>
				<div class="week-picker week-wide" role="group" aria-label={t("week.label")}>
					<Button icon="left" aria-label={t("week.previous")} onClick={() => setParams({ week: addWeeks(week, -1) })} />
					<span class="week-name"><b>{fmtRange(monday, addDays(monday, 6))}</b>{week === thisWeek && <small>{t("week.this")}</small>}</span>
					<Button icon="right" aria-label={t("week.next")} onClick={() => setParams({ week: addWeeks(week, 1) })} />
				</div>
				{mine.data ? (
					<ol class="days">
						{days.map((d) => <Day key={d} date={d} shifts={mine.data?.filter((s) => s.day === d) ?? []} isToday={d === now} places={places} />)}
					</ol>
				) : !error && <Busy lines={7} />}
				{zone && <p class="muted small">{t("week.zone", { zone: zoneName(zone, Date.now()) })}</p>}
			</Card>
			<CalendarCard zone={zone ?? browserZone()} />
		</div>
	);
}
