// SPDX-License-Identifier: GPL-3.0-or-later
// The calculator: one interval of one queue, what fewer and more people would give, and what they cost.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { PlotProps } from "../chart/plot";
import { get, query } from "../lib/api";
import { useQueues } from "../lib/catalogue";
import { clock, money, num, pct, upTo } from "../lib/format";
import { type Key, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { route } from "../lib/route";
import type { Queue, WhatIf, WhatIfPoint } from "../lib/types";
import { Busy, Card, ChartFrame, LegendKey, ProblemBox, Stat } from "../ui/basic";
import { lazy } from "../ui/lazy";
import { QueuePicker } from "../ui/queue";
import { type Column, DataTable } from "../ui/table";
import type { PlanScope } from "./planner";

const Plot = lazy<PlotProps>(() => import("../chart/plot"));
const Training = lazy<PlanScope & { queues: Queue[] }>(() => import("./training"));

/** What people type, in the units they think in. */
interface Inputs { volume: number; minutes: number; aht: number; patience: number; within: number; target: number; shrinkage: number; hour: number }
const START: Inputs = { volume: 180, minutes: 30, aht: 300, patience: 180, within: 20, target: 80, shrinkage: 30, hour: 10 };
const FIELDS: { key: keyof Inputs; name: Key; unit?: Key; min: number; max: number; step: number }[] = [
	{ key: "volume", name: "whatif.volume", unit: "whatif.contacts", min: 0, max: 100000, step: 1 },
	{ key: "minutes", name: "whatif.interval", unit: "whatif.minutes", min: 5, max: 1440, step: 5 },
	{ key: "aht", name: "whatif.aht", unit: "whatif.seconds", min: 1, max: 86400, step: 1 },
	{ key: "patience", name: "whatif.patience", unit: "whatif.seconds_none", min: 0, max: 86400, step: 1 },
	{ key: "target", name: "whatif.target", unit: "whatif.percent", min: 1, max: 99.9, step: 0.1 },
	{ key: "within", name: "whatif.within", unit: "whatif.seconds", min: 0, max: 86400, step: 1 },
	{ key: "shrinkage", name: "whatif.shrinkage", unit: "whatif.percent", min: 0, max: 95, step: 0.5 },
	{ key: "hour", name: "whatif.hour", min: 0, max: 100000, step: 0.01 },
];

type Field = typeof FIELDS[number];
const fits = (f: Field, v: Inputs): boolean => v[f.key] >= f.min && v[f.key] <= f.max;

/** Why a figure is not taken: what no number of people can do is said as such. */
function refusal(f: Field, value: number): string {
	if (f.key === "target" && value > f.max) return t("whatif.bad_target", { max: num(f.max, 1) });
	if (f.key === "aht" && value < f.min) return t("whatif.bad_aht");
	return t("whatif.bad_range", { min: upTo(f.min, 2), max: upTo(f.max, 2) });
}

const ask = (q: Queue | undefined, v: Inputs) => `/what-if${query({
	channel: q?.channel ?? "voice", concurrency: q?.concurrency ?? 1, volume: v.volume, interval_min: v.minutes, aht_s: v.aht, within_s: v.within, target: v.target / 100,
	shrinkage: v.shrinkage / 100, hour_cents: v.hour * 100, ...(v.patience > 0 ? { patience_s: v.patience } : {}),
})}`;

/** The answer follows the typing, a moment behind it. */
function useSettled<T>(value: T, ms: number): T {
	const [settled, setSettled] = useState(value);
	useEffect(() => {
		const timer = setTimeout(() => setSettled(value), ms);
		return () => clearTimeout(timer);
	}, [value, ms]);
	return settled;
}

function chartOf(w: WhatIf, target: number): PlotProps {
	const x = w.points.map((p) => p.agents);
	const every = Math.max(1, Math.ceil(x.length / 12));
	return {
		label: t("whatif.chart_label"),
		x,
		series: [
			{ label: "target", values: x.map(() => target), color: "--c-mark", dash: [4, 4], width: 1 },
			{ label: "occupancy", values: w.points.map((p) => p.occupancy), color: "--c-scheduled", width: 1.4 },
			{ label: "abandoned", values: w.points.map((p) => p.abandoned_share), color: "--c-history", width: 1.4 },
			{ label: "service", values: w.points.map((p) => p.service_level), color: "--c-forecast", width: 2 },
		],
		marks: [{ at: w.agents, label: String(w.agents), color: "--c-mark-2" }],
		ticks: x.filter((_, i) => i % every === 0).map((n) => ({ at: n, label: upTo(n, 0) })),
		height: 300,
		yFromZero: true,
		yFormat: (v) => pct(v, 0),
		readout: (i) => {
			const p = w.points[i];
			return p ? `${upTo(p.agents, 0)} · ${t("whatif.service")} ${pct(p.service_level)} · ${t("whatif.abandoned")} ${pct(p.abandoned_share)} · ${t("whatif.asa")} ${clock(p.asa_s)} · ${t("whatif.occupancy")} ${pct(p.occupancy)}` : "";
		},
	};
}

function columns(): Column<WhatIfPoint>[] {
	return [
		{ key: "agents", head: t("whatif.agents"), rowHead: true, num: true, cell: (p) => upTo(p.agents, 0) },
		{ key: "roster", head: t("whatif.on_roster"), num: true, cell: (p) => upTo(p.on_roster, 0) },
		{ key: "service", head: t("whatif.service"), num: true, cell: (p) => pct(p.service_level) },
		{ key: "abandoned", head: t("whatif.abandoned"), num: true, cell: (p) => pct(p.abandoned_share) },
		{ key: "asa", head: t("whatif.asa"), num: true, cell: (p) => clock(p.asa_s) },
		{ key: "occupancy", head: t("whatif.occupancy"), num: true, cell: (p) => pct(p.occupancy) },
		{ key: "cost", head: t("whatif.cost"), num: true, cell: (p) => money(p.cost_cents, undefined) },
	];
}

function Answer({ w, target }: { w: WhatIf; target: number }) {
	const plot = useMemo(() => chartOf(w, target), [w, target]);
	const chosen = w.points.find((p) => p.agents === w.agents);
	return (
		<>
			<dl class="stats">
				<Stat label={t("whatif.agents")} value={upTo(w.agents, 0)} {...(w.met ? {} : { tone: "bad", hint: t("whatif.not_met") })} />
				<Stat label={t("whatif.on_roster")} value={upTo(w.on_roster, 0)} />
				<Stat label={t("whatif.load")} value={upTo(w.load_erl, 1)} />
				<Stat label={t("whatif.service")} value={pct(chosen?.service_level)} />
				<Stat label={t("whatif.abandoned")} value={pct(chosen?.abandoned_share)} />
				<Stat label={t("whatif.asa")} value={clock(chosen?.asa_s)} />
				<Stat label={t("whatif.occupancy")} value={pct(chosen?.occupancy)} />
				<Stat label={t("whatif.cost")} value={money(chosen?.cost_cents, undefined)} />
			</dl>
			<ChartFrame title={t("whatif.curve")} chart={<Plot {...plot} />}
				legend={<>
					<LegendKey kind="line" color="--c-forecast">{t("whatif.service")}</LegendKey>
					<LegendKey kind="line" color="--c-history">{t("whatif.abandoned")}</LegendKey>
					<LegendKey kind="line" color="--c-scheduled">{t("whatif.occupancy")}</LegendKey>
					<LegendKey kind="dash" color="--c-mark">{t("whatif.target")}</LegendKey>
				</>}
				table={() => <DataTable dense caption={t("whatif.curve")} columns={columns()} rows={w.points} rowKey={(p) => p.agents} />} />
			<Card title={t("whatif.lines")} aside={<span class="muted small">{t("whatif.lines_load", { load: upTo(w.lines_load_erl, 1) })}</span>}>
				<DataTable dense caption={t("whatif.lines")} rows={w.lines} rowKey={(l) => l.blocked_share} columns={[
					{ key: "share", head: t("whatif.blocked"), rowHead: true, num: true, cell: (l) => pct(l.blocked_share) },
					{ key: "lines", head: t("whatif.line_count"), num: true, cell: (l) => upTo(l.lines, 0) },
				]} />
			</Card>
		</>
	);
}

/** The queue's own targets where it has some. */
function withQueue(v: Inputs, q: Queue | undefined): Inputs {
	if (!q) return v;
	return {
		...v, minutes: q.interval_min, aht: q.aht_s ?? v.aht, patience: q.patience_s ?? 0,
		target: q.target_share == null ? v.target : q.target_share * 100, within: q.target_s ?? v.within,
	};
}

const LIVE = ["voice", "chat", "walk_in"];

export default function WhatIfView({ site, week }: PlanScope) {
	const queues = (useQueues(site.id).data ?? []).filter((q) => LIVE.includes(q.channel));
	const queue = queues.find((q) => String(q.id) === route.value.params.queue) ?? queues[0];
	const [inputs, setInputs] = useState(START);
	useEffect(() => setInputs((v) => withQueue(v, queue)), [queue?.id]);
	const good = FIELDS.every((f) => fits(f, inputs));
	const asked = useSettled(good ? ask(queue, inputs) : null, 150);
	const answer = useLoad<WhatIf>(asked, (abort) => get<WhatIf>(asked as string, abort), true);
	return (
		<div class="stack">
			<p class="muted small">{t("whatif.lead")}</p>
			<div class="tools tools-inline whatif-inputs">
				{queue && <QueuePicker queues={queues} value={queue.id} />}
				{FIELDS.map((f) => (
					<label key={f.key} class="field">
						<span class="field-label">{t(f.name)} {f.unit && <span class="muted">({t(f.unit)})</span>}</span>
						<input type="number" id={`whatif-${f.key}`} min={f.min} max={f.max} step={f.step} value={Number.isNaN(inputs[f.key]) ? "" : inputs[f.key]}
							aria-invalid={!fits(f, inputs)}
							aria-describedby={fits(f, inputs) ? undefined : `whatif-${f.key}-bad`}
							onInput={(e) => setInputs({ ...inputs, [f.key]: e.currentTarget.valueAsNumber })} />
						{!fits(f, inputs) && <small class="bad" id={`whatif-${f.key}-bad`}>{refusal(f, inputs[f.key])}</small>}
					</label>
				))}
			</div>
			{answer.error && <ProblemBox error={answer.error} retry={answer.reload} />}
			{answer.data ? <Answer w={answer.data} target={inputs.target / 100} /> : !answer.error && <Busy lines={6} />}
			{queues.length > 1 && <Training key={site.id} site={site} week={week} queues={queues} />}
		</div>
	);
}
