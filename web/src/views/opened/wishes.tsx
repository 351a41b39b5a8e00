// SPDX-License-Identifier: GPL-3.0-or-later
// An agent's wishes for weeks that are not published yet, and what became of earlier ones.
import { useState } from "preact/hooks";
import { call, list } from "../../lib/api";
import { t } from "../../lib/i18n";
import { toast } from "../../lib/live";
import { useLoad } from "../../lib/load";
import { addDays, browserZone, fmtLongDay, today } from "../../lib/time";
import type { Wish, WishKind } from "../../lib/types-fair";
import { Busy, Button, Card, Chip, ProblemBox, problemText, Select } from "../../ui/basic";

const KINDS: WishKind[] = ["day_off", "day_on", "start"];
const WEIGHTS = [0.5, 1, 2] as const;
const TONES = { open: "plain", granted: "good", missed: "quiet" } as const;

export const wishText = (w: Wish) => (w.kind === "start" ? t("wish.start_at", { time: w.start ?? "" }) : t(`wish.kind.${w.kind}`));

export default function Wishes() {
	const wishes = useLoad("my-wishes", (abort) => list<Wish>("/me/wishes", abort), true);
	const tomorrow = addDays(today(browserZone()), 1);
	const [kind, setKind] = useState<WishKind>("day_off");
	const [day, setDay] = useState("");
	const [start, setStart] = useState("09:00");
	const [weight, setWeight] = useState("1");
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Error>();
	const ask = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(undefined);
		try {
			await call("POST", "/me/wishes", { body: { day, kind, weight: Number(weight), ...(kind === "start" ? { start } : {}) } });
			setDay("");
			toast(t("wish.asked"), "good");
			wishes.reload();
		} catch (cause) {
			setError(cause as Error);
		} finally {
			setBusy(false);
		}
	};
	const takeBack = async (w: Wish) => {
		try {
			await call("DELETE", `/me/wishes/${w.id}`);
			toast(t("wish.gone"), "good");
			wishes.reload();
		} catch (cause) {
			toast(problemText(cause as Error), "bad");
		}
	};
	return (
		<Card title={t("wish.title")}>
			<p class="muted small">{t("wish.lead")}</p>
			<form class="wish-form" id="wish" onSubmit={(e) => { void ask(e); }}>
				<Select label={t("wish.what")} value={kind} onPick={(k) => setKind(k as WishKind)} choices={KINDS.map((k) => ({ value: k, label: t(`wish.kind.${k}`) }))} />
				<label class="field"><span class="field-label">{t("wish.day")}</span>
					<input type="date" name="day" required min={tomorrow} max={addDays(tomorrow, 199)} value={day} onInput={(e) => setDay(e.currentTarget.value)} /></label>
				{kind === "start" ? (
					<label class="field"><span class="field-label">{t("wish.start")}</span>
						<input type="time" name="start" required step={900} value={start} onInput={(e) => setStart(e.currentTarget.value)} /></label>
				) : null}
				<Select label={t("wish.weight")} value={weight} onPick={setWeight} choices={WEIGHTS.map((w) => ({ value: String(w), label: t(`wish.weight.${w}`) }))} />
				<Button id="wish-go" type="submit" tone="primary" disabled={busy || !day}>{t("wish.submit")}</Button>
			</form>
			{error && <ProblemBox error={error} />}
			{wishes.error && <ProblemBox error={wishes.error} retry={wishes.reload} />}
			{!wishes.data ? !wishes.error && <Busy /> : (
				<ul class="feeds" id="wishes">
					{wishes.data.map((w) => (
						<li key={w.id}>
							<span><b class="day-name">{fmtLongDay(w.day)}</b><small class="muted">{wishText(w)}</small></span>
							<Chip tone={TONES[w.state]}>{t(`wish.state.${w.state}`)}</Chip>
							{w.state === "open" && <Button onClick={() => { void takeBack(w); }}>{t("wish.take_back")}</Button>}
						</li>
					))}
				</ul>
			)}
		</Card>
	);
}
