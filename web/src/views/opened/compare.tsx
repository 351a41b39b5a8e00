// SPDX-License-Identifier: GPL-3.0-or-later
// Two versions of a week's forecast beside each other, by interval and by day.
import { useMemo } from "preact/hooks";
import type { PlotProps } from "../../chart/plot";
import { list, query } from "../../lib/api";
import { withGaps } from "../../lib/forecast";
import { num, signed, signedPct, upTo } from "../../lib/format";
import { t } from "../../lib/i18n";
import { useLoad } from "../../lib/load";
import { addDays, fmtDay, fmtDayTime, instant, instantOf, mondayOfWeek } from "../../lib/time";
import type { ComparedDay, Forecast, ForecastInterval } from "../../lib/types";
import { Busy, Button, ChartFrame, LegendKey, ProblemBox } from "../../ui/basic";
import { lazy } from "../../ui/lazy";
import { type Column, DataTable } from "../../ui/table";
import { type QueueScope, versionName } from "../forecast-scope";

const Plot = lazy<PlotProps>(() => import("../../chart/plot"));

interface Day { day: string; a: number; b: number; actual: number | null }
interface Point { at: number; a: number | null; b: number | null }

export interface CompareProps extends QueueScope { other: Forecast; onClose: () => void }

export default function Compare({ site, week, forecast, queue, other, onClose }: CompareProps) {
	const ask = (f: Forecast) => (abort: AbortSignal) => list<ForecastInterval>(`/forecasts/${f.id}/intervals${query({ queue_id: queue.queue_id })}`, abort);
	const a = useLoad(`compare ${forecast.id} ${queue.queue_id}`, ask(forecast));
	const b = useLoad(`compare ${other.id} ${queue.queue_id}`, ask(other));
	const monday = mondayOfWeek(week);
	const plot = useMemo((): PlotProps | undefined => {
		if (!a.data || !b.data) return undefined;
		const start = instantOf(monday, 0, site.zone);
		const end = instantOf(addDays(monday, 7), 0, site.zone);
		const points = new Map<number, Point>();
		for (const [side, rows] of [["a", a.data], ["b", b.data]] as const) {
			for (const r of rows) {
				const at = instant(r.start);
				if (at < start || at >= end) continue;
				const p = points.get(at) ?? { at, a: null, b: null };
				p[side] = r.mean;
				points.set(at, p);
			}
		}
		const all = withGaps([...points.values()].sort((x, y) => x.at - y.at), (at): Point => ({ at, a: null, b: null }));
		return {
			label: t("versions.chart_label", { queue: queue.name }),
			x: all.map((p) => p.at / 1000),
			series: [
				{ label: "other", values: all.map((p) => p.b), color: "--c-adjusted", width: 1.5 },
				{ label: "shown", values: all.map((p) => p.a), color: "--c-forecast", width: 1.8 },
			],
			ticks: Array.from({ length: 7 }, (_, i) => addDays(monday, i)).map((d) => ({ at: instantOf(d, 0, site.zone) / 1000, label: fmtDay(d) })),
			xRange: [start / 1000, end / 1000], dayTicks: true, height: 240,
			yFormat: (v) => upTo(v, 0),
			readout: (i) => {
				const p = all[i];
				return p ? `${fmtDayTime(p.at, site.zone)} · ${t("versions.this")} ${upTo(p.a, 1)} · ${t("versions.other")} ${upTo(p.b, 1)}` : "";
			},
		};
	}, [a.data, b.data, monday, site.zone, queue.name]);
	const said = useLoad(`compared ${forecast.id} ${other.id} ${queue.queue_id}`, (abort) =>
		list<ComparedDay>(`/forecasts/${forecast.id}/comparison${query({ with: other.id, queue_id: queue.queue_id })}`, abort));
	const days = useMemo(() => said.data?.filter((d) => d.queue_id === queue.queue_id && d.day >= monday && d.day <= addDays(monday, 6))
		.map((d): Day => ({ day: d.day, a: d.mean, b: d.other_mean, actual: d.actual })), [said.data, monday, queue.queue_id]);
	const error = a.error ?? b.error ?? said.error;
	if (error) return <ProblemBox error={error} retry={() => { a.reload(); b.reload(); said.reload(); }} />;
	const sum = (pick: (d: Day) => number | null) => (days ?? []).reduce((s, d) => s + (pick(d) ?? 0), 0);
	const came = days?.some((d) => d.actual != null) ?? false;
	const whole: Day = { day: "", a: sum((d) => d.a), b: sum((d) => d.b), actual: days?.every((d) => d.actual != null) ? sum((d) => d.actual) : null };
	const columns: Column<Day>[] = [
		{ key: "day", head: t("col.day"), cell: (d) => (d.day === "" ? t("totals.week") : fmtDay(d.day)), rowHead: true },
		{ key: "a", head: t("versions.this"), cell: (d) => num(d.a), num: true },
		{ key: "b", head: t("versions.other"), cell: (d) => num(d.b), num: true },
		{ key: "change", head: t("versions.change"), cell: (d) => signed(d.a - d.b, 0), num: true },
		{ key: "share", head: "%", cell: (d) => (d.b > 0 ? signedPct(d.a / d.b - 1) : "–"), num: true },
		...(came ? [{ key: "actual", head: t("forecast.offered"), cell: (d: Day) => num(d.actual), num: true }] : []),
	];
	const title = t("versions.compare_title", { queue: queue.name });
	return (
		<ChartFrame title={title}
			aside={<Button tone="quiet" icon="close" aria-label={t("versions.stop")} onClick={onClose} />}
			chart={plot && days ? (
				<>
					<p class="tabular">{t("versions.week_change", { a: num(whole.a), b: num(whole.b), change: whole.b > 0 ? signedPct(whole.a / whole.b - 1) : "–" })}</p>
					<Plot {...plot} />
				</>
			) : <Busy lines={5} />}
			table={() => <DataTable caption={title} columns={columns} rows={days ? [...days, whole] : []} rowKey={(d) => d.day} />}
			legend={(
				<>
					<LegendKey kind="line" color="--c-forecast">{t("versions.this")}: {versionName(forecast, site)}</LegendKey>
					<LegendKey kind="line" color="--c-adjusted">{t("versions.other")}: {versionName(other, site)}</LegendKey>
				</>
			)} />
	);
}
