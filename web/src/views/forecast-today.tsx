// SPDX-License-Identifier: GPL-3.0-or-later
// The running day: what came in so far moves what is still to come.
import { useEffect, useMemo } from "preact/hooks";
import type { PlotProps } from "../chart/plot";
import { ApiError, list, query } from "../lib/api";
import { adjustedOf, stepOf } from "../lib/forecast";
import { num, signedPct, upTo } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { addDays, fmtSpan, fmtTime, instant, instantOf, today } from "../lib/time";
import type { ForecastInterval, HistoryRow } from "../lib/types";
import { Busy, Button, Card, ChartFrame, LegendKey, ProblemBox, Stat } from "../ui/basic";
import { lazy } from "../ui/lazy";
import { type Column, DataTable } from "../ui/table";
import type { QueueScope } from "./forecast-scope";

const Plot = lazy<PlotProps>(() => import("../chart/plot"));
const REFRESH_MS = 300_000;

interface Row { at: number; offered: number | null; planned: number | null; rest: ForecastInterval | undefined }

function mergeToday(history: HistoryRow[], planned: ForecastInterval[], rest: ForecastInterval[], from: number, to: number): Row[] {
	const rows = new Map<number, Row>();
	const rowAt = (start: string): Row | undefined => {
		const at = instant(start);
		if (at < from || at >= to) return undefined;
		let row = rows.get(at);
		if (!row) rows.set(at, (row = { at, offered: null, planned: null, rest: undefined }));
		return row;
	};
	for (const h of history) { const r = instant(h.start) < Date.now() ? rowAt(h.start) : undefined; if (r) r.offered = h.offered; }
	for (const f of planned) { const r = rowAt(f.start); if (r) r.planned = adjustedOf(f); }
	for (const f of rest) { const r = rowAt(f.start); if (r) r.rest = f; }
	return [...rows.values()].sort((a, b) => a.at - b.at);
}

