// SPDX-License-Identifier: GPL-3.0-or-later
// Branches side by side for a day, week or month; every figure opens to what it was made of.
import { useMemo, useState } from "preact/hooks";
import { BASE, list, query, session } from "../lib/api";
import { NONE, hours, num, pct, signed, signedPct, upTo } from "../lib/format";
import { t, tcode } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { route, setParams } from "../lib/route";
import { addDays, browserZone, today } from "../lib/time";
import type { Branch, Ratio } from "../lib/types";
import { Busy, Card, Chip, Empty, Icon, LegendKey, ProblemBox, Select } from "../ui/basic";
import { Figure, type FigureMeaning } from "../ui/figure";
import { type Period, PERIODS, PeriodPicker, periodName, stepPeriod } from "../ui/period";
import { type Column, DataTable } from "../ui/table";
import { Trend } from "./trend";

type FigureName = "productivity" | "service_level" | "abandonment" | "aht" | "utilisation" | "occupancy" | "planned_use" | "availability" | "adherence";

/** What each figure is called, how it reads, and what its two parts are. */
export function meaningOf(name: FigureName, subject: string): FigureMeaning {
	const share = (numerator: string, denominator: string, part: FigureMeaning["part"]): FigureMeaning =>
		({ title: t(`figure.${name}`), subject, value: (v) => pct(v), numerator, denominator, part });
	const plain = (v: number | null | undefined) => upTo(v, 0);
	switch (name) {
	case "productivity":
		return { title: t("figure.productivity"), subject, value: (v) => num(v, 2), numerator: t("part.work_time"), denominator: t("part.productive"), part: hours };
	case "service_level": return share(t("part.in_target"), t("part.offered"), plain);
	case "abandonment": return share(t("part.abandoned"), t("part.offered"), plain);
	case "aht":
		return { title: t("figure.aht"), subject, value: (v) => `${num(v)} s`, numerator: t("part.handle_time"), denominator: t("part.handled"), part: hours, whole: plain };
	case "utilisation": return share(t("part.b"), t("part.d"), hours);
	case "occupancy": return share(t("part.a"), t("part.b"), hours);
	case "planned_use": return share(t("part.b"), t("part.c"), hours);
	case "availability": return share(t("part.c"), t("part.d"), hours);
	case "adherence": return share(t("part.in_state"), t("part.rostered"), hours);
	}
}

function Delta({ now, before, share }: { now: number | null; before: number | null | undefined; share?: boolean }) {
	if (now == null || before == null || before === 0) return null;
	const change = share ? now - before : now / before - 1;
	const tone = Math.abs(change) < 0.0005 ? "muted" : change > 0 ? "good" : "bad";
	return <small class={`delta ${tone}`}>{share ? t("figure.points", { n: signed(change * 100, 1) }) : signedPct(change)}</small>;
}

/** Productivity of every branch on one scale with its interval: who really differs shows at once. */
function Forest({ rows, picked }: { rows: Branch[]; picked: number | undefined }) {
	const known = rows.filter((b) => b.productivity.value != null);
	const values = known.flatMap((b) => [b.productivity.value ?? 0, b.productivity.low ?? b.productivity.value ?? 0, b.productivity.high ?? b.productivity.value ?? 0]);
	if (known.length === 0) return null;
	const low = Math.min(...values);
	const high = Math.max(...values);
	const pad = (high - low) * 0.06 || 0.05;
	const place = (v: number) => `${((v - low + pad) / (high - low + 2 * pad)) * 100}%`;
	const total = known.reduce((s, b) => [s[0] + b.productivity.numerator, s[1] + b.productivity.denominator] as [number, number], [0, 0] as [number, number]);
	const mean = total[1] > 0 ? total[0] / total[1] : undefined;
	const sorted = [...known].sort((a, b) => (b.productivity.value ?? 0) - (a.productivity.value ?? 0));
	return (
		<ol class="forest">
			{sorted.map((b) => {
				const { value, low: from, high: until } = b.productivity;
				return (
					<li key={b.site_id} class={b.site_id === picked ? "is-selected" : ""}>
						<button type="button" class="linkish forest-name" aria-pressed={b.site_id === picked} onClick={() => setParams({ branch: b.site_id })}>{b.site}</button>
						<span class="forest-track" aria-hidden="true">
							{mean !== undefined && <i class="forest-mean" style={{ left: place(mean) }} />}
							{from != null && until != null && (
								<i class="forest-range" style={{ left: place(from), right: `calc(100% - ${place(until)})` }} />
							)}
							<i class="forest-dot" style={{ left: place(value ?? 0) }} />
						</span>
						<Figure ratio={b.productivity} meaning={meaningOf("productivity", b.site)} />
					</li>
				);
			})}
		</ol>
	);
}

