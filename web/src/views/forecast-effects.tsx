// SPDX-License-Identifier: GPL-3.0-or-later
// Calendar effects as readable numbers: "the day after a holiday: +14 %", with where it likely lies.
import { useState } from "preact/hooks";
import { type EffectGroup, effectChange, effectOf } from "../lib/forecast";
import { signedPct } from "../lib/format";
import { t, tcode, tmaybe } from "../lib/i18n";
import { Button, ChartFrame, Segments } from "../ui/basic";
import { Ranges } from "../ui/ranges";
import { type Column, DataTable } from "../ui/table";
import type { ForecastEffect, ForecastQueue } from "../lib/types";

const GROUPS: readonly EffectGroup[] = ["closure", "special", "month", "weekday"];
const FEW = 10;

function effectName(e: ForecastEffect, all: ForecastEffect[]): string {
	const { group, stem, n } = effectOf(e.name);
	if (group === "weekday") return t("effect.weekday", { day: tcode("weekday", String(n)) });
	// The days around a holiday are told by its number alone.
	const label = e.label ?? all.find((x) => x.name === `special_group_${n}`)?.label ?? `${t("effect.group_special")} ${n}`;
	return tmaybe(`effect.${e.name}`) ?? tmaybe(`effect.${stem}`, { n, label }) ?? e.name.replace(/_/g, " ");
}

/** Whether its likely range leaves "no effect" out. */
function isSure(e: ForecastEffect): boolean {
	const { low, high } = effectChange(e);
	return low != null && high != null && (low > 0 || high < 0);
}

interface Line { effect: ForecastEffect; change: number; low: number | null; high: number | null; name: string }
const likely = (l: Line): string => (l.low == null || l.high == null ? "–"
	: t("effect.range", { low: signedPct(l.low, 0), high: signedPct(l.high, 0) }));

export function Effects({ queue }: { queue: ForecastQueue }) {
	const effects = (queue.report?.effects ?? []).filter((e) => e.factor != null);
	const groups = GROUPS.filter((g) => effects.some((e) => effectOf(e.name).group === g));
	const [group, setGroup] = useState<EffectGroup>();
	const [all, setAll] = useState(false);
	if (effects.length === 0) return null;
	const shown = group && groups.includes(group) ? group : groups.find((g) => effects.some((e) => effectOf(e.name).group === g && isSure(e))) ?? groups[0];
	const lines = effects.filter((e) => effectOf(e.name).group === shown)
		.map((effect): Line => ({ effect, ...effectChange(effect), name: effectName(effect, effects) }));
	// Of many days the strongest come first; the others keep the calendar's order.
	if (shown === "month" || shown === "special") lines.sort((a, b) => Math.abs(Math.log(b.effect.factor)) - Math.abs(Math.log(a.effect.factor)));
	const few = all ? lines : lines.slice(0, FEW);
	const columns: Column<Line>[] = [
		{ key: "name", head: t("effect.what"), cell: (l) => l.name, rowHead: true, sort: (l) => l.name },
		{ key: "change", head: t("effect.change"), cell: (l) => signedPct(l.change), num: true, sort: (l) => l.change },
		{ key: "low", head: t("effect.likely"), cell: likely, num: true },
	];
	return (
		<ChartFrame title={t("effect.title")}
			aside={groups.length > 1 && shown && <Segments label={t("effect.group")} value={shown} onPick={(g) => { setGroup(g as EffectGroup); setAll(false); }}
				choices={groups.map((g) => ({ value: g, label: t(`effect.group_${g}`) }))} />}
			chart={(
				<>
					<Ranges label={t("effect.title")} rows={few.map((l) => ({
						key: l.effect.name, name: l.name, mid: l.change, low: l.low, high: l.high,
						text: <><b>{signedPct(l.change, 0)}</b><small class="muted">{likely(l)}</small></>,
						muted: !isSure(l.effect),
					}))} />
					{lines.length > FEW && <Button tone="quiet" aria-expanded={all} onClick={() => setAll(!all)}>{all ? t("effect.few") : t("effect.all", { n: lines.length })}</Button>}
				</>
			)}
			table={() => <DataTable dense caption={t("effect.title")} columns={columns} rows={lines} rowKey={(l) => l.effect.name} />}
			legend={<span>{t("effect.hint")}</span>} />
	);
}
