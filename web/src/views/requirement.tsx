// SPDX-License-Identifier: GPL-3.0-or-later
// How many people each interval needs as the forecast's risk is taken, what that costs more, and what it brings.
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { PlotProps } from "../chart/plot";
import { get, list, query } from "../lib/api";
import { useQueues } from "../lib/catalogue";
import { newestForecast, withGaps } from "../lib/forecast";
import { clock, inHours, money, num, pct, signed, upTo } from "../lib/format";
import { t, tcode } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { route } from "../lib/route";
import { asked, choice, isPlain } from "../lib/staffing";
import { addDays, fmtDay, fmtDayTime, fmtMoment, instant, instantOf, mondayOfWeek } from "../lib/time";
import type { Forecast, Plan, Queue, RequiredDay, RequiredWeek, Site } from "../lib/types";
import { Busy, Card, ChartFrame, Empty, Icon, LegendKey, ProblemBox, Stat } from "../ui/basic";
import { lazy } from "../ui/lazy";
import { QueuePicker } from "../ui/queue";
import { type Column, DataTable } from "../ui/table";
import type { PlanScope } from "./planner";
import { QueueStaffingCard } from "./queue-staffing";
import { ShrinkageCard } from "./shrinkage";
import { SiteNeed } from "./site-need";
import { choiceText, StaffingPicker } from "./staffing-choice";

const Plot = lazy<PlotProps>(() => import("../chart/plot"));

type Row = RequiredWeek["intervals"][number];
interface Point { at: number; need: Row | undefined }
function meanOf(rows: Row[], pick: (r: Row) => number | null): number | null {
	const known = rows.flatMap((r) => { const value = pick(r); return value == null ? [] : [{ value, weight: r.volume }]; });
	const weight = known.reduce((s, r) => s + r.weight, 0);
	return weight > 0 ? known.reduce((s, r) => s + r.value * r.weight, 0) / weight : null;
}

function targetText(q: Queue): string {
	return q.target_share != null && q.target_s != null
		? t("requirement.target", { share: pct(q.target_share, 0), within: clock(q.target_s) }) : "";
}

/** The most that this way costs and brings beside the point forecast. */
function Beside({ w }: { w: RequiredWeek }) {
	const { chosen, point } = w;
	const plain = isPlain({ risk: w.risk, over: w.over, probability: 0 });
	const more = (value: string) => (plain ? {} : { hint: t("risk.beside", { value }) });
	const points = chosen.p_target != null && point.p_target != null ? signed((chosen.p_target - point.p_target) * 100, 0) : "";
	const currency = w.currency ?? undefined;
	return (
		<>
			<Stat label={t("requirement.peak")} value={upTo(chosen.peak, 1)} {...more(signed(chosen.peak - point.peak, 0))} />
			<Stat label={t("requirement.hours")} value={inHours(chosen.roster_hours)} {...more(`${signed(chosen.roster_hours - point.roster_hours, 0)} h`)} />
			<Stat label={t("risk.cost")} value={money(chosen.cost_cents, currency)}
				{...more(`${chosen.cost_cents > point.cost_cents ? "+" : ""}${money(chosen.cost_cents - point.cost_cents, currency)}`)} />
			<Stat label={t("risk.p_target")} value={pct(chosen.p_target, 0)}
				{...(chosen.p_target == null ? w.reason !== "asked" && { hint: t(`risk.reason_${w.reason}`) }
					: { hint: `${t("risk.least_day", { p: pct(chosen.p_least, 0) })}${plain ? "" : ` · ${t("risk.beside_points", { value: points })}`}` })} />
		</>
	);
}

/** What becomes of work that may wait, and what idle time does of it. */
function Deferred({ w }: { w: RequiredWeek }) {
	const d = w.deferred;
	if (d == null) return null;
	return (
		<>
			<Stat label={t("defer.in_time")} value={pct(d.in_time)}
				{...(d.late_hours > 0.05 ? { hint: t("defer.late", { hours: inHours(d.late_hours) }) } : {})} />
			<Stat label={t("defer.idle")} value={inHours(d.idle_used_hours)}
				hint={t("defer.idle_of", { hours: inHours(d.idle_hours), share: pct(d.idle_share, 0) })} />
			<Stat label={t("defer.saved")} value={inHours(d.alone_agent_hours - w.chosen.agent_hours)}
				hint={t("defer.saved_of", { hours: inHours(d.alone_agent_hours) })} />
			<Stat label={t("defer.backlog")} value={inHours(d.backlog_hours)}
				{...(d.carried_hours > 0.05 ? { hint: t("defer.carried", { hours: inHours(d.carried_hours) }) } : {})} />
		</>
	);
}

