// SPDX-License-Identifier: GPL-3.0-or-later
// Required against scheduled on the board's axis, shortage and surplus shaded.
import { useMemo, useState } from "preact/hooks";
import { type Axis, placeOf } from "../lib/axis";
import { upTo } from "../lib/format";
import { t } from "../lib/i18n";
import type { CoverPoint } from "../lib/roster";
import { fmtDayTime } from "../lib/time";
import { Button, LegendKey } from "../ui/basic";

const HEIGHT = 100;
const DAY = 1000;

interface Paths { required: string; scheduled: string; short: string; over: string; top: number }

/** Steps for the lines, boxes for the shading; y grows downwards. */
function pathsOf(points: CoverPoint[], axis: Axis): Paths {
	const top = Math.max(1, ...points.map((p) => Math.max(p.required, p.scheduled))) * 1.08;
	const y = (v: number) => (HEIGHT - (v / top) * HEIGHT).toFixed(2);
	const p: Paths = { required: "", scheduled: "", short: "", over: "", top };
	let before: CoverPoint | undefined;
	let beforeEnd = -1;
	for (const c of points) {
		const from = Math.round(placeOf(axis, c.start) * DAY * 10) / 10;
		const endDay = Math.floor(from / DAY) + 1;
		let until = Math.round(placeOf(axis, c.end) * DAY * 10) / 10;
		// The end of a day's last interval belongs to its own column.
		if (until > endDay * DAY || until <= from) until = endDay * DAY;
		const joined = before?.end === c.start && Math.abs(beforeEnd - from) < 0.2;
		for (const line of ["required", "scheduled"] as const) {
			p[line] += `${joined ? "V" : `M${from} `}${y(c[line])}H${until}`;
		}
		if (c.short > 0) p.short += `M${from} ${y(c.required)}H${until}V${y(c.required - c.short)}H${from}Z`;
		if (c.over > 0) p.over += `M${from} ${y(c.scheduled)}H${until}V${y(c.scheduled - c.over)}H${from}Z`;
		before = c;
		beforeEnd = until;
	}
	return p;
}

/** A round number under the top, for the one grid line. */
function roundMark(top: number): number {
	const power = 10 ** Math.floor(Math.log10(top));
	return [5, 2, 1].map((k) => k * power).find((v) => v <= top * 0.95) ?? power / 2;
}

export function CoverageStrip({ axis, points, onTable }: { axis: Axis; points: CoverPoint[]; onTable: () => void }) {
	const [at, setAt] = useState<CoverPoint>();
	const paths = useMemo(() => pathsOf(points, axis), [points, axis]);
	const mark = roundMark(paths.top);
	const places = useMemo(() => points.map((p) => placeOf(axis, p.start)), [points, axis]);

	const follow = (e: PointerEvent) => {
		const box = (e.currentTarget as Element).getBoundingClientRect();
		const place = ((e.clientX - box.left) / box.width) * 7;
		let low = 0;
		let high = places.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((places[middle] ?? 0) <= place) low = middle + 1;
			else high = middle;
		}
		setAt(points[Math.max(0, low - 1)]);
	};
	const shortHours = points.reduce((sum, p) => sum + (p.short * (p.end - p.start)) / 3_600_000, 0);
	return (
		<div class="cover">
			<div class="cover-side">
				<b>{t("cover.title")}</b>
				{at ? (
					<dl class="cover-at">
						<div><dt>{fmtDayTime(at.start, axis.zone)}</dt><dd /></div>
						<div><dt>{t("cover.required")}</dt><dd>{upTo(at.required, 1)}</dd></div>
						<div><dt>{t("cover.scheduled")}</dt><dd>{upTo(at.scheduled, 1)}</dd></div>
						{at.short > 0 && <div class="bad"><dt>{t("cover.short")}</dt><dd>{upTo(at.short, 1)}</dd></div>}
					</dl>
				) : (
					<div class="cover-legend">
						<LegendKey kind="line" color="--c-required">{t("cover.required")}</LegendKey>
						<LegendKey kind="line" color="--c-scheduled">{t("cover.scheduled")}</LegendKey>
						<LegendKey kind="area" color="--c-short">{t("cover.short")}</LegendKey>
						<LegendKey kind="area" color="--c-over">{t("cover.over")}</LegendKey>
					</div>
				)}
				<Button tone="quiet" icon="table" onClick={onTable}>{t("chart.show_table")}</Button>
			</div>
			<div class="cover-plot" onPointerMove={follow} onPointerLeave={() => setAt(undefined)}>
				<svg viewBox={`0 0 ${7 * DAY} ${HEIGHT}`} preserveAspectRatio="none" role="img"
					aria-label={t("cover.label", { hours: upTo(shortHours, 1) })}>
					{[1, 2, 3, 4, 5, 6].map((d) => <path key={d} d={`M${d * DAY} 0V${HEIGHT}`} class="cover-day" />)}
					<path d={`M0 ${HEIGHT - (mark / paths.top) * HEIGHT}H${7 * DAY}`} class="cover-mark" />
					<path d={paths.over} class="cover-over" />
					<path d={paths.short} class="cover-short" />
					<path d={paths.scheduled} class="cover-scheduled" />
					<path d={paths.required} class="cover-required" />
				</svg>
				<div class="cover-level" aria-hidden="true" style={{ bottom: `${(mark / paths.top) * 100}%` }}><span>{upTo(mark, 1)}</span></div>
			</div>
		</div>
	);
}