export default function RestOfDay({ site, forecast, queue }: QueueScope) {
	const day = today(site.zone);
	const from = instantOf(day, 0, site.zone);
	const to = instantOf(addDays(day, 1), 0, site.zone);
	const key = `${forecast.id} ${queue.queue_id} ${day}`;
	const own = query({ queue_id: queue.queue_id });
	const load = useLoad(`today ${key}`, async (abort) => {
		const [history, planned, rest] = await Promise.all([
			list<HistoryRow>(`/history${query({ queue_id: queue.queue_id, from: day, to: day })}`, abort),
			list<ForecastInterval>(`/forecasts/${forecast.id}/intervals${own}`, abort),
			list<ForecastInterval>(`/forecasts/${forecast.id}/rest-of-day${own}`, abort),
		]);
		return { rows: mergeToday(history, planned, rest, from, to), at: Date.now() };
	}, true);
	const { reload } = load;
	useEffect(() => {
		const timer = setInterval(reload, REFRESH_MS);
		return () => clearInterval(timer);
	}, [reload]);
	const rows = load.data?.rows;
	const plot = useMemo((): PlotProps | undefined => {
		if (!rows) return undefined;
		const busy = rows.filter((r) => (r.offered ?? 0) > 0 || (r.planned ?? 0) > 0 || r.rest);
		const first = busy[0]?.at ?? from;
		const last = (busy[busy.length - 1]?.at ?? to) + stepOf(rows.map((r) => r.at));
		const of = (pick: (f: ForecastInterval) => number) => busy.map((r) => (r.rest ? pick(r.rest) : null));
		const hours = Array.from({ length: 24 }, (_, h) => instantOf(day, h * 60, site.zone)).filter((at) => at >= first && at <= last);
		return {
			label: t("today.chart_label", { queue: queue.name }),
			x: busy.map((r) => r.at / 1000),
			series: [
				{ label: "q10", values: of((f) => f.q10), color: "--c-forecast", hidden: true },
				{ label: "q90", values: of((f) => f.q90), color: "--c-forecast", hidden: true },
				{ label: "planned", values: busy.map((r) => r.planned), color: "--c-forecast", width: 1.2, dash: [4, 4] },
				{ label: "offered", values: busy.map((r) => r.offered), color: "--c-history", width: 1.6 },
				{ label: "rest", values: of((f) => f.mean), color: "--c-forecast", width: 2 },
			],
			bands: [{ upper: 1, lower: 0, color: "--c-forecast", alpha: 0.18 }],
			marks: [{ at: Date.now() / 1000, label: t("next.now"), color: "--c-mark-2" }],
			ticks: hours.map((at) => ({ at: at / 1000, label: fmtTime(at, site.zone) })),
			xRange: [first / 1000, last / 1000], height: 240,
			yFormat: (v) => upTo(v, 0),
			readout: (i) => {
				const r = busy[i];
				return r ? [fmtTime(r.at, site.zone), r.offered == null ? "" : `${t("forecast.offered")} ${upTo(r.offered, 0)}`,
					r.planned == null ? "" : `${t("today.planned")} ${upTo(r.planned, 1)}`,
					r.rest ? `${t("today.updated")} ${upTo(r.rest.mean, 1)} (${upTo(r.rest.q10, 0)}–${upTo(r.rest.q90, 0)})` : ""].filter(Boolean).join(" · ") : "";
			},
		};
	}, [rows, from, to, day, site.zone, queue.name]);
	const title = t("today.title", { queue: queue.name });
	if (load.error instanceof ApiError && load.error.status === 409) return <Card title={title}><p class="muted">{t("totals.old")}</p></Card>;
	if (load.error) return <ProblemBox error={load.error} retry={reload} />;
	if (!rows || !plot) return <Card title={title}><Busy lines={5} /></Card>;
	if (!rows.some((r) => r.rest)) return null;
	const step = stepOf(rows.map((r) => r.at));
	const done = rows.filter((r) => r.offered != null && !r.rest);
	const came = done.reduce((s, r) => s + (r.offered ?? 0), 0);
	const expected = done.reduce((s, r) => s + (r.planned ?? 0), 0);
	const rest = rows.reduce((s, r) => s + (r.rest?.mean ?? 0), 0);
	const restPlanned = rows.reduce((s, r) => s + (r.rest ? r.planned ?? 0 : 0), 0);
	const columns: Column<Row>[] = [
		{ key: "at", head: t("col.when"), cell: (r) => fmtSpan(r.at, r.at + step, site.zone), rowHead: true },
		{ key: "offered", head: t("forecast.offered"), cell: (r) => upTo(r.offered, 0), num: true },
		{ key: "planned", head: t("today.planned"), cell: (r) => upTo(r.planned, 1), num: true },
		{ key: "rest", head: t("today.updated"), cell: (r) => upTo(r.rest?.mean, 1), num: true },
		{ key: "q10", head: "10 %", cell: (r) => upTo(r.rest?.q10, 1), num: true },
		{ key: "q90", head: "90 %", cell: (r) => upTo(r.rest?.q90, 1), num: true },
	];
	return (
		<ChartFrame title={title}
			aside={(
				<>
					<span class="muted small">{t("today.as_of", { at: fmtTime(load.data?.at ?? 0, site.zone) })}</span>
					<Button onClick={reload}>{t("today.refresh")}</Button>
				</>
			)}
			chart={(
				<>
					<dl class="stats">
						<Stat label={t("today.so_far")} value={done.length > 0 ? num(came) : "–"} hint={expected > 0 ? t("today.of_expected", { n: num(expected), change: signedPct(came / expected - 1, 0) }) : ""} />
						<Stat label={t("today.rest")} value={num(rest)} hint={restPlanned > 0 ? t("today.of_planned", { n: num(restPlanned), change: signedPct(rest / restPlanned - 1, 0) }) : ""} />
						<Stat label={t("today.whole")} value={num(came + rest)} />
					</dl>
					<Plot {...plot} />
				</>
			)}
			table={() => <DataTable dense caption={title} columns={columns} rows={rows} rowKey={(r) => r.at} />}
			legend={(
				<>
					<LegendKey kind="line" color="--c-history">{t("forecast.offered")}</LegendKey>
					<LegendKey kind="dash" color="--c-forecast">{t("today.planned")}</LegendKey>
					<LegendKey kind="line" color="--c-forecast">{t("today.updated")}</LegendKey>
					<LegendKey kind="area" color="--c-forecast">{t("totals.band")}</LegendKey>
				</>
			)} />
	);
}
