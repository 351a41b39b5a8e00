// SPDX-License-Identifier: GPL-3.0-or-later
// Build a schedule, look at it on the board, see what is short and why, publish a version.
import { useEffect, useMemo, useState } from "preact/hooks";
import { call, list, query } from "../lib/api";
import { makeAxis } from "../lib/axis";
import { useQueues, useSites } from "../lib/catalogue";
import { newestForecast } from "../lib/forecast";
import { money, pct, upTo } from "../lib/format";
import { lang, locale, t, tcode, tn, withWords } from "../lib/i18n";
import { announce } from "../lib/live";
import { useLoad } from "../lib/load";
import { makeCoverage, makeRows, mergeShortages, type RowOrder, type ShortSpan, sortRows } from "../lib/roster";
import { route, setParams } from "../lib/route";
import { asked, choice } from "../lib/staffing";
import { addDays, fmtDay, fmtDayTime, fmtMoment, fmtTime, instant, isoWeekOf, mondayOfWeek, today } from "../lib/time";
import type { Agent, Contract, Coverage, Job, Lending, Queue, Roster, RosterSummary, ServiceRow, Shift, Shortage, Site, WaitingRow } from "../lib/types";
import { Busy, Button, Card, Chip, Dialog, Empty, Icon, ProblemBox, Segments, Select, Stat } from "../ui/basic";
import { later, lazy } from "../ui/lazy";
import { QueuePicker } from "../ui/queue";
import { type Column, DataTable } from "../ui/table";
import { BoardGrid, type Zoom } from "./board-grid";
import { JobPanel, useJob } from "./job";
import type { FairnessProps } from "./opened/fairness";
import type { HelpsProps } from "./opened/helps";
import type { LendingProps } from "./opened/lending";
import type { PlanScope } from "./planner";
import type { ReplanProps } from "./opened/replan";
import { PublishDialog } from "./publish";
import { ReplayCard } from "./replay";
import { CompareCard } from "./roster-compare";
import { SessionsCard } from "./sessions";
import { choiceText, StaffingPicker } from "./staffing-choice";
import { TrialCard } from "./trial";

const Replan = lazy<ReplanProps>(() => import("./opened/replan"));
const Fairness = later<FairnessProps>(() => withWords(["fair"], import("./opened/fairness")));
const Helps = later<HelpsProps>(() => withWords(["help"], import("./opened/helps")));

const LendingCard = later<LendingProps>(() => import("./opened/lending"));

export interface FullRoster {
	roster: Roster;
	etag: string;
	shifts: Shift[];
	coverage: Coverage[];
	shortages: Shortage[];
}

async function loadRoster(id: number, abort: AbortSignal): Promise<FullRoster> {
	const [head, shifts, coverage, shortages] = await Promise.all([
		call<Roster>("GET", `/rosters/${id}`, { signal: abort }),
		list<Shift>(`/rosters/${id}/shifts`, abort),
		list<Coverage>(`/rosters/${id}/coverage`, abort),
		list<Shortage>(`/rosters/${id}/shortages`, abort),
	]);
	return { roster: head.data, etag: head.etag ?? "", shifts, coverage, shortages };
}

const stateTone = { draft: "plain", published: "good", superseded: "quiet" } as const;

/** The one currency of the contracts that work at the site; undefined where they have several. */
function currencyOf(agents: Agent[] | undefined, contracts: Contract[] | undefined): string | undefined {
	const held = new Set(agents?.map((a) => a.contract));
	const used = new Set(contracts?.filter((c) => held.has(c.code) || held.has(c.name)).map((c) => c.currency));
	return used.size === 1 ? [...used][0] : undefined;
}

/** The names of the sites planned in one with the roster's. */
export function useOthers(roster: Roster): string {
	const sites = useSites().data ?? [];
	return (roster.evidence.together ?? []).filter((id) => id !== roster.site_id)
		.map((id) => sites.find((s) => s.id === id)?.name ?? String(id)).join(", ");
}

/** Contacts answered in time, of a queue's days or its week. */
function ServiceStat({ rows, name }: { rows: ServiceRow[]; name: string }) {
	const sum = (f: (r: ServiceRow) => number) => rows.reduce((all, r) => all + f(r), 0);
	const offered = sum((r) => r.offered), answered = sum((r) => r.answered), target = sum((r) => r.target);
	const met = rows.filter((r) => r.answered >= r.target - 0.005 * r.offered).length;
	const hint = t("evidence.service_target", { level: pct(target / offered, 1) }) + (rows.length > 1 ? ` · ${t("evidence.service_days", { met, days: rows.length })}` : "");
	return <Stat label={t("evidence.service", { queue: name })} value={pct(answered / offered, 1)} hint={hint} {...(met < rows.length ? { tone: "bad" } : {})} />;
}

