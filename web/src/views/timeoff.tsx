// SPDX-License-Identifier: GPL-3.0-or-later
// Time off: ask, see what became of it, withdraw.
import { useState } from "preact/hooks";
import { call, list } from "../lib/api";
import { t, tcode, withWords } from "../lib/i18n";
import { toast } from "../lib/live";
import { useLoad } from "../lib/load";
import { addDays, browserZone, fmtDate, fmtMoment, fmtRange, instant, localOf, today } from "../lib/time";
import type { Absence } from "../lib/types";
import { Busy, Button, Card, Chip, Empty, ProblemBox, problemText, Select } from "../ui/basic";
import { later } from "../ui/lazy";

const Wishes = later(() => withWords(["fair"], import("./opened/wishes")));
const KINDS = ["vacation", "unpaid", "training", "sickness", "maternity", "paternity", "accident"] as const;
const TONES: Record<string, string> = { asked: "plain", approved: "good", recorded: "good", rejected: "bad", withdrawn: "quiet" };

/** Whole days read as days; anything else as moments. */
export function absenceDays(a: Absence): string {
	const { zone } = a;
	const from = localOf(instant(a.start), zone);
	const until = localOf(instant(a.end), zone);
	if (from.minutes !== 0 || until.minutes !== 0) return `${fmtMoment(instant(a.start), zone)} – ${fmtMoment(instant(a.end), zone)}`;
	const lastDay = addDays(until.date, -1);
	return lastDay === from.date ? fmtDate(from.date, { weekday: "long", day: "numeric", month: "long" }) : fmtRange(from.date, lastDay);
}

function AskForm({ onAsked }: { onAsked: () => void }) {
	const tomorrow = addDays(today(browserZone()), 1);
	const [kind, setKind] = useState<string>("vacation");
	const [from, setFrom] = useState("");
	const [until, setUntil] = useState("");
	const [note, setNote] = useState("");
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Error>();
	const ask = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(undefined);
		try {
			await call("POST", "/me/absences", { body: {
				kind, first_day: from, last_day: until >= from ? until : from, ...(note.trim() ? { note: note.trim() } : {}),
			} });
			setFrom("");
			setUntil("");
			setNote("");
			toast(t("off.asked"), "good");
			onAsked();
		} catch (cause) {
			setError(cause as Error);
		} finally {
			setBusy(false);
		}
	};
	return (
		<Card title={t("off.ask")}>
			<form class="off-form" onSubmit={(e) => { void ask(e); }}>
				<Select label={t("off.kind")} value={kind} onPick={setKind} choices={KINDS.map((k) => ({ value: k, label: tcode("absence", k) }))} />
				<label class="field"><span class="field-label">{t("off.from")}</span>
					<input type="date" required min={tomorrow} value={from} onInput={(e) => setFrom(e.currentTarget.value)} /></label>
				<label class="field"><span class="field-label">{t("off.until")}</span>
					<input type="date" min={from || tomorrow} value={until} onInput={(e) => setUntil(e.currentTarget.value)} /></label>
				<label class="field field-wide"><span class="field-label">{t("off.note")}</span>
					<input maxLength={300} value={note} onInput={(e) => setNote(e.currentTarget.value)} /></label>
				<Button type="submit" tone="primary" disabled={busy || !from}>{t("off.submit")}</Button>
			</form>
			{error && <ProblemBox error={error} />}
		</Card>
	);
}

export default function TimeOff() {
	const absences = useLoad("my-absences", (abort) => list<Absence>("/me/absences", abort));
	const withdraw = async (a: Absence) => {
		try {
			await call("DELETE", `/me/absences/${a.id}`);
			toast(t("off.withdrawn"), "good");
			absences.reload();
		} catch (e) {
			toast(problemText(e as Error), "bad");
		}
	};
	const sorted = [...(absences.data ?? [])].sort((a, b) => instant(b.start) - instant(a.start));
	return (
		<div class="agent">
			<h1 class="sr-only">{t("nav.time_off")}</h1>
			<AskForm onAsked={absences.reload} />
			<Wishes />
			<Card title={t("off.list")}>
				{absences.error && <ProblemBox error={absences.error} retry={absences.reload} />}
				{!absences.data ? !absences.error && <Busy /> : sorted.length === 0 ? <Empty title={t("off.none")} /> : (
					<ul class="offs">
						{sorted.map((a) => (
							<li key={a.id}>
								<span><b>{absenceDays(a)}</b><small class="muted">{[tcode("absence", a.kind ?? ""), a.note].filter(Boolean).join(" · ")}</small>
									{a.decision_note && <small>{a.decision_note}</small>}</span>
								<Chip tone={TONES[a.state] ?? "plain"}>{tcode("absence_state", a.state)}</Chip>
								{a.state === "asked" && <Button onClick={() => { void withdraw(a); }}>{t("off.withdraw")}</Button>}
							</li>
						))}
					</ul>
				)}
			</Card>
		</div>
	);
}
