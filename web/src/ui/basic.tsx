// SPDX-License-Identifier: GPL-3.0-or-later
// Small pieces that every view is made of.
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ApiError } from "../lib/api";
import { t } from "../lib/i18n";

const PATHS = {
	calendar: "M7 2v3M17 2v3M3 9h18M5 4h14a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z",
	chart: "M3 3v18h18M7 15l4-5 3 3 6-8",
	check: "M4 12.5 9.5 18 20 6.5",
	clock: "M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
	close: "M6 6l12 12M18 6 6 18",
	copy: "M9 9h11v11H9zM5 15H4V4h11v1",
	download: "M12 4v11m0 0 4-4m-4 4-4-4M4 20h16",
	left: "M15 5l-7 7 7 7",
	logout: "M15 4h4a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1h-4M10 16l-4-4 4-4M6 12h10",
	pause: "M8 5v14M16 5v14",
	people: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-6 7-6s7 2 7 6M17 11a3 3 0 1 0-1-5.8M18 15c2.6.5 4 2.3 4 5",
	play: "M7 4.500v15l12-7.500z",
	right: "M9 5l7 7-7 7",
	send: "M4 12 20 4l-5 16-3.5-6.5z",
	sliders: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
	spark: "M12 3v4M12 17v4M3 12h4M17 12h4M6 6l2.5 2.500M15.5 15.5 18 18M18 6l-2.5 2.500M8.5 15.5 6 18",
	table: "M3 5h18v14H3zM3 10h18M3 14.500h18M10 5v14",
	upload: "M12 16V5m0 0-4 4m4-4 4 4M4 20h16",
	warn: "M12 4 2.5 20h19zM12 10v4.500M12 17.200v.3",
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
	return (
		<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor"
			stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
			<path d={PATHS[name]} />
		</svg>
	);
}

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon"> {
	tone?: "primary" | "plain" | "quiet" | "danger";
	icon?: IconName;
	children?: ComponentChildren;
}
export function Button({ tone = "plain", icon, children, class: extra, ...rest }: ButtonProps) {
	return (
		<button type="button" class={`btn btn-${tone} ${children ? "" : "btn-icon"} ${extra ?? ""}`} {...rest}>
			{icon && <Icon name={icon} />}
			{children && <span>{children}</span>}
		</button>
	);
}

export interface Choice { value: string; label: string; group?: string }
interface SelectProps {
	label: string;
	value: string;
	choices: Choice[];
	onPick: (value: string) => void;
	hideLabel?: boolean;
	id?: string;
}
export function Select({ label, value, choices, onPick, hideLabel, id }: SelectProps) {
	const groups = [...new Set(choices.map((c) => c.group))];
	const option = (c: Choice) => <option key={c.value} value={c.value} selected={c.value === value}>{c.label}</option>;
	return (
		<label class="field">
			<span class={hideLabel ? "sr-only" : "field-label"}>{label}</span>
			<select id={id} value={value} onChange={(e) => onPick(e.currentTarget.value)}>
				{groups.map((g) => {
					const own = choices.filter((c) => c.group === g).map(option);
					return g === undefined ? own : <optgroup key={g} label={g}>{own}</optgroup>;
				})}
			</select>
		</label>
	);
}

/** One of a few, as a row of buttons. */
export function Segments({ label, value, choices, onPick }: SelectProps) {
	return (
		<div class="segments" role="group" aria-label={label}>
			{choices.map((c) => (
				<button key={c.value} type="button" aria-pressed={c.value === value} onClick={() => onPick(c.value)}>
					{c.label}
				</button>
			))}
		</div>
	);
}

export function problemText(error: Error): string {
	if (!(error instanceof ApiError)) return error.message;
	if (error.status === 0) return t("problem.offline");
	if (error.status === 403) return t("problem.forbidden");
	return error.message;
}

