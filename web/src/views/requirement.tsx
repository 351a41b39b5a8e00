// SPDX-License-Identifier: GPL-3.0-or-later
// How many people each interval needs, and what they would deliver.
import { useMemo } from "preact/hooks";
import type { PlotProps } from "../chart/plot";
import { list, query } from "../lib/api";
import { useQueues } from "../lib/catalogue";
import { withGaps } from "../lib/forecast";
import { clock, num, pct, upTo } from "../lib/format";
import { t, tcode } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { route } from "../lib/route";
import { addDays, fmtDay, fmtDayTime, fmtMoment, instant, instantOf, mondayOfWeek } from "../lib/time";
import type { Plan, Queue, Requirement } from "../lib/types";
import { Busy, ChartFrame, Empty, LegendKey, ProblemBox, Stat } from "../ui/basic";
import { lazy } from "../ui/lazy";
import { QueuePicker } from "../ui/queue";
import { type Column, DataTable } from "../ui/table";
import type { PlanScope } from "./planner";

const Plot = lazy<PlotProps>(() => import("../chart/plot"));

interface Point { at: number; need: Requirement | undefined }
interface Weighted { value: number; weight: number }
function mean(rows: Weighted[]): number | null {
	const weight = rows.reduce((s, r) => s + r.weight, 0);
	return weight > 0 ? rows.reduce((s, r) => s + r.value * r.weight, 0) / weight : null;
}
function meanOf(rows: Requirement[], pick: (r: Requirement) => number | null): number | null {
	return mean(rows.flatMap((r) => { const value = pick(r); return value == null ? [] : [{ value, weight: r.volume }]; }));
}

function targetText(q: Queue): string {
	return q.target_share != null && q.target_s != null
		? t("requirement.target", { share: pct(q.target_share, 0), within: clock(q.target_s) }) : "";
}

function RequirementChart({ site, week, plan, queue }: PlanScope & { plan: Plan; queue: Queue }) {
	const needs = useLoad(`needs ${plan.id} ${queue.id}`, (abort) =>
		list<Requirement>(`/plans/${plan.id}/requirements${query({ queue_id: queue.id })}`, abort));
	const rows = needs.data;
	const monday = mondayOfWeek(week);
	const plot = useMemo((): PlotProps | undefined => {
		if (!rows) return undefined;
		const points = withGaps<Point>(rows.map((r) => ({ at: instant(r.start), need: r })), (at) => ({ at, need: undefined }));
		return {
			label: t("requirement.chart_label", { queue: queue.name }),
			x: points.map((p) => p.at / 1000),
			series: [
				{ label: "roster", values: points.map((p) => p.need?.agents_on_roster ?? null), color: "--c-scheduled", step: true, width: 1.2 },
				{ label: "agents", values: points.map((p) => p.need?.agents ?? null), color: "--c-required", step: true, width: 1.8 },
			],
			ticks: Array.from({ length: 7 }, (_, i) => addDays(monday, i))
				.map((d) => ({ at: instantOf(d, 0, site.zone) / 1000, label: fmtDay(d) })),
			xRange: [instantOf(monday, 0, site.zone) / 1000, instantOf(addDays(monday, 7), 0, site.zone) / 1000],
			dayTicks: true,
			height: 300,
			yFormat: (v) => upTo(v, 1),
			readout: (i) => {
				const r = points[i]?.need;
				return r ? `${fmtDayTime(instant(r.start), site.zone)} · ${t("requirement.agents")} ${upTo(r.agents, 1)} · ${t("requirement.on_roster")} ${upTo(r.agents_on_roster, 1)} · ${t("requirement.service")} ${pct(r.service_level)}` : "";
			},
		};
	}, [rows, queue, site.zone, monday]);
	if (needs.error) return <ProblemBox error={needs.error} retry={needs.reload} />;
	if (!rows || !plot) return <Busy lines={6} />;
	const stepH = rows.length > 1 ? Math.min(...rows.slice(1, 60).map((r, i) => instant(r.start) - instant(rows[i]?.start ?? r.start))) / 3_600_000 : 0.5;
	const columns: Column<Requirement>[] = [
		{ key: "at", head: t("col.when"), cell: (r) => fmtDayTime(instant(r.start), site.zone), rowHead: true },
		{ key: "volume", head: t("requirement.volume"), cell: (r) => upTo(r.volume, 1), num: true },
		{ key: "aht", head: t("forecast.aht"), cell: (r) => `${num(r.aht_s)} s`, num: true },
		{ key: "agents", head: t("requirement.agents"), cell: (r) => upTo(r.agents, 2), num: true },
		{ key: "on", head: t("requirement.on_roster"), cell: (r) => upTo(r.agents_on_roster, 2), num: true },
		{ key: "sl", head: t("requirement.service"), cell: (r) => pct(r.service_level), num: true },
		{ key: "ab", head: t("requirement.abandoned"), cell: (r) => pct(r.abandoned_share), num: true },
		{ key: "asa", head: t("requirement.asa"), cell: (r) => clock(r.asa_s), num: true },
		{ key: "occ", head: t("requirement.occupancy"), cell: (r) => pct(r.occupancy), num: true },
	];
	const title = t("requirement.title", { queue: queue.name });
	return (
		<>
			<dl class="stats">
				<Stat label={t("requirement.volume_week")} value={num(rows.reduce((s, r) => s + r.volume, 0))} hint={tcode("channel", queue.channel)} />
				<Stat label={t("requirement.peak")} value={upTo(Math.max(0, ...rows.map((r) => r.agents)), 1)} />
				<Stat label={t("requirement.hours")} value={`${num(rows.reduce((s, r) => s + r.agents_on_roster, 0) * stepH)} h`} />
				<Stat label={t("requirement.service")} value={pct(meanOf(rows, (r) => r.service_level))} hint={targetText(queue)} />
				<Stat label={t("requirement.occupancy")} value={pct(meanOf(rows, (r) => r.occupancy))} />
			</dl>
			<ChartFrame title={title} chart={<Plot {...plot} />}
				table={() => <DataTable dense caption={title} columns={columns} rows={rows} rowKey={(r) => r.start} />}
				legend={(
					<>
						<LegendKey kind="line" color="--c-required">{t("requirement.agents")}</LegendKey>
						<LegendKey kind="line" color="--c-scheduled">{t("requirement.on_roster")}</LegendKey>
						<span class="muted small">{t("requirement.explain")}</span>
					</>
				)} />
		</>
	);
}

export default function RequirementView({ site, week }: PlanScope) {
	const queues = useQueues(site.id);
	const plans = useLoad(`plans ${site.id} ${week}`, (abort) => list<Plan>(`/plans${query({ site_id: site.id, week })}`, abort));
	const error = queues.error ?? plans.error;
	if (error) return <ProblemBox error={error} retry={() => { queues.reload(); plans.reload(); }} />;
	if (!queues.data || !plans.data) return <Busy lines={6} />;
	const plan = plans.data.reduce<Plan | undefined>((a, b) => (a && a.id > b.id ? a : b), undefined);
	const queue = queues.data.find((q) => String(q.id) === route.value.params.queue) ?? queues.data[0];
	if (!plan || !queue) return <Empty title={t("requirement.none")}><p>{t("requirement.none_lead")}</p></Empty>;
	return (
		<div class="stack">
			<div class="tools">
				<QueuePicker queues={queues.data} value={queue.id} />
				<span class="grow" />
				<span class="muted small">{t("requirement.made", { at: fmtMoment(instant(plan.created_at), site.zone) })}</span>
			</div>
			<RequirementChart site={site} week={week} plan={plan} queue={queue} />
		</div>
	);
}
