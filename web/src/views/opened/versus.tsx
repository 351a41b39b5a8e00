// SPDX-License-Identifier: GPL-3.0-or-later
// Two versions of the week tried on the same simulated contacts: what service, cost and people differ.
import { duration, money, pct, signed, upTo } from "../../lib/format";
import { t, tn } from "../../lib/i18n";
import { fmtDay, fmtSpan, instant } from "../../lib/time";
import type { Queue } from "../../lib/types";
import type { ComparedRow, RosterChange, RosterComparison } from "../../lib/types-trial";
import { Chip, Stat } from "../../ui/basic";
import { type Column, DataTable } from "../../ui/table";

/** 95 % sure that they differ, and by something that a planner would notice. */
const NOTICED = 0.0005;
const better = (r: ComparedRow) => r.low !== null && r.low > 0 && (r.difference ?? 0) > NOTICED;
const worse = (r: ComparedRow) => r.high !== null && r.high < 0 && (r.difference ?? 0) < -NOTICED;
const points = (share: number | null) => signed(share === null ? null : 100 * share, 1);
const changeTone = { added: "good", removed: "bad", moved: "plain", activities: "quiet" } as const;

function span(from: string | null, until: string | null, zone: string): string {
	return from && until ? fmtSpan(instant(from), instant(until), zone) : "–";
}

/** One plain sentence. */
function verdict(c: RosterComparison): string {
	const up = c.rows.filter(better).length;
	const down = c.rows.filter(worse).length;
	const n = { first: c.first.version, second: c.second.version, up, down, rows: c.rows.length };
	if (up === 0 && down === 0) return t("versus.same", n);
	return up === 0 ? t("versus.worse", n) : down === 0 ? t("versus.better", n) : t("versus.mixed", n);
}

export interface VersusProps { told: RosterComparison; queues: Queue[]; zone: string; currency: string | undefined }

export default function Versus({ told, queues, zone, currency }: VersusProps) {
	const name = (id: number) => queues.find((q) => q.id === id)?.name ?? String(id);
	const first = t("version.name", { n: told.first.version });
	const second = t("version.name", { n: told.second.version });
	const columns: Column<ComparedRow>[] = [
		{ key: "queue", head: t("col.queue"), rowHead: true, cell: (r) => name(r.queue_id), sort: (r) => name(r.queue_id) },
		{ key: "day", head: t("col.day"), cell: (r) => fmtDay(r.day), sort: (r) => r.day },
		{ key: "first", head: first, num: true, cell: (r) => pct(r.first), sort: (r) => r.first },
		{ key: "second", head: second, num: true, cell: (r) => pct(r.second), sort: (r) => r.second },
		{
			key: "difference", head: t("versus.difference"), num: true, sort: (r) => r.difference,
			cell: (r) => <b class={better(r) ? "good" : worse(r) ? "bad" : "muted"}>{points(r.difference)}</b>,
		},
		{ key: "sure", head: t("versus.interval"), num: true, cell: (r) => `${points(r.low)} … ${points(r.high)}` },
		{ key: "chance", head: t("versus.chance"), num: true, cell: (r) => `${pct(r.first_p_target, 0)} → ${pct(r.second_p_target, 0)}` },
		{ key: "abandoned", head: t("trial.abandoned"), num: true, cell: (r) => `${pct(r.first_abandoned)} → ${pct(r.second_abandoned)}` },
	];
	const changes: Column<RosterChange>[] = [
		{ key: "agent", head: t("board.agent"), rowHead: true, cell: (c) => c.agent, sort: (c) => c.agent },
		{ key: "day", head: t("col.day"), cell: (c) => fmtDay(c.day), sort: (c) => c.day },
		{ key: "change", head: t("publish.change"), cell: (c) => <Chip tone={changeTone[c.change]}>{c.change === "activities" ? t("versus.activities") : t(`change.${c.change}`)}</Chip>, sort: (c) => c.change },
		{ key: "first", head: first, cell: (c) => span(c.first_start, c.first_end, zone) },
		{ key: "second", head: second, cell: (c) => span(c.second_start, c.second_end, zone) },
	];
	const minutes = told.second.paid_minutes - told.first.paid_minutes;
	const cents = told.second.pay_cents - told.first.pay_cents;
	const sign = (n: number) => (n > 0 ? "+" : n < 0 ? "−" : "");
	return (
		<div class="stack">
			<p id="versus-verdict"><b>{verdict(told)}</b> <span class="muted">{t("versus.weeks", { n: upTo(told.weeks, 0) })}</span></p>
			<dl class="stats">
				<Stat label={t("evidence.pay")} value={money(told.second.pay_cents, currency)} hint={`${sign(cents)}${money(Math.abs(cents), currency)}`} />
				<Stat label={t("versus.hours")} value={duration(told.second.paid_minutes)} hint={`${sign(minutes)}${duration(Math.abs(minutes))}`} />
				<Stat label={t("evidence.shifts")} value={upTo(told.second.shifts, 0)} hint={signed(told.second.shifts - told.first.shifts, 0)} />
				<Stat label={t("versus.short")} value={upTo(told.second.short_hours, 1)} hint={signed(told.second.short_hours - told.first.short_hours, 1)} />
			</dl>
			<div class="scroll table-mid" tabIndex={0} role="group" aria-label={t("versus.rows")}>
				<DataTable dense caption={t("versus.rows")} columns={columns} rows={told.rows} rowKey={(r) => `${r.queue_id}:${r.day}`} />
			</div>
			<h3>{t("versus.changes")} <Chip>{tn("publish.people", new Set(told.changes.map((c) => c.agent_id)).size)}</Chip></h3>
			{told.changes.length > 0 && (
				<div class="scroll table-mid" tabIndex={0} role="group" aria-label={t("versus.changes")}>
					<DataTable dense caption={t("versus.changes")} columns={changes} rows={told.changes} rowKey={(c) => `${c.agent_id} ${c.day}`} />
				</div>
			)}
		</div>
	);
}
