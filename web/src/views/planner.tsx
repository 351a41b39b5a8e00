// SPDX-License-Identifier: GPL-3.0-or-later
// The planner's place: a site and a week, and for them forecast, requirement, schedule, history import.
import type { ComponentType } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { session } from "../lib/api";
import { siteChoices, useSites } from "../lib/catalogue";
import { type Key, t, withWords } from "../lib/i18n";
import { address, go, link, route, setParams } from "../lib/route";
import { addDays, addWeeks, fmtRange, fmtShortRange, isWeek, isoWeekOf, mondayOfWeek, today, zoneName } from "../lib/time";
import type { Site } from "../lib/types";
import { Busy, Button, Empty, ProblemBox, Select } from "../ui/basic";
import { lazy } from "../ui/lazy";

export interface PlanScope { site: Site; week: string }
const TABS: { path: string; name: Key; Show: ComponentType<PlanScope> }[] = [
	{ path: "/plan/forecast", name: "plan.forecast", Show: lazy<PlanScope>(() => withWords(["forecast"], import("./forecast"))) },
	{ path: "/plan/requirement", name: "plan.requirement", Show: lazy<PlanScope>(() => withWords(["roster", "staffing", "need"], import("./requirement"))) },
	{ path: "/plan/schedule", name: "plan.schedule", Show: lazy<PlanScope>(() => withWords(["roster", "staffing", "trial"], import("./schedule"))) },
	{ path: "/plan/what-if", name: "plan.whatif", Show: lazy<PlanScope>(() => withWords(["roster", "staffing"], import("./what-if"))) },
	{ path: "/plan/time-off", name: "plan.requests", Show: lazy<PlanScope>(() => withWords(["roster"], import("./requests"))) },
	{ path: "/plan/calendar", name: "plan.calendar", Show: lazy<PlanScope>(() => withWords(["calendar"], import("./calendar"))) },
	{ path: "/plan/import", name: "plan.import", Show: lazy<PlanScope>(() => withWords(["roster"], import("./import"))) },
];
const REMEMBERED = "cuadrante.site";

function WeekPicker({ site, week }: PlanScope) {
	const monday = mondayOfWeek(week);
	const now = isoWeekOf(today(site.zone));
	const choices = useMemo(() => {
		const from = Math.min(0, weeksBetween(now, week)) - 8;
		const until = Math.max(0, weeksBetween(now, week)) + 12;
		return Array.from({ length: until - from + 1 }, (_, i) => {
			const value = addWeeks(now, from + i);
			const first = mondayOfWeek(value);
			const mark = value === now ? ` · ${t("week.this")}` : "";
			const days = (value.slice(0, 4) === now.slice(0, 4) ? fmtShortRange : fmtRange)(first, addDays(first, 6));
			return { value, label: `${value.slice(5)} · ${days}${mark}` };
		});
	}, [now, week, t("week.this")]);
	return (
		<div class="week-picker" role="group" aria-label={t("week.label")}>
			<Button icon="left" aria-label={t("week.previous")} onClick={() => setParams({ week: addWeeks(week, -1) })} />
			<Select label={t("week.label")} hideLabel value={week} choices={choices} onPick={(w) => setParams({ week: w })} id="week" />
			<Button icon="right" aria-label={t("week.next")} onClick={() => setParams({ week: addWeeks(week, 1) })} />
			<span class="zone muted small">{zoneName(site.zone, Date.parse(`${monday}T12:00:00Z`))}</span>
		</div>
	);
}

function weeksBetween(from: string, to: string): number {
	return Math.round((Date.parse(mondayOfWeek(to)) - Date.parse(mondayOfWeek(from))) / (7 * 86_400_000));
}

function pickSite(sites: Site[], wanted: string | undefined): Site | undefined {
	const ids = [wanted, localStorage.getItem(REMEMBERED), ...(session.value?.user.site_ids ?? []).map(String)];
	for (const id of ids) {
		const found = sites.find((s) => String(s.id) === id);
		if (found) return found;
	}
	return sites.find((s) => s.kind === "contact_centre") ?? sites[0];
}

export default function Planner() {
	const sites = useSites();
	const { path, params } = route.value;
	const tab = TABS.find((x) => x.path === path);
	const site = sites.data && pickSite(sites.data, params.site);
	const week = isWeek(params.week) ? params.week : site && addWeeks(isoWeekOf(today(site.zone)), 1);

	useEffect(() => {
		if (!site || !week) return;
		localStorage.setItem(REMEMBERED, String(site.id));
		if (address() !== path) return;
		if (!tab) go("/plan/schedule", { site: site.id, week });
		else if (params.site !== String(site.id) || params.week !== week) setParams({ site: site.id, week });
	}, [site?.id, week, tab]);

	if (sites.error) return <ProblemBox error={sites.error} retry={sites.reload} />;
	if (!sites.data) return <Busy />;
	if (!site || !week) return <Empty title={t("plan.no_sites")} />;
	const scope = { site, week };
	return (
		<>
			<div class="plan-bar">
				<h1 class="sr-only">{t("nav.plan")}</h1>
				<Select label={t("site.label")} hideLabel value={String(site.id)} choices={siteChoices(sites.data)}
					onPick={(id) => setParams({ site: id, roster: undefined, queue: undefined })} id="site" />
				<WeekPicker {...scope} />
				<nav class="tabs" aria-label={t("plan.steps")}>
					{TABS.map((x) => (
						<a key={x.path} href={link(x.path, { site: site.id, week })}
							{...(x === tab ? { "aria-current": "page" } : {})}>{t(x.name)}</a>
					))}
				</nav>
			</div>
			{tab && <tab.Show key={tab.path} {...scope} />}
		</>
	);
}
