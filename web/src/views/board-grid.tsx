// SPDX-License-Identifier: GPL-3.0-or-later
// The board: one row an agent, seven days, only the rows in sight; under it coverage on the same axis.
import { memo } from "../lib/memo";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TargetedKeyboardEvent, TargetedMouseEvent } from "preact";
import { type Axis, fractionOf, hourTicks } from "../lib/axis";
import { queueColor } from "../lib/catalogue";
import { duration } from "../lib/format";
import { t, tcode } from "../lib/i18n";
import type { BoardActivity, BoardRow, BoardShift, CoverPoint } from "../lib/roster";
import { fmtDay, fmtLongDay, fmtSpan, fmtTime } from "../lib/time";
import type { Queue } from "../lib/types";
import { Chip } from "../ui/basic";
import { Popover } from "../ui/popover";
import { CoverageStrip } from "./coverage";

const ROW_PX = 40;
const SPARE_ROWS = 8;
export type Zoom = "week" | "day";

export function activityName(a: BoardActivity): string {
	return a.queue ?? a.label ?? tcode("activity", a.kind);
}

function cellLabel(row: BoardRow, date: string, shifts: BoardShift[], zone: string): string {
	const head = `${row.name}, ${fmtLongDay(date)}`;
	if (shifts.length === 0) return `${head}: ${t("board.off")}`;
	return `${head}: ${shifts.map((s) => {
		const pauses = s.activities.filter((a) => a.kind !== "work")
			.map((a) => `${activityName(a)} ${fmtSpan(a.start, a.end, zone)}`);
		return [fmtSpan(s.start, s.end, zone), ...(s.away ? [t("board.away")] : []), ...pauses].join(", ");
	}).join("; ")}`;
}

const percent = (v: number): string => `${(v * 100).toFixed(3)}%`;

function ShiftBar({ shift, axis, column, queues }: { shift: BoardShift; axis: Axis; column: number; queues: Queue[] }) {
	const day = axis.days[column];
	if (!day) return null;
	const left = fractionOf(day, shift.start);
	const length = shift.end - shift.start;
	// A night shift runs into the next column; after the last one the board ends.
	const right = column === axis.days.length - 1 ? Math.min(1, fractionOf(day, shift.end)) : fractionOf(day, shift.end);
	const stretch = (fractionOf(day, shift.end) - left) / (right - left);
	return (
		<span class={`shift ${left > 0.55 ? "shift-late" : ""} ${shift.away ? "shift-away" : ""}`} style={{ left: percent(left), width: percent(right - left) }}>
			<span class="shift-time">{fmtSpan(shift.start, shift.end, axis.zone)}</span>
			<span class="shift-bar">
				{shift.activities.map((a) => (
					<i key={a.start} class={`act act-${a.kind}`} style={{
						left: percent(((a.start - shift.start) / length) * stretch),
						width: percent(((a.end - a.start) / length) * stretch),
						"--q": `var(${queueColor(queues, a.queueId)})`,
					}} />
				))}
			</span>
		</span>
	);
}

interface RowProps {
	row: BoardRow;
	index: number;
	axis: Axis;
	queues: Queue[];
	/** Column with the tab stop, or -1. */
	stop: number;
	lang: string;
}
const Row = memo(function Row({ row, index, axis, queues, stop }: RowProps) {
	return (
		<div role="row" aria-rowindex={index + 2} class={`brow ${index % 2 ? "brow-odd" : ""}`} style={{ top: `${index * ROW_PX}px` }}>
			<div role="rowheader" aria-colindex={1} class="bname" tabIndex={stop === 0 ? 0 : -1} data-cell={`${index}:0`}>
				<b>{row.name}</b>
				<small>{[row.team, row.contract].filter(Boolean).join(" · ")}</small>
				<span class="bhours">{row.minutes > 0 ? duration(row.minutes).replace(" min", "") : "–"}</span>
			</div>
			<div role="none" class="bcells">
				{axis.days.map((d, i) => {
					const shifts = row.cells[i] ?? [];
					return (
						<div key={d.date} role="gridcell" aria-colindex={i + 2} class={`bcell bcell-${i} ${shifts.length > 0 ? "bcell-busy" : ""}`} tabIndex={stop === i + 1 ? 0 : -1}
							data-cell={`${index}:${i + 1}`} aria-label={cellLabel(row, d.date, shifts, axis.zone)}>
							{shifts.map((s) => <ShiftBar key={s.id} shift={s} axis={axis} column={i} queues={queues} />)}
						</div>
					);
				})}
			</div>
		</div>
	);
});