function Unmet({ w, queue, site }: { w: RequiredWeek; queue: Queue; site: Site }) {
	const { unmet } = w;
	if (unmet.count === 0 || unmet.start == null) return null;
	const counters = queue.channel === "walk_in" && site.counters != null;
	return (
		<div class="notice notice-warn" id="unmet">
			<Icon name="warn" />
			<p>{t(unmet.agents == null ? "risk.unmet_days" : counters ? "risk.unmet_counters" : "risk.unmet", {
				n: num(unmet.count), of: num(unmet.of), counters: site.counters ?? 0, agents: num(unmet.agents), p: pct(unmet.p_target, 0),
				level: pct(unmet.service_level), within: clock(queue.target_s ?? 0), at: fmtDayTime(instant(unmet.start), site.zone),
			})}</p>
		</div>
	);
}

function Days({ w, queue }: { w: RequiredWeek; queue: Queue }) {
	if (w.days.length === 0) return null;
	const columns: Column<RequiredDay>[] = [
		{ key: "day", head: t("col.day"), rowHead: true, cell: (d) => fmtDay(d.day) },
		{ key: "volume", head: t("requirement.volume"), num: true, cell: (d) => num(d.offered) },
		{ key: "hours", head: t("requirement.agents"), num: true, cell: (d) => <>{inHours(d.agent_hours)} {d.agent_hours !== d.point_agent_hours && <small class="muted">{signed(d.agent_hours - d.point_agent_hours, 1)}</small>}</> },
		{ key: "sl", head: t("requirement.service"), num: true, cell: (d) => pct(d.service_level) },
		{ key: "spread", head: t("trial.spread"), num: true, cell: (d) => (d.sl_p10 == null ? "–" : `${pct(d.sl_p10, 0)} – ${pct(d.sl_p90, 0)}`) },
		{ key: "chance", head: t("risk.p_target"), num: true, cell: (d) => pct(d.p_target, 0) },
		{ key: "point", head: t("risk.p_point"), num: true, cell: (d) => pct(d.point_p_target, 0) },
	];
	return (
		<Card title={t("risk.days", { queue: queue.name })}>
			<p class="muted small">{t("risk.days_lead")}{w.least != null && ` ${t("risk.least", { level: pct(w.least, 0) })}`}</p>
			<div class="scroll" tabIndex={0} role="group" aria-label={t("risk.days", { queue: queue.name })}>
				<DataTable dense caption={t("risk.days", { queue: queue.name })} columns={columns} rows={w.days} rowKey={(d) => d.day} />
			</div>
		</Card>
	);
}

function columnsOf(zone: string, deferred: boolean): Column<Row>[] {
	const own: Column<Row>[] = deferred
		? [
			{ key: "idle", head: t("defer.idle"), cell: (r) => `${upTo((r.idle_s ?? 0) / 3600, 1)} h`, num: true },
			{ key: "backlog", head: t("defer.waiting"), cell: (r) => `${upTo((r.backlog_s ?? 0) / 3600, 1)} h`, num: true },
		]
		: [{ key: "ab", head: t("requirement.abandoned"), cell: (r) => pct(r.abandoned_share), num: true }];
	return [
		{ key: "at", head: t("col.when"), cell: (r) => fmtDayTime(instant(r.start), zone), rowHead: true },
		{ key: "volume", head: t("requirement.volume"), cell: (r) => upTo(r.volume, 1), num: true },
		{ key: "aht", head: t("forecast.aht"), cell: (r) => `${num(r.aht_s)} s`, num: true },
		{ key: "agents", head: t("requirement.agents"), cell: (r) => upTo(r.agents, 2), num: true },
		{ key: "on", head: t("requirement.on_roster"), cell: (r) => upTo(r.agents_on_roster, 2), num: true },
		{ key: "sl", head: t("requirement.service"), cell: (r) => pct(r.service_level), num: true },
		...own,
		{ key: "asa", head: t("requirement.asa"), cell: (r) => clock(r.asa_s), num: true },
		{ key: "occ", head: t("requirement.occupancy"), cell: (r) => pct(r.occupancy), num: true },
	];
}

