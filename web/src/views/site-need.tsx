// SPDX-License-Identifier: GPL-3.0-or-later
// The same choice for every queue of the site: what it costs and brings in all. Asked for, since it takes a while.
import { useEffect, useState } from "preact/hooks";
import { get, query } from "../lib/api";
import { inHours, money, pct, signed } from "../lib/format";
import { t } from "../lib/i18n";
import { asked, choice } from "../lib/staffing";
import type { Forecast, Queue, RequiredWeek } from "../lib/types";
import { Button, Card, ProblemBox } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";

interface Line { name: string; w: Pick<RequiredWeek, "chosen" | "point" | "currency"> }

const more = (value: number, digits: number) => Math.abs(value) >= 0.5 * 10 ** -digits && <small class="muted">{signed(value, digits)}</small>;

function columns(): Column<Line>[] {
	return [
		{ key: "queue", head: t("col.queue"), rowHead: true, cell: (l) => l.name },
		{ key: "hours", head: t("requirement.hours"), num: true, cell: ({ w }) => <>{inHours(w.chosen.roster_hours)} {more(w.chosen.roster_hours - w.point.roster_hours, 0)}</> },
		{ key: "cost", head: t("risk.cost"), num: true, cell: ({ w }) => <>{money(w.chosen.cost_cents, w.currency ?? undefined)} {more((w.chosen.cost_cents - w.point.cost_cents) / 100, 0)}</> },
		{ key: "chance", head: t("risk.p_target"), num: true, cell: ({ w }) => pct(w.chosen.p_target, 0) },
		{ key: "point", head: t("risk.p_point"), num: true, cell: ({ w }) => pct(w.point.p_target, 0) },
	];
}

/** Hours and cost add up; a chance belongs to a queue. */
function total(lines: Line[]): Line {
	const sum = (of: "chosen" | "point") => lines.reduce((s, { w }) => ({
		...s, roster_hours: s.roster_hours + w[of].roster_hours, cost_cents: s.cost_cents + w[of].cost_cents,
	}), { agent_hours: 0, roster_hours: 0, cost_cents: 0, peak: 0, service_level: null, p_target: null, p_least: null });
	return { name: t("risk.site_total"), w: { chosen: sum("chosen"), point: sum("point"), currency: lines[0]?.w.currency ?? null } };
}

export function SiteNeed({ forecast, week, queues }: { forecast: Forecast; week: string; queues: Queue[] }) {
	const how = asked(choice.value);
	const key = `${forecast.id} ${week} ${JSON.stringify(how)}`;
	const [wanted, setWanted] = useState("");
	const [tries, setTries] = useState(0);
	const [lines, setLines] = useState<Line[]>([]);
	const [error, setError] = useState<Error>();
	useEffect(() => {
		setLines([]);
		setError(undefined);
		if (wanted !== key) return undefined;
		const abort = new AbortController();
		(async () => {
			for (const q of queues) {
				const w = await get<RequiredWeek>(`/forecasts/${forecast.id}/requirement${query({ queue_id: q.id, week, ...how })}`, abort.signal);
				if (abort.signal.aborted) return;
				setLines((was) => [...was, { name: q.name, w }]);
			}
		})().catch((e: Error) => { if (!abort.signal.aborted) setError(e); });
		return () => abort.abort();
	}, [wanted, key, tries]);
	const running = wanted === key && lines.length < queues.length && !error;
	return (
		<Card title={t("risk.site")} aside={<Button id="site-need" disabled={wanted === key && !error} onClick={() => { setWanted(key); setTries(tries + 1); }}>{t("risk.site_ask")}</Button>}>
			{error && <ProblemBox error={error} />}
			{lines.length > 0 ? (
				<div class="scroll" tabIndex={0} role="group" aria-label={t("risk.site")} aria-busy={running}>
					<DataTable dense caption={t("risk.site")} columns={columns()} rowKey={(l) => l.name}
						rows={running ? lines : [...lines, total(lines)]} />
				</div>
			) : <p class="muted small" role="status">{running ? t("state.loading") : t("risk.site_lead")}</p>}
		</Card>
	);
}
