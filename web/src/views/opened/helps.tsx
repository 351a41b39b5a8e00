// SPDX-License-Identifier: GPL-3.0-or-later
// What would help a roster that is short: one agent, one person or one eased rule more, and who cannot be planned.
import { get } from "../../lib/api";
import { money, upTo } from "../../lib/format";
import { t, tcode, tmaybe, tn } from "../../lib/i18n";
import { useLoad } from "../../lib/load";
import { fmtDay, fmtDayTime, fmtTime, instant } from "../../lib/time";
import type { Queue } from "../../lib/types";
import type { BindingItem, ConflictSet, Explanation, HelpfulAgent, HelpfulHour, HelpfulRelaxation } from "../../lib/types-help";
import { Busy, Card, ProblemBox } from "../../ui/basic";
import { DataTable } from "../../ui/table";

/** Others: names of sites planned in one with the roster's; empty: none. */
export interface HelpsProps { roster: number; queues: Queue[]; zone: string; currency: string | undefined; others: string }

const CLOCK = new Set(["start_window"]);
const TIME = new Set(["week_minutes", "shift_minutes", "start_step", "start_spread", "rest"]);

const two = (n: number) => String(n).padStart(2, "0");
const clockOf = (minutes: number) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
const timeOf = (minutes: number) => (minutes < 60 ? `${minutes} min` : minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`);

function limitOf(rule: string, value: number | null): string {
	if (value === null) return "";
	return CLOCK.has(rule) ? clockOf(value) : TIME.has(rule) ? timeOf(value) : String(value);
}

function whenOf(item: BindingItem, zone: string): string {
	if (item.start && item.end) return `${fmtDayTime(instant(item.start), zone)}–${fmtDayTime(instant(item.end), zone)}`;
	return item.day ? fmtDay(item.day) : t("help.always");
}

function itemOf(item: BindingItem, zone: string): string {
	return t(`help.item.${item.kind}`, {
		agent: item.agent ?? "", contract: item.contract ?? "", rule: tcode("rule", item.rule ?? ""), when: whenOf(item, zone),
	});
}

/** The change in words. */
export function easedOf(r: HelpfulRelaxation, zone: string): string {
	if (r.side === "drop") return t("help.without", { what: itemOf(r.item, zone) });
	const rule = r.item.rule ?? "";
	const said = { contract: r.item.contract ?? "", rule: tcode("rule", rule), from: limitOf(rule, r.from), to: limitOf(rule, r.to) };
	const what = tmaybe(`help.${rule}.${r.side}`, said) ?? t("help.limit", said);
	return r.minutes > 0 ? t("help.and_minutes", { what, time: timeOf(r.minutes) }) : what;
}

export function conflictOf(c: ConflictSet, zone: string): string {
	const items = c.items.map((i) => itemOf(i, zone)).join("; ");
	return t(c.planned ? "help.wishes" : c.items.length ? "help.impossible" : "help.hopeless", { agent: c.agent, items });
}

const reach = (n: number) => (n > 1 ? tn("help.more", n) : "–");

function Agents({ rows, currency }: { rows: HelpfulAgent[]; currency: string | undefined }) {
	return (
		<div class="scroll" tabIndex={0} role="group" aria-label={t("help.agents")}>
			<DataTable dense caption={t("help.agents")} rows={rows} rowKey={(a) => a.agent_id} columns={[
				{ key: "what", head: t("help.agents"), rowHead: true, cell: (a) => t("help.like", { contract: a.contract, agent: a.agent }) },
				{
					key: "saves", head: t("help.saves"), num: true,
					cell: (a) => <>{money(a.saved_cents, currency)}{a.fixed_pay_cents > 0 && <small class="muted block">{t("help.salary", { money: money(a.fixed_pay_cents, currency) })}</small>}</>,
				},
				{ key: "holds", head: t("help.holds"), num: true, cell: (a) => <>{reach(a.good_for)}{a.good_for > 1 && <small class="muted block">{money(a.good_for_cents, currency)}</small>}</> },
			]} />
		</div>
	);
}

function Hours({ rows, queues, zone, currency }: { rows: HelpfulHour[]; queues: Queue[]; zone: string; currency: string | undefined }) {
	const name = (id: number) => queues.find((q) => q.id === id)?.name ?? String(id);
	return (
		<div class="scroll" tabIndex={0} role="group" aria-label={t("help.hours")}>
			<DataTable dense caption={t("help.hours")} rows={rows} rowKey={(h) => `${h.queue_id}:${h.start}`} columns={[
				{
					key: "what", head: t("help.hours"), rowHead: true,
					cell: (h) => <>{name(h.queue_id)}, {fmtDayTime(instant(h.start), zone)}–{fmtTime(instant(h.end), zone)}{h.avoidable && <small class="muted block">{t("help.avoidable")}</small>}</>,
				},
				{ key: "short", head: t("short.hours"), num: true, cell: (h) => upTo(h.short_hours, 1) },
				{ key: "saves", head: t("help.an_hour"), num: true, cell: (h) => money(h.hour_cents, currency) },
				{ key: "holds", head: t("help.holds"), num: true, cell: (h) => reach(h.good_for) },
			]} />
		</div>
	);
}

function Eased({ rows, zone, currency }: { rows: HelpfulRelaxation[]; zone: string; currency: string | undefined }) {
	return (
		<div class="scroll" tabIndex={0} role="group" aria-label={t("help.eased")}>
			<DataTable dense caption={t("help.eased")} rows={rows} rowKey={(r) => easedOf(r, zone)} columns={[
				{ key: "what", head: t("help.eased"), rowHead: true, cell: (r) => easedOf(r, zone) },
				{ key: "saves", head: t("help.saves"), num: true, cell: (r) => money(r.saved_cents, currency) },
				{ key: "short", head: t("help.fewer"), num: true, cell: (r) => (r.short_hours > 0.05 ? upTo(r.short_hours, 1) : "–") },
			]} />
		</div>
	);
}

export default function Helps({ roster, queues, zone, currency, others }: HelpsProps) {
	const told = useLoad(`explanation ${roster}`, (abort) => get<Explanation>(`/rosters/${roster}/explanation`, abort));
	const x = told.data;
	return (
		<Card class="helps" title={t("help.title")}>
			<p class="muted small">{t("help.lead")}{others && <> {t("help.together", { sites: others })}</>}</p>
			{told.error && <ProblemBox error={told.error} retry={told.reload} />}
			{!x ? !told.error && <Busy lines={4} /> : !x.known ? <p class="muted">{t("help.unknown")}</p> : (
				<div class="stack" id="helps">
					{x.relaxations.length > 0 ? <Eased rows={x.relaxations} zone={zone} currency={currency} /> : x.tried > 0 && <p class="muted">{t("help.none")}</p>}
					{x.tried > 0 && <p class="muted small">{t("help.tried", { n: x.tried })}</p>}
					{x.untried > 0 && <p class="muted small">{t("help.untried", { n: x.untried })}</p>}
					{x.agents.length > 0 && <Agents rows={x.agents} currency={currency} />}
					{x.hours.length > 0 && <Hours rows={x.hours} queues={queues} zone={zone} currency={currency} />}
					{x.conflicts.length > 0 && (
						<>
							<h3>{t("help.conflicts")}</h3>
							<ul class="plain">{x.conflicts.map((c, i) => <li key={i}>{conflictOf(c, zone)}</li>)}</ul>
						</>
					)}
					{!x.complete && <p class="muted small">{t("help.cut")}</p>}
				</div>
			)}
		</Card>
	);
}
