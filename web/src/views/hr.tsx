// SPDX-License-Identifier: GPL-3.0-or-later
// Absenteeism, turnover and the Bradford factor; every figure opens to what it was made of.
import { BASE, list, query, session } from "../lib/api";
import { siteChoices, useSites } from "../lib/catalogue";
import { inHours, num, pct, upTo } from "../lib/format";
import { type Key, t, tcode } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { link, route, setParams } from "../lib/route";
import { addDays, addMonths, browserZone, today } from "../lib/time";
import type { AbsenteeismRow, BradfordRow, Ratio, TurnoverRow } from "../lib/types";
import { Busy, Card, Empty, Icon, ProblemBox, Segments, Select } from "../ui/basic";
import { Figure, type FigureMeaning } from "../ui/figure";
import { type Column, DataTable } from "../ui/table";

const TABS: { path: string; name: Key }[] = [
	{ path: "/people/absence", name: "hr.absenteeism" },
	{ path: "/people/turnover", name: "hr.turnover" },
	{ path: "/people/bradford", name: "hr.bradford" },
];
const ABSENCE_BY = ["site", "team", "month", "weekday", "kind"] as const;
const TURNOVER_BY = ["site", "team", "month", "tenure"] as const;

function Csv({ path }: { path: string }) {
	return <a class="btn btn-quiet" href={`${BASE}${path}&format=csv`} download><Icon name="download" /><span>CSV</span></a>;
}

/** A bar of the total with its unplanned (or voluntary) part filled darker. */
function PartBar({ total, part, most }: { total: Ratio; part: Ratio; most: number }) {
	const width = (v: number | null) => `${most > 0 ? ((v ?? 0) / most) * 100 : 0}%`;
	return (
		<span class="part-bar" aria-hidden="true">
			<i class="part-total" style={{ width: width(total.value) }} />
			<i class="part-part" style={{ width: width(part.value) }} />
		</span>
	);
}

/** Months and tenure bands keep their own order; the rest start with the highest. */
const ordered = (by: string): boolean => by === "month" || by === "weekday" || by === "tenure";
const labelOf = (by: string, row: { key: string; label: string }): string =>
	by === "kind" ? tcode("absence", row.key) : by === "weekday" ? tcode("weekday", row.key)
		: by === "tenure" ? tcode("tenure", row.key) : row.label || row.key;

interface Scope { from: string; to: string; site: string | undefined; by: string }

function Absenteeism({ from, to, site, by }: Scope) {
	const path = `/reports/absenteeism${query({ by, from, to, site_id: site })}`;
	const report = useLoad(path, (abort) => list<AbsenteeismRow>(path, abort));
	const rows = report.data ?? [];
	const most = Math.max(0, ...rows.map((r) => r.total.value ?? 0));
	const meaning = (name: "absenteeism" | "unplanned", subject: string): FigureMeaning => ({
		title: t(`hr.${name}`), subject, value: (v) => pct(v, 2), numerator: t("part.absent"), denominator: t("part.planned"), part: inHours,
	});
	const columns: Column<AbsenteeismRow>[] = [
		{ key: "label", head: t(`by.${by as "site"}`), cell: (r) => labelOf(by, r), rowHead: true, sort: (r) => (ordered(by) ? r.key : labelOf(by, r)) },
		{ key: "bar", head: t("hr.share"), cell: (r) => <PartBar total={r.total} part={r.unplanned} most={most} /> },
		{ key: "total", head: t("hr.absenteeism"), cell: (r) => <Figure ratio={r.total} meaning={meaning("absenteeism", labelOf(by, r))} />, num: true, sort: (r) => r.total.value },
		{ key: "unplanned", head: t("hr.unplanned"), cell: (r) => <Figure ratio={r.unplanned} meaning={meaning("unplanned", labelOf(by, r))} />, num: true, sort: (r) => r.unplanned.value },
		{ key: "absent", head: t("part.absent"), cell: (r) => inHours(r.total.numerator), num: true, sort: (r) => r.total.numerator },
		{ key: "planned", head: t("part.planned"), cell: (r) => inHours(r.total.denominator), num: true, sort: (r) => r.total.denominator },
	];
	if (report.error) return <ProblemBox error={report.error} retry={report.reload} />;
	if (!report.data) return <Busy lines={6} />;
	return (
		<Card title={t("hr.absenteeism")} aside={<Csv path={path} />}>
			{rows.length === 0 ? <Empty title={t("hr.none")} /> : (
				<div class="scroll" tabIndex={0} role="group" aria-label={t("hr.absenteeism")}>
					<DataTable key={by} caption={t("hr.absenteeism")} columns={columns} rows={rows} rowKey={(r) => r.key}
						sortBy={ordered(by) ? "label" : "total"} descending={!ordered(by)} />
				</div>
			)}
			<p class="muted small">{t("hr.absenteeism_hint")}</p>
		</Card>
	);
}

