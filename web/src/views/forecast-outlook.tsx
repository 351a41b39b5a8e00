// SPDX-License-Identifier: GPL-3.0-or-later
// Up to 78 weeks ahead, week by week, for capacity planning.
import { useMemo, useState } from "preact/hooks";
import type { PlotProps } from "../chart/plot";
import { get, list, query } from "../lib/api";
import { inHours, num, upTo } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { addDays, fmtDate, fmtMoment, fmtShortRange, instant, mondayOfWeek } from "../lib/time";
import type { Outlook as OutlookDoc, OutlookWeek } from "../lib/types";
import { Busy, Button, Card, ChartFrame, LegendKey, ProblemBox, Segments } from "../ui/basic";
import { lazy } from "../ui/lazy";
import { type Column, DataTable } from "../ui/table";
import { Warnings } from "./forecast-accuracy";
import type { QueueScope } from "./forecast-scope";
import { JobPanel, useJob } from "./job";

const Plot = lazy<PlotProps>(() => import("../chart/plot"));
const OUTLOOK_WEEKS = 78;

const noonOf = (week: string): number => Date.parse(`${addDays(mondayOfWeek(week), 3)}T12:00:00Z`) / 1000;

/** The first week of each month carries its name. */
function monthTicks(rows: OutlookWeek[]) {
	return rows.flatMap((r, i) => {
		const month = mondayOfWeek(r.week).slice(0, 7);
		const before = rows[i - 1];
		if (before && mondayOfWeek(before.week).slice(0, 7) === month) return [];
		// A month of which only the last days are shown has no room for its name.
		const next = rows[i + 2];
		if (!before && next && mondayOfWeek(next.week).slice(0, 7) !== month) return [];
		return [{ at: noonOf(r.week), label: fmtDate(`${month}-01`, { month: "short", year: "2-digit" }) }];
	});
}

export default function Outlook({ site, queue }: QueueScope) {
	const newest = useLoad(`outlooks ${site.id}`, async (abort) => {
		const all = await list<OutlookDoc>(`/outlooks${query({ site_id: site.id })}`, abort);
		const last = all.reduce<OutlookDoc | undefined>((a, b) => (a && a.id > b.id ? a : b), undefined);
		return last ? get<OutlookDoc>(`/outlooks/${last.id}`, abort) : null;
	});
	const job = useJob(`outlook ${site.id}`, () => newest.reload());
	const [whose, setWhose] = useState<"queue" | "site">("queue");
	const rows = useMemo(() => newest.data?.weeks?.filter((w) => w.queue_id === (whose === "queue" ? queue.queue_id : null))
		.sort((a, b) => a.week.localeCompare(b.week)), [newest.data, queue.queue_id, whose]);
	const name = whose === "queue" ? queue.name : site.name;
	const title = t("outlook.title", { queue: name });
	const plot = useMemo((): PlotProps | undefined => {
		if (!rows || rows.length === 0) return undefined;
		const of = (pick: (w: OutlookWeek) => number) => rows.map(pick);
		return {
			label: t("outlook.chart_label", { queue: name }),
			x: rows.map((w) => noonOf(w.week)),
			series: [
				{ label: "q05", values: of((w) => w.q05), color: "--c-forecast", hidden: true }, { label: "q95", values: of((w) => w.q95), color: "--c-forecast", hidden: true },
				{ label: "q25", values: of((w) => w.q25), color: "--c-forecast", hidden: true }, { label: "q75", values: of((w) => w.q75), color: "--c-forecast", hidden: true },
				{ label: "mean", values: of((w) => w.mean), color: "--c-forecast", width: 2 },
			],
			bands: [{ upper: 1, lower: 0, color: "--c-forecast", alpha: 0.16 }, { upper: 3, lower: 2, color: "--c-forecast", alpha: 0.26 }],
			ticks: monthTicks(rows), height: 260,
			yFormat: (v) => upTo(v, 0),
			readout: (i) => {
				const w = rows[i];
				return w ? `${w.week} · ${t("forecast.mean")} ${num(w.mean)} (${num(w.q05)}–${num(w.q95)}) · ${t("outlook.load")} ${inHours(w.load_hours)}` : "";
			},
		};
	}, [rows, name]);
	if (newest.error) return <ProblemBox error={newest.error} retry={newest.reload} />;
	if (newest.data === undefined) return <Card title={title}><Busy lines={4} /></Card>;
	const make = (
		<Button id="make-outlook" icon="spark" disabled={job.running}
			onClick={() => { void job.start("/outlooks", { site_id: site.id, weeks: OUTLOOK_WEEKS }); }}>
			{plot ? t("outlook.again") : t("outlook.make", { n: OUTLOOK_WEEKS })}
		</Button>
	);
	const panel = <JobPanel state={job} title={t("outlook.running")} />;
	if (!rows || !plot) {
		return (
			<Card title={title} aside={make}>
				<p class="muted">{t("outlook.none", { n: OUTLOOK_WEEKS })}</p>
				{panel}
			</Card>
		);
	}
	const columns: Column<OutlookWeek>[] = [
		{ key: "week", head: t("week.label"), rowHead: true, cell: (w) => <>{w.week} <small class="muted">{fmtShortRange(mondayOfWeek(w.week), addDays(mondayOfWeek(w.week), 6))}</small></>, sort: (w) => w.week },
		{ key: "mean", head: t("forecast.mean"), cell: (w) => num(w.mean), num: true, sort: (w) => w.mean },
		...(["q05", "q10", "q25", "q50", "q75", "q90", "q95"] as const).map((q): Column<OutlookWeek> =>
			({ key: q, head: `${Number(q.slice(1))} %`, cell: (w) => num(w[q]), num: true })),
		{ key: "load", head: t("outlook.load"), cell: (w) => inHours(w.load_hours), num: true, sort: (w) => w.load_hours },
	];
	const warnings = newest.data?.queues?.find((q) => q.queue_id === queue.queue_id)?.warnings ?? [];
	return (
		<>
			{job.running || job.error ? panel : null}
			<ChartFrame title={title}
				aside={<>{newest.data && <span class="muted small">{t("forecast.made", { at: fmtMoment(instant(newest.data.created_at), site.zone) })}</span>}
					<Segments label={t("totals.whose")} value={whose} onPick={(w) => setWhose(w as typeof whose)}
						choices={[{ value: "queue", label: t("col.queue") }, { value: "site", label: t("totals.site") }]} />{make}</>}
				chart={<Plot {...plot} />}
				table={() => <DataTable dense caption={title} columns={columns} rows={rows} rowKey={(w) => w.week} sortBy="week" />}
				legend={(
					<>
						<LegendKey kind="line" color="--c-forecast">{t("outlook.weekly")}</LegendKey>
						<LegendKey kind="area" color="--c-forecast">{t("forecast.bands")}</LegendKey>
						<span class="learnt"><Warnings all={warnings} /></span>
					</>
				)} />
		</>
	);
}
