// SPDX-License-Identifier: GPL-3.0-or-later
// Absence measured beside the planner's figure: one click takes it, or lets each weekday's own past speak.
import { useState } from "preact/hooks";
import { call, get } from "../lib/api";
import { hours, pct } from "../lib/format";
import { t } from "../lib/i18n";
import { toast } from "../lib/live";
import { useLoad } from "../lib/load";
import { addDays, fmtDate } from "../lib/time";
import type { Shrinkage, ShrinkageWeekday, Site } from "../lib/types";
import { Busy, Button, Card, ProblemBox, problemText, Stat } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";

/** Of 1 Monday to 7 Sunday; 1 January 2024 was a Monday. */
const weekdayName = (weekday: number): string => fmtDate(addDays("2024-01-01", weekday - 1), { weekday: "long" });

function columns(): Column<ShrinkageWeekday>[] {
	return [
		{ key: "day", head: t("shrink.weekday"), rowHead: true, cell: (w) => weekdayName(w.weekday) },
		{ key: "days", head: t("shrink.days"), num: true, cell: (w) => w.days },
		{ key: "lost", head: t("shrink.lost"), num: true, cell: (w) => hours(w.unplanned_s) },
		{ key: "base", head: t("shrink.of"), num: true, cell: (w) => hours(w.base_s) },
		{ key: "share", head: t("shrink.share"), num: true, cell: (w) => <>{pct(w.unplanned)} <small class="muted">{w.low == null ? "" : `${pct(w.low)}–${pct(w.high)}`}</small></> },
		{ key: "used", head: t("shrink.used"), num: true, cell: (w) => <>{pct(w.used)} {w.few && <small class="muted">{t("shrink.few")}</small>}</> },
	];
}

export function ShrinkageCard({ site, changed }: { site: Site; changed: () => void }) {
	const path = `/sites/${site.id}/shrinkage`;
	const found = useLoad(`shrinkage ${site.id}`, (abort) => get<Shrinkage>(path, abort));
	const [busy, setBusy] = useState(false);
	const s = found.data;
	if (found.error) return <ProblemBox error={found.error} retry={found.reload} />;
	if (!s) return <Card title={t("shrink.title")}><Busy lines={4} /></Card>;
	const put = (body: object) => {
		setBusy(true);
		call("PUT", path, { body }).then(() => { found.reload(); changed(); }, (e: Error) => toast(problemText(e), "bad"))
			.finally(() => setBusy(false));
	};
	const rounded = Math.round((s.unplanned ?? 0) * 1000) / 1000;
	return (
		<Card title={t("shrink.title")} aside={<span class="muted small">{t("shrink.span", { from: fmtDate(s.from), to: fmtDate(s.to) })}</span>}>
			<dl class="stats">
				<Stat label={t("shrink.own")} value={pct(s.own_unplanned)} hint={s.use === "own" ? t("shrink.in_use") : ""} />
				<Stat label={t("shrink.measured")} value={s.known ? pct(s.unplanned) : t("shrink.unknown")}
					hint={s.known ? `${hours(s.unplanned_s)} / ${hours(s.scheduled_s - s.planned_s)}${s.use === "measured" ? ` · ${t("shrink.in_use")}` : ""}` : t("shrink.too_few", { n: s.days })} />
				<Stat label={t("shrink.planned")} value={pct(s.planned)} hint={s.planned == null ? "" : `${hours(s.planned_s)} / ${hours(s.scheduled_s)}`} />
				<Stat label={t("shrink.total")} value={pct(s.total)} hint={s.total == null ? "" : t("shrink.total_hint", { planned: pct(s.planned), unplanned: pct(s.unplanned_common) })} />
				<Stat label={t("shrink.duties")} value={pct(s.duties)} hint={t("shrink.duties_hint")} />
				<Stat label={t("shrink.adherence")} value={pct(s.adherence)} hint={t("shrink.adherence_hint")} />
			</dl>
			<p class="muted small">{t("shrink.base")}</p>
			<div class="tools tools-inline">
				{s.use === "own"
					? <Button id="shrink-measured" tone="primary" disabled={busy || !s.known} onClick={() => put({ use: "measured" })}>{t("shrink.use_measured")}</Button>
					: <Button id="shrink-own" disabled={busy} onClick={() => put({ use: "own" })}>{t("shrink.use_own", { share: pct(s.own_unplanned) })}</Button>}
				{s.known && rounded !== s.own_unplanned && (
					<Button id="shrink-take" disabled={busy} onClick={() => put({ use: "own", unplanned: rounded })}>{t("shrink.take", { share: pct(rounded) })}</Button>
				)}
			</div>
			<div class="scroll" tabIndex={0} role="group" aria-label={t("shrink.title")}>
				<DataTable dense caption={t("shrink.title")} columns={columns()} rows={s.weekdays} rowKey={(w) => w.weekday} />
			</div>
		</Card>
	);
}