function RequirementChart({ site, week, w, queue }: PlanScope & { w: RequiredWeek; queue: Queue }) {
	const monday = mondayOfWeek(week);
	const rows = w.intervals;
	const plot = useMemo((): PlotProps => {
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
	const title = t("requirement.title", { queue: queue.name });
	return (
		<ChartFrame title={title} chart={<Plot {...plot} />}
			table={() => <DataTable dense caption={title} columns={columnsOf(site.zone, w.deferred != null)} rows={rows} rowKey={(r) => r.start} />}
			legend={(
				<>
					<LegendKey kind="line" color="--c-required">{t("requirement.agents")}</LegendKey>
					<LegendKey kind="line" color="--c-scheduled">{t("requirement.on_roster")}</LegendKey>
					<span class="muted small">{t("requirement.explain", { share: pct(w.unplanned) })}</span>
				</>
			)} />
	);
}

function Need({ site, week, forecast, queue, children }: PlanScope & { forecast: Forecast; queue: Queue; children: ComponentChildren }) {
	const how = asked(choice.value);
	const needs = useLoad(`need ${forecast.id} ${queue.id} ${JSON.stringify(how)}`, (abort) =>
		get<RequiredWeek>(`/forecasts/${forecast.id}/requirement${query({ queue_id: queue.id, week, ...how })}`, abort));
	const w = needs.data;
	return (
		<>
			{needs.error && <ProblemBox error={needs.error} retry={needs.reload} />}
			{w ? (
				<>
					<Unmet w={w} queue={queue} site={site} />
					<dl class="stats" id="need">
						<Stat label={t("requirement.volume_week")} value={num(w.intervals.reduce((s, r) => s + r.volume, 0))}
							hint={w.discount > 0 ? t("risk.without_redials", { off: pct(w.discount) }) : tcode("channel", queue.channel)} />
						<Beside w={w} />
						<Deferred w={w} />
						<Stat label={t("requirement.service")} value={pct(w.chosen.service_level ?? meanOf(w.intervals, (r) => r.service_level))} hint={targetText(queue)} />
						<Stat label={t("requirement.occupancy")} value={pct(meanOf(w.intervals, (r) => r.occupancy))} />
					</dl>
					<RequirementChart site={site} week={week} w={w} queue={queue} />
					<Days w={w} queue={queue} />
				</>
			) : !needs.error && <Busy lines={6} />}
			{children}
			<ShrinkageCard site={site} changed={needs.reload} />
			<QueueStaffingCard key={queue.id} queue={queue} changed={needs.reload} />
		</>
	);
}

export default function RequirementView({ site, week }: PlanScope) {
	const queues = useQueues(site.id);
	const forecast = useLoad(`newest ${site.id} ${week}`, async () => (await newestForecast(site, week)) ?? null);
	const plans = useLoad(`plans ${site.id} ${week}`, (abort) => list<Plan>(`/plans${query({ site_id: site.id, week })}`, abort));
	const error = queues.error ?? forecast.error ?? plans.error;
	if (error) return <ProblemBox error={error} retry={() => { queues.reload(); forecast.reload(); plans.reload(); }} />;
	if (!queues.data || forecast.data === undefined || !plans.data) return <Busy lines={6} />;
	const plan = plans.data.reduce<Plan | undefined>((a, b) => (a && a.id > b.id ? a : b), undefined);
	const queue = queues.data.find((q) => String(q.id) === route.value.params.queue) ?? queues.data[0];
	if (!forecast.data || !queue) return <Empty title={t("requirement.none")}><p>{t("requirement.none_lead")}</p></Empty>;
	return (
		<div class="stack">
			<div class="tools">
				<QueuePicker queues={queues.data} value={queue.id} />
				<StaffingPicker />
				<span class="grow" />
				{plan && <span class="muted small">{t("risk.plan", { at: fmtMoment(instant(plan.created_at), site.zone), how: choiceText(plan) })}</span>}
			</div>
			<Need site={site} week={week} forecast={forecast.data} queue={queue}>
				<SiteNeed forecast={forecast.data} week={week} queues={queues.data} />
			</Need>
		</div>
	);
}
