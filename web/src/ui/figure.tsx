// SPDX-License-Identifier: GPL-3.0-or-later
// A figure that opens to its numerator and denominator. One popover serves the whole page.
import { signal } from "@preact/signals";
import { t } from "../lib/i18n";
import type { Ratio } from "../lib/types";
import { NONE } from "../lib/format";
import { Popover } from "./popover";

export interface FigureMeaning {
	title: string;
	subject: string;
	value: (v: number | null | undefined) => string;
	numerator: string;
	denominator: string;
	part: (v: number | null | undefined) => string;
	whole?: (v: number | null | undefined) => string;
}
interface Open { ratio: Ratio; meaning: FigureMeaning; anchor: HTMLElement }
const open = signal<Open | null>(null);

export function Figure({ ratio, meaning }: { ratio: Ratio | null | undefined; meaning: FigureMeaning }) {
	if (!ratio || ratio.value == null) return <span class="muted">{NONE}</span>;
	return (
		<button type="button" class="figure" aria-haspopup="dialog"
			onClick={(e) => { open.value = { ratio, meaning, anchor: e.currentTarget }; }}>
			{meaning.value(ratio.value)}
		</button>
	);
}

export function FigurePopover() {
	const now = open.value;
	if (!now) return null;
	const { ratio, meaning, anchor } = now;
	return (
		<Popover anchor={anchor} label={`${meaning.title}, ${meaning.subject}`} onClose={() => { open.value = null; }}>
			<p class="popover-title">{meaning.title}</p>
			<p class="muted small">{meaning.subject}</p>
			<p class="popover-value">{meaning.value(ratio.value)}</p>
			{ratio.low != null && (
				<p class="small">{t("figure.interval", { low: meaning.value(ratio.low), high: meaning.value(ratio.high) })}</p>
			)}
			<dl class="fraction">
				<div><dt>{meaning.numerator}</dt><dd>{meaning.part(ratio.numerator)}</dd></div>
				<div><dt>{meaning.denominator}</dt><dd>{(meaning.whole ?? meaning.part)(ratio.denominator)}</dd></div>
			</dl>
			{ratio.definition && <p class="muted small">{ratio.definition}</p>}
		</Popover>
	);
}
