// SPDX-License-Identifier: GPL-3.0-or-later
// How far to trust it: the methods beside each other with the reason for the choice, what past forecasts
// were worth when their weeks came, beside the naive one and the floor nobody can pass, and each queue's card.
import { num, pct, signedPct } from "../lib/format";
import { lang, t, tcode, tmaybe, tn } from "../lib/i18n";
import type { Loaded } from "../lib/load";
import { setParams } from "../lib/route";
import { fmtDate, fmtMoment, fmtRange, instant } from "../lib/time";
import type { Forecast, ForecastQueue, ForecastReport, ForecastWarning, HorizonAccuracy, MethodScore, Site } from "../lib/types";
import { Busy, Card, ChartFrame, Chip, Icon, LegendKey, ProblemBox } from "../ui/basic";
import { Ranges } from "../ui/ranges";
import { type Column, DataTable } from "../ui/table";
import type { QueueScope } from "./forecast-scope";

/** The judge calls methods by their codes. */
const inWords = (sentence: string, scores: MethodScore[]): string => scores.map((s) => s.method).sort((a, b) => b.length - a.length)
	.reduce((text, code) => text.replace(new RegExp(`\\b${code}\\b`, "g"), tcode("method", code)), sentence);

/** Has a share in the forecast worth telling. */
const isPart = (s: MethodScore): boolean => (s.weight ?? 0) > 0.005;

/** The judge's own sentence where it is in the reader's language, else the same said from its figures. */
function Reason({ report, scores }: { report: ForecastReport; scores: MethodScore[] }) {
	if (lang.value === "en" && report.reason) return <p class="reason">{inWords(report.reason, scores)}</p>;
	const said = (x: MethodScore) => ({ method: tcode("method", x.method), wape: pct(x.wape), n: x.origins });
	const parts = scores.filter(isPart).sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
	const chosen = scores.find((s) => s.chosen) ?? parts[0];
	const others = scores.filter((s) => s.origins > 0 && s.wape != null && s !== chosen).sort((a, b) => (a.wape ?? 0) - (b.wape ?? 0));
	const next = others[0];
	if (!chosen) return report.reason ? <p class="reason" lang="en">{report.reason}</p> : null;
	if (parts.length > 1) {
		const mix = parts.map((x) => `${tcode("method", x.method)} ${pct(x.weight, 0)}`).join(", ");
		return <p class="reason">{t("accuracy.reason_weighted", { ...said(chosen), mix })}</p>;
	}
	return <p class="reason">{t(next ? "accuracy.reason" : "accuracy.reason_only", {
		...said(chosen), of: others.length + 1, next: next ? tcode("method", next.method) : "", next_wape: pct(next?.wape),
	})}</p>;
}

export function Warnings({ all }: { all: ForecastWarning[] }) {
	return <>{all.map((w) => <span key={w.code} class="warn-note"><Icon name="warn" />{warningText(w)}</span>)}</>;
}

/** What of the past was learnt from, and what the reader should know of it. */
function Learnt({ queue, report }: { queue: ForecastQueue; report: ForecastReport }) {
	const { first_day: first, last_day: last, longest_gap_days: gap, outliers } = report;
	return (
		<p class="learnt small">
			{first && last && <span>{t("accuracy.learnt", { n: num(queue.history_days), span: fmtRange(first, last) })}</span>}
			{gap != null && gap > 0 && <span> · {tn("accuracy.gap", gap)}</span>}
			{outliers != null && outliers > 0 && <span> · {tn("accuracy.set_aside", outliers)}</span>}
			<Warnings all={report.warnings ?? []} />
		</p>
	);
}

function warningText(w: ForecastWarning) {
	const days = w.from && w.to ? ` (${fmtRange(w.from, w.to)})` : w.from ? ` (${fmtDate(w.from)})` : "";
	const words = lang.value === "en" ? undefined : tmaybe(`forecast_warning.${w.code}`, { n: num(w.count) });
	return words ? words + days : <span lang="en">{w.text}</span>;
}

