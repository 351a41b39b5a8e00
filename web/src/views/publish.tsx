// SPDX-License-Identifier: GPL-3.0-or-later
// Who changes if this version is published; then publishing it, on the version that was looked at.
import { useState } from "preact/hooks";
import { ApiError, call, list } from "../lib/api";
import { t, tn } from "../lib/i18n";
import { toast } from "../lib/live";
import { useLoad } from "../lib/load";
import { fmtDay, fmtSpan, instant } from "../lib/time";
import type { Change, Roster, RosterSummary, Site } from "../lib/types";
import { Busy, Button, Chip, Dialog, ProblemBox } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";
import { type FullRoster, useOthers } from "./schedule";

const tone = { added: "good", removed: "bad", moved: "plain" } as const;

function span(from: string | null, until: string | null, zone: string): string {
	return from && until ? fmtSpan(instant(from), instant(until), zone) : "–";
}

interface Props { full: FullRoster; site: Site; others: RosterSummary[]; onClose: () => void; onDone: () => void }

export function PublishDialog({ full, site, others, onClose, onDone }: Props) {
	const { roster } = full;
	const zone = roster.zone || site.zone;
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Error>();
	const changes = useLoad(`changes ${roster.id}`, (abort) => list<Change>(`/rosters/${roster.id}/changes`, abort));
	const sites = useOthers(roster);
	const before = others.find((r) => r.state === "published");
	const all = changes.data ?? [];
	const who = new Set(all.map((c) => c.agent_id)).size;
	const count = (kind: Change["change"]) => all.filter((c) => c.change === kind).length;

	const publish = async () => {
		setBusy(true);
		setError(undefined);
		try {
			await call<Roster>("POST", `/rosters/${roster.id}/publish`, { headers: { "If-Match": full.etag } });
			toast(t("publish.done", { n: roster.version }), "good");
			onDone();
		} catch (e) {
			const stale = e instanceof ApiError && e.status === 412;
			setError(stale ? new ApiError(412, { ...e.problem, detail: t("publish.stale") }) : e as Error);
			setBusy(false);
		}
	};
	const columns: Column<Change>[] = [
		{ key: "agent", head: t("board.agent"), cell: (c) => c.agent, rowHead: true, sort: (c) => c.agent },
		{ key: "day", head: t("col.day"), cell: (c) => fmtDay(c.day), sort: (c) => c.day },
		{ key: "change", head: t("publish.change"), cell: (c) => <Chip tone={tone[c.change]}>{t(`change.${c.change}`)}</Chip>, sort: (c) => c.change },
		{ key: "before", head: t("publish.before"), cell: (c) => span(c.before_start, c.before_end, zone) },
		{ key: "after", head: t("publish.after"), cell: (c) => span(c.after_start, c.after_end, zone) },
	];
	return (
		<Dialog title={t("publish.title", { n: roster.version, site: site.name })} onClose={onClose} actions={(
			<>
				<Button onClick={onClose}>{t("action.cancel")}</Button>
				<Button id="publish-confirm" tone="primary" icon="send" disabled={busy || !changes.data} onClick={() => { void publish(); }}>
					{t("publish.confirm")}
				</Button>
			</>
		)}>
			<p>{before ? t("publish.replaces", { n: before.version }) : t("publish.first")}</p>
			{sites !== "" && <p>{t("lending.published", { sites })}</p>}
			{error && <ProblemBox error={error} />}
			{changes.error && <ProblemBox error={changes.error} retry={changes.reload} />}
			{!changes.data ? !changes.error && <Busy /> : (
				<>
					<p class="publish-sum"><b>{tn("publish.people", who)}</b>
						<Chip tone="good">{t("publish.added", { n: count("added") })}</Chip>
						<Chip>{t("publish.moved", { n: count("moved") })}</Chip>
						<Chip tone="bad">{t("publish.removed", { n: count("removed") })}</Chip></p>
					{roster.people_short > 0 && <p class="warn-note">{t("publish.short")}</p>}
					{all.length > 0 && (
						<div class="scroll table-mid" tabIndex={0} role="group" aria-label={t("publish.changes")}>
							<DataTable dense caption={t("publish.changes")} columns={columns} rows={all}
								rowKey={(c) => `${c.agent_id} ${c.day} ${c.change} ${c.after_start ?? c.before_start}`} />
						</div>
					)}
				</>
			)}
		</Dialog>
	);
}
