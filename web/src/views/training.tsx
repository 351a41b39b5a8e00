// SPDX-License-Identifier: GPL-3.0-or-later
// What a week needs of people who share queues, group by group, and what teaching them more would save.
import { useState } from "preact/hooks";
import { list, query } from "../lib/api";
import { newestForecast } from "../lib/forecast";
import { inHours, num, pct, upTo } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import type { CrossTraining, Job, Queue } from "../lib/types";
import { Button, Card, Stat } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";
import { JobPanel, useJob } from "./job";
import type { PlanScope } from "./planner";

type Named = (id: number) => string;

function Scenarios({ r }: { r: CrossTraining }) {
	const alone = r.scenarios[0]?.person_hours ?? 0;
	return (
		<DataTable dense caption={t("training.scenarios")} rows={r.scenarios} rowKey={(s) => s.training} columns={[
			{ key: "who", head: t("training.who"), rowHead: true, cell: (s) => t(`training.${s.training}`) },
			{ key: "people", head: t("training.most"), num: true, cell: (s) => num(s.people) },
			{ key: "hours", head: t("training.hours"), num: true, cell: (s) => inHours(s.person_hours) },
			{ key: "saved", head: t("training.saved"), num: true, cell: (s) => `${inHours(alone - s.person_hours)} (${pct(alone > 0 ? 1 - s.person_hours / alone : 0)})` },
		]} />
	);
}

function Groups({ r, name }: { r: CrossTraining; name: Named }) {
	const columns: Column<CrossTraining["groups"][number]>[] = [
		{ key: "queues", head: t("training.take"), rowHead: true, cell: (g) => g.queues.map(name).join(" + ") },
		{ key: "agents", head: t("training.agents"), num: true, cell: (g) => num(g.agents) },
		{ key: "peak", head: t("training.most"), num: true, cell: (g) => num(g.peak) },
		{ key: "hours", head: t("training.hours"), num: true, cell: (g) => inHours(g.person_hours) },
	];
	return <DataTable dense caption={t("training.groups")} columns={columns} rows={r.groups} rowKey={(g) => g.queues.join()} />;
}

function Queues({ r, name }: { r: CrossTraining; name: Named }) {
	const columns: Column<CrossTraining["queues"][number]>[] = [
		{ key: "queue", head: t("training.queue"), rowHead: true, cell: (q) => name(q.queue_id) },
		{ key: "alone", head: t("training.alone_hours"), num: true, cell: (q) => inHours(q.alone_hours) },
		{ key: "shared", head: t("training.shared_hours"), num: true, cell: (q) => inHours(q.shared_hours) },
		{ key: "peak", head: t("training.most"), num: true, cell: (q) => `${upTo(q.alone_peak, 1)} → ${upTo(q.shared_peak, 1)}` },
	];
	return <DataTable dense caption={t("training.queues")} columns={columns} rows={r.queues} rowKey={(q) => q.queue_id} />;
}

function Result({ r, name }: { r: CrossTraining; name: Named }) {
	const best = r.pairs[0];
	return (
		<div class="stack" id="training-result">
			<dl class="stats">
				<Stat label={t("training.alone_hours")} value={inHours(r.alone_hours)} />
				<Stat label={t("training.shared_hours")} value={inHours(r.shared_hours)}
					{...(r.unmet > 0 ? { tone: "bad" as const, hint: t("training.unmet", { n: num(r.unmet) }) } : {})} />
				<Stat label={t("training.saved")} value={inHours(r.alone_hours - r.shared_hours)} />
				{best && <Stat label={t("training.pair")} value={inHours(best.saved_person_hours)} hint={`${name(best.queue_id)} + ${name(best.other_id)}`} />}
			</dl>
			<Scenarios r={r} />
			<Groups r={r} name={name} />
			<Queues r={r} name={name} />
			<p class="muted small">{t("training.sure")}</p>
		</div>
	);
}

/** The newest answer there is for the week. */
async function lastResult(site: number, week: string, abort: AbortSignal): Promise<CrossTraining | null> {
	const jobs = await list<Job>(`/jobs${query({ kind: "cross_training", state: "done", limit: 100 })}`, abort);
	const results = jobs.map((j) => j.result as unknown as CrossTraining | null);
	return results.find((r) => r?.site_id === site && r.week === week) ?? null;
}

export default function Training({ site, week, queues }: PlanScope & { queues: Queue[] }) {
	const [fresh, setFresh] = useState<CrossTraining>();
	const forecast = useLoad(`newest ${site.id} ${week}`, async () => (await newestForecast(site, week)) ?? null);
	const kept = useLoad(`training ${site.id} ${week}`, (abort) => lastResult(site.id, week, abort));
	const job = useJob(`training ${site.id} ${week}`, (done) => setFresh(done.result as unknown as CrossTraining));
	const now = fresh?.site_id === site.id && fresh.week === week ? fresh : kept.data;
	const name = (id: number) => queues.find((q) => q.id === id)?.name ?? String(id);
	const ask = () => {
		if (forecast.data) void job.start("/cross-training", { site_id: site.id, week, forecast_id: forecast.data.id });
	};
	return (
		<Card title={t("training.title")} aside={<Button id="training-ask" onClick={ask} disabled={!forecast.data || job.running}>{t("training.ask")}</Button>}>
			<p class="muted small">{t("training.lead")} {forecast.data === null && t("requirement.none")}</p>
			<JobPanel state={job} title={t("training.title")} />
			{now && <Result r={now} name={name} />}
		</Card>
	);
}
