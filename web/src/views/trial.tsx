// SPDX-License-Identifier: GPL-3.0-or-later
// The roster's trial: service level promised by the formulas beside what the simulated weeks gave.
import { list } from "../lib/api";
import { clock, pct, signedPct, upTo } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { fmtDay, fmtTime, instant } from "../lib/time";
import type { Queue } from "../lib/types";
import type { TrialGroup, TrialOutcome, TrialRow } from "../lib/types-trial";
import { Busy, Card, ProblemBox } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";

/** A difference that planners notice. */
const POINT = 0.01;

function tone(r: TrialRow): string {
	if (r.simulated == null || r.target == null) return "";
	return r.simulated >= r.target - POINT ? "good" : "bad";
}

/** More than a point, and more than chance would give. */
function differs(r: TrialRow): boolean {
	if (r.promised == null || r.simulated == null || r.low == null || r.high == null) return false;
	return Math.abs(r.promised - r.simulated) > POINT && (r.promised < r.low || r.promised > r.high);
}

/** What the trial found and what was done about it, in a sentence or two. */
function verdict(rows: TrialRow[], outcome: TrialOutcome | undefined): string {
	const off = rows.filter(differs);
	const worse = off.filter((r) => (r.simulated ?? 0) < (r.promised ?? 0)).length;
	const found = off.length === 0 ? t("trial.agrees", { rows: rows.length })
		: t("trial.differs", { n: off.length, rows: rows.length, better: off.length - worse, worse });
	const changed = rows.map((r) => r.correction).filter((c) => c !== 0);
	if (outcome === "corrected") {
		const low = signedPct(Math.min(...changed), 0);
		const high = signedPct(Math.max(...changed), 0);
		return `${found} ${t("trial.done_corrected", { n: changed.length, low, high })}`;
	}
	return off.length === 0 || outcome === undefined || outcome === "agrees" ? found : `${found} ${t(`trial.done_${outcome}`)}`;
}

function between(low: string, high: string) {
	return <small class="muted block">{low} – {high}</small>;
}

function columns(name: (id: number) => string, zone: string): Column<TrialRow>[] {
	return [
		{ key: "queue", head: t("col.queue"), rowHead: true, cell: (r) => name(r.queue_id), sort: (r) => name(r.queue_id) },
		{ key: "day", head: t("col.day"), cell: (r) => fmtDay(r.day), sort: (r) => r.day },
		{ key: "offered", head: t("trial.offered"), num: true, cell: (r) => upTo(r.offered, 0), sort: (r) => r.offered },
		{ key: "target", head: t("trial.target"), num: true, cell: (r) => pct(r.target, 0) },
		{ key: "promised", head: t("trial.promised"), num: true, cell: (r) => pct(r.promised), sort: (r) => r.promised },
		{
			key: "simulated", head: t("trial.simulated"), num: true, sort: (r) => r.simulated,
			cell: (r) => <><span class={tone(r)}>{pct(r.simulated)}</span>{between(pct(r.low), pct(r.high))}</>,
		},
		{
			key: "spread", head: t("trial.days"), num: true, sort: (r) => r.sl_p10,
			cell: (r) => `${pct(r.sl_p10, 0)} · ${pct(r.sl_p50, 0)} · ${pct(r.sl_p90, 0)}`,
		},
		{ key: "chance", head: t("trial.chance"), num: true, cell: (r) => pct(r.p_target, 0), sort: (r) => r.p_target },
		{
			key: "abandoned", head: t("trial.abandoned"), num: true, sort: (r) => r.abandoned_share,
			cell: (r) => <>{pct(r.abandoned_share)}{r.abandoned_low != null && between(pct(r.abandoned_low), pct(r.abandoned_high))}</>,
		},
		{
			key: "asa", head: t("trial.asa"), num: true, sort: (r) => r.asa_s,
			cell: (r) => <>{clock(r.asa_s)}{r.asa_low_s != null && between(clock(r.asa_low_s), clock(r.asa_high_s))}</>,
		},
		{
			key: "worst", head: t("trial.worst"), num: true, sort: (r) => r.worst_level,
			cell: (r) => (r.worst_start == null ? "–" : <>{pct(r.worst_level, 0)}<small class="muted block">{fmtTime(instant(r.worst_start), zone)}</small></>),
		},
	];
}

/** Occupancy by what people may take: one row a group, one column a day. */
function Occupancy({ groups, name }: { groups: TrialGroup[]; name: (id: number) => string }) {
	const days = [...new Set(groups.map((g) => g.day))].sort();
	const rows = [...new Map(groups.map((g) => [g.queue_ids.join(), g.queue_ids])).entries()];
	const of = (key: string, day: string) => groups.find((g) => g.day === day && g.queue_ids.join() === key);
	const share = (g: TrialGroup | undefined) => (g && g.present_hours > 0 ? g.busy_hours / g.present_hours : null);
	const hours = (key: string) => groups.filter((g) => g.queue_ids.join() === key).reduce((sum, g) => sum + g.present_hours, 0);
	return (
		<div class="scroll" tabIndex={0} role="group" aria-label={t("trial.occupancy")}>
			<DataTable dense caption={t("trial.occupancy")} rows={rows} rowKey={([key]) => key} columns={[
				{ key: "who", head: t("trial.who"), rowHead: true, cell: ([, ids]) => ids.map(name).join(" + ") },
				{ key: "hours", head: t("trial.present"), num: true, cell: ([key]) => upTo(hours(key), 0) },
				...days.map((day): Column<[string, number[]]> => ({
					key: day, head: fmtDay(day), num: true, cell: ([key]) => pct(share(of(key, day)), 0),
				})),
			]} />
		</div>
	);
}

interface Props { roster: number; queues: Queue[]; zone: string; outcome: TrialOutcome | undefined }

export function TrialCard({ roster, queues, zone, outcome }: Props) {
	const trial = useLoad(`trial ${roster}`, (abort) => list<TrialRow>(`/rosters/${roster}/trial`, abort));
	const groups = useLoad(`trial groups ${roster}`, (abort) => list<TrialGroup>(`/rosters/${roster}/trial-groups`, abort));
	const error = trial.error ?? groups.error;
	const name = (id: number) => queues.find((q) => q.id === id)?.name ?? String(id);
	return (
		<Card class="trial" title={t("trial.title")} aside={<span class="muted small">{t("trial.weeks", { n: upTo(trial.data?.[0]?.replications, 0) })}</span>}>
			<p class="muted small">{t("trial.lead")}</p>
			{error && <ProblemBox error={error} retry={() => { trial.reload(); groups.reload(); }} />}
			{!trial.data ? !error && <Busy lines={4} /> : trial.data.length === 0 ? <p class="muted">{t("trial.none")}</p> : (
				<>
					<p id="trial-verdict">{verdict(trial.data, outcome)}</p>
					<div class="scroll table-tall" tabIndex={0} role="group" aria-label={t("trial.title")}>
						<DataTable dense caption={t("trial.title")} columns={columns(name, zone)} rows={trial.data}
							rowKey={(r) => `${r.queue_id}:${r.day}`} />
					</div>
					{groups.data && groups.data.length > 0 && (
						<>
							<h3>{t("trial.occupancy")}</h3>
							<Occupancy groups={groups.data} name={name} />
						</>
					)}
				</>
			)}
		</Card>
	);
}
