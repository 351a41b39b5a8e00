// SPDX-License-Identifier: GPL-3.0-or-later
// Training and meetings of the week: what is asked for, and who misses it in the roster shown.
import { useState } from "preact/hooks";
import { call, list, query } from "../lib/api";
import { t, tcode, tn } from "../lib/i18n";
import { toast } from "../lib/live";
import { useLoad } from "../lib/load";
import { addDays, fmtDate, mondayOfWeek } from "../lib/time";
import type { Agent, Evidence, PlannedSession } from "../lib/types";
import { Button, Card, Chip, Dialog, problemText } from "../ui/basic";
import { lazy } from "../ui/lazy";
import { type Column, DataTable } from "../ui/table";
import type { SessionFormProps } from "./opened/session-form";
import type { PlanScope } from "./planner";

const SessionForm = lazy<SessionFormProps>(() => import("./opened/session-form"));

function whenText(s: PlannedSession, monday: string): string {
	const days = s.days.length === 0 ? t("session.any_day") : s.days.map((d) => fmtDate(addDays(monday, d - 1), { weekday: "short" })).join(", ");
	return s.from === "00:00" && s.until === "24:00" ? days : `${days} ${s.from}–${s.until}`;
}

interface Props { scope: PlanScope; agents: Agent[]; missed: Evidence["missed"] }

export function SessionsCard({ scope: { site, week }, agents, missed }: Props) {
	const [adding, setAdding] = useState(false);
	const asked = useLoad(`planned ${site.id} ${week}`, (abort) => list<PlannedSession>(`/planned-sessions${query({ site_id: site.id, week })}`, abort));
	const monday = mondayOfWeek(week);
	const drop = (s: PlannedSession) => {
		call("DELETE", `/planned-sessions/${s.id}`).then(() => {
			toast(t("session.dropped"), "good");
			asked.reload();
		}, (e: Error) => toast(problemText(e), "bad"));
	};
	const rows = asked.data ?? [];
	const columns: Column<PlannedSession>[] = [
		{ key: "name", head: t("session.name"), cell: (s) => <><i class={`dot act-${s.kind}`} /> {s.name}</>, rowHead: true, sort: (s) => s.name },
		{ key: "minutes", head: t("session.minutes"), cell: (s) => s.minutes, num: true, sort: (s) => s.minutes },
		{ key: "who", head: t("session.who"), cell: (s) => tn("session.people", s.agent_ids.length), sort: (s) => s.agent_ids.length },
		{ key: "how", head: t("session.how"), cell: (s) => (s.together ? t("session.together") : t("session.single")) },
		{ key: "when", head: t("col.when"), cell: (s) => whenText(s, monday) },
		{ key: "drop", head: "", cell: (s) => <Button tone="danger" aria-label={t("session.drop_this", { name: s.name })} onClick={() => drop(s)}>{t("session.drop")}</Button> },
	];
	return (
		<Card title={t("session.title")} aside={<Button id="session-add" onClick={() => setAdding(true)}>{t("session.add")}</Button>} class="sessions">
			{rows.length === 0 ? <p class="muted">{t("session.none")}</p> : (
				<div class="scroll" tabIndex={0} role="group" aria-label={t("session.title")}>
					<DataTable caption={t("session.title")} columns={columns} rows={rows} rowKey={(s) => s.id} sortBy="name" />
				</div>
			)}
			{missed && missed.length > 0 && (
				<ul class="missed">
					{missed.map((m) => (
						<li key={`${m.session_id} ${m.agent_id}`}>
							<Chip tone="bad">{m.session}</Chip> {m.agent}: {tcode("miss", m.reason)}
						</li>
					))}
				</ul>
			)}
			{adding && (
				<Dialog title={t("session.add")} onClose={() => setAdding(false)}>
					<SessionForm site={site} week={week} agents={agents} onClose={() => setAdding(false)}
						onSaved={() => { setAdding(false); asked.reload(); }} />
				</Dialog>
			)}
		</Card>
	);
}
