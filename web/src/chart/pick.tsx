// SPDX-License-Identifier: GPL-3.0-or-later
// A stretch of a chart taken by hand: dragged out sideways, then lifted or lowered. The handle is a slider
// of its own, so the keyboard can lift too; a form beside the chart says the same in words.
import { useRef } from "preact/hooks";

export interface PlotPick {
	/** What is taken, in epoch seconds. */
	span: { from: number; to: number } | undefined;
	/** Height of the handle, in the chart's own units. */
	level: number;
	label: string;
	valueText: string;
	value: number;
	min: number;
	max: number;
	onSpan: (from: number, to: number, over: boolean) => void;
	/** How far the hand went since it took hold, in the chart's own units. */
	onLift: (lift: number, start: boolean) => void;
	onStep: (by: number) => void;
}
/** Where the plotting area stands, and the scales it shows. */
export interface Place { left: number; top: number; width: number; height: number; from: number; to: number; low: number; high: number }

const STEPS: Record<string, number> = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };

interface LayerProps { place: Place; pick: PlotPick; seen: (x: number) => void }

export function PickLayer({ place, pick, seen }: LayerProps) {
	const drag = useRef<{ kind: "span" | "lift"; at: number; y: number } | undefined>(undefined);
	const layer = useRef<HTMLDivElement>(null);
	const timeAt = (x: number) => place.from + ((x - (layer.current?.getBoundingClientRect().left ?? 0)) / place.width) * (place.to - place.from);
	const xOf = (at: number) => ((at - place.from) / (place.to - place.from)) * place.width;
	const yOf = (v: number) => Math.min(place.height, Math.max(0, (1 - (v - place.low) / (place.high - place.low)) * place.height));

	const take = (kind: "span" | "lift") => (e: PointerEvent) => {
		if (e.button !== 0) return;
		e.stopPropagation();
		layer.current?.setPointerCapture(e.pointerId);
		drag.current = { kind, at: timeAt(e.clientX), y: e.clientY };
		if (kind === "lift") pick.onLift(0, true);
		else e.preventDefault();
	};
	const move = (e: PointerEvent) => {
		seen(e.clientX - (layer.current?.getBoundingClientRect().left ?? 0));
		const d = drag.current;
		if (!d) return;
		if (d.kind === "span") pick.onSpan(d.at, timeAt(e.clientX), false);
		else pick.onLift(((d.y - e.clientY) / place.height) * (place.high - place.low), false);
	};
	const drop = (e: PointerEvent) => {
		const d = drag.current;
		drag.current = undefined;
		if (d?.kind === "span") pick.onSpan(d.at, timeAt(e.clientX), true);
	};
	const key = (e: KeyboardEvent) => {
		const by = STEPS[e.key];
		if (by === undefined) return;
		e.preventDefault();
		pick.onStep(by);
	};

	const { span } = pick;
	const left = span ? Math.max(0, xOf(span.from)) : 0;
	const right = span ? Math.min(place.width, xOf(span.to)) : 0;
	const shown = span !== undefined && right > left;
	return (
		<div ref={layer} class="pick" onPointerDown={take("span")} onPointerMove={move} onPointerUp={drop}
			onPointerCancel={() => { drag.current = undefined; }}
			style={{ left: `${place.left}px`, top: `${place.top}px`, width: `${place.width}px`, height: `${place.height}px` }}>
			{shown && (
				<div class="pick-span" style={{ left: `${left}px`, width: `${right - left}px` }} onPointerDown={take("lift")}>
					<button type="button" role="slider" class="pick-handle" aria-label={pick.label} aria-orientation="vertical"
						aria-valuemin={pick.min} aria-valuemax={pick.max} aria-valuenow={pick.value} aria-valuetext={pick.valueText}
						style={{ top: `${yOf(pick.level)}px` }} onKeyDown={key} onPointerDown={take("lift")}>{pick.valueText}</button>
				</div>
			)}
		</div>
	);
}
