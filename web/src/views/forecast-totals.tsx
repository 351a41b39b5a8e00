// SPDX-License-Identifier: GPL-3.0-or-later
// What a day and the week come to, with bands of their own: quantiles of a sum are not sums of quantiles.
import { useMemo, useState } from "preact/hooks";
import { ApiError, list, query } from "../lib/api";
import { sumDays } from "../lib/forecast";
import { num } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { addDays, fmtDay, mondayOfWeek } from "../lib/time";
import type { ForecastInterval, ForecastTotal } from "../lib/types";
import { Busy, Card, ChartFrame, LegendKey, ProblemBox, Segments } from "../ui/basic";
import { Ranges } from "../ui/ranges";
import { type Column, DataTable } from "../ui/table";
import type { QueueScope } from "./forecast-scope";

interface Line { key: string; name: string; total: ForecastTotal; adjusted: number | null }

export function Totals({ site, week, forecast, queue, turn }: QueueScope & { turn: number }) {
	const [whose, setWhose] = useState<"queue" | "site">("queue");
	const own = query({ queue_id: whose === "queue" ? queue.queue_id : undefined });
	const ask = (by: "day" | "week") => async (abort: AbortSignal) =>
		(await list<ForecastTotal>(`/forecasts/${forecast.id}/totals?by=${by}${own && `&${own.slice(1)}`}`, abort))
			.filter((x) => (whose === "queue" ? x.queue_id === queue.queue_id : x.queue_id == null));
	const key = `${forecast.id} ${whose} ${queue.queue_id}`;
	const days = useLoad(`totals day ${key}`, ask("day"));
	const weeks = useLoad(`totals week ${key}`, ask("week"));
	const intervals = useLoad(`totals adjusted ${key} ${turn}`, (abort) =>
		list<ForecastInterval>(`/forecasts/${forecast.id}/intervals${own}`, abort), true);
	const monday = mondayOfWeek(week);
	const lines = useMemo((): Line[] | undefined => {
		if (!days.data || !weeks.data || !intervals.data) return undefined;
		const sums = sumDays(intervals.data, site.zone);
		const moved = (adjusted: number, mean: number) => (Math.abs(adjusted - mean) > 0.05 ? adjusted : null);
		const inWeek = days.data.filter((d) => d.day >= monday && d.day <= addDays(monday, 6)).sort((a, b) => a.day.localeCompare(b.day));
		const whole = weeks.data.find((w) => w.day === monday);
		const daily = inWeek.map((total): Line => {
			const s = sums.get(total.day);
			return { key: total.day, name: fmtDay(total.day), total, adjusted: s ? moved(s.adjusted, s.mean) : null };
		});
		const all = inWeek.map((d) => sums.get(d.day)).filter((s) => s !== undefined);
		const sum = (pick: "mean" | "adjusted") => all.reduce((s, d) => s + d[pick], 0);
		return whole ? [...daily, { key: "week", name: t("totals.week"), total: whole, adjusted: moved(sum("adjusted"), sum("mean")) }] : daily;
	}, [days.data, weeks.data, intervals.data, monday, site.zone, t("totals.week")]);
	const error = days.error ?? weeks.error ?? intervals.error;
	if (error instanceof ApiError && error.status === 409) return <Card title={t("totals.title")}><p class="muted">{t("totals.old")}</p></Card>;
	if (error) return <ProblemBox error={error} retry={() => { days.reload(); weeks.reload(); intervals.reload(); }} />;
	if (lines?.length === 0 && whose === "queue") return null;
	const columns: Column<Line>[] = [
		{ key: "day", head: t("col.day"), cell: (l) => l.name, rowHead: true },
		{ key: "mean", head: t("forecast.mean"), cell: (l) => num(l.total.mean), num: true },
		{ key: "adjusted", head: t("forecast.adjusted"), cell: (l) => num(l.adjusted), num: true },
		...(["q05", "q10", "q25", "q50", "q75", "q90", "q95"] as const).map((q): Column<Line> =>
			({ key: q, head: `${Number(q.slice(1))} %`, cell: (l) => num(l.total[q]), num: true })),
	];
	const daily = lines?.filter((l) => l.key !== "week") ?? [];
	const whole = lines?.find((l) => l.key === "week");
	return (
		<ChartFrame title={t("totals.title")}
			aside={<Segments label={t("totals.whose")} value={whose} onPick={(w) => setWhose(w as typeof whose)}
				choices={[{ value: "queue", label: t("col.queue") }, { value: "site", label: t("totals.site") }]} />}
			chart={lines ? (
				<>
					{whole && (
						<p class="total-week"><b>{num(whole.adjusted ?? whole.total.mean)}</b> {t("totals.contacts")} · <span class="muted">{t("totals.range", { low: num(whole.total.q10), high: num(whole.total.q90) })}{whole.adjusted != null && ` · ${t("totals.statistical", { n: num(whole.total.mean) })}`}</span></p>
					)}
					<Ranges layout="wide" label={t("totals.title")} rows={daily.map((l) => ({
						key: l.key, name: l.name, mid: l.total.mean, low: l.total.q10, high: l.total.q90, other: l.adjusted,
						text: <><b>{num(l.adjusted ?? l.total.mean)}</b><small class="muted">{num(l.total.q10)}–{num(l.total.q90)}</small></>,
					}))} />
				</>
			) : <Busy lines={5} />}
			table={() => <DataTable dense caption={t("totals.title")} columns={columns} rows={lines ?? []} rowKey={(l) => l.key} />}
			legend={(
				<>
					<LegendKey kind="dot" color="--c-forecast">{t("forecast.mean")}</LegendKey>
					<LegendKey kind="area" color="--c-forecast">{t("totals.band")}</LegendKey>
					{lines?.some((l) => l.adjusted != null) && <LegendKey kind="ring" color="--c-adjusted">{t("forecast.adjusted")}</LegendKey>}
				</>
			)} />
	);
}
