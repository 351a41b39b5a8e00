// SPDX-License-Identifier: GPL-3.0-or-later
// Callers who try again, and chats side by side: what a queue's requirement reckons with.
import { useEffect, useState } from "preact/hooks";
import { call, get } from "../lib/api";
import { pct } from "../lib/format";
import { t } from "../lib/i18n";
import { toast } from "../lib/live";
import { useLoad } from "../lib/load";
import type { Queue, QueueStaffing } from "../lib/types";
import { Button, Card, ProblemBox, problemText, Select } from "../ui/basic";

type Redials = QueueStaffing["redials"];
const REDIALS: Redials[] = ["none", "given", "estimated"];

function Percent({ id, label, value, most, onInput }: { id: string; label: string; value: number | null; most: number; onInput: (v: number | null) => void }) {
	return (
		<label class="field">
			<span class="field-label">{label} <span class="muted">(%)</span></span>
			<input type="number" id={id} min={0} max={most} step={1} value={value == null ? "" : Math.round(value * 1000) / 10}
				onInput={(e) => onInput(e.currentTarget.value === "" ? null : e.currentTarget.valueAsNumber / 100)} />
		</label>
	);
}

export function QueueStaffingCard({ queue, changed }: { queue: Queue; changed: () => void }) {
	const path = `/queues/${queue.id}/staffing`;
	const found = useLoad(`staffing ${queue.id}`, (abort) => get<QueueStaffing>(path, abort));
	const [redials, setRedials] = useState<Redials>("none");
	const [share, setShare] = useState<number | null>(null);
	const [stretch, setStretch] = useState<number | null>(null);
	const [busy, setBusy] = useState(false);
	const s = found.data;
	useEffect(() => {
		if (!s) return;
		setRedials(s.redials);
		setShare(s.redial_share);
		setStretch(s.chat_stretch);
	}, [s]);
	const chat = queue.channel === "chat";
	const patient = queue.patience_s != null;
	if (found.error) return <ProblemBox error={found.error} retry={found.reload} />;
	if (!s || (!chat && !patient)) return null;
	const save = () => {
		setBusy(true);
		const body = {
			redials, ...(redials === "given" ? { redial_share: share ?? s.redial_probability ?? 0.5 } : {}),
			...(chat && stretch != null ? { chat_stretch: stretch } : {}),
		};
		call("PUT", path, { body }).then(() => { found.reload(); changed(); }, (e: Error) => toast(problemText(e), "bad"))
			.finally(() => setBusy(false));
	};
	return (
		<Card title={t("redial.title", { queue: queue.name })}>
			<div class="tools tools-inline">
				{patient && (
					<Select label={t("redial.label")} id="redials" value={redials} onPick={(v) => setRedials(v as Redials)}
						choices={REDIALS.map((r) => ({ value: r, label: t(`redial.${r}`) }))} />
				)}
				{redials === "given" && <Percent id="redial-share" label={t("redial.share")} most={95} value={share ?? s.redial_probability ?? 0.5} onInput={setShare} />}
				{chat && <Percent id="chat-stretch" label={t("redial.stretch")} most={99} value={stretch ?? s.stretch} onInput={setStretch} />}
				<Button id="redial-save" disabled={busy} onClick={save}>{t("redial.save")}</Button>
			</div>
			{patient && (
				<p class="muted small">
					{s.redial_known ? t("redial.known", { p: pct(s.redial_probability, 0), low: pct(s.redial_low, 0), high: pct(s.redial_high, 0) }) : t("redial.unknown")}
					{" "}{s.again > 0 ? t("redial.used", { p: pct(s.again, 0), off: pct(s.discount) }) : t("redial.unused")}
				</p>
			)}
			{chat && s.chat_stretch == null && <p class="muted small">{t("redial.stretch_assumed", { share: pct(s.stretch, 0) })}</p>}
		</Card>
	);
}
