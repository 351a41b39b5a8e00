// SPDX-License-Identifier: GPL-3.0-or-later
// Plan a week again from one of its versions: from which day on, and what a changed shift costs.
import { useState } from "preact/hooks";
import { call, get } from "../../lib/api";
import { money } from "../../lib/format";
import { t } from "../../lib/i18n";
import { toast } from "../../lib/live";
import { useLoad } from "../../lib/load";
import { asked } from "../../lib/staffing";
import { addDays, daysBetween, fmtDay, mondayOfWeek } from "../../lib/time";
import type { Plan, Roster, ShortNotice } from "../../lib/types";
import { Button, Dialog, ProblemBox } from "../../ui/basic";
import { useOthers } from "../schedule";

export interface ReplanProps {
	roster: Roster;
	week: string;
	/** The first local date that has not begun. */
	first: string;
	currency: string | undefined;
	/** The job tells on its own how it goes. */
	start: (body: Record<string, unknown>) => void;
	onClose: () => void;
}

/** What a quarter of a mean shift is paid, in round figures: people put up with a change that saves more. */
function usualPrice(roster: Roster): number {
	const { parts } = roster.evidence;
	const shift = ((parts?.pay ?? 0) + (parts?.fixed_pay ?? 0)) / 100 / Math.max(1, roster.evidence.together_shifts ?? roster.shifts);
	return shift > 0 ? Number((shift / 4).toPrecision(1)) : 20;
}

/** What the surcharge is on the first day that may change, in words; undefined: there is none from then on. */
function noticeText({ days, cents }: ShortNotice, now: string, from: string, currency: string | undefined): string | undefined {
	const ahead = daysBetween(now, from);
	if (ahead >= days) return undefined;
	return t("replan.notice", { day: fmtDay(from), money: money(cents * (1 - ahead / days), currency), end: fmtDay(addDays(now, days)) });
}

/** The site's price of short notice: for every week planned again that people know. */
function NoticeForm({ site, notice, currency, onSaved }: { site: number; notice: ShortNotice; currency: string | undefined; onSaved: () => void }) {
	const [error, setError] = useState<Error>();
	const save = async (e: SubmitEvent) => {
		e.preventDefault();
		const form = new FormData(e.currentTarget as HTMLFormElement);
		const days = Number(form.get("days")), cents = Math.round(Number(form.get("cents")) * 100);
		try {
			await call("PUT", `/sites/${site}/short-notice`, { body: { days, cents } });
			setError(undefined);
			toast(t("replan.notice_saved"), "good");
			onSaved();
		} catch (problem) {
			setError(problem as Error);
		}
	};
	return (
		<details class="notice-set">
			<summary>{t("replan.notice_set")}</summary>
			<form id="notice" class="stack" onSubmit={(e) => { void save(e); }}>
				<div class="tools session-fields">
					<label class="field">
						<span class="field-label">{t("replan.notice_cents")}{currency ? ` (${currency})` : ""}</span>
						<input type="number" name="cents" required min={0} max={1e6} step="any" defaultValue={notice.cents / 100} />
					</label>
					<label class="field">
						<span class="field-label">{t("replan.notice_days")}</span>
						<input type="number" name="days" required min={0} max={60} defaultValue={notice.days} />
					</label>
				</div>
				<small class="muted">{t("replan.notice_hint")}</small>
				{error && <ProblemBox error={error} />}
				<div class="tools tools-inline"><Button id="notice-save" type="submit">{t("replan.notice_save")}</Button></div>
			</form>
		</details>
	);
}

export default function Replan({ roster, week, first, currency, start, onClose }: ReplanProps) {
	const monday = mondayOfWeek(week);
	const least = first > monday ? first : monday;
	const [from, setFrom] = useState(least);
	const [price, setPrice] = useState(() => usualPrice(roster));
	const [all, setAll] = useState(false);
	const others = useOthers(roster);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Error>();
	const notice = useLoad(`notice ${roster.site_id}`, (abort) => get<ShortNotice>(`/sites/${roster.site_id}/short-notice`, abort));
	/* What nobody has seen changes without notice. */
	const now = addDays(first, -1), known = roster.state !== "draft" || monday <= now;
	const dearer = known && notice.data && from ? noticeText(notice.data, now, from, currency) : undefined;
	const go = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(undefined);
		try {
			const { data: plan } = await call<Plan>("GET", `/plans/${roster.plan_id}`);
			start({
				...asked({ risk: plan.risk, over: plan.over, probability: plan.probability ?? 0.8 }),
				keep: roster.id, from, change_cost_cents: Math.round(price * 100),
				...(all ? { with: (roster.evidence.together ?? []).filter((id) => id !== roster.site_id) } : {}),
			});
			onClose();
		} catch (problem) {
			setError(problem as Error);
			setBusy(false);
		}
	};
	return (
		<Dialog title={t("replan.title", { n: roster.version })} onClose={onClose} actions={(
			<>
				<Button onClick={onClose}>{t("action.cancel")}</Button>
				<Button id="replan-go" type="submit" form="replan" tone="primary" icon="spark" disabled={busy}>{t("replan.go")}</Button>
			</>
		)}>
			<form id="replan" class="stack" onSubmit={(e) => { void go(e); }}>
				<p>{t("replan.lead")}</p>
				<label class="field">
					<span class="field-label">{t("replan.from")}</span>
					<input type="date" name="from" required min={least} max={addDays(monday, 6)} value={from}
						onInput={(e) => setFrom(e.currentTarget.value)} />
				</label>
				<label class="field">
					<span class="field-label">{t("replan.price")}{currency ? ` (${currency})` : ""}</span>
					<input type="number" name="price" required min={0} max={1e6} step="any" value={price}
						onInput={(e) => setPrice(e.currentTarget.valueAsNumber || 0)} />
					<small class="muted">{t("replan.price_hint")}</small>
					{dearer && <small class="muted" id="replan-notice">{dearer}</small>}
				</label>
				{others && (
					<label class="check">
						<input type="checkbox" name="all" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} />
						<span>{t("replan.with", { sites: others })}</span>
					</label>
				)}
				{error && <ProblemBox error={error} />}
			</form>
			{notice.data && <NoticeForm site={roster.site_id} notice={notice.data} currency={currency} onSaved={notice.reload} />}
		</Dialog>
	);
}
