// SPDX-License-Identifier: GPL-3.0-or-later
// The roster's trial: service level promised by the formulas beside what the simulated weeks gave.
import { list } from "../lib/api";
import { clock, pct, upTo } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { fmtDay } from "../lib/time";
import type { Queue } from "../lib/types";
import type { TrialRow } from "../lib/types-trial";
import { Busy, Card, ProblemBox } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";

/** A difference that planners notice. */
const POINT = 0.01;

function tone(r: TrialRow): string {
	if (r.simulated == null || r.target == null) return "";
	return r.simulated >= r.target - POINT ? "good" : "bad";
}

function columns(name: (id: number) => string): Column<TrialRow>[] {
	return [
		{ key: "queue", head: t("col.queue"), rowHead: true, cell: (r) => name(r.queue_id), sort: (r) => name(r.queue_id) },
		{ key: "day", head: t("col.day"), cell: (r) => fmtDay(r.day), sort: (r) => r.day },
		{ key: "offered", head: t("trial.offered"), num: true, cell: (r) => upTo(r.offered, 0), sort: (r) => r.offered },
		{ key: "target", head: t("trial.target"), num: true, cell: (r) => pct(r.target, 0) },
		{ key: "promised", head: t("trial.promised"), num: true, cell: (r) => pct(r.promised), sort: (r) => r.promised },
		{
			key: "simulated", head: t("trial.simulated"), num: true, sort: (r) => r.simulated,
			cell: (r) => <span class={tone(r)} title={t("trial.interval", { low: pct(r.low), high: pct(r.high) })}>{pct(r.simulated)}</span>,
		},
		{ key: "spread", head: t("trial.spread"), num: true, cell: (r) => `${pct(r.sl_p10, 0)} – ${pct(r.sl_p90, 0)}` },
		{ key: "chance", head: t("trial.chance"), num: true, cell: (r) => pct(r.p_target, 0), sort: (r) => r.p_target },
		{ key: "abandoned", head: t("trial.abandoned"), num: true, cell: (r) => pct(r.abandoned_share), sort: (r) => r.abandoned_share },
		{ key: "asa", head: t("trial.asa"), num: true, cell: (r) => clock(r.asa_s), sort: (r) => r.asa_s },
	];
}

export function TrialCard({ roster, queues }: { roster: number; queues: Queue[] }) {
	const trial = useLoad(`trial ${roster}`, (abort) => list<TrialRow>(`/rosters/${roster}/trial`, abort));
	const name = (id: number) => queues.find((q) => q.id === id)?.name ?? String(id);
	return (
		<Card title={t("trial.title")} aside={<span class="muted small">{t("trial.weeks", { n: upTo(trial.data?.[0]?.replications, 0) })}</span>}>
			<p class="muted small">{t("trial.lead")}</p>
			{trial.error && <ProblemBox error={trial.error} retry={trial.reload} />}
			{!trial.data ? !trial.error && <Busy lines={4} /> : trial.data.length === 0 ? <p class="muted">{t("trial.none")}</p> : (
				<div class="scroll table-tall" tabIndex={0} role="group" aria-label={t("trial.title")}>
					<DataTable dense caption={t("trial.title")} columns={columns(name)} rows={trial.data}
						rowKey={(r) => `${r.queue_id}:${r.day}`} />
				</div>
			)}
		</Card>
	);
}
