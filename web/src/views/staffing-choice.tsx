// SPDX-License-Identifier: GPL-3.0-or-later
// The way to take a forecast's risk, picked and said.
import { pct } from "../lib/format";
import { t } from "../lib/i18n";
import { CHANCES, type Choice, choice, choose, isPlain, type Over, type Risk } from "../lib/staffing";
import { Segments, Select } from "../ui/basic";

const RISKS: Risk[] = ["point", "expected", "chance"];
const OVERS: Over[] = ["interval", "day", "week"];

/** "Day reaches its target with 80 %, over the day". */
export function choiceText(c: { risk: Risk; over: Over; probability: number | null }): string {
	const what = c.risk === "chance" ? t("risk.chance_of", { p: pct(c.probability, 0) }) : t(`risk.${c.risk}`);
	return isPlain({ ...c, probability: 0 }) ? what : `${what} · ${t(`risk.over_${c.over}`)}`;
}

/** `slim`: where there is little room. */
export function StaffingPicker({ slim }: { slim?: boolean }) {
	const c: Choice = choice.value;
	const risks = RISKS.map((r) => ({ value: r, label: t(`risk.${r}`) }));
	const pick = (v: string) => choose({ risk: v as Risk });
	return (
		<div class="tools tools-inline" id="risk">
			{slim ? <Select label={t("risk.label")} id="risk-way" value={c.risk} choices={risks} onPick={pick} />
				: <Segments label={t("risk.label")} value={c.risk} choices={risks} onPick={pick} />}
			{c.risk === "chance" && (
				<Select label={t("risk.probability")} id="risk-p" value={String(c.probability)} onPick={(v) => choose({ probability: Number(v) })}
					choices={CHANCES.map((p) => ({ value: String(p), label: pct(p, 0) }))} />
			)}
			<Select label={t("risk.over")} id="risk-over" value={c.over} onPick={(v) => choose({ over: v as Over })}
				choices={OVERS.filter((o) => c.risk !== "chance" || o !== "interval").map((o) => ({ value: o, label: t(`risk.over_${o}`) }))} />
		</div>
	);
}