function Header({ axis, zoom, onDay }: { axis: Axis; zoom: Zoom; onDay: (column: number) => void }) {
	const every = zoom === "day" ? 60 : axis.untilMin - axis.fromMin > 840 ? 360 : 180;
	const ticks = hourTicks(axis, every);
	const span = axis.untilMin - axis.fromMin;
	return (
		<div role="row" aria-rowindex={1} class="bhead">
			<div role="columnheader" aria-colindex={1} class="bcorner">{t("board.agent")}</div>
			<div role="none" class="bcells">
				{axis.days.map((d, i) => (
					<div key={d.date} role="columnheader" aria-colindex={i + 2} class={`bday bcell-${i}`} aria-label={fmtLongDay(d.date)}>
						<button type="button" tabIndex={-1} onClick={() => onDay(i)} title={t("board.zoom_day")}>{fmtDay(d.date)}</button>
						<span class="bticks" aria-hidden="true">
							{ticks.map((m) => (
								<i key={m} style={{ left: percent((m - axis.fromMin) / span) }}>{String(Math.floor(m / 60)).padStart(2, "0")}</i>
							))}
						</span>
					</div>
				))}
			</div>
		</div>
	);
}

export function ShiftDetail({ row, shift, axis, queues }: { row: BoardRow; shift: BoardShift; axis: Axis; queues: Queue[] }) {
	return (
		<div class="shift-detail">
			<p class="popover-title">{row.name}</p>
			<p class="muted small">{fmtLongDay(shift.day)} · {fmtSpan(shift.start, shift.end, axis.zone)} · {t("board.paid", { time: duration(shift.paidMinutes) })}</p>
			{shift.away && <p><Chip tone="bad">{t("board.away")}</Chip></p>}
			<ul class="activities">
				{shift.activities.map((a) => (
					<li key={a.start}>
						<i class={`dot act-${a.kind}`} style={{ "--q": `var(${queueColor(queues, a.queueId)})` }} />
						<span class="tabular">{fmtSpan(a.start, a.end, axis.zone)}</span>
						<span>{activityName(a)}</span>
						{!a.paid && <small class="muted">{t("board.unpaid")}</small>}
					</li>
				))}
			</ul>
		</div>
	);
}

interface GridProps {
	rows: BoardRow[];
	axis: Axis;
	queues: Queue[];
	cover: CoverPoint[];
	zoom: Zoom;
	onZoom: (zoom: Zoom) => void;
	lang: string;
	onTable: () => void;
}

const MOVES: Record<string, (r: number, c: number, page: number, last: number) => [number, number]> = {
	ArrowUp: (r, c) => [r - 1, c],
	ArrowDown: (r, c) => [r + 1, c],
	ArrowLeft: (r, c) => [r, c - 1],
	ArrowRight: (r, c) => [r, c + 1],
	PageUp: (r, c, page) => [r - page, c],
	PageDown: (r, c, page) => [r + page, c],
	Home: (r) => [r, 0],
	End: (r) => [r, 7],
	"Ctrl+Home": () => [0, 0],
	"Ctrl+End": (_r, _c, _page, last) => [last, 7],
};