function Turnover({ from, to, site, by }: Scope) {
	const path = `/reports/turnover${query({ by, from, to, site_id: site })}`;
	const report = useLoad(path, (abort) => list<TurnoverRow>(path, abort));
	const rows = report.data ?? [];
	const most = Math.max(0, ...rows.map((r) => r.turnover.value ?? 0));
	const meaning = (name: "turnover" | "voluntary", subject: string): FigureMeaning => ({
		title: t(`hr.${name}`), subject, value: (v) => pct(v), numerator: t("part.leavers"), denominator: t("part.headcount"),
		part: (v) => upTo(v, 0), whole: (v) => upTo(v, 1),
	});
	const columns: Column<TurnoverRow>[] = [
		{ key: "label", head: t(`by.${by as "site"}`), cell: (r) => labelOf(by, r), rowHead: true, sort: (r) => (ordered(by) ? r.key : labelOf(by, r)) },
		{ key: "bar", head: t("hr.share_voluntary"), cell: (r) => <PartBar total={r.turnover} part={r.voluntary} most={most} /> },
		{ key: "turnover", head: t("hr.turnover"), cell: (r) => <Figure ratio={r.turnover} meaning={meaning("turnover", labelOf(by, r))} />, num: true, sort: (r) => r.turnover.value },
		{ key: "annualised", head: t("hr.annualised"), cell: (r) => pct(r.annualised), num: true, sort: (r) => r.annualised },
		{ key: "voluntary", head: t("hr.voluntary"), cell: (r) => <Figure ratio={r.voluntary} meaning={meaning("voluntary", labelOf(by, r))} />, num: true, sort: (r) => r.voluntary.value },
		{ key: "leavers", head: t("part.leavers"), cell: (r) => num(r.turnover.numerator), num: true, sort: (r) => r.turnover.numerator },
		{ key: "headcount", head: t("part.headcount"), cell: (r) => upTo(r.turnover.denominator, 1), num: true, sort: (r) => r.turnover.denominator },
	];
	if (report.error) return <ProblemBox error={report.error} retry={report.reload} />;
	if (!report.data) return <Busy lines={6} />;
	return (
		<Card title={t("hr.turnover")} aside={<Csv path={path} />}>
			{rows.length === 0 ? <Empty title={t("hr.none")} /> : (
				<div class="scroll" tabIndex={0} role="group" aria-label={t("hr.turnover")}>
					<DataTable key={by} caption={t("hr.turnover")} columns={columns} rows={rows} rowKey={(r) => r.key}
						sortBy={ordered(by) ? "label" : "turnover"} descending={!ordered(by)} />
				</div>
			)}
			<p class="muted small">{t("hr.turnover_hint")}</p>
		</Card>
	);
}

