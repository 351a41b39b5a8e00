// SPDX-License-Identifier: GPL-3.0-or-later
// History and forecast of each queue with its intervals, and the report card of the forecast.
import { useMemo, useState } from "preact/hooks";
import type { PlotMark, PlotProps } from "../chart/plot";
import { get, list, query } from "../lib/api";
import { useQueues } from "../lib/catalogue";
import { num, pct, signedPct, upTo } from "../lib/format";
import { t, tcode } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { route, setParams } from "../lib/route";
import { addDays, fmtDay, fmtDayTime, fmtMoment, instant, instantOf, mondayOfWeek } from "../lib/time";
import type { Forecast, ForecastInterval, ForecastQueue, HistoryRow, Queue, Site, SpecialDay } from "../lib/types";
import { Busy, Button, Card, ChartFrame, Empty, Icon, LegendKey, ProblemBox, Segments, Select } from "../ui/basic";
import { lazy } from "../ui/lazy";
import { type Column, DataTable } from "../ui/table";
import { JobPanel, useJob } from "./job";
import type { PlanScope } from "./planner";

const Plot = lazy<PlotProps>(() => import("../chart/plot"));

/** The service lists what touches the week; only what covers all of it will do. */
export async function newestForecast(site: Site, week: string, abort?: AbortSignal): Promise<Forecast | undefined> {
	const monday = mondayOfWeek(week);
	const all = await list<Forecast>(`/forecasts${query({ site_id: site.id, week })}`, abort);
	return all.filter((f) => f.first_day <= monday && f.last_day >= addDays(monday, 6))
		.reduce<Forecast | undefined>((a, b) => (a && a.id > b.id ? a : b), undefined);
}

/** The newest forecast of the week with its report card. */
function useForecast(site: Site, week: string) {
	return useLoad(`forecast ${site.id} ${week}`, async (abort) => {
		const newest = await newestForecast(site, week, abort);
		return newest ? get<Forecast>(`/forecasts/${newest.id}`, abort) : null;
	});
}

/** A line must not bridge the hours in which a queue is closed. */
export function withGaps<T extends { at: number }>(rows: T[], empty: (at: number) => T): T[] {
	const steps = rows.slice(1).map((r, i) => r.at - (rows[i]?.at ?? 0)).filter((d) => d > 0);
	const step = Math.min(...steps);
	return rows.flatMap((r, i) => {
		const next = rows[i + 1];
		return next && next.at - r.at > step * 1.5 ? [r, empty(r.at + step)] : [r];
	});
}

interface Row { at: number; offered: number | null; forecast: ForecastInterval | undefined }

function merge(history: HistoryRow[], forecast: ForecastInterval[]): Row[] {
	const rows = new Map<number, Row>();
	for (const h of history) rows.set(instant(h.start), { at: instant(h.start), offered: h.offered, forecast: undefined });
	for (const f of forecast) {
		const at = instant(f.start);
		rows.set(at, { at, offered: rows.get(at)?.offered ?? null, forecast: f });
	}
	const sorted = [...rows.values()].sort((a, b) => a.at - b.at);
	return withGaps(sorted, (at) => ({ at, offered: null, forecast: undefined }));
}

function marksOf(days: SpecialDay[], site: Site, queueId: number): PlotMark[] {
	return days.filter((d) => d.site_id === site.id || d.queue_id === queueId || d.country === site.country)
		.map((d) => ({
			at: instantOf(d.day, 0, site.zone) / 1000,
			label: d.name || tcode("special", d.kind),
			color: d.kind === "holiday" || d.kind === "closure" ? "--c-mark" : "--c-mark-2",
		}));
}

