// SPDX-License-Identifier: GPL-3.0-or-later
// One branch over time: productivity inside its interval, and the service level.
import { useMemo, useState } from "preact/hooks";
import type { PlotProps } from "../chart/plot";
import { BASE, list, query } from "../lib/api";
import { num, pct } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { fmtDate } from "../lib/time";
import type { Branch, TrendPoint } from "../lib/types";
import { Busy, ChartFrame, Empty, Icon, LegendKey, ProblemBox, Segments } from "../ui/basic";
import { Figure } from "../ui/figure";
import { lazy } from "../ui/lazy";
import { type Period, periodName, stepPeriod } from "../ui/period";
import { type Column, DataTable } from "../ui/table";
import { meaningOf } from "./branches";

const Plot = lazy<PlotProps>(() => import("../chart/plot"));
const STEPS: Record<Period, number> = { day: 42, week: 16, month: 12 };

function tickName(period: Period, date: string): string {
	return period === "month" ? fmtDate(date, { month: "short" }) : fmtDate(date);
}

export function Trend({ branch, period, until }: { branch: Branch; period: Period; until: string }) {
	const [what, setWhat] = useState<"productivity" | "service_level">("productivity");
	const from = stepPeriod(period, until, 1 - STEPS[period]);
	const ask = query({ period, from, to: until });
	const path = `/reports/branches/${branch.site_id}/trend${ask}`;
	const trend = useLoad(path, (abort) => list<TrendPoint>(path, abort));
	const rows = trend.data;
	const plot = useMemo((): PlotProps | undefined => {
		if (!rows || rows.length === 0) return undefined;
		const of = (pick: (p: TrendPoint) => number | null | undefined) => rows.map((p) => pick(p) ?? null);
		const read = (v: number | null | undefined) => (what === "productivity" ? num(v, 2) : pct(v));
		return {
			label: t("trend.chart_label", { site: branch.site }),
			x: rows.map((p) => Date.parse(`${p.first_day}T12:00:00Z`) / 1000),
			series: [
				{ label: "low", values: of((p) => p[what].low), color: "--c-forecast", hidden: true },
				{ label: "high", values: of((p) => p[what].high), color: "--c-forecast", hidden: true },
				{ label: what, values: of((p) => p[what].value), color: "--c-forecast", width: 2, points: true },
			],
			bands: [{ upper: 1, lower: 0, color: "--c-forecast", alpha: 0.18 }],
			ticks: rows.map((p) => ({ at: Date.parse(`${p.first_day}T12:00:00Z`) / 1000, label: tickName(period, p.first_day) })),
			height: 230,
			yFromZero: false,
			yFormat: (v) => (what === "productivity" ? num(v, 2) : pct(v, 0)),
			readout: (i) => {
				const p = rows[i];
				return p ? `${periodName(period, p.first_day)} · ${read(p[what].value)} · ${t("figure.contacts")} ${num(p.contacts_handled)}` : "";
			},
		};
	}, [rows, what, branch.site, period]);
	const title = t("trend.title", { site: branch.site });
	const columns: Column<TrendPoint>[] = [
		{ key: "at", head: t("col.when"), cell: (p) => periodName(period, p.first_day), rowHead: true, sort: (p) => p.first_day },
		{ key: "contacts", head: t("figure.contacts"), cell: (p) => num(p.contacts_handled), num: true },
		{ key: "productivity", head: t("figure.productivity"), cell: (p) => <Figure ratio={p.productivity} meaning={meaningOf("productivity", branch.site)} />, num: true },
		{ key: "service", head: t("figure.service_level"), cell: (p) => <Figure ratio={p.service_level} meaning={meaningOf("service_level", branch.site)} />, num: true },
	];
	if (trend.error) return <ProblemBox error={trend.error} retry={trend.reload} />;
	return (
		<ChartFrame title={title}
			aside={(
				<>
					<Segments label={t("trend.what")} value={what} onPick={(w) => setWhat(w as typeof what)} choices={[
						{ value: "productivity", label: t("figure.productivity") }, { value: "service_level", label: t("figure.service_level") },
					]} />
					<a class="btn btn-quiet btn-icon" href={`${BASE}${path}&format=csv`} download aria-label={t("trend.csv")} title={t("trend.csv")}><Icon name="download" /></a>
				</>
			)}
			chart={plot ? <Plot {...plot} /> : rows ? <Empty title={t("branches.none")} /> : <Busy lines={5} />}
			table={() => <DataTable dense caption={title} columns={columns} rows={rows ?? []} rowKey={(p) => p.first_day} sortBy="at" descending />}
			legend={what === "productivity" && (
				<>
					<LegendKey kind="line" color="--c-forecast">{t("figure.productivity")}</LegendKey>
					<LegendKey kind="area" color="--c-forecast">{t("trend.interval")}</LegendKey>
				</>
			)} />
	);
}
