// SPDX-License-Identifier: GPL-3.0-or-later
// Figures with where they likely lie, one a line on a common scale: day totals, calendar effects, errors.
import type { ComponentChildren } from "preact";

export interface RangeRow {
	key: string | number;
	name: ComponentChildren;
	/** null: nothing to draw. */
	mid: number | null;
	low: number | null;
	high: number | null;
	/** A second figure beside the first, hollow: adjusted, naive. */
	other?: number | null;
	/** A bound that nothing can pass. */
	floor?: number | null;
	text: ComponentChildren;
	muted?: boolean;
}
interface Props { rows: RangeRow[]; label: string; zero?: number; layout?: "wide" | "past" }

export function Ranges({ rows, label, zero = 0, layout }: Props) {
	const all = rows.flatMap((r) => [r.mid, r.low, r.high, r.other, r.floor]).filter((v): v is number => v != null && Number.isFinite(v));
	const from = Math.min(zero, ...all);
	const to = Math.max(zero, ...all);
	const span = to - from || 1;
	const x = (v: number) => `${(((v - from) / span) * 100).toFixed(2)}%`;
	return (
		<ul class={`ranges ${layout ? `ranges-${layout}` : ""}`} aria-label={label}>
			{rows.map((r) => (
				<li key={r.key} class={r.muted ? "is-muted" : ""}>
					<span class="ranges-name">{r.name}</span>
					<span class="ranges-track" aria-hidden="true">
						<i class="ranges-zero" style={{ left: x(zero) }} />
						{r.low != null && r.high != null && <i class="ranges-span" style={{ left: x(r.low), width: `${((r.high - r.low) / span) * 100}%` }} />}
						{r.floor != null && <i class="ranges-floor" style={{ left: x(r.floor) }} />}
						{r.other != null && <i class="ranges-other" style={{ left: x(r.other) }} />}
						{r.mid != null && <i class="ranges-dot" style={{ left: x(r.mid) }} />}
					</span>
					<span class="ranges-text">{r.text}</span>
				</li>
			))}
		</ul>
	);
}