/** Work that may wait: what is done within its turnaround. */
function WaitingStat({ row, name }: { row: WaitingRow; name: string }) {
	const share = row.due_hours > 0 ? row.in_time_hours / row.due_hours : 1;
	const hint = t("evidence.waiting_hint", { hours: upTo(row.due_hours, 0), left: upTo(row.backlog_hours, 1) });
	return <Stat label={t("evidence.waiting", { queue: name })} value={pct(share, 1)} hint={hint} {...(share < 0.995 ? { tone: "bad" } : {})} />;
}

function EvidenceStrip({ full, currency }: { full: FullRoster; currency: string | undefined }) {
	const { roster } = full;
	const e = roster.evidence;
	const queues = useQueues(roster.site_id).data ?? [];
	const others = useOthers(roster);
	const pay = e.parts && (e.parts.pay ?? 0) + (e.parts.fixed_pay ?? 0);
	return (
		<dl class="stats evidence">
			<Stat label={t("evidence.state")} value={<Chip tone={stateTone[roster.state]}>{t(`state.${roster.state}`)}</Chip>} />
			<Stat label={t("evidence.agents")} value={upTo(roster.agents, 0)} />
			<Stat label={t("evidence.shifts")} value={upTo(roster.shifts, 0)} />
			<Stat label={t("evidence.short")} value={upTo(roster.people_short, 1)} {...(roster.people_short > 0 ? { tone: "bad" } : {})} />
			<Stat label={t("evidence.objective")} value={money(e.objective, currency)} {...(e.bound == null ? {} : { hint: t("evidence.bound_hint", { bound: money(e.bound, currency) }) })} />
			{e.changes && <Stat label={t("evidence.changes")} value={upTo(e.changes.shifts, 0)} hint={[
				t("evidence.changes_hint", { n: e.changes.version, day: fmtDay(e.changes.from) }),
				...((e.changes.notice_cents ?? 0) > 0 ? [t("evidence.notice", { money: money(e.changes.notice_cents ?? 0, currency) })] : []),
			].join(" · ")} />}
			{pay !== undefined && <Stat label={t("evidence.pay")} value={money(pay, currency)} />}
			<Stat label={t("evidence.gap")} value={e.bound == null ? t("evidence.no_bound") : pct(e.gap, 2)} />
			{e.risk && <Stat label={t("risk.label")} value={choiceText({ risk: e.risk, over: e.over ?? "interval", probability: e.probability ?? null })} />}
			{queues.map((q) => ({ q, rows: (e.services ?? []).filter((s) => s.queue_id === q.id) })).filter((x) => x.rows.length > 0)
				.map(({ q, rows }) => <ServiceStat key={q.id} rows={rows} name={q.name} />)}
			{(e.waiting ?? []).map((w) => <WaitingStat key={w.queue_id} row={w} name={queues.find((q) => q.id === w.queue_id)?.name ?? ""} />)}
			{others !== "" && <Stat label={t("lending.lent")} value={others} hint={t("lending.lent_hint", { n: upTo(e.borrowed ?? 0, 0) })} />}
			{(e.unmet ?? 0) > 0 && <Stat label={t("risk.unmet_short")} value={upTo(e.unmet ?? 0, 0)} tone="bad" hint={t("risk.unmet_where")} />}
			{e.seconds !== undefined && <Stat label={t("evidence.seconds")} value={`${upTo(e.seconds, 1)} s`} />}
			<Stat label={t("evidence.verified")} value={e.verified
				? <span class="good"><Icon name="check" /> {t("evidence.yes")}</span> : t("evidence.no")} />
		</dl>
	);
}

