// SPDX-License-Identifier: GPL-3.0-or-later
// How evenly weekends, early and late shifts are divided over the weeks published before.
import { useMemo, useState } from "preact/hooks";
import { list, query } from "../../lib/api";
import { inHours, num, signed, upTo } from "../../lib/format";
import { t, tn } from "../../lib/i18n";
import { useLoad } from "../../lib/load";
import type { Roster } from "../../lib/types";
import type { FairnessRow } from "../../lib/types-fair";
import { Busy, Card, Chip, ProblemBox, Select } from "../../ui/basic";
import { type Column, DataTable } from "../../ui/table";
import { WishWorth } from "./wish-worth";

export interface FairnessProps { roster: Roster }

type Figure = "weekend_shifts" | "early_shifts" | "late_shifts" | "burden";
const FIGURES: Figure[] = ["weekend_shifts", "early_shifts", "late_shifts", "burden"];
const WEEKS = [0, 4, 8, 13];
/** Less than this beyond the others is chance. */
const NOTABLE = 2;

/** What each week of a contract asks on the mean. */
type Means = Map<string, Record<Figure, number>>;

function meansOf(rows: FairnessRow[]): Means {
	const means: Means = new Map();
	for (const contract of new Set(rows.map((r) => r.contract))) {
		const mine = rows.filter((r) => r.contract === contract);
		const weeks = mine.reduce((sum, r) => sum + r.weeks, 0);
		means.set(contract, Object.fromEntries(FIGURES.map((f) => [f, mine.reduce((sum, r) => sum + r[f], 0) / weeks])) as Record<Figure, number>);
	}
	return means;
}

const beyond = (r: FairnessRow, f: Figure, means: Means) => r[f] - r.weeks * (means.get(r.contract)?.[f] ?? 0);

/** A figure, and how far it is from the mean where that is more than chance. */
function Marked({ row, figure, means }: { row: FairnessRow; figure: Figure; means: Means }) {
	const off = beyond(row, figure, means);
	return (
		<>
			{num(row[figure])}
			{Math.abs(off) >= NOTABLE && <small class={`delta ${off > 0 ? "bad" : "good"}`}>{signed(off, 1)}</small>}
		</>
	);
}

function columnsOf(means: Means): Column<FairnessRow>[] {
	const figure = (f: Figure, head: string): Column<FairnessRow> => ({
		key: f, head, num: true, sort: (r) => r[f] / r.weeks, cell: (r) => <Marked row={r} figure={f} means={means} />,
	});
	return [
		{
			key: "agent", head: t("board.agent"), rowHead: true, sort: (r) => r.agent,
			cell: (r) => <>{r.agent}<small class="muted block">{[r.contract, tn("fair.years", Math.floor(r.seniority_years))].join(" · ")}</small></>,
		},
		{ key: "difference", head: t("fair.difference"), num: true, sort: (r) => r.difference, cell: (r) => (
			<b class={Math.abs(r.difference) < NOTABLE ? "" : r.difference > 0 ? "bad" : "good"}>{signed(r.difference, 1)}</b>
		) },
		figure("weekend_shifts", t("fair.weekends")),
		figure("early_shifts", t("fair.early")),
		figure("late_shifts", t("fair.late")),
		{
			key: "wishes", head: t("fair.wishes"), num: true, sort: (r) => (r.wishes > 0 ? r.wishes_missed / r.wishes : null),
			cell: (r) => (r.wishes > 0 ? t("fair.of", { n: r.wishes - r.wishes_missed, all: r.wishes }) : "–"),
		},
		{ key: "shifts", head: t("evidence.shifts"), num: true, sort: (r) => r.shifts, cell: (r) => num(r.shifts) },
		{ key: "hours", head: t("fair.hours"), num: true, sort: (r) => r.paid_minutes, cell: (r) => inHours(r.paid_minutes / 60) },
		{ key: "weeks", head: t("fair.weeks"), num: true, sort: (r) => r.weeks, cell: (r) => num(r.weeks) },
	];
}

export default function Fairness({ roster }: FairnessProps) {
	const [weeks, setWeeks] = useState(8);
	const told = useLoad(`fairness ${roster.id} ${weeks}`, (abort) =>
		list<FairnessRow>(`/rosters/${roster.id}/fairness${query({ weeks })}`, abort), true);
	const rows = told.data;
	const means = useMemo(() => meansOf(rows ?? []), [rows]);
	const columns = columnsOf(means);
	const counted = Math.max(0, ...(rows ?? []).map((r) => r.weeks));
	const over = (rows ?? []).filter((r) => r.difference >= NOTABLE).length;
	return (
		<Card class="fair" title={t("fair.title")} aside={rows && <Chip tone={over ? "bad" : "good"}>{tn("fair.over", over)}</Chip>}>
			<p class="muted small">{t("fair.lead")}</p>
			<div class="tools tools-inline">
				<Select id="fair-weeks" label={t("fair.horizon")} value={String(weeks)} onPick={(w) => setWeeks(Number(w))}
					choices={WEEKS.map((w) => ({ value: String(w), label: w === 0 ? t("fair.only") : tn("fair.back", w) }))} />
				{rows && <span class="muted small">{tn("fair.counted", counted)}</span>}
			</div>
			{told.error && <ProblemBox error={told.error} retry={told.reload} />}
			{!rows ? !told.error && <Busy lines={6} /> : (
				<>
					<div class="scroll table-tall" id="fairness" tabIndex={0} role="group" aria-label={t("fair.title")}>
						<DataTable dense caption={t("fair.title")} columns={columns} rows={rows} rowKey={(r) => r.agent_id} sortBy="difference" descending />
					</div>
					<p class="muted small">{t("fair.legend", { n: upTo(NOTABLE, 1) })}</p>
				</>
			)}
			<WishWorth site={roster.site_id} />
		</Card>
	);
}