function ForecastChart({ site, week, forecast, queue }: PlanScope & { forecast: Forecast; queue: ForecastQueue }) {
	const [weeks, setWeeks] = useState(2);
	const monday = mondayOfWeek(week);
	const from = addDays(monday, -7 * weeks);
	const until = addDays(monday, 6);
	const key = `${queue.queue_id} ${from} ${until}`;
	const history = useLoad(`history ${key}`, (abort) =>
		list<HistoryRow>(`/history${query({ queue_id: queue.queue_id, from, to: until })}`, abort));
	const intervals = useLoad(`intervals ${forecast.id} ${queue.queue_id}`, (abort) =>
		list<ForecastInterval>(`/forecasts/${forecast.id}/intervals${query({ queue_id: queue.queue_id })}`, abort));
	const special = useLoad("special-days", (abort) => list<SpecialDay>("/special-days", abort));

	const rows = useMemo(() => {
		if (!history.data || !intervals.data) return undefined;
		const end = instantOf(addDays(until, 1), 0, site.zone);
		const start = instantOf(monday, 0, site.zone);
		return merge(history.data, intervals.data.filter((f) => instant(f.start) >= start && instant(f.start) < end));
	}, [history.data, intervals.data, until, site.zone]);

	const plot = useMemo((): PlotProps | undefined => {
		if (!rows) return undefined;
		const of = (pick: (f: ForecastInterval) => number) => rows.map((r) => (r.forecast ? pick(r.forecast) : null));
		const line = (label: string, values: (number | null)[]) => ({ label, values, color: "--c-forecast", hidden: true });
		const days = Array.from({ length: 7 * (weeks + 1) }, (_, i) => addDays(from, i));
		return {
			label: t("forecast.chart_label", { queue: queue.name }),
			x: rows.map((r) => r.at / 1000),
			series: [
				line("q05", of((f) => f.q05)), line("q95", of((f) => f.q95)),
				line("q25", of((f) => f.q25)), line("q75", of((f) => f.q75)),
				{ label: "offered", values: rows.map((r) => r.offered), color: "--c-history", width: 1.2 },
				{ label: "mean", values: of((f) => f.mean), color: "--c-forecast", width: 1.8 },
			],
			bands: [
				{ upper: 1, lower: 0, color: "--c-forecast", alpha: 0.16 },
				{ upper: 3, lower: 2, color: "--c-forecast", alpha: 0.26 },
			],
			marks: marksOf(special.data ?? [], site, queue.queue_id),
			ticks: days.map((d) => ({ at: instantOf(d, 0, site.zone) / 1000, label: fmtDay(d) })),
			xRange: [instantOf(from, 0, site.zone) / 1000, instantOf(addDays(until, 1), 0, site.zone) / 1000],
			dayTicks: true,
			height: 320,
			yFormat: (v) => upTo(v, 0),
			readout: (i) => {
				const r = rows[i];
				if (!r) return "";
				const past = r.offered == null ? "" : ` · ${t("forecast.offered")} ${upTo(r.offered, 0)}`;
				const next = r.forecast ? ` · ${t("forecast.mean")} ${upTo(r.forecast.mean, 1)} (${upTo(r.forecast.q05, 0)}–${upTo(r.forecast.q95, 0)})` : "";
				return fmtDayTime(r.at, site.zone) + past + next;
			},
		};
	}, [rows, special.data, weeks, from, site, queue.queue_id]);

	const error = history.error ?? intervals.error ?? special.error;
	if (error) return <ProblemBox error={error} />;
	const columns: Column<Row>[] = [
		{ key: "at", head: t("col.when"), cell: (r) => fmtDayTime(r.at, site.zone), rowHead: true },
		{ key: "offered", head: t("forecast.offered"), cell: (r) => upTo(r.offered, 0), num: true },
		{ key: "mean", head: t("forecast.mean"), cell: (r) => upTo(r.forecast?.mean, 1), num: true },
		{ key: "q10", head: "10 %", cell: (r) => upTo(r.forecast?.q10, 1), num: true },
		{ key: "q50", head: "50 %", cell: (r) => upTo(r.forecast?.q50, 1), num: true },
		{ key: "q90", head: "90 %", cell: (r) => upTo(r.forecast?.q90, 1), num: true },
		{ key: "aht", head: t("forecast.aht"), cell: (r) => (r.forecast ? `${num(r.forecast.aht_s)} s` : "–"), num: true },
	];
	return (
		<ChartFrame title={t("forecast.title", { queue: queue.name })}
			aside={<Segments label={t("forecast.history_shown")} value={String(weeks)} onPick={(w) => setWeeks(Number(w))}
				choices={[1, 2, 4, 8].map((w) => ({ value: String(w), label: t("forecast.weeks", { n: w }) }))} />}
			chart={plot ? <Plot {...plot} /> : <Busy lines={6} />}
			table={() => <DataTable dense caption={t("forecast.title", { queue: queue.name })} columns={columns}
				rows={(rows ?? []).filter((r) => r.forecast)} rowKey={(r) => r.at} />}
			legend={(
				<>
					<LegendKey kind="line" color="--c-history">{t("forecast.offered")}</LegendKey>
					<LegendKey kind="line" color="--c-forecast">{t("forecast.mean")}</LegendKey>
					<LegendKey kind="area" color="--c-forecast">{t("forecast.bands")}</LegendKey>
				</>
			)} />
	);
}

function better(q: ForecastQueue): number | null {
	return q.wape == null || q.naive_wape == null || q.naive_wape === 0 ? null : 1 - q.wape / q.naive_wape;
}