function Ladder({ rows }: { rows: Branch[] }) {
	const parts = (b: Branch) => {
		const { a_s: a, b_s: bb, c_s: c, d_s: d } = b.ladder;
		return [
			{ key: "a", seconds: a }, { key: "b", seconds: bb - a }, { key: "c", seconds: c - bb }, { key: "d", seconds: d - c },
		] as const;
	};
	const columns: Column<Branch>[] = [
		{ key: "site", head: t("col.site"), cell: (b) => b.site, rowHead: true, sort: (b) => b.site },
		{
			key: "bar", head: t("ladder.share"),
			cell: (b) => (
				<span class="ladder" aria-hidden="true">
					{parts(b).map((p) => <i key={p.key} class={`ladder-${p.key}`} style={{ width: `${b.ladder.d_s > 0 ? (p.seconds / b.ladder.d_s) * 100 : 0}%` }} />)}
				</span>
			),
		},
		{ key: "a", head: t("ladder.a"), cell: (b) => hours(b.ladder.a_s), num: true, sort: (b) => b.ladder.a_s },
		{ key: "b", head: t("ladder.b"), cell: (b) => hours(b.ladder.b_s), num: true, sort: (b) => b.ladder.b_s },
		{ key: "c", head: t("ladder.c"), cell: (b) => hours(b.ladder.c_s), num: true, sort: (b) => b.ladder.c_s },
		{ key: "d", head: t("ladder.d"), cell: (b) => hours(b.ladder.d_s), num: true, sort: (b) => b.ladder.d_s },
		...(["occupancy", "planned_use", "utilisation", "availability"] as const).map((f): Column<Branch> => ({
			key: f, head: t(`figure.${f}`), cell: (b) => <Figure ratio={b[f]} meaning={meaningOf(f, b.site)} />, num: true, sort: (b) => b[f].value,
		})),
	];
	return (
		<Card title={t("ladder.title")}>
			<div class="scroll" tabIndex={0} role="group" aria-label={t("ladder.title")}>
				<DataTable caption={t("ladder.title")} columns={columns} rows={rows} rowKey={(b) => b.site_id} />
			</div>
			<div class="legend">
				<LegendKey kind="band" color="--l-a">{t("ladder.handling")}</LegendKey>
				<LegendKey kind="band" color="--l-b">{t("ladder.waiting")}</LegendKey>
				<LegendKey kind="band" color="--l-c">{t("ladder.breaks")}</LegendKey>
				<LegendKey kind="band" color="--l-d">{t("ladder.leave")}</LegendKey>
			</div>
		</Card>
	);
}

interface RegionRow { region: string; sites: number; contacts: number; productivity: Ratio; service: Ratio }

function sumRatio(rows: Branch[], name: "productivity" | "service_level"): Ratio {
	const numerator = rows.reduce((s, b) => s + b[name].numerator, 0);
	const denominator = rows.reduce((s, b) => s + b[name].denominator, 0);
	return { value: denominator > 0 ? numerator / denominator : null, numerator, denominator };
}

function RegionLeague({ rows }: { rows: Branch[] }) {
	const regions = [...new Set(rows.map((b) => b.region))].map((region): RegionRow => {
		const own = rows.filter((b) => b.region === region);
		return {
			region, sites: own.length, contacts: own.reduce((s, b) => s + b.contacts_handled, 0),
			productivity: sumRatio(own, "productivity"), service: sumRatio(own, "service_level"),
		};
	});
	const columns: Column<RegionRow>[] = [
		{ key: "region", head: t("col.region"), cell: (r) => r.region, rowHead: true, sort: (r) => r.region },
		{ key: "sites", head: t("col.sites"), cell: (r) => num(r.sites), num: true, sort: (r) => r.sites },
		{ key: "contacts", head: t("figure.contacts"), cell: (r) => num(r.contacts), num: true, sort: (r) => r.contacts },
		{ key: "productivity", head: t("figure.productivity"), cell: (r) => <Figure ratio={r.productivity} meaning={meaningOf("productivity", r.region)} />, num: true, sort: (r) => r.productivity.value },
		{ key: "service", head: t("figure.service_level"), cell: (r) => <Figure ratio={r.service} meaning={meaningOf("service_level", r.region)} />, num: true, sort: (r) => r.service.value },
	];
	return (
		<Card title={t("branches.regions")}>
			<div class="scroll" tabIndex={0} role="group" aria-label={t("branches.regions")}>
				<DataTable caption={t("branches.regions")} columns={columns} rows={regions} rowKey={(r) => r.region} sortBy="productivity" descending />
			</div>
		</Card>
	);
}

