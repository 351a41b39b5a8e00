// SPDX-License-Identifier: GPL-3.0-or-later
// History with what was set aside as freak marked, forecast with its bands, the adjusted line beside it;
// a stretch can be dragged out and lifted on the chart itself.
import { useMemo, useRef, useState } from "preact/hooks";
import type { PlotPick } from "../chart/pick";
import type { PlotMark, PlotProps } from "../chart/plot";
import { list, query } from "../lib/api";
import {
	adjustedOf, drafted, type Draft, type ForecastRow, isAdjusted, mergeRows, PERCENT_MAX, PERCENT_MIN, percentOfLift,
	type Span, snapSpan, stepOf, topOf, within,
} from "../lib/forecast";
import { num, signedPct, upTo } from "../lib/format";
import { t, tcode } from "../lib/i18n";
import { announce } from "../lib/live";
import { useLoad } from "../lib/load";
import { addDays, fmtDay, fmtDayTime, instant, instantOf, mondayOfWeek } from "../lib/time";
import type { ForecastInterval, HistoryRow, Outlier, Site, SpecialDay } from "../lib/types";
import { Busy, Button, ChartFrame, LegendKey, ProblemBox, Segments } from "../ui/basic";
import { lazy } from "../ui/lazy";
import { type Column, DataTable } from "../ui/table";
import type { FormProps } from "./opened/adjust-form";
import type { QueueScope } from "./forecast-scope";

const AdjustForm = lazy<FormProps>(() => import("./opened/adjust-form"));
const Plot = lazy<PlotProps>(() => import("../chart/plot"));

function marksOf(days: SpecialDay[], site: Site, queueId: number): PlotMark[] {
	return days.filter((d) => d.site_id === site.id || d.queue_id === queueId || d.country === site.country)
		.map((d) => ({
			at: instantOf(d.day, 0, site.zone) / 1000,
			label: d.name || tcode("special", d.kind),
			color: d.kind === "holiday" || d.kind === "closure" ? "--c-mark" : "--c-mark-2",
		}));
}

interface ChartProps extends QueueScope { turn: number; onAdjusted: () => void }

function useChart({ site, week, forecast, queue, turn }: ChartProps, weeks: number) {
	const monday = mondayOfWeek(week);
	const from = addDays(monday, -7 * weeks);
	const until = addDays(monday, 6);
	const history = useLoad(`history ${queue.queue_id} ${from} ${until}`, (abort) =>
		list<HistoryRow>(`/history${query({ queue_id: queue.queue_id, from, to: until })}`, abort), true);
	const intervals = useLoad(`intervals ${forecast.id} ${queue.queue_id} ${turn}`, (abort) =>
		list<ForecastInterval>(`/forecasts/${forecast.id}/intervals${query({ queue_id: queue.queue_id })}`, abort), true);
	const outliers = useLoad(`outliers ${forecast.id} ${queue.queue_id}`, (abort) =>
		list<Outlier>(`/forecasts/${forecast.id}/outliers${query({ queue_id: queue.queue_id })}`, abort));
	const special = useLoad("special-days", (abort) => list<SpecialDay>("/special-days", abort));
	const limits = useMemo((): Span => ({ from: instantOf(monday, 0, site.zone), to: instantOf(addDays(monday, 7), 0, site.zone) }), [monday, site.zone]);
	const inWeek = useMemo(() => intervals.data?.filter((f) => within(limits, instant(f.start))), [intervals.data, limits]);
	const rows = useMemo(() => (history.data && inWeek ? mergeRows(history.data, inWeek, outliers.data ?? []) : undefined),
		[history.data, inWeek, outliers.data]);
	return { rows, inWeek, limits, from, until, special: special.data, error: history.error ?? intervals.error ?? outliers.error ?? special.error };
}

function readoutOf(r: ForecastRow | undefined, zone: string): string {
	if (!r) return "";
	const f = r.forecast;
	return [
		fmtDayTime(r.at, zone),
		r.offered == null ? "" : `${t("forecast.offered")} ${upTo(r.offered, 0)}`,
		r.outlier ? t("forecast.usual", { n: upTo(r.outlier.usual, 0) }) : "",
		f ? `${t("forecast.mean")} ${upTo(f.mean, 1)} (${upTo(f.q05, 0)}–${upTo(f.q95, 0)})` : "",
		f && isAdjusted(f) ? `${t("forecast.adjusted")} ${upTo(adjustedOf(f), 1)}` : "",
	].filter(Boolean).join(" · ");
}

