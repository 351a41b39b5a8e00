// SPDX-License-Identifier: GPL-3.0-or-later
// What agents of a site asked for, to be approved or rejected before the week is built.
import { useState } from "preact/hooks";
import { call, list, query } from "../lib/api";
import { t, tcode, tn, withWords } from "../lib/i18n";
import { toast } from "../lib/live";
import { useLoad } from "../lib/load";
import { addDays, mondayOfWeek, today } from "../lib/time";
import { link } from "../lib/route";
import type { Absence, AbsenceRoster } from "../lib/types";
import { Busy, Button, Card, Chip, Dialog, Empty, ProblemBox, problemText } from "../ui/basic";
import { later } from "../ui/lazy";
import { type Column, DataTable } from "../ui/table";
import type { WishListProps } from "./opened/wish-list";
import type { PlanScope } from "./planner";
import { absenceDays } from "./timeoff";

const WishList = later<WishListProps>(() => withWords(["fair"], import("./opened/wish-list")));
const TONES: Record<string, string> = { asked: "accent", approved: "good", recorded: "good", rejected: "bad", withdrawn: "quiet" };

interface Offer { name: string; rosters: AbsenceRoster[] }

/** Leave in a published week: its shifts there still stand, until the week is planned again. */
function OfferDialog({ offer, onClose }: { offer: Offer; onClose: () => void }) {
	return (
		<Dialog title={t("requests.again", { name: offer.name })} onClose={onClose} actions={<Button onClick={onClose}>{t("requests.later")}</Button>}>
			<ul class="stack offer">
				{offer.rosters.map((r) => (
					<li key={r.id} class="tools tools-inline">
						<span>{tn("requests.in_week", r.shifts, { week: r.week, version: r.version })}</span>
						<a class="btn btn-primary" href={link("/plan/schedule", { site: r.site_id, week: r.week, roster: r.id, again: 1 })}>{t("replan.week")}</a>
					</li>
				))}
			</ul>
			<p class="muted">{t("requests.again_lead")}</p>
		</Dialog>
	);
}

export default function RequestsView({ site, week }: PlanScope) {
	const monday = mondayOfWeek(week);
	const now = today(site.zone);
	const ask = query({ site_id: site.id, from: now < monday ? now : monday, to: addDays(monday, 90) });
	const absences = useLoad(`absences ${ask}`, (abort) => list<Absence>(`/absences${ask}`, abort));
	const [busy, setBusy] = useState(false);
	const [offer, setOffer] = useState<Offer>();
	const decide = async (a: Absence, approve: boolean) => {
		setBusy(true);
		try {
			await call("POST", `/absences/${a.id}/decision`, { body: { approve } });
			toast(approve ? t("requests.approved", { name: a.agent_name }) : t("requests.rejected", { name: a.agent_name }), "good");
			absences.reload();
			const rosters = approve ? await list<AbsenceRoster>(`/absences/${a.id}/rosters`) : [];
			if (rosters.length > 0) setOffer({ name: a.agent_name, rosters });
		} catch (e) {
			toast(problemText(e as Error), "bad");
		} finally {
			setBusy(false);
		}
	};
	const rows = absences.data ?? [];
	const asked = rows.filter((a) => a.state === "asked").length;
	const columns: Column<Absence>[] = [
		{ key: "agent", head: t("board.agent"), cell: (a) => a.agent_name, rowHead: true, sort: (a) => a.agent_name },
		{ key: "when", head: t("col.when"), cell: absenceDays, sort: (a) => Date.parse(a.start) },
		{ key: "kind", head: t("off.kind"), cell: (a) => (a.kind ? tcode("absence", a.kind) : t("requests.private")) },
		{ key: "note", head: t("off.note"), cell: (a) => a.note ?? "" },
		{ key: "state", head: t("evidence.state"), cell: (a) => <Chip tone={TONES[a.state] ?? "plain"}>{tcode("absence_state", a.state)}</Chip>, sort: (a) => (a.state === "asked" ? 0 : 1) },
		{
			key: "decide", head: t("requests.decide"), cell: (a) => a.state === "asked" && (
				<span class="tools">
					<Button disabled={busy} onClick={() => { void decide(a, true); }}>{t("requests.approve")}</Button>
					<Button tone="danger" disabled={busy} onClick={() => { void decide(a, false); }}>{t("requests.reject")}</Button>
				</span>
			),
		},
	];
	if (absences.error) return <ProblemBox error={absences.error} retry={absences.reload} />;
	if (!absences.data) return <Busy lines={6} />;
	return (
		<div class="stack">
			<Card title={t("requests.title")} aside={<Chip tone={asked ? "accent" : "plain"}>{tn("requests.open", asked)}</Chip>}>
				{rows.length === 0 ? <Empty title={t("requests.none")} /> : (
					<div class="scroll table-page" tabIndex={0} role="group" aria-label={t("requests.title")}>
						<DataTable dense caption={t("requests.title")} columns={columns} rows={rows} rowKey={(a) => a.id} sortBy="state" />
					</div>
				)}
				{offer && <OfferDialog offer={offer} onClose={() => setOffer(undefined)} />}
			</Card>
			<WishList site={site.id} from={monday} />
		</div>
	);
}
