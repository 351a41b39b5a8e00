// SPDX-License-Identifier: GPL-3.0-or-later
// uPlot in our colours: lines, steps and interval bands over time in a site's zone.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { locale } from "../lib/i18n";

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
	/** What a reader sees under the chart for the point below the pointer. */
	readout?: (index: number) => string;
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

function optionsOf(p: PlotProps, host: HTMLElement, width: number, seen: (i: number | null) => void): uPlot.Options {
	const ink = colorOf(host, "--ink-2");
	const grid = { stroke: colorOf(host, "--line"), width: 1 };
	const font = "12px system-ui, sans-serif";
	const words = new Map(p.ticks.map((k) => [k.at, k.label]));
	return {
		width,
		height: p.height ?? 280,
		legend: { show: false },
		cursor: { drag: { x: true, y: false }, points: { size: 6 } },
		scales: {
			x: { time: false, ...(p.xRange ? { range: (_u, low, high) => (low === p.x[0] && high === p.x[p.x.length - 1] ? p.xRange as [number, number] : [low, high]) } : {}) },
			y: { range: (_u, low, high) => [p.yFromZero === false ? low - (high - low) * 0.08 : Math.min(0, low), (high || 1) * 1.06] },
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
				points: { show: Boolean(s.points), size: 6 },
				spanGaps: false,
				...(s.dash ? { dash: s.dash } : {}),
				...(s.step && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
			})),
		],
		bands: (p.bands ?? []).map((b) => ({ series: [b.upper + 1, b.lower + 1], fill: colorOf(host, b.color, b.alpha) })),
		hooks: {
			draw: [(u) => drawMarks(u, p.marks ?? [], host)],
			setCursor: [(u) => seen(u.cursor.idx ?? null)],
		},
	};
}

export default function Plot(p: PlotProps) {
	const host = useRef<HTMLDivElement>(null);
	const readout = useRef<HTMLParagraphElement>(null);
	const dark = useDark();
	const tag = locale.value;
	useEffect(() => {
		const el = host.current;
		if (!el) return undefined;
		const seen = (i: number | null) => {
			if (readout.current) readout.current.textContent = (i !== null && p.readout?.(i)) || "\u00a0";
		};
		const data = [p.x, ...p.series.map((s) => s.values)] as uPlot.AlignedData;
		const plot = new uPlot(optionsOf(p, el, el.clientWidth, seen), data, el);
		const watch = new ResizeObserver(() => plot.setSize({ width: el.clientWidth, height: p.height ?? 280 }));
		watch.observe(el);
		return () => { watch.disconnect(); plot.destroy(); };
	}, [p.x, p.series, p.bands, p.marks, p.ticks, p.height, dark, tag]);
	return (
		<div class="plot">
			<div ref={host} role="img" aria-label={p.label} class="plot-canvas" />
			{p.readout && <p ref={readout} class="plot-readout" aria-hidden="true">{"\u00a0"}</p>}
		</div>
	);
}