function Methods({ queue }: { queue: ForecastQueue }) {
	const { report } = queue;
	const scores = report?.scores ?? [];
	if (!report || scores.length === 0) return null;
	const columns: Column<MethodScore>[] = [
		{
			key: "method", head: t("forecast.method"), rowHead: true, sort: (s) => tcode("method", s.method),
			cell: (s) => <>{tcode("method", s.method)} {s.chosen && <Chip tone="accent">{t("accuracy.chosen")}</Chip>}
				{isPart(s) && (s.weight ?? 0) < 0.995 && <Chip>{t("accuracy.weight", { share: pct(s.weight, 0) })}</Chip>}</>,
		},
		{ key: "wape", head: t("forecast.wape"), cell: (s) => pct(s.wape), num: true, sort: (s) => s.wape },
		{ key: "week1", head: t("accuracy.week1"), cell: (s) => pct(s.wape_week1), num: true, sort: (s) => s.wape_week1 },
		{ key: "wql", head: t("accuracy.wql"), cell: (s) => pct(s.wql), num: true, sort: (s) => s.wql },
		{ key: "bias", head: t("forecast.bias"), cell: (s) => signedPct(s.bias), num: true, sort: (s) => s.bias },
		{ key: "c80", head: t("forecast.coverage80"), cell: (s) => pct(s.coverage80, 0), num: true, sort: (s) => s.coverage80 },
		{ key: "c95", head: t("forecast.coverage95"), cell: (s) => pct(s.coverage95, 0), num: true, sort: (s) => s.coverage95 },
		{ key: "origins", head: t("accuracy.origins"), cell: (s) => num(s.origins), num: true, sort: (s) => s.origins },
	];
	return (
		<Card title={t("accuracy.methods", { queue: queue.name })} class="methods">
			<Reason report={report} scores={scores} />
			<Learnt queue={queue} report={report} />
			<div class="scroll" tabIndex={0} role="group" aria-label={t("accuracy.methods", { queue: queue.name })}>
				<DataTable caption={t("accuracy.methods", { queue: queue.name })} columns={columns} rows={scores} rowKey={(s) => s.method} sortBy="wape"
					selected={scores.find((s) => s.chosen)?.method} />
			</div>
			<p class="muted small">
				{report.poisson_floor != null && <>{t("accuracy.floor", { floor: pct(report.poisson_floor) })} </>}
				{report.coverage80_day != null && <>{t("accuracy.day_coverage", { share: pct(report.coverage80_day, 0) })} </>}
				{t("accuracy.explain")}
			</p>
		</Card>
	);
}

function Horizons({ scope: { queue }, horizons }: { scope: QueueScope; horizons: Loaded<HorizonAccuracy[]> }) {
	if (horizons.error) return <ProblemBox error={horizons.error} retry={horizons.reload} />;
	if (!horizons.data) return <Card title={t("accuracy.past", { queue: queue.name })}><Busy lines={4} /></Card>;
	const rows = horizons.data.filter((h) => h.queue_id === queue.queue_id);
	if (rows.length === 0) return null;
	const title = t("accuracy.past", { queue: queue.name });
	const name = (h: HorizonAccuracy) => t("accuracy.horizon", { n: h.horizon });
	const flag = (h: HorizonAccuracy) => h.flag && <Chip tone="bad">{t("flag.chip")}</Chip>;
	const columns: Column<HorizonAccuracy>[] = [
		{ key: "horizon", head: t("accuracy.ahead"), cell: (h) => <>{name(h)} {flag(h)}</>, rowHead: true },
		{ key: "wape", head: t("forecast.wape"), cell: (h) => pct(h.wape), num: true },
		{ key: "promised", head: t("accuracy.promised"), cell: (h) => pct(h.promised_wape), num: true },
		{ key: "adjusted", head: t("accuracy.adjusted_wape"), cell: (h) => pct(h.adjusted_wape), num: true },
		{ key: "naive", head: t("forecast.naive"), cell: (h) => pct(h.naive_wape), num: true },
		{ key: "floor", head: t("accuracy.floor_short"), cell: (h) => pct(h.poisson_floor), num: true },
		{ key: "bias", head: t("forecast.bias"), cell: (h) => signedPct(h.bias), num: true },
		{ key: "c80", head: t("forecast.coverage80"), cell: (h) => pct(h.coverage80, 0), num: true },
		{ key: "n", head: t("accuracy.intervals"), cell: (h) => num(h.n), num: true },
	];
	return (
		<ChartFrame title={title}
			chart={(
				<Ranges layout="past" label={title} rows={rows.map((h) => ({
					key: h.horizon, name: <>{name(h)} {flag(h)}</>, mid: h.wape, low: null, high: null, other: h.naive_wape, floor: h.poisson_floor,
					text: <><b class={h.wape != null && h.naive_wape != null && h.wape > h.naive_wape ? "bad" : ""}>{pct(h.wape)}</b>
						<small class="muted">{t("accuracy.beside", { naive: pct(h.naive_wape), floor: pct(h.poisson_floor), bias: signedPct(h.bias), cover: pct(h.coverage80, 0) })}
							{h.adjusted_wape != null && h.wape != null && Math.abs(h.adjusted_wape - h.wape) > 0.0005 && ` · ${t("accuracy.with_adjustments", { wape: pct(h.adjusted_wape) })}`}</small></>,
				}))} />
			)}
			table={() => <DataTable caption={title} columns={columns} rows={rows} rowKey={(h) => h.horizon} />}
			legend={(
				<>
					<LegendKey kind="dot" color="--c-forecast">{t("forecast.wape")}</LegendKey>
					<LegendKey kind="ring" color="--c-adjusted">{t("forecast.naive")}</LegendKey>
					<LegendKey kind="tick" color="--ink-2">{t("accuracy.floor_short")}</LegendKey>
					<span>{t("accuracy.past_hint")}</span>
				</>
			)} />
	);
}