export function BoardGrid({ rows, axis, queues, cover, zoom, onZoom, lang, onTable }: GridProps) {
	const scroller = useRef<HTMLDivElement>(null);
	const [range, setRange] = useState<[number, number]>([0, 40]);
	const [cell, setCell] = useState<[number, number]>([0, 1]);
	const [opened, setOpened] = useState<{ row: BoardRow; shift: BoardShift; anchor: HTMLElement }>();
	const wantFocus = useRef(false);
	const wantDay = useRef<number | undefined>(undefined);
	const last = rows.length - 1;
	const focusRow = Math.min(cell[0], Math.max(0, last));

	const measure = () => {
		const el = scroller.current;
		if (!el) return;
		const first = Math.max(0, Math.floor(el.scrollTop / ROW_PX) - SPARE_ROWS);
		const count = Math.ceil(el.clientHeight / ROW_PX) + 2 * SPARE_ROWS;
		const next: [number, number] = [first - (first % 4), Math.min(rows.length, first + count)];
		setRange((was) => (was[0] === next[0] && was[1] === next[1] ? was : next));
	};
	useLayoutEffect(measure, [rows, zoom]);
	useEffect(() => {
		const watch = new ResizeObserver(measure);
		if (scroller.current) watch.observe(scroller.current);
		return () => watch.disconnect();
	}, [rows]);
	useLayoutEffect(() => {
		const el = scroller.current;
		if (!el || wantDay.current === undefined) return;
		const target = el.querySelector<HTMLElement>(`.bhead .bcell-${wantDay.current}`);
		const name = el.querySelector<HTMLElement>(".bcorner");
		if (target && name) el.scrollLeft = target.offsetLeft;
		wantDay.current = undefined;
	}, [zoom]);

	const reveal = (index: number) => {
		const el = scroller.current;
		if (!el) return;
		const head = el.querySelector<HTMLElement>(".bhead")?.offsetHeight ?? 0;
		const foot = el.querySelector<HTMLElement>(".cover")?.offsetHeight ?? 0;
		const room = el.clientHeight - head - foot;
		if (index * ROW_PX < el.scrollTop) el.scrollTop = index * ROW_PX;
		else if ((index + 1) * ROW_PX > el.scrollTop + room) el.scrollTop = (index + 1) * ROW_PX - room;
	};
	useLayoutEffect(() => {
		if (!wantFocus.current) return;
		wantFocus.current = false;
		const target = scroller.current?.querySelector<HTMLElement>(`[data-cell="${focusRow}:${cell[1]}"]`);
		target?.focus({ preventScroll: true });
		target?.scrollIntoView({ block: "nearest", inline: "nearest" });
		reveal(focusRow);
	}, [focusRow, cell[1]]);

	const openCell = (at: HTMLElement, index: number, column: number) => {
		const row = rows[index];
		const shift = row?.cells[column - 1]?.[0];
		if (row && shift) setOpened({ row, shift, anchor: at });
	};
	const onKeyDown = (e: TargetedKeyboardEvent<HTMLDivElement>) => {
		const at = (e.target as HTMLElement).closest<HTMLElement>("[data-cell]");
		if (!at) return;
		if (e.key === "Enter" || e.key === " ") {
			e.preventDefault();
			openCell(at, focusRow, cell[1]);
			return;
		}
		const move = MOVES[(e.ctrlKey || e.metaKey ? "Ctrl+" : "") + e.key];
		if (!move || e.altKey) return;
		e.preventDefault();
		const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 6);
		const [r, c] = move(focusRow, cell[1], page, last);
		wantFocus.current = true;
		const next: [number, number] = [Math.min(last, Math.max(0, r)), Math.min(7, Math.max(0, c))];
		reveal(next[0]);
		setCell(next);
	};
	const onClick = (e: TargetedMouseEvent<HTMLDivElement>) => {
		const at = (e.target as HTMLElement).closest<HTMLElement>("[data-cell]");
		const [r, c] = (at?.dataset.cell ?? "").split(":").map(Number);
		if (!at || r === undefined || c === undefined) return;
		setCell([r, c]);
		openCell(at, r, c);
	};
	const shown = useMemo(() => {
		const indexes = Array.from({ length: Math.max(0, range[1] - range[0]) }, (_, i) => range[0] + i);
		if (focusRow <= last && !indexes.includes(focusRow)) indexes.push(focusRow);
		return indexes;
	}, [range, focusRow, last]);

	return (
		<div ref={scroller} class={`board board-${zoom}`} onScroll={measure}>
			<div class="board-inner">
				<div role="grid" aria-label={t("board.grid_label")} aria-rowcount={rows.length + 1} aria-colcount={8}
					onKeyDown={onKeyDown} onClick={onClick}>
					<Header axis={axis} zoom={zoom} onDay={(column) => {
						wantDay.current = zoom === "week" ? column : undefined;
						onZoom(zoom === "week" ? "day" : "week");
					}} />
					<div role="rowgroup" class="bbody" style={{ height: `${rows.length * ROW_PX}px` }}>
						{shown.map((i) => {
							const row = rows[i];
							return row && (
								<Row key={row.agentId} row={row} index={i} axis={axis} queues={queues} lang={lang}
									stop={i === focusRow ? cell[1] : -1} />
							);
						})}
					</div>
				</div>
				<CoverageStrip axis={axis} points={cover} onTable={onTable} />
			</div>
			{opened && (
				<Popover anchor={opened.anchor} label={`${opened.row.name}, ${fmtLongDay(opened.shift.day)}, ${fmtTime(opened.shift.start, axis.zone)}`}
					onClose={() => setOpened(undefined)}>
					<ShiftDetail row={opened.row} shift={opened.shift} axis={axis} queues={queues} />
				</Popover>
			)}
		</div>
	);
}