function ShortageList({ full, queues, zone }: { full: FullRoster; queues: Queue[]; zone: string }) {
	const step = useMemo(() => {
		const first = makeCoverage(full.coverage, full.coverage[0]?.queue_id ?? 0)[0];
		return first ? first.end - first.start : 900_000;
	}, [full.coverage]);
	const spans = useMemo(() => mergeShortages(full.shortages, step), [full.shortages, step]);
	const queueName = (id: number) => queues.find((q) => q.id === id)?.name ?? String(id);
	const columns: Column<ShortSpan>[] = [
		{
			key: "when", head: t("col.when"), rowHead: true, sort: (s) => s.start,
			cell: (s) => `${fmtDayTime(s.start, zone)}–${fmtTime(s.end, zone)}`,
		},
		{ key: "queue", head: t("col.queue"), cell: (s) => queueName(s.queueId), sort: (s) => queueName(s.queueId) },
		{ key: "people", head: t("short.people"), cell: (s) => upTo(s.people, 1), num: true, sort: (s) => s.people },
		{ key: "hours", head: t("short.hours"), cell: (s) => upTo(s.personMinutes / 60, 1), num: true, sort: (s) => s.personMinutes },
		{ key: "reason", head: t("short.reason"), cell: (s) => tcode("shortage", s.reason), sort: (s) => s.reason },
	];
	return (
		<Card title={t("short.title")} aside={<Chip tone={spans.length ? "bad" : "good"}>{tn("short.count", spans.length)}</Chip>}>
			{spans.length === 0 ? <p class="muted">{t("short.none")}</p> : (
				<div class="scroll table-tall" tabIndex={0} role="group" aria-label={t("short.title")}>
					<DataTable dense caption={t("short.title")} columns={columns} rows={spans}
						rowKey={(s) => `${s.queueId}:${s.start}`} sortBy="hours" descending />
				</div>
			)}
		</Card>
	);
}

interface SheetProps { full: FullRoster; site: Site; week: string; agents: Agent[]; versions: RosterSummary[]; currency: string | undefined }

function Sheet({ full, site, week, agents, versions, currency }: SheetProps) {
	const queues = useQueues(site.id).data ?? [];
	const others = useOthers(full.roster);
	const [order, setOrder] = useState<RowOrder>("name");
	const [zoom, setZoom] = useState<Zoom>("week");
	const [find, setFind] = useState("");
	const [table, setTable] = useState(false);
	const zone = full.roster.zone || site.zone;
	const monday = mondayOfWeek(week);
	const queueId = queues.find((q) => String(q.id) === route.value.params.queue)?.id ?? 0;
	const tag = locale.value;

	const axis = useMemo(() => makeAxis(monday, zone, [
		...full.shifts.map((s) => ({ start: instant(s.start), end: instant(s.end) })),
		...makeCoverage(full.coverage, 0).filter((p) => p.required > 0),
	]), [full, monday, zone]);
	const all = useMemo(() => makeRows(monday, full.shifts, agents), [full, agents, monday]);
	const rows = useMemo(() => {
		const wanted = find.trim().toLocaleLowerCase(tag);
		const kept = wanted ? all.filter((r) => `${r.name} ${r.team} ${r.contract}`.toLocaleLowerCase(tag).includes(wanted)) : all;
		return sortRows(kept, order, tag);
	}, [all, order, find, tag]);
	const cover = useMemo(() => makeCoverage(full.coverage, queueId), [full.coverage, queueId]);
	const orders: RowOrder[] = ["name", "team", "contract", "hours", "start"];

	return (
		<>
			<div class="tools tools-inline">
				<label class="field field-find">
					<span class="sr-only">{t("board.find")}</span>
					<input type="search" placeholder={t("board.find")} value={find} onInput={(e) => setFind(e.currentTarget.value)} />
				</label>
				<Select label={t("board.sort")} value={order} onPick={(v) => {
					setOrder(v as RowOrder);
					announce(t("board.sorted", { by: t(`sort.${v as RowOrder}`) }));
				}} choices={orders.map((o) => ({ value: o, label: t(`sort.${o}`) }))} id="sort" />
				<QueuePicker queues={queues} value={queueId} all={t("cover.all_queues")} />
				<span class="grow" />
				<span class="muted small">{tn("board.rows", rows.length)}</span>
				<Segments label={t("board.zoom")} value={zoom} onPick={(z) => setZoom(z as Zoom)}
					choices={[{ value: "week", label: t("board.week") }, { value: "day", label: t("board.day") }]} />
			</div>
			<BoardGrid rows={rows} axis={axis} queues={queues} cover={cover} zoom={zoom} onZoom={setZoom} lang={lang.value}
				onTable={() => setTable(true)} />
			<div class="legend board-legend">
				{queues.map((q, i) => <span key={q.id} class="legend-key"><i class="key key-act" style={{ "--q": `var(--q${i % 8})` }} />{q.name}</span>)}
				{(["meal", "break", "training", "meeting", "travel"] as const).map((k) => (
					<span key={k} class="legend-key"><i class={`key key-act act-${k}`} />{tcode("activity", k)}</span>
				))}
			</div>
			<ShortageList full={full} queues={queues} zone={zone} />
			<Helps roster={full.roster.id} queues={queues} zone={zone} currency={currency} others={others} />
			<Fairness roster={full.roster} />
			<TrialCard roster={full.roster.id} queues={queues} zone={zone} outcome={full.roster.evidence.trial} />
			<ReplayCard roster={full.roster.id} monday={monday} zone={zone} shifts={full.shifts} />
			<CompareCard roster={full.roster} versions={versions} queues={queues} zone={zone} currency={currency} />
			{table && (
				<Dialog title={t("cover.title")} onClose={() => setTable(false)}>
					<div class="scroll table-tall" tabIndex={0} role="group" aria-label={t("cover.title")}>
						<DataTable dense caption={t("cover.title")} rows={cover} rowKey={(p) => p.start} columns={[
							{ key: "when", head: t("col.when"), cell: (p) => fmtDayTime(p.start, zone), rowHead: true },
							{ key: "req", head: t("cover.required"), cell: (p) => upTo(p.required, 1), num: true },
							{ key: "sch", head: t("cover.scheduled"), cell: (p) => upTo(p.scheduled, 1), num: true },
							{ key: "short", head: t("cover.short"), cell: (p) => upTo(p.short, 1), num: true },
							{ key: "over", head: t("cover.over"), cell: (p) => upTo(p.over, 1), num: true },
						]} />
					</div>
				</Dialog>
			)}
		</>
	);
}

