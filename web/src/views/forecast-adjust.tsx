// SPDX-License-Identifier: GPL-3.0-or-later
// A planner's word beside the statistics: typed in a form, listed with who, when and why, and revoked.
import { useRef, useState } from "preact/hooks";
import { call } from "../lib/api";
import { drafted, type Draft, fromField, type Span, toField, within } from "../lib/forecast";
import { num, signed, signedPct } from "../lib/format";
import { t } from "../lib/i18n";
import { announce, toast } from "../lib/live";
import { fmtDayTime, fmtMoment, fmtTime, instant, localOf } from "../lib/time";
import type { Adjustment, AdjustmentKind, ForecastQueue, Site } from "../lib/types";
import { Button, Card, Chip, Dialog, ProblemBox, problemText, Segments } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";
import type { QueueScope } from "./forecast";

interface FormProps {
	site: Site;
	queue: ForecastQueue;
	draft: Draft;
	limits: Span;
	rows: { at: number; mean: number }[];
	step: number;
	onDraft: (d: Draft) => void;
	onClose: () => void;
	onSaved: () => void;
}

export function AdjustForm({ site, queue, draft, limits, rows, step, onDraft, onClose, onSaved }: FormProps) {
	const [reason, setReason] = useState("");
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Error>();
	const typed = useRef<HTMLInputElement>(null);
	const before = rows.filter((r) => within(draft, r.at)).reduce((s, r) => s + r.mean, 0);
	const after = [...drafted(draft, rows).values()].reduce((s, v) => s + v, 0);
	const ordered = draft.to > draft.from;
	const ready = ordered && draft.value !== 0 && Number.isFinite(draft.value) && reason.trim() !== "" && before > 0;

	const pickTime = (end: "from" | "to") => (e: { currentTarget: HTMLInputElement }) => {
		const at = fromField(e.currentTarget.value, site.zone);
		if (at !== undefined) onDraft({ ...draft, [end]: at });
	};
	const save = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(undefined);
		try {
			await call("POST", "/forecast-adjustments", { body: {
				queue_id: queue.queue_id, from: new Date(draft.from).toISOString(), to: new Date(draft.to).toISOString(),
				kind: draft.kind, value: draft.value, reason: reason.trim(),
			} });
			toast(t("adjust.saved"), "good");
			onSaved();
		} catch (cause) {
			setError(cause as Error);
			setBusy(false);
		}
	};
	const time = (end: "from" | "to") => (
		<label class="field">
			<span class="field-label">{t(`adjust.${end}`)}</span>
			<input type="datetime-local" name={end} step={step / 1000} value={toField(draft[end], site.zone)} required
				min={toField(limits.from, site.zone)} max={toField(limits.to, site.zone)} onChange={pickTime(end)} />
		</label>
	);
	return (
		<form class="adjust" aria-label={t("adjust.title")} onSubmit={(e) => { void save(e); }}>
			<p class="muted small adjust-hint">{t("adjust.hint")}</p>
			<div class="adjust-fields">
				{time("from")}
				{time("to")}
				<div class="field">
					<span class="field-label">{t("adjust.change")}</span>
					<span class="adjust-value">
						<input ref={typed} type="number" name="value" step="any" value={draft.value} aria-label={t("adjust.value")}
							onInput={(e) => onDraft({ ...draft, value: e.currentTarget.valueAsNumber || 0 })} />
						<Segments label={t("adjust.kind")} value={draft.kind} onPick={(k) => onDraft({ ...draft, kind: k as AdjustmentKind, value: 0 })}
							choices={[{ value: "percent", label: "%" }, { value: "count", label: t("adjust.contacts") }]} />
					</span>
				</div>
				<label class="field adjust-reason">
					<span class="field-label">{t("adjust.reason")}</span>
					<input type="text" name="reason" required maxLength={300} value={reason} placeholder={t("adjust.reason_hint")}
						onInput={(e) => setReason(e.currentTarget.value)} />
				</label>
			</div>
			<div class="adjust-foot">
				<p class="tabular" role="status">{ordered
					? <>{t("adjust.effect", { before: num(before), after: num(after) })} <b class={after >= before ? "up" : "down"}>{signed(after - before, 0)}{before > 0 ? ` · ${signedPct(after / before - 1)}` : ""}</b></>
					: <span class="bad">{t("adjust.order")}</span>}</p>
				<span class="grow" />
				<Button onClick={onClose}>{t("action.cancel")}</Button>
				<Button id="adjust-save" type="submit" tone="primary" icon="check" disabled={!ready || busy}>{t("adjust.save")}</Button>
			</div>
			{error && <ProblemBox error={error} />}
		</form>
	);
}

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
		<Card title={t("adjust.list", { queue: queue.name })} aside={<Chip tone={active ? "accent" : "plain"}>{t("adjust.active", { n: num(active) })}</Chip>} class="adjustments">
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