function ReportCard({ forecast, site, picked }: { forecast: Forecast; site: Site; picked: number }) {
	const columns: Column<ForecastQueue>[] = [
		{
			key: "name", head: t("col.queue"), rowHead: true, sort: (q) => q.name,
			cell: (q) => <button type="button" class="linkish" aria-pressed={q.queue_id === picked} onClick={() => setParams({ queue: q.queue_id })}>{q.name}</button>,
		},
		{ key: "channel", head: t("col.channel"), cell: (q) => tcode("channel", q.channel), sort: (q) => q.channel },
		{ key: "wape", head: t("forecast.wape"), cell: (q) => pct(q.wape), num: true, sort: (q) => q.wape },
		{ key: "naive", head: t("forecast.naive"), cell: (q) => pct(q.naive_wape), num: true, sort: (q) => q.naive_wape },
		{
			key: "better", head: t("forecast.better"), num: true, sort: better,
			cell: (q) => { const b = better(q); return <span class={b == null ? "" : b >= 0 ? "good" : "bad"}>{signedPct(b, 0)}</span>; },
		},
		{ key: "bias", head: t("forecast.bias"), cell: (q) => signedPct(q.bias), num: true, sort: (q) => q.bias },
		{ key: "c80", head: t("forecast.coverage80"), cell: (q) => pct(q.coverage80, 0), num: true, sort: (q) => q.coverage80 },
		{ key: "c95", head: t("forecast.coverage95"), cell: (q) => pct(q.coverage95, 0), num: true, sort: (q) => q.coverage95 },
		{ key: "days", head: t("forecast.history_days"), cell: (q) => num(q.history_days), num: true, sort: (q) => q.history_days },
		{
			key: "method", head: t("forecast.method"),
			cell: (q) => <>{tcode("method", q.method)}{q.warning && <span class="warn-note"><Icon name="warn" />{q.warning}</span>}</>,
		},
	];
	return (
		<Card title={t("forecast.card")} aside={<span class="muted small">{t("forecast.made", { at: fmtMoment(instant(forecast.created_at), site.zone) })}</span>}>
			<div class="scroll" tabIndex={0} role="group" aria-label={t("forecast.card")}>
				<DataTable caption={t("forecast.card")} columns={columns} rows={forecast.queues ?? []} rowKey={(q) => q.queue_id} selected={picked} />
			</div>
			<p class="muted small">{t("forecast.explain")}</p>
		</Card>
	);
}

export function QueuePicker({ queues, value, all }: { queues: { id: number; name: string }[]; value: number; all?: string }) {
	const choices = queues.map((q) => ({ value: String(q.id), label: q.name }));
	return (
		<Select label={t("col.queue")} value={String(value)} onPick={(id) => setParams({ queue: id === "0" ? undefined : id })}
			choices={all ? [{ value: "0", label: all }, ...choices] : choices} id="queue" />
	);
}

function NoHistory({ queues }: { queues: Queue[] | undefined }) {
	return queues?.length === 0 ? <p>{t("forecast.no_queues")}</p> : <p>{t("forecast.none_lead")}</p>;
}

export function ForecastView({ site, week }: PlanScope) {
	const queues = useQueues(site.id);
	const forecast = useForecast(site, week);
	const job = useJob(`forecast ${site.id} ${week}`, () => forecast.reload());
	const start = () => job.start("/forecasts", { site_id: site.id, week, weeks: 1 });

	if (forecast.error) return <ProblemBox error={forecast.error} retry={forecast.reload} />;
	if (forecast.data === undefined) return <Busy lines={6} />;
	const cards = forecast.data?.queues ?? [];
	const picked = cards.find((q) => String(q.queue_id) === route.value.params.queue) ?? cards[0];
	return (
		<div class="stack">
			<div class="tools">
				{picked && <QueuePicker queues={cards.map((q) => ({ id: q.queue_id, name: q.name }))} value={picked.queue_id} />}
				<span class="grow" />
				<Button icon="spark" tone={forecast.data ? "plain" : "primary"} disabled={job.running} onClick={start}>
					{forecast.data ? t("forecast.again") : t("forecast.make")}
				</Button>
			</div>
			<JobPanel state={job} title={t("forecast.running")} />
			{forecast.data && picked ? (
				<>
					<ForecastChart site={site} week={week} forecast={forecast.data} queue={picked} />
					<ReportCard forecast={forecast.data} site={site} picked={picked.queue_id} />
				</>
			) : !job.running && <Empty title={t("forecast.none")}><NoHistory queues={queues.data} /></Empty>}
		</div>
	);
}