export function Accuracy(props: { scope: QueueScope; horizons: Loaded<HorizonAccuracy[]> }) {
	return (
		<>
			<Methods queue={props.scope.queue} />
			<Horizons {...props} />
		</>
	);
}

function better(q: ForecastQueue): number | null {
	return q.wape == null || q.naive_wape == null || q.naive_wape === 0 ? null : 1 - q.wape / q.naive_wape;
}

export function ReportCard({ forecast, site, picked }: { forecast: Forecast; site: Site; picked: number }) {
	const columns: Column<ForecastQueue>[] = [
		{
			key: "name", head: t("col.queue"), rowHead: true, sort: (q) => q.name,
			cell: (q) => <button type="button" class="linkish" aria-pressed={q.queue_id === picked} onClick={() => setParams({ queue: q.queue_id })}>{q.name}</button>,
		},
		{ key: "wape", head: t("forecast.wape"), cell: (q) => pct(q.wape), num: true, sort: (q) => q.wape },
		{ key: "naive", head: t("forecast.naive"), cell: (q) => pct(q.naive_wape), num: true, sort: (q) => q.naive_wape },
		{
			key: "better", head: t("forecast.better"), num: true, sort: better,
			cell: (q) => { const b = better(q); return <span class={b == null ? "" : b >= 0 ? "good" : "bad"}>{signedPct(b, 0)}</span>; },
		},
		{ key: "floor", head: t("accuracy.floor_short"), cell: (q) => pct(q.report?.poisson_floor), num: true, sort: (q) => q.report?.poisson_floor ?? null },
		{ key: "bias", head: t("forecast.bias"), cell: (q) => signedPct(q.bias), num: true, sort: (q) => q.bias },
		{ key: "c80", head: t("forecast.coverage80"), cell: (q) => pct(q.coverage80, 0), num: true, sort: (q) => q.coverage80 },
		{ key: "c95", head: t("forecast.coverage95"), cell: (q) => pct(q.coverage95, 0), num: true, sort: (q) => q.coverage95 },
		{
			key: "method", head: t("forecast.method"),
			cell: (q) => <><span class="nowrap">{tcode("method", q.method)}</span>{q.warning && (
				<span class="warn-note"><Icon name="warn" />{q.report?.warnings ? tn("forecast.warnings", q.report.warnings.length) : <span lang="en">{q.warning}</span>}</span>)}</>,
		},
	];
	return (
		<Card title={t("forecast.card")} aside={<span class="muted small">{t("forecast.made", { at: fmtMoment(instant(forecast.created_at), site.zone) })}</span>}>
			<div class="scroll" tabIndex={0} role="group" aria-label={t("forecast.card")}>
				<DataTable caption={t("forecast.card")} columns={columns} rows={forecast.queues ?? []} rowKey={(q) => q.queue_id} selected={picked} />
			</div>
			<p class="muted small">{t("forecast.explain")}</p>
		</Card>
	);
}
