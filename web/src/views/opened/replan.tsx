// SPDX-License-Identifier: GPL-3.0-or-later
// Plan a week again from one of its versions: from which day on, and what a changed shift costs.
import { useState } from "preact/hooks";
import { call, get } from "../../lib/api";
import { money } from "../../lib/format";
import { t, tn } from "../../lib/i18n";
import { useLoad } from "../../lib/load";
import { asked } from "../../lib/staffing";
import { addDays, mondayOfWeek } from "../../lib/time";
import type { Plan, Roster, ShortNotice } from "../../lib/types";
import { Button, Dialog, ProblemBox } from "../../ui/basic";

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
	const shift = ((parts?.pay ?? 0) + (parts?.fixed_pay ?? 0)) / 100 / Math.max(1, roster.shifts);
	return shift > 0 ? Number((shift / 4).toPrecision(1)) : 20;
}

export default function Replan({ roster, week, first, currency, start, onClose }: ReplanProps) {
	const monday = mondayOfWeek(week);
	const least = first > monday ? first : monday;
	const [from, setFrom] = useState(least);
	const [price, setPrice] = useState(() => usualPrice(roster));
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Error>();
	const notice = useLoad(`notice ${roster.site_id}`, (abort) => get<ShortNotice>(`/sites/${roster.site_id}/short-notice`, abort)).data;
	const go = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(undefined);
		try {
			const { data: plan } = await call<Plan>("GET", `/plans/${roster.plan_id}`);
			start({
				...asked({ risk: plan.risk, over: plan.over, probability: plan.probability ?? 0.8 }),
				keep: roster.id, from, change_cost_cents: Math.round(price * 100),
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
					{notice && notice.days > 0 && <small class="muted">{tn("replan.notice", notice.days, { money: money(notice.cents, currency) })}</small>}
				</label>
				{error && <ProblemBox error={error} />}
			</form>
		</Dialog>
	);
}
