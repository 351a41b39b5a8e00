// SPDX-License-Identifier: GPL-3.0-or-later
// Who may work at several sites: of this one's people at others, and of others' here.
import { useState } from "preact/hooks";
import { call, list } from "../../lib/api";
import { siteChoices, useSites } from "../../lib/catalogue";
import { num } from "../../lib/format";
import { t } from "../../lib/i18n";
import { toast } from "../../lib/live";
import { useLoad } from "../../lib/load";
import { fmtDay, fmtSpan, instant } from "../../lib/time";
import type { Agent, AwayShift, Lending, Site } from "../../lib/types";
import { Button, Card, ProblemBox, Select } from "../../ui/basic";
import { type Column, DataTable } from "../../ui/table";

export interface LendingProps { site: Site; agents: Agent[]; rows: Lending[]; roster: number | undefined; changed: () => void }

type Place = { site_id: number; travel_min: number };

export default function LendingCard({ site, agents, rows, roster, changed }: LendingProps) {
	const sites = useSites();
	const away = useLoad(roster === undefined ? null : `elsewhere ${roster}`, (abort) => list<AwayShift>(`/rosters/${roster}/elsewhere`, abort));
	const here = agents.filter((a) => a.left_on == null);
	const others = (sites.data ?? []).filter((s) => s.id !== site.id);
	const [who, setWho] = useState("");
	const [where, setWhere] = useState("");
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Error>();
	const agent = who || String(here[0]?.id ?? "");
	const other = where || String(others[0]?.id ?? "");

	const places = (id: number): Place[] => rows.filter((r) => r.agent_id === id).map(({ site_id, travel_min }) => ({ site_id, travel_min }));
	const keep = async (id: number, elsewhere: Place[], said: string) => {
		setBusy(true);
		setError(undefined);
		try {
			await call("PATCH", `/agents/${id}`, { body: { elsewhere } });
			toast(said, "good");
			changed();
		} catch (e) {
			setError(e as Error);
		}
		setBusy(false);
	};
	const add = (e: SubmitEvent) => {
		e.preventDefault();
		const travel = Number(new FormData(e.currentTarget as HTMLFormElement).get("travel"));
		const rest = places(Number(agent)).filter((p) => p.site_id !== Number(other));
		void keep(Number(agent), [...rest, { site_id: Number(other), travel_min: travel }], t("lending.saved"));
	};
	const columns: Column<Lending>[] = [
		{ key: "agent", head: t("lending.agent"), cell: (r) => r.agent, rowHead: true, sort: (r) => r.agent },
		{ key: "home", head: t("lending.home"), cell: (r) => r.home, sort: (r) => r.home },
		{ key: "site", head: t("lending.site"), cell: (r) => r.site, sort: (r) => r.site },
		{ key: "travel", head: t("lending.travel"), cell: (r) => num(r.travel_min), num: true, sort: (r) => r.travel_min },
		{
			key: "drop", head: t("lending.drop"),
			cell: (r) => r.home_id === site.id && (
				<Button tone="danger" disabled={busy} aria-label={t("lending.drop_this", { agent: r.agent, site: r.site })}
					onClick={() => { void keep(r.agent_id, places(r.agent_id).filter((p) => p.site_id !== r.site_id), t("lending.dropped")); }}>{t("lending.drop")}</Button>
			),
		},
	];
	const awayColumns: Column<AwayShift>[] = [
		{ key: "agent", head: t("lending.agent"), cell: (s) => s.agent, rowHead: true, sort: (s) => s.agent },
		{ key: "when", head: t("col.when"), cell: (s) => `${fmtDay(s.day)} ${fmtSpan(instant(s.start), instant(s.end), site.zone)}`, sort: (s) => s.start },
		{ key: "site", head: t("lending.where"), cell: (s) => s.site, sort: (s) => s.site },
	];
	return (
		<Card title={t("lending.title")} class="lending">
			{away.data && away.data.length > 0 && (
				<div class="scroll table-mid" tabIndex={0} role="group" aria-label={t("lending.away")}>
					<DataTable dense caption={t("lending.away")} columns={awayColumns} rows={away.data} rowKey={(s) => s.id} />
				</div>
			)}
			{rows.length === 0 ? <p class="muted">{t("lending.none")}</p> : (
				<div class="scroll table-mid" tabIndex={0} role="group" aria-label={t("lending.title")}>
					<DataTable dense caption={t("lending.title")} columns={columns} rows={rows} rowKey={(r) => `${r.agent_id} ${r.site_id}`} />
				</div>
			)}
			<form id="lending-form" class="tools tools-inline" aria-label={t("lending.add_title")} onSubmit={add}>
				<Select id="lending-agent" label={t("lending.agent")} value={agent} onPick={setWho} choices={here.map((a) => ({ value: String(a.id), label: a.name }))} />
				<Select id="lending-site" label={t("lending.site")} value={other} onPick={setWhere} choices={siteChoices(others)} />
				<label class="field">
					<span class="field-label">{t("lending.travel")}</span>
					<input type="number" name="travel" required min={0} max={720} step={15} defaultValue={30} />
				</label>
				<Button id="lending-add" type="submit" icon="check" disabled={busy || !agent || !other}>{t("lending.add")}</Button>
			</form>
			{(error ?? away.error) && <ProblemBox error={(error ?? away.error) as Error} />}
		</Card>
	);
}
