// SPDX-License-Identifier: GPL-3.0-or-later
// An adjustment in words: the same stretch and change that the hand makes on the chart.
import { useState } from "preact/hooks";
import { call } from "../../lib/api";
import { drafted, type Draft, fromField, type Span, toField, within } from "../../lib/forecast";
import { num, signed, signedPct } from "../../lib/format";
import { t } from "../../lib/i18n";
import { toast } from "../../lib/live";
import type { AdjustmentKind, ForecastQueue, Site } from "../../lib/types";
import { Button, ProblemBox, Segments } from "../../ui/basic";

/** As the service wants it. */
const REASON_MIN = 3;

export interface FormProps {
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

export default function AdjustForm({ site, queue, draft, limits, rows, step, onDraft, onClose, onSaved }: FormProps) {
	const [reason, setReason] = useState("");
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Error>();
	const before = rows.filter((r) => within(draft, r.at)).reduce((s, r) => s + r.mean, 0);
	const after = [...drafted(draft, rows).values()].reduce((s, v) => s + v, 0);
	const ordered = draft.to > draft.from;
	const ready = ordered && draft.value !== 0 && Number.isFinite(draft.value) && reason.trim().length >= REASON_MIN && before > 0;

	const pickTime = (end: "from" | "to") => (e: { currentTarget: HTMLInputElement }) => {
		const at = fromField(e.currentTarget.value, site.zone);
		if (at !== undefined) onDraft({ ...draft, [end]: at });
	};
	const save = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(undefined);
		try {
			const { data } = await call<{ warning?: string }>("POST", "/forecast-adjustments", { body: {
				queue_id: queue.queue_id, from: new Date(draft.from).toISOString(), to: new Date(draft.to).toISOString(),
				kind: draft.kind, value: draft.value, reason: reason.trim(),
			} });
			toast(t("adjust.saved"), "good");
			if (data.warning) toast(data.warning);
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
						<input type="number" name="value" step="any" value={draft.value} aria-label={t("adjust.value")}
							onInput={(e) => onDraft({ ...draft, value: e.currentTarget.valueAsNumber || 0 })} />
						<Segments label={t("adjust.kind")} value={draft.kind} onPick={(k) => onDraft({ ...draft, kind: k as AdjustmentKind, value: 0 })}
							choices={[{ value: "percent", label: "%" }, { value: "count", label: t("adjust.contacts") }]} />
					</span>
				</div>
				<label class="field adjust-reason">
					<span class="field-label">{t("adjust.reason")}</span>
					<input type="text" name="reason" required minLength={REASON_MIN} maxLength={300} value={reason} placeholder={t("adjust.reason_hint")}
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