const columnsOf = (zone: string): Column<ForecastRow>[] => [
	{ key: "at", head: t("col.when"), cell: (r) => fmtDayTime(r.at, zone), rowHead: true },
	{ key: "offered", head: t("forecast.offered"), num: true, cell: (r) => (r.outlier
		? <>{upTo(r.offered, 0)} <small class="warn">{t("forecast.usual", { n: upTo(r.outlier.usual, 0) })}</small></> : upTo(r.offered, 0)) },
	{ key: "mean", head: t("forecast.mean"), cell: (r) => upTo(r.forecast?.mean, 1), num: true },
	{ key: "adjusted", head: t("forecast.adjusted"), cell: (r) => (r.forecast && isAdjusted(r.forecast) ? upTo(adjustedOf(r.forecast), 1) : "–"), num: true },
	{ key: "q10", head: "10 %", cell: (r) => upTo(r.forecast?.q10, 1), num: true },
	{ key: "q50", head: "50 %", cell: (r) => upTo(r.forecast?.q50, 1), num: true },
	{ key: "q90", head: "90 %", cell: (r) => upTo(r.forecast?.q90, 1), num: true },
	{ key: "aht", head: t("forecast.aht"), cell: (r) => (r.forecast ? `${num(r.forecast.aht_s)} s` : "–"), num: true },
];

/** What the hand does on the chart, as changes of the draft. */
function usePick(draft: Draft | undefined, setDraft: (d: Draft) => void, inWeek: ForecastInterval[] | undefined, limits: Span, zone: string) {
	const held = useRef(0);
	const rows = useMemo(() => (inWeek ?? []).map((f) => ({ at: instant(f.start), mean: adjustedOf(f) })), [inWeek]);
	const step = useMemo(() => stepOf(rows.map((r) => r.at)), [rows]);
	const preview = useMemo(() => (draft ? drafted(draft, rows) : undefined), [draft, rows]);
	if (!draft) return { pick: undefined, rows, preview, step };
	const peak = Math.max(0, ...rows.filter((r) => within(draft, r.at)).map((r) => r.mean));
	const percent = draft.kind === "percent" ? draft.value : 0;
	const setPercent = (value: number) => setDraft({ ...draft, kind: "percent", value: Math.min(PERCENT_MAX, Math.max(PERCENT_MIN, value)) });
	const pick: PlotPick = {
		span: { from: draft.from / 1000, to: draft.to / 1000 },
		level: Math.max(0, ...(preview?.values() ?? [])),
		label: t("adjust.handle"),
		valueText: draft.kind === "percent" ? signedPct(draft.value / 100, 0) : upTo(draft.value, 1),
		value: percent, min: PERCENT_MIN, max: PERCENT_MAX,
		onSpan: (a, b, over) => {
			const span = snapSpan(a * 1000, b * 1000, step, limits);
			setDraft({ ...draft, ...span });
			if (over) announce(t("adjust.taken", { from: fmtDayTime(span.from, zone), to: fmtDayTime(span.to, zone) }));
		},
		onLift: (lift, start) => {
			if (start) held.current = percent;
			else setPercent(percentOfLift(held.current, lift, peak));
		},
		onStep: (by) => setPercent(percent + by),
	};
	return { pick, rows, preview, step };
}

/** A finger needs the width of a phone for the week alone. */
const narrow = (): boolean => matchMedia("(max-width: 720px)").matches;