function League({ rows, csv, picked }: { rows: Branch[]; csv: string; picked: number | undefined }) {
	const share = (f: "abandonment" | "aht" | "adherence" | "utilisation"): Column<Branch> => ({
		key: f, head: t(`figure.${f}`), cell: (b) => <Figure ratio={b[f]} meaning={meaningOf(f, b.site)} />, num: true, sort: (b) => b[f].value,
	});
	const columns: Column<Branch>[] = [
		{ key: "rank", head: t("branches.rank"), cell: (b) => (b.rank == null ? NONE : num(b.rank)), num: true, sort: (b) => b.rank },
		{
			key: "site", head: t("col.site"), rowHead: true, sort: (b) => b.site,
			cell: (b) => <><button type="button" class="linkish" aria-pressed={b.site_id === picked} onClick={() => setParams({ branch: b.site_id })}>{b.site}</button><small class="muted block">{tcode("kind", b.kind)}</small></>,
		},
		{ key: "region", head: t("col.region"), sort: (b) => b.region, cell: (b) => <>{b.region} <small class="muted">{b.rank_in_region == null ? "" : t("branches.in_region", { n: b.rank_in_region })}</small></> },
		{ key: "contacts", head: t("figure.contacts"), cell: (b) => num(b.contacts_handled), num: true, sort: (b) => b.contacts_handled },
		{
			key: "productivity", head: t("figure.productivity"), num: true, sort: (b) => b.productivity.value,
			cell: (b) => <><Figure ratio={b.productivity} meaning={meaningOf("productivity", b.site)} /><Delta now={b.productivity.value} before={b.previous?.productivity} /></>,
		},
		{
			key: "service_level", head: t("figure.service_level"), num: true, sort: (b) => b.service_level.value,
			cell: (b) => <><Figure ratio={b.service_level} meaning={meaningOf("service_level", b.site)} /><Delta share now={b.service_level.value} before={b.previous?.service_level} /></>,
		},
		share("abandonment"), share("aht"), share("adherence"), share("utilisation"),
	];
	return (
		<Card title={t("branches.league")} aside={<a class="btn btn-quiet" href={csv} download><Icon name="download" /><span>CSV</span></a>}>
			<div class="scroll" tabIndex={0} role="group" aria-label={t("branches.league")}>
				<DataTable caption={t("branches.league")} columns={columns} rows={rows} rowKey={(b) => b.site_id} sortBy="rank" selected={picked} />
			</div>
		</Card>
	);
}

export default function Branches() {
	const { params } = route.value;
	const period = PERIODS.find((p) => p === params.period) ?? "week";
	// The newest whole period is the one to look at first.
	const [fallback] = useState(() => stepPeriod("week", today(browserZone()), -1));
	const date = /^\d{4}-\d{2}-\d{2}$/.test(params.date ?? "") ? params.date as string : fallback;
	const ask = query({ period, date });
	const report = useLoad(`branches ${ask}`, (abort) => list<Branch>(`/reports/branches${ask}`, abort), true);
	const all = report.data;
	const regions = useMemo(() => [...new Set((all ?? []).map((b) => b.region))].sort(), [all]);
	const rows = useMemo(() => (all ?? []).filter((b) => !params.region || b.region === params.region), [all, params.region]);
	const own = session.value?.user.site_ids ?? [];
	const picked = rows.find((b) => String(b.site_id) === params.branch) ?? rows.find((b) => own.includes(b.site_id)) ?? rows.find((b) => b.rank === 1) ?? rows[0];
	const pick = (p: Period, d: string) => setParams({ period: p, date: d });

	return (
		<div class="stack">
			<h1 class="sr-only">{t("nav.branches")}</h1>
			<div class="tools">
				<PeriodPicker period={period} date={date} onPick={pick} />
				<span class="grow" />
				<Select label={t("col.region")} value={params.region ?? ""} onPick={(r) => setParams({ region: r, branch: undefined })}
					choices={[{ value: "", label: t("branches.all_regions") }, ...regions.map((r) => ({ value: r, label: r }))]} />
			</div>
			{report.error && <ProblemBox error={report.error} retry={report.reload} />}
			{!all ? !report.error && <Busy lines={8} /> : rows.length === 0 ? <Empty title={t("branches.none")} /> : (
				<div class={`stack ${report.loading ? "is-stale" : ""}`}>
					<div class="two">
						<Card title={t("branches.forest")} aside={<Chip>{periodName(period, date)}</Chip>}>
							<Forest rows={rows} picked={picked?.site_id} />
							<p class="muted small">{t("branches.forest_hint")}</p>
						</Card>
						{picked && <Trend branch={picked} period={period} until={stepPeriod(period, date, 1) > date ? addDays(stepPeriod(period, date, 1), -1) : date} />}
					</div>
					<League rows={rows} csv={`${BASE}/reports/branches${ask}&format=csv`} picked={picked?.site_id} />
					<Ladder rows={rows} />
					<RegionLeague rows={rows} />
				</div>
			)}
		</div>
	);
}
