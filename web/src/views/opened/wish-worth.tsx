// SPDX-License-Identifier: GPL-3.0-or-later
// What a wish is worth at a site, and whether those longer in service come first.
import { useState } from "preact/hooks";
import { call, get } from "../../lib/api";
import { t } from "../../lib/i18n";
import { toast } from "../../lib/live";
import { useLoad } from "../../lib/load";
import type { WishRule } from "../../lib/types-fair";
import { Button, ProblemBox } from "../../ui/basic";

function RuleForm({ rule, onSaved }: { rule: WishRule; onSaved: () => void }) {
	const [most, setMost] = useState(rule.seniority_most > 1);
	const [error, setError] = useState<Error>();
	const save = async (e: SubmitEvent) => {
		e.preventDefault();
		const form = new FormData(e.currentTarget as HTMLFormElement);
		const of = (name: string, otherwise: number) => (form.has(name) ? Number(form.get(name)) : otherwise);
		try {
			await call("PUT", `/sites/${rule.site_id}/wishes`, { body: {
				hours: of("hours", rule.hours), seniority_most: most ? of("most", 2) : 1, seniority_years: of("years", rule.seniority_years),
			} });
			setError(undefined);
			toast(t("fair.rule_saved"), "good");
			onSaved();
		} catch (problem) {
			setError(problem as Error);
		}
	};
	return (
		<details class="notice-set">
			<summary>{t("fair.rule")}</summary>
			<form id="wish-rule" class="stack" onSubmit={(e) => { void save(e); }}>
				<label class="field">
					<span class="field-label">{t("fair.rule_hours")}</span>
					<input type="number" name="hours" required min={0} max={40} step="any" defaultValue={rule.hours} />
					<small class="muted">{t("fair.rule_hours_hint")}</small>
				</label>
				<label class="check">
					<input type="checkbox" name="senior" checked={most} onChange={(e) => setMost(e.currentTarget.checked)} />
					<span>{t("fair.rule_senior")}</span>
				</label>
				{most && (
					<div class="tools session-fields">
						<label class="field">
							<span class="field-label">{t("fair.rule_most")}</span>
							<input type="number" name="most" required min={1} max={10} step="any" defaultValue={Math.max(2, rule.seniority_most)} />
						</label>
						<label class="field">
							<span class="field-label">{t("fair.rule_years")}</span>
							<input type="number" name="years" required min={1} max={50} step="any" defaultValue={rule.seniority_years} />
						</label>
					</div>
				)}
				{error && <ProblemBox error={error} />}
				<div class="tools tools-inline"><Button id="wish-rule-save" type="submit">{t("fair.rule_save")}</Button></div>
			</form>
		</details>
	);
}

export function WishWorth({ site }: { site: number }) {
	const rule = useLoad(`wish-rule ${site}`, (abort) => get<WishRule>(`/sites/${site}/wishes`, abort), true);
	if (rule.error) return <ProblemBox error={rule.error} retry={rule.reload} />;
	return rule.data ? <RuleForm key={JSON.stringify(rule.data)} rule={rule.data} onSaved={rule.reload} /> : null;
}
