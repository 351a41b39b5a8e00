// SPDX-License-Identifier: GPL-3.0-or-later
// uPlot in our colours: lines, steps and interval bands over time in a site's zone.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { locale } from "../lib/i18n";
import { PickLayer, type Place, type PlotPick } from "./pick";

export interface PlotSeries {
	label: string;
	values: (number | null)[];
	/** Name of a colour token, e.g. "--c-ink". */
	color: string;
	width?: number;
	dash?: number[];
	step?: boolean;
	/** Drawn with dots: few points, as in a trend. */
	points?: boolean;
	hidden?: boolean;
	/** Only its points are drawn: what stands out of a line. */
	dots?: boolean;
}
export interface PlotBand { upper: number; lower: number; color: string; alpha: number }
export interface PlotMark { at: number; label: string; color: string }
export interface PlotProps {
	label: string;
	/** Epoch seconds, ascending. */
	x: number[];
	series: PlotSeries[];
	bands?: PlotBand[];
	marks?: PlotMark[];
	/** Where the axis puts its ticks, with their words. */
	ticks: { at: number; label: string }[];
	/** Where the axis begins and ends; the data's own ends if not said. */
	xRange?: [number, number];
	/** Ticks are day beginnings: their words stand inside the day. */
	dayTicks?: boolean;
	height?: number;
	yFormat: (v: number) => string;
	yFromZero?: boolean;
	/** What is higher runs out of the chart: one freak must not flatten all the rest. */
	yTop?: number;
	/** What a reader sees under the chart for the point below the pointer. */
	readout?: (index: number) => string;
	/** A stretch of time to be dragged out and lifted; takes the place of zooming. */
	pick?: PlotPick;
	/** A line that follows the hand: drawn over the rest without building the chart again. */
	preview?: { values: (number | null)[]; color: string } | undefined;
}

const DARK = "(prefers-color-scheme: dark)";

function useDark(): boolean {
	const [dark, setDark] = useState(() => matchMedia(DARK).matches);
	useEffect(() => {
		const media = matchMedia(DARK);
		const changed = () => setDark(media.matches);
		media.addEventListener("change", changed);
		return () => media.removeEventListener("change", changed);
	}, []);
	return dark;
}

/** A canvas needs the colour itself, not the token. */
function colorOf(host: HTMLElement, token: string, alpha = 1): string {
	const probe = document.createElement("span");
	probe.style.color = `color-mix(in srgb, var(${token}) ${alpha * 100}%, transparent)`;
	host.append(probe);
	const color = getComputedStyle(probe).color;
	probe.remove();
	return color;
}

function drawMarks(u: uPlot, marks: PlotMark[], host: HTMLElement): void {
	const { ctx } = u;
	const ratio = devicePixelRatio;
	ctx.save();
	ctx.font = `${11 * ratio}px system-ui, sans-serif`;
	ctx.textBaseline = "top";
	ctx.textAlign = "left";
	for (const m of marks) {
		const x = u.valToPos(m.at, "x", true);
		if (x < u.bbox.left - 1 || x > u.bbox.left + u.bbox.width) continue;
		ctx.strokeStyle = ctx.fillStyle = colorOf(host, m.color);
		ctx.lineWidth = ratio;
		ctx.setLineDash([4 * ratio, 3 * ratio]);
		ctx.beginPath();
		ctx.moveTo(x, u.bbox.top);
		ctx.lineTo(x, u.bbox.top + u.bbox.height);
		ctx.stroke();
		ctx.fillText(m.label, x + 4 * ratio, u.bbox.top + 2 * ratio);
	}
	ctx.restore();
}

function drawPreview(u: uPlot, p: PlotProps, host: HTMLElement): void {
	if (!p.preview) return;
	const { ctx } = u;
	ctx.save();
	ctx.beginPath();
	ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
	ctx.clip();
	ctx.beginPath();
	let down = false;
	p.preview.values.forEach((v, i) => {
		const at = p.x[i];
		if (v == null || at === undefined) { down = false; return; }
		const x = u.valToPos(at, "x", true);
		const y = u.valToPos(v, "y", true);
		if (down) ctx.lineTo(x, y); else ctx.moveTo(x, y);
		down = true;
	});
	ctx.strokeStyle = colorOf(host, p.preview.color);
	ctx.lineWidth = 2.2 * devicePixelRatio;
	ctx.stroke();
	ctx.restore();
}

interface Hooks { seen: (i: number | null) => void; now: () => PlotProps; placed: (u: uPlot) => void }

