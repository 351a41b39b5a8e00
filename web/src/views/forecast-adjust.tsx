// SPDX-License-Identifier: GPL-3.0-or-later
// Planners' words beside the statistics: listed with who, when and why, and revoked.
import { useState } from "preact/hooks";
import { call } from "../lib/api";
import { signed, signedPct } from "../lib/format";
import { t, tn } from "../lib/i18n";
import { announce, toast } from "../lib/live";
import { fmtDayTime, fmtMoment, fmtTime, instant, localOf } from "../lib/time";
import type { Adjustment } from "../lib/types";
import { Button, Card, Chip, Dialog, ProblemBox, problemText } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";
import type { QueueScope } from "./forecast-scope";

function spanText(a: Adjustment, zone: string): string {
	const from = instant(a.from);
	const to = instant(a.to);
	const sameDay = localOf(from, zone).date === localOf(to - 1, zone).date;
	return `${fmtDayTime(from, zone)} – ${sameDay ? fmtTime(to, zone) : fmtDayTime(to, zone)}`;
}
const valueText = (a: Adjustment): string =>
	a.kind === "percent" ? signedPct(a.value / 100, Number.isInteger(a.value) ? 0 : 1) : t("adjust.count", { n: signed(a.value, 0) });

interface ListProps { scope: QueueScope; rows: Adjustment[] | undefined; error: Error | undefined; retry: () => void; onChanged: () => void }

export function Adjustments({ scope: { site, queue }, rows, error, retry, onChanged }: ListProps) {
	const [asking, setAsking] = useState<Adjustment>();
	if (error) return <ProblemBox error={error} retry={retry} />;
	if (!rows || rows.length === 0) return null;
	const revoke = (a: Adjustment) => {
		call("DELETE", `/forecast-adjustments/${a.id}`).then(() => {
			setAsking(undefined);
			toast(t("adjust.revoked_done"), "good");
			onChanged();
		}, (e: Error) => toast(problemText(e), "bad"));
	};
	const columns: Column<Adjustment>[] = [
		{ key: "when", head: t("col.when"), cell: (a) => spanText(a, site.zone), rowHead: true, sort: (a) => a.from },
		{ key: "value", head: t("adjust.change"), cell: (a) => <b class="tabular">{valueText(a)}</b>, num: true, sort: (a) => a.value },
		{ key: "reason", head: t("adjust.reason"), cell: (a) => <span class="wrap">{a.reason}</span> },
		{ key: "author", head: t("adjust.author"), cell: (a) => <>{a.author ?? "–"}<small class="muted block">{fmtMoment(instant(a.created_at), site.zone)}</small></>, sort: (a) => a.created_at },
		{
			key: "state", head: t("evidence.state"), cell: (a) => (a.revoked_at
				? <><Chip tone="quiet">{t("adjust.revoked")}</Chip><small class="muted block">{a.revoked_by ?? ""} {fmtMoment(instant(a.revoked_at), site.zone)}</small></>
				: <Button tone="danger" class="revoke" aria-label={t("adjust.revoke_this", { what: `${valueText(a)}, ${spanText(a, site.zone)}` })} onClick={() => { setAsking(a); announce(t("adjust.revoke_title")); }}>{t("adjust.revoke")}</Button>),
		},
	];
	const active = rows.filter((a) => !a.revoked_at).length;
	return (
		<Card title={t("adjust.list", { queue: queue.name })} aside={<Chip tone={active ? "accent" : "plain"}>{tn("adjust.active", active)}</Chip>} class="adjustments">
			<div class="scroll table-mid" tabIndex={0} role="group" aria-label={t("adjust.list", { queue: queue.name })}>
				<DataTable caption={t("adjust.list", { queue: queue.name })} columns={columns} rows={rows} rowKey={(a) => a.id} sortBy="when" />
			</div>
			{asking && (
				<Dialog title={t("adjust.revoke_title")} onClose={() => setAsking(undefined)} actions={(
					<>
						<Button onClick={() => setAsking(undefined)}>{t("action.cancel")}</Button>
						<Button tone="danger" onClick={() => revoke(asking)}>{t("adjust.revoke")}</Button>
					</>
				)}>
					<p><b>{valueText(asking)}</b> · {spanText(asking, site.zone)}</p>
					<p>{t("adjust.revoke_lead")}</p>
				</Dialog>
			)}
		</Card>
	);
}
