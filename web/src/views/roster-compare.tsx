// SPDX-License-Identifier: GPL-3.0-or-later
// The card that sets the roster beside another version of its week.
import { useState } from "preact/hooks";
import { get, query } from "../lib/api";
import { t, withWords } from "../lib/i18n";
import { useLoad } from "../lib/load";
import type { Queue, Roster, RosterSummary } from "../lib/types";
import type { RosterComparison } from "../lib/types-trial";
import { Busy, Button, Card, ProblemBox, Select } from "../ui/basic";
import { lazy } from "../ui/lazy";
import type { VersusProps } from "./opened/versus";

const Versus = lazy<VersusProps>(() => withWords(["play"], import("./opened/versus")));

interface Props { roster: Roster; versions: RosterSummary[]; queues: Queue[]; zone: string; currency: string | undefined }

export function CompareCard({ roster, versions, queues, zone, currency }: Props) {
	const others = versions.filter((v) => v.id !== roster.id);
	const usual = others.find((v) => v.state === "published") ?? others[0];
	const [picked, setPicked] = useState(0);
	const [wanted, setWanted] = useState(0);
	const other = others.find((v) => v.id === picked) ?? usual;
	// What is looked at is judged against the other: the difference is this version's doing.
	const told = useLoad(wanted && other && wanted === other.id ? `versus ${wanted} ${roster.id}` : null, (abort) =>
		get<RosterComparison>(`/rosters/${wanted}/comparison${query({ with: roster.id })}`, abort));
	return (
		<Card class="versus" title={t("versus.title")}>
			<p class="muted small">{t("versus.lead")}</p>
			{!other ? <p class="muted">{t("versus.none")}</p> : (
				<div class="tools tools-inline">
					<Select id="versus-with" label={t("versus.with")} value={String(other.id)} onPick={(v) => setPicked(Number(v))}
						choices={others.map((v) => ({ value: String(v.id), label: `${t("version.name", { n: v.version })} · ${t(`state.${v.state}`)}` }))} />
					<Button id="versus-go" icon="chart" disabled={told.loading} onClick={() => setWanted(other.id)}>{t("versus.go")}</Button>
				</div>
			)}
			{told.error && <ProblemBox error={told.error} retry={told.reload} />}
			{told.data ? <Versus told={told.data} queues={queues} zone={zone} currency={currency} /> : told.loading && wanted !== 0 && !told.error && <Busy lines={5} />}
		</Card>
	);
}