function Bradford({ to, site }: { to: string; site: string | undefined }) {
	const path = `/reports/bradford${query({ site_id: site, date: to })}`;
	const report = useLoad(path, (abort) => list<BradfordRow>(path, abort));
	const columns: Column<BradfordRow>[] = [
		{ key: "agent", head: t("board.agent"), cell: (r) => r.agent, rowHead: true, sort: (r) => r.agent },
		{ key: "site", head: t("col.site"), cell: (r) => r.site, sort: (r) => r.site },
		{ key: "team", head: t("sort.team"), cell: (r) => r.team ?? "–", sort: (r) => r.team },
		{ key: "spells", head: t("hr.spells"), cell: (r) => num(r.spells), num: true, sort: (r) => r.spells },
		{ key: "days", head: t("hr.days"), cell: (r) => upTo(r.days, 1), num: true, sort: (r) => r.days },
		{
			key: "bradford", head: t("hr.bradford"), num: true, sort: (r) => r.bradford,
			cell: (r) => <><b class="tabular">{num(r.bradford)}</b><small class="muted block">{t("hr.bradford_formula", { s: num(r.spells), d: upTo(r.days, 1) })}</small></>,
		},
	];
	if (report.error) return <ProblemBox error={report.error} retry={report.reload} />;
	if (!report.data) return <Busy lines={6} />;
	return (
		<Card title={t("hr.bradford")} aside={<Csv path={path} />}>
			{report.data.length === 0 ? <Empty title={t("hr.none")} /> : (
				<div class="scroll table-page" tabIndex={0} role="group" aria-label={t("hr.bradford")}>
					<DataTable caption={t("hr.bradford")} columns={columns} rows={report.data} rowKey={(r) => r.agent_id} sortBy="bradford" descending />
				</div>
			)}
			<p class="muted small">{t("hr.bradford_hint")}</p>
		</Card>
	);
}

export default function People() {
	const { path, params } = route.value;
	const sites = useSites();
	const tab = TABS.find((x) => x.path === path) ?? TABS[0];
	const isDate = (s: string | undefined): s is string => /^\d{4}-\d{2}-\d{2}$/.test(s ?? "");
	const thisMonth = addMonths(today(browserZone()), 0);
	// Twelve whole months; to is the last day counted.
	const from = isDate(params.from) ? params.from : addMonths(thisMonth, -12);
	const to = isDate(params.to) ? params.to : addDays(thisMonth, -1);
	// Why somebody is absent is for HR alone; the service refuses the kinds to a site manager.
	const mayKnowWhy = session.value?.user.role !== "site_manager";
	const kinds = tab?.path === "/people/turnover" ? TURNOVER_BY : ABSENCE_BY.filter((k) => mayKnowWhy || k !== "kind");
	const by = kinds.find((k) => k === params.by) ?? "site";
	const scope = { from, to, site: params.site, by };
	return (
		<div class="stack">
			<h1 class="sr-only">{t("nav.people")}</h1>
			<div class="plan-bar">
				<nav class="tabs" aria-label={t("nav.people")}>
					{TABS.map((x) => <a key={x.path} href={link(x.path, params)} {...(x === tab ? { "aria-current": "page" } : {})}>{t(x.name)}</a>)}
				</nav>
			</div>
			<div class="tools">
				{tab?.path !== "/people/bradford" && (
					<>
						<Segments label={t("by.label")} value={by} onPick={(v) => setParams({ by: v })} choices={kinds.map((k) => ({ value: k, label: t(`by.${k}`) }))} />
						<label class="field"><span class="field-label">{t("off.from")}</span>
							<input type="date" value={from} max={to} onChange={(e) => setParams({ from: e.currentTarget.value })} /></label>
					</>
				)}
				<label class="field"><span class="field-label">{tab?.path === "/people/bradford" ? t("hr.until") : t("off.until")}</span>
					<input type="date" value={tab?.path === "/people/bradford" && !isDate(params.to) ? today(browserZone()) : to} onChange={(e) => setParams({ to: e.currentTarget.value })} /></label>
				<span class="grow" />
				<Select label={t("col.site")} value={params.site ?? ""} onPick={(s) => setParams({ site: s })}
					choices={[{ value: "", label: t("hr.all_sites") }, ...siteChoices(sites.data ?? [])]} />
			</div>
			{tab?.path === "/people/absence" && <Absenteeism {...scope} />}
			{tab?.path === "/people/turnover" && <Turnover {...scope} />}
			{tab?.path === "/people/bradford" && <Bradford to={isDate(params.to) ? params.to : today(browserZone())} site={params.site} />}
		</div>
	);
}
