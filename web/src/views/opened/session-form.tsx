// SPDX-License-Identifier: GPL-3.0-or-later
// A training or meeting: who, how long, on which days and between which hours. The schedule finds the place.
import { useState } from "preact/hooks";
import { call } from "../../lib/api";
import { t, tcode } from "../../lib/i18n";
import { toast } from "../../lib/live";
import { addDays, fmtDate, mondayOfWeek } from "../../lib/time";
import type { Agent, Site } from "../../lib/types";
import { Button, ProblemBox, Segments } from "../../ui/basic";

export interface SessionFormProps {
	site: Site;
	week: string;
	agents: Agent[];
	onClose: () => void;
	onSaved: () => void;
}

const DAYS = [1, 2, 3, 4, 5, 6, 7];

export default function SessionForm({ site, week, agents, onClose, onSaved }: SessionFormProps) {
	const [kind, setKind] = useState("training");
	const [who, setWho] = useState<number[]>([]);
	const [days, setDays] = useState<number[]>([]);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Error>();
	const monday = mondayOfWeek(week);
	const together = kind === "meeting";
	const flip = (all: number[], one: number) => (all.includes(one) ? all.filter((x) => x !== one) : [...all, one]);
	const here = agents.filter((a) => a.left_on == null || a.left_on >= monday);

	const save = async (e: Event) => {
		e.preventDefault();
		const f = new FormData(e.currentTarget as HTMLFormElement);
		const text = (name: string) => String(f.get(name) ?? "");
		setBusy(true);
		setError(undefined);
		try {
			await call("POST", "/planned-sessions", { body: {
				site_id: site.id, week, kind, name: text("name").trim(), minutes: Number(text("minutes")), agent_ids: who, days: [...days].sort((a, b) => a - b),
				from: text("from") || "00:00", until: text("until") || "24:00", together, must: f.get("must") !== null,
				...(together ? { quorum: Number(text("few")) || 0 } : { at_once: Number(text("few")) || 0 }),
			} });
			toast(t("session.saved"), "good");
			onSaved();
		} catch (cause) {
			setError(cause as Error);
			setBusy(false);
		}
	};
	return (
		<form class="stack" aria-label={t("session.add")} onSubmit={(e) => { void save(e); }}>
			<Segments label={t("session.kind")} value={kind} onPick={setKind}
				choices={["training", "meeting"].map((k) => ({ value: k, label: tcode("activity", k) }))} />
			<label class="field">
				<span class="field-label">{t("session.name")}</span>
				<input type="text" name="name" required maxLength={80} />
			</label>
			<label class="field">
				<span class="field-label">{t("session.minutes")}</span>
				<input type="number" name="minutes" min={15} max={480} step={15} defaultValue={60} required />
			</label>
			<fieldset>
				<legend class="field-label">{t("session.who")}</legend>
				<div class="scroll table-mid" tabIndex={0} role="group" aria-label={t("session.who")}>
					<label class="check"><input type="checkbox" checked={who.length === here.length} onChange={(e) => setWho(e.currentTarget.checked ? here.map((a) => a.id) : [])} /> <b>{t("session.all")}</b></label>
					{here.map((a) => (
						<label key={a.id} class="check"><input type="checkbox" checked={who.includes(a.id)} onChange={() => setWho(flip(who, a.id))} /> {a.name}</label>
					))}
				</div>
			</fieldset>
			<fieldset>
				<legend class="field-label">{t("session.days")}</legend>
				<div class="tools">
					{DAYS.map((d) => (
						<label key={d} class="check"><input type="checkbox" checked={days.includes(d)} onChange={() => setDays(flip(days, d))} /> {fmtDate(addDays(monday, d - 1), { weekday: "short" })}</label>
					))}
				</div>
			</fieldset>
			<div class="tools session-fields">
				<label class="field"><span class="field-label">{t("session.from")}</span><input type="time" name="from" step={900} /></label>
				<label class="field"><span class="field-label">{t("session.until")}</span><input type="time" name="until" step={900} /></label>
				<label class="field"><span class="field-label">{together ? t("session.quorum") : t("session.at_once")}</span><input type="number" name="few" min={0} max={2000} defaultValue={together ? 2 : 0} key={kind} /></label>
			</div>
			<label class="check"><input type="checkbox" name="must" defaultChecked /> {t("session.must")}</label>
			{error && <ProblemBox error={error} />}
			<div class="tools tools-inline">
				<span class="grow" />
				<Button onClick={onClose}>{t("action.cancel")}</Button>
				<Button id="session-save" type="submit" tone="primary" icon="check" disabled={busy || who.length === 0}>{t("session.save")}</Button>
			</div>
		</form>
	);
}
