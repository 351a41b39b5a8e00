// SPDX-License-Identifier: GPL-3.0-or-later
// The planner's forecast page: a site, a week, a version, a queue; the chart with what was adjusted on it,
// and below it totals, calendar effects, how good it is, versions, the rest of today and the long range.
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, list, query } from "../lib/api";
import { useQueues } from "../lib/catalogue";
import { forecastsOf } from "../lib/forecast";
import { pct } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { route, setParams } from "../lib/route";
import { addDays, fmtDate, isoWeekOf, mondayOfWeek, today } from "../lib/time";
import type { Adjustment, Forecast, ForecastQueue, HorizonAccuracy, Queue, Site } from "../lib/types";
import { Busy, Button, Empty, Icon, ProblemBox, Select } from "../ui/basic";
import { later, lazy } from "../ui/lazy";
import { QueuePicker } from "../ui/queue";
import { Accuracy, ReportCard } from "./forecast-accuracy";
import { Adjustments } from "./forecast-adjust";
import { ForecastChart } from "./forecast-chart";
import { Effects } from "./forecast-effects";
import { type QueueScope, versionName } from "./forecast-scope";
import { Totals } from "./forecast-totals";
import type { VersionsProps } from "./forecast-versions";
import { JobPanel, useJob } from "./job";
import type { PlanScope } from "./planner";

const RestOfDay = lazy<QueueScope>(() => import("./forecast-today"));
const Versions = later<VersionsProps>(() => import("./forecast-versions"));
const Outlook = later<QueueScope>(() => import("./forecast-outlook"));
/** The weeks of past forecasts that the accuracy card looks back on. */
const ACCURACY_WEEKS = 12;

function VersionPicker({ all, picked, site }: { all: Forecast[]; picked: Forecast; site: Site }) {
	if (all.length < 2) return null;
	return (
		<Select label={t("versions.shown")} value={String(picked.id)} id="forecast-version"
			onPick={(id) => setParams({ forecast: id === String(all[0]?.id) ? undefined : id })}
			choices={all.map((f, i) => ({ value: String(f.id), label: `${versionName(f, site)}${i === 0 ? ` · ${t("versions.newest")}` : ""}` }))} />
	);
}

/** What broke down, plainly, before anything else. */
function Flags({ rows, queues }: { rows: HorizonAccuracy[]; queues: ForecastQueue[] }) {
	const flagged = rows.filter((r) => r.flag);
	if (flagged.length === 0) return null;
	const nameOf = (id: number) => queues.find((q) => q.queue_id === id)?.name ?? String(id);
	return (
		<section class="notice notice-warn" aria-label={t("flag.title")}>
			<Icon name="warn" />
			<div>
				<p><b>{t("flag.title")}</b></p>
				<ul>
					{[...new Set(flagged.map((r) => r.queue_id))].map((id) => (
						<li key={id}>
							<button type="button" class="linkish" onClick={() => setParams({ queue: id })}>{nameOf(id)}</button>
							{flagged.filter((r) => r.queue_id === id).map((r) => (
								<p key={r.horizon}>
									{t("accuracy.horizon", { n: r.horizon })}: {t(r.flag_since ? "flag.since" : "flag.sentence", {
										wape: pct(r.wape), promised: pct(r.promised_wape), since: r.flag_since ? fmtDate(r.flag_since) : "",
									})}
									{r.flag_reason && <small class="muted block" lang="en">{r.flag_reason}</small>}
								</p>
							))}
						</li>
					))}
				</ul>
			</div>
		</section>
	);
}

function NoHistory({ queues }: { queues: Queue[] | undefined }) {
	return queues?.length === 0 ? <p>{t("forecast.no_queues")}</p> : <p>{t("forecast.none_lead")}</p>;
}

interface ShownProps extends PlanScope { all: Forecast[]; forecast: Forecast }

function Shown({ site, week, all, forecast }: ShownProps) {
	const cards = forecast.queues ?? [];
	const queue = cards.find((q) => String(q.queue_id) === route.value.params.queue) ?? cards[0];
	const now = today(site.zone);
	const accuracy = useLoad(`accuracy ${site.id}`, (abort) => list<HorizonAccuracy>(
		`/forecast-accuracy${query({ site_id: site.id, from: addDays(mondayOfWeek(isoWeekOf(now)), -7 * ACCURACY_WEEKS), to: now })}`, abort));
	const adjustments = useLoad(`adjustments ${site.id} ${week}`, (abort) =>
		list<Adjustment>(`/forecast-adjustments${query({ site_id: site.id, week, revoked: 1 })}`, abort), true);
	const [turn, setTurn] = useState(0);
	const changed = () => { adjustments.reload(); setTurn((n) => n + 1); };
	if (!queue) return <Empty title={t("forecast.no_queues")} />;
	const scope = { site, week, forecast, queue };
	const own = adjustments.data?.filter((a) => a.queue_id === queue.queue_id);
	return (
		<>
			<Flags rows={accuracy.data ?? []} queues={cards} />
			<ForecastChart key={`${forecast.id} ${queue.queue_id}`} {...scope} turn={turn} onAdjusted={changed} />
			<Adjustments scope={scope} rows={own} error={adjustments.error} retry={adjustments.reload} onChanged={changed} />
			{isoWeekOf(now) === week && <RestOfDay {...scope} />}
			<div class="two">
				<Totals {...scope} turn={turn} />
				<Effects queue={queue} />
			</div>
			<Accuracy scope={scope} horizons={accuracy} />
			<ReportCard forecast={forecast} site={site} picked={queue.queue_id} />
			<Versions {...scope} all={all} />
			<Outlook {...scope} />
		</>
	);
}

export default function ForecastView({ site, week }: PlanScope) {
	const queues = useQueues(site.id);
	const versions = useLoad(`forecasts ${site.id} ${week}`, (abort) => forecastsOf(site, week, abort));
	const all = versions.data;
	const picked = useMemo(() => all?.find((f) => String(f.id) === route.value.params.forecast) ?? all?.[0], [all, route.value.params.forecast]);
	const forecast = useLoad(picked ? `forecast ${picked.id}` : null, (abort) => get<Forecast>(`/forecasts/${picked?.id}`, abort));
	const job = useJob(`forecast ${site.id} ${week}`, () => { setParams({ forecast: undefined }); versions.reload(); });
	const start = () => { void job.start("/forecasts", { site_id: site.id, week, weeks: 1 }); };
	useEffect(() => { document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }); }, []);

	const error = versions.error ?? forecast.error;
	if (error) return <ProblemBox error={error} retry={() => { versions.reload(); forecast.reload(); }} />;
	if (!all || (picked && !forecast.data)) return <Busy lines={6} />;
	const cards = forecast.data?.queues ?? [];
	const queue = cards.find((q) => String(q.queue_id) === route.value.params.queue) ?? cards[0];
	return (
		<div class="stack">
			<div class="tools">
				{queue && <QueuePicker queues={cards.map((q) => ({ id: q.queue_id, name: q.name }))} value={queue.queue_id} />}
				{picked && <VersionPicker all={all} picked={picked} site={site} />}
				<span class="grow" />
				<Button id="make-forecast" icon="spark" tone={picked ? "plain" : "primary"} disabled={job.running} onClick={start}>
					{picked ? t("forecast.again") : t("forecast.make")}
				</Button>
			</div>
			<JobPanel state={job} title={t("forecast.running")} />
			{forecast.data ? (
				<Shown site={site} week={week} all={all} forecast={forecast.data} />
			) : !job.running && <Empty title={t("forecast.none")}><NoHistory queues={queues.data} /></Empty>}
		</div>
	);
}