export function ForecastChart(props: ChartProps) {
	const { site, queue, onAdjusted } = props;
	const [weeks, setWeeks] = useState(narrow() ? 1 : 2);
	const [draft, setDraft] = useState<Draft>();
	const { rows, inWeek, limits, from, until, special, error } = useChart(props, weeks);
	const hand = usePick(draft, setDraft, inWeek, limits, site.zone);

	const plot = useMemo((): PlotProps | undefined => {
		if (!rows) return undefined;
		const of = (pick: (f: ForecastInterval) => number | null) => rows.map((r) => (r.forecast ? pick(r.forecast) : null));
		const line = (label: string, values: (number | null)[]) => ({ label, values, color: "--c-forecast", hidden: true });
		const top = topOf(rows);
		const days = Array.from({ length: 7 * (weeks + 1) }, (_, i) => addDays(from, i));
		return {
			label: t("forecast.chart_label", { queue: queue.name }),
			x: rows.map((r) => r.at / 1000),
			series: [
				line("q05", of((f) => f.q05)), line("q95", of((f) => f.q95)),
				line("q25", of((f) => f.q25)), line("q75", of((f) => f.q75)),
				{ label: "offered", values: rows.map((r) => r.offered), color: "--c-history", width: 1.2 },
				{ label: "mean", values: of((f) => f.mean), color: "--c-forecast", width: 1.8 },
				{ label: "adjusted", values: of((f) => (isAdjusted(f) ? adjustedOf(f) : null)), color: "--c-adjusted", width: 2 },
				{ label: "outliers", values: rows.map((r) => (r.outlier ? Math.min(r.offered ?? 0, top) : null)), color: "--c-mark", dots: true },
			],
			bands: [
				{ upper: 1, lower: 0, color: "--c-forecast", alpha: 0.16 },
				{ upper: 3, lower: 2, color: "--c-forecast", alpha: 0.26 },
			],
			marks: marksOf(special ?? [], site, queue.queue_id),
			ticks: days.map((d) => ({ at: instantOf(d, 0, site.zone) / 1000, label: fmtDay(d) })),
			xRange: [instantOf(from, 0, site.zone) / 1000, instantOf(addDays(until, 1), 0, site.zone) / 1000],
			dayTicks: true,
			yTop: top,
			height: 340,
			yFormat: (v) => upTo(v, 0),
			readout: (i) => readoutOf(rows[i], site.zone),
		};
	}, [rows, special, weeks, from, until, site, queue.queue_id, queue.name]);
	const preview = useMemo(() => hand.preview && rows && {
		values: rows.map((r) => hand.preview?.get(r.at) ?? null), color: "--c-adjusted",
	}, [hand.preview, rows]);

	if (error) return <ProblemBox error={error} />;
	const begin = () => {
		const busy = hand.rows.filter((r) => r.mean > 0);
		const first = busy.find((r) => r.at > Date.now()) ?? busy[0];
		const dayEnd = first ? busy.filter((r) => r.at - first.at < 16 * 3_600_000).pop() : undefined;
		setDraft({ from: first?.at ?? limits.from, to: (dayEnd?.at ?? limits.from) + hand.step, kind: "percent", value: 0 });
		setWeeks(narrow() ? 0 : 1);
	};
	const outliers = rows?.filter((r) => r.outlier).length ?? 0;
	const adjusted = inWeek?.some(isAdjusted) ?? false;
	return (
		<ChartFrame title={t("forecast.title", { queue: queue.name })}
			aside={(
				<>
					<Segments label={t("forecast.history_shown")} value={String(weeks)} onPick={(w) => setWeeks(Number(w))}
						choices={[1, 2, 4, 8].map((w) => ({ value: String(w), label: t("forecast.weeks", { n: w }) }))} />
					<Button id="adjust" icon="sliders" aria-pressed={draft !== undefined} disabled={!inWeek?.length}
						onClick={() => (draft ? setDraft(undefined) : begin())}>{t("adjust.button")}</Button>
				</>
			)}
			chart={plot ? <Plot {...plot} {...(hand.pick ? { pick: hand.pick, preview } : {})} /> : <Busy lines={6} />}
			table={() => <DataTable dense caption={t("forecast.title", { queue: queue.name })} columns={columnsOf(site.zone)}
				rows={(rows ?? []).filter((r) => r.forecast || r.offered != null).reverse()} rowKey={(r) => r.at} />}
			legend={(
				<>
					<LegendKey kind="line" color="--c-history">{t("forecast.offered")}</LegendKey>
					{outliers > 0 && <LegendKey kind="ring" color="--c-mark">{t("forecast.outliers")}</LegendKey>}
					<LegendKey kind="line" color="--c-forecast">{t("forecast.mean")}</LegendKey>
					<LegendKey kind="area" color="--c-forecast">{t("forecast.bands")}</LegendKey>
					{(adjusted || draft) && <LegendKey kind="line" color="--c-adjusted">{t("forecast.adjusted")}</LegendKey>}
				</>
			)}
			below={draft && (
				<AdjustForm site={site} queue={queue} draft={draft} limits={limits} rows={hand.rows} step={hand.step} onDraft={setDraft}
					onClose={() => setDraft(undefined)} onSaved={() => { setDraft(undefined); onAdjusted(); }} />
			)} />
	);
}