export function ProblemBox({ error, retry }: { error: Error; retry?: () => void }) {
	const problem = error instanceof ApiError ? error.problem : undefined;
	return (
		<div class="notice notice-bad" role="alert">
			<Icon name="warn" />
			<div>
				<p>{problemText(error)}</p>
				{problem?.errors && problem.errors.length > 0 && (
					<ul>{problem.errors.slice(0, 8).map((x) => <li key={x.pointer}><code>{x.pointer}</code> {x.message}</li>)}</ul>
				)}
				{problem?.request_id && <p class="muted small">{t("problem.request", { id: problem.request_id })}</p>}
			</div>
			{retry && <Button onClick={retry}>{t("action.retry")}</Button>}
		</div>
	);
}

export function Busy({ lines = 3 }: { lines?: number }) {
	return (
		<div class="busy" role="status">
			<span class="sr-only">{t("state.loading")}</span>
			{Array.from({ length: lines }, (_, i) => <span key={i} class="busy-line" />)}
		</div>
	);
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
	return <div class="empty"><p class="empty-title">{title}</p>{children}</div>;
}

export function Chip({ tone = "plain", children }: { tone?: string; children: ComponentChildren }) {
	return <span class={`chip chip-${tone}`}>{children}</span>;
}

interface CardProps { title?: string; aside?: ComponentChildren; class?: string; children: ComponentChildren }
export function Card({ title, aside, class: extra, children }: CardProps) {
	const id = useId();
	return (
		<section class={`card ${extra ?? ""}`} {...(title ? { "aria-labelledby": id } : {})}>
			{(title || aside) && (
				<header class="card-head">
					{title && <h2 id={id}>{title}</h2>}
					{aside && <div class="card-aside">{aside}</div>}
				</header>
			)}
			{children}
		</section>
	);
}

export function Stat({ label, value, hint, tone }: { label: string; value: ComponentChildren; hint?: string; tone?: string }) {
	return (
		<div class={`stat ${tone ? `stat-${tone}` : ""}`}>
			<dt>{label}</dt>
			<dd>{value}{hint && <small>{hint}</small>}</dd>
		</div>
	);
}

interface DialogProps { title: string; onClose: () => void; children: ComponentChildren; actions?: ComponentChildren }
export function Dialog({ title, onClose, children, actions }: DialogProps) {
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	useEffect(() => {
		const before = document.activeElement;
		ref.current?.showModal();
		return () => { if (before instanceof HTMLElement) before.focus(); };
	}, []);
	return (
		<dialog ref={ref} class="dialog" aria-labelledby={id} onCancel={(e) => { e.preventDefault(); onClose(); }}>
			<header class="dialog-head">
				<h2 id={id}>{title}</h2>
				<Button tone="quiet" icon="close" aria-label={t("action.close")} onClick={onClose} />
			</header>
			<div class="dialog-body">{children}</div>
			{actions && <footer class="dialog-foot">{actions}</footer>}
		</dialog>
	);
}

/** A chart with its table behind a switch; the chart itself stays a picture to a screen reader. */
interface ChartFrameProps {
	title: string;
	chart: ComponentChildren;
	table: () => ComponentChildren;
	legend?: ComponentChildren;
	aside?: ComponentChildren;
	/** Stays in sight whether chart or table is shown. */
	below?: ComponentChildren;
}
export function ChartFrame({ title, chart, table, legend, aside, below }: ChartFrameProps) {
	const [asTable, setAsTable] = useState(false);
	const id = useId();
	return (
		<section class="card chart-frame" aria-labelledby={id}>
			<header class="card-head">
				<h2 id={id}>{title}</h2>
				<div class="card-aside">
					{aside}
					<Button tone="quiet" icon={asTable ? "chart" : "table"} onClick={() => setAsTable(!asTable)}>
						{asTable ? t("chart.show_chart") : t("chart.show_table")}
					</Button>
				</div>
			</header>
			{asTable ? <div class="scroll table-tall" tabIndex={0} role="group" aria-labelledby={id}>{table()}</div> : (
				<>
					{chart}
					{legend && <div class="legend">{legend}</div>}
				</>
			)}
			{below}
		</section>
	);
}

export function LegendKey({ kind, color, children }: { kind: "line" | "band" | "area" | "dash" | "ring" | "dot" | "tick"; color: string; children: ComponentChildren }) {
	return <span class="legend-key"><i class={`key key-${kind}`} style={{ "--key": `var(${color})` }} />{children}</span>;
}