function optionsOf(p: PlotProps, host: HTMLElement, width: number, hooks: Hooks): uPlot.Options {
	const ink = colorOf(host, "--ink-2");
	const grid = { stroke: colorOf(host, "--line"), width: 1 };
	const font = "12px system-ui, sans-serif";
	const words = new Map(p.ticks.map((k) => [k.at, k.label]));
	return {
		width,
		height: p.height ?? 280,
		legend: { show: false },
		cursor: { y: false, drag: { x: true, y: false }, points: { size: 6 } },
		scales: {
			x: { time: false, ...(p.xRange ? { range: (_u, low, high) => (low === p.x[0] && high === p.x[p.x.length - 1] ? p.xRange as [number, number] : [low, high]) } : {}) },
			y: { range: (_u, low, high) => [p.yFromZero === false ? low - (high - low) * 0.08 : Math.min(0, low), Math.min(high || 1, p.yTop ?? Infinity) * (p.pick ? 1.4 : 1.06)] },
		},
		axes: [
			{
				stroke: ink, grid, font, ticks: { show: false }, size: 28, ...(p.dayTicks ? { align: 1 as const } : {}),
				splits: (_u, _axis, low, high) => p.ticks.filter((k) => k.at >= low && k.at <= high).map((k) => k.at),
				values: (_u, splits) => {
					const most = Math.max(2, Math.floor(width / 64));
					const every = Math.ceil(splits.length / most);
					return splits.map((s, i) => (i % every === 0 ? words.get(s) ?? "" : ""));
				},
			},
			{ stroke: ink, grid, font, ticks: { show: false }, size: 52, values: (_u, splits) => splits.map(p.yFormat) },
		],
		series: [
			{},
			...p.series.map((s): uPlot.Series => ({
				label: s.label,
				stroke: s.hidden ? "transparent" : colorOf(host, s.color),
				width: s.hidden ? 0 : s.width ?? 1.5,
				points: s.dots ? { show: true, size: 9, width: 2, fill: colorOf(host, "--paper") } : { show: Boolean(s.points), size: 6 },
				spanGaps: false,
				...(s.dash ? { dash: s.dash } : {}),
				...(s.dots ? { paths: () => null } : {}),
				...(s.step && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
			})),
		],
		bands: (p.bands ?? []).map((b) => ({ series: [b.upper + 1, b.lower + 1], fill: colorOf(host, b.color, b.alpha) })),
		hooks: {
			draw: [(u) => drawMarks(u, p.marks ?? [], host), (u) => drawPreview(u, hooks.now(), host), hooks.placed],
			setCursor: [(u) => hooks.seen(u.cursor.idx ?? null)],
		},
	};
}

const samePlace = (a: Place | undefined, b: Place): boolean => a !== undefined
	&& (Object.keys(b) as (keyof Place)[]).every((k) => a[k] === b[k]);

export default function Plot(p: PlotProps) {
	const host = useRef<HTMLDivElement>(null);
	const readout = useRef<HTMLParagraphElement>(null);
	const built = useRef<uPlot | undefined>(undefined);
	const now = useRef(p);
	now.current = p;
	const [place, setPlace] = useState<Place>();
	const dark = useDark();
	const tag = locale.value;
	useEffect(() => {
		const el = host.current;
		if (!el) return undefined;
		const seen = (i: number | null) => {
			if (readout.current) readout.current.textContent = (i !== null && now.current.readout?.(i)) || "\u00a0";
		};
		const placed = (u: uPlot) => {
			const { x, y } = u.scales;
			const next: Place = {
				left: u.bbox.left / devicePixelRatio, top: u.bbox.top / devicePixelRatio,
				width: u.bbox.width / devicePixelRatio, height: u.bbox.height / devicePixelRatio,
				from: x?.min ?? 0, to: x?.max ?? 1, low: y?.min ?? 0, high: y?.max ?? 1,
			};
			setPlace((was) => (samePlace(was, next) ? was : next));
		};
		const data = [p.x, ...p.series.map((s) => s.values)] as uPlot.AlignedData;
		const plot = new uPlot(optionsOf(p, el, el.clientWidth, { seen, placed, now: () => now.current }), data, el);
		built.current = plot;
		const watch = new ResizeObserver(() => plot.setSize({ width: el.clientWidth, height: p.height ?? 280 }));
		watch.observe(el);
		return () => { watch.disconnect(); plot.destroy(); built.current = undefined; };
	}, [p.x, p.series, p.bands, p.marks, p.ticks, p.height, p.pick === undefined, dark, tag]);
	useEffect(() => { built.current?.redraw(false, false); }, [p.preview]);
	return (
		<div class="plot">
			<div class="plot-stage">
				<div ref={host} role="img" aria-label={p.label} class="plot-canvas" />
				{p.pick && place && <PickLayer place={place} pick={p.pick} seen={(at) => built.current?.setCursor({ left: at, top: 1 })} />}
			</div>
			{p.readout && <p ref={readout} class="plot-readout" aria-hidden="true">{"\u00a0"}</p>}
		</div>
	);
}