/** From the newest forecast of the week; without one the job makes it first. */
function useBuild({ site, week }: PlanScope, together: number[], built: (job: Job) => void) {
	const job = useJob(`schedule ${site.id} ${week}`, built);
	const build = async (timeLimit: number) => {
		const forecast = await newestForecast(site, week);
		await job.start("/schedules", {
			site_id: site.id, week, time_limit_s: timeLimit, ...asked(choice.value), ...(forecast ? { forecast_id: forecast.id } : {}),
			...(together.length > 0 ? { with: together } : {}),
		});
	};
	const again = async (timeLimit: number, body: Record<string, unknown>) => {
		await job.start("/schedules", { site_id: site.id, week, time_limit_s: timeLimit, ...body });
	};
	return { job, build, again, running: job.running };
}

function versionChoices(all: RosterSummary[], zone: string) {
	return all.map((r) => ({
		value: String(r.id),
		label: `${t("version.name", { n: r.version })} · ${t(`state.${r.state}`)} · ${fmtMoment(instant(r.created_at), zone)}${r.gap == null || r.bound == null ? "" : ` · ${t("version.gap", { gap: pct(r.gap, 1) })}`}`,
	}));
}

/** Other sites with which this one shares people, to be planned in one with it. */
function TogetherPicker({ site, rows, picked, onPick }: { site: Site; rows: Lending[]; picked: number[]; onPick: (ids: number[]) => void }) {
	const others = new Map(rows.map((r) => (r.home_id === site.id ? [r.site_id, r.site] : [r.home_id, r.home])));
	if (others.size === 0) return null;
	return (
		<div id="together" class="tools tools-inline" role="group" aria-label={t("lending.with")}>
			<span class="field-label">{t("lending.with")}</span>
			{[...others].map(([id, name]) => (
				<label key={id} class="check">
					<input type="checkbox" value={id} checked={picked.includes(id)}
						onChange={(e) => onPick(e.currentTarget.checked ? [...picked, id] : picked.filter((x) => x !== id))} /> {name}
				</label>
			))}
			<span class="muted small">{t("lending.with_hint")}</span>
		</div>
	);
}

const LIMITS = [20, 60, 300];

export default function Board({ site, week }: PlanScope) {
	const [limit, setLimit] = useState(20);
	const [publishing, setPublishing] = useState(false);
	const [replanning, setReplanning] = useState(false);
	const [failed, setFailed] = useState<Error>();
	const versions = useLoad(`rosters ${site.id} ${week}`, async (abort) =>
		(await list<RosterSummary>(`/rosters${query({ site_id: site.id, week })}`, abort)).sort((a, b) => b.version - a.version));
	const picked = versions.data?.find((r) => String(r.id) === route.value.params.roster) ?? versions.data?.[0];
	const full = useLoad(picked ? `roster ${picked.id}` : null, (abort) => loadRoster((picked as RosterSummary).id, abort));
	const agents = useLoad(`agents ${site.id}`, (abort) => list<Agent>(`/agents?site_id=${site.id}`, abort));
	const contracts = useLoad("contracts", (abort) => list<Contract>("/contracts", abort));
	const lending = useLoad(`lending ${site.id}`, (abort) => list<Lending>(`/sites/${site.id}/lending`, abort), true);
	const [together, setTogether] = useState<number[]>([]);
	useEffect(() => setTogether([]), [site.id]);
	const work = useBuild({ site, week }, together, (job) => {
		const id = job.result?.roster_id;
		if (id !== undefined) setParams({ roster: id });
		versions.reload();
	});
	const build = () => { setFailed(undefined); work.build(limit).catch((e: Error) => setFailed(e)); };
	const currency = currencyOf(agents.data, contracts.data);
	const past = week < isoWeekOf(today(site.zone));
	const first = addDays(today(site.zone), 1); /* that has not begun */
	const open = first <= addDays(mondayOfWeek(week), 6);
	const away = picked?.state === "published" ? (full.data?.shifts ?? []).filter((s) => s.away && instant(s.start) > Date.now()).length : 0;
	const loaded = full.data !== undefined;
	useEffect(() => {
		if (route.value.params.again === undefined || !loaded) return;
		setParams({ again: undefined });
		setReplanning(open);
	}, [loaded, open]);
	const error = failed ?? versions.error ?? full.error ?? agents.error ?? contracts.error;

	return (
		<div class="stack board-stack">
			<div class="tools tools-inline">
				{picked && versions.data && (
					<Select label={t("version.label")} value={String(picked.id)} choices={versionChoices(versions.data, site.zone)}
						onPick={(id) => setParams({ roster: id })} id="version" />
				)}
				<span class="grow" />
				<StaffingPicker slim />
				<Select label={t("build.limit")} value={String(limit)} onPick={(v) => setLimit(Number(v))}
					choices={LIMITS.map((s) => ({ value: String(s), label: s < 60 ? `${s} s` : `${s / 60} min` }))} />
				<Button id="build" icon="spark" tone={picked ? "plain" : "primary"} disabled={work.running || past} onClick={build}>{t("build.button")}</Button>
				{picked && open && (
					<Button id="replan-open" disabled={!full.data || work.running} onClick={() => setReplanning(true)}>{t("replan.button")}</Button>
				)}
				{picked?.state === "draft" && (
					<Button id="publish" icon="send" tone="primary" disabled={!full.data || work.running} onClick={() => setPublishing(true)}>{t("publish.button")}</Button>
				)}
			</div>
			{lending.data && <TogetherPicker site={site} rows={lending.data} picked={together} onPick={setTogether} />}
			<JobPanel state={work.job} title={t("build.running")} cost={(cents) => money(cents, currency)} />
			{error && <ProblemBox error={error} retry={() => { setFailed(undefined); versions.reload(); full.reload(); agents.reload(); contracts.reload(); }} />}
			{full.data && agents.data ? (
				<>
					<EvidenceStrip full={full.data} currency={currency} />
					{away > 0 && (
						<div class="tools tools-inline" id="away">
							<Chip tone="bad">{tn("board.away_shifts", away)}</Chip>
							{open && <Button id="replan-away" disabled={work.running} onClick={() => setReplanning(true)}>{t("replan.week")}</Button>}
						</div>
					)}
					<Sheet key={full.data.roster.id} full={full.data} site={site} week={week} agents={agents.data}
						versions={versions.data ?? []} currency={currency} />
				</>
			) : versions.data && !picked ? !work.running && (
				<Empty title={t("board.none")}><p>{past ? t("board.past") : t("board.none_lead")}</p></Empty>
			) : !error && <Busy lines={8} />}
			{replanning && full.data && (
				<Replan roster={full.data.roster} week={week} first={first} currency={currency}
					start={(body) => { void work.again(limit, body); }} onClose={() => setReplanning(false)} />
			)}
			{agents.data && <SessionsCard scope={{ site, week }} agents={agents.data} missed={full.data?.roster.evidence.missed} />}
			{agents.data && lending.data && <LendingCard site={site} agents={agents.data} rows={lending.data} roster={picked?.id} changed={lending.reload} />}
			{publishing && full.data && (
				<PublishDialog full={full.data} site={site} others={versions.data ?? []} onClose={() => setPublishing(false)}
					onDone={() => { setPublishing(false); versions.reload(); full.reload(); }} />
			)}
		</div>
	);
}
