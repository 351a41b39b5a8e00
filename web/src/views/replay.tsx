// SPDX-License-Identifier: GPL-3.0-or-later
// The card that opens a simulated day of the roster.
import { useMemo, useState } from "preact/hooks";
import { get, query } from "../lib/api";
import { t, tn, withWords } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { addDays, fmtDay } from "../lib/time";
import type { Shift } from "../lib/types";
import type { Replay } from "../lib/types-trial";
import { Busy, Button, Card, Chip, ProblemBox, Select } from "../ui/basic";
import { lazy } from "../ui/lazy";
import type { StageProps } from "./opened/replay-day";

const Stage = lazy<StageProps>(() => withWords(["play"], import("./opened/replay-day")));

interface Props { roster: number; monday: string; zone: string; shifts: Shift[] }

export function ReplayCard({ roster, monday, zone, shifts }: Props) {
	const days = useMemo(() => Array.from({ length: 7 }, (_, i) => addDays(monday, i)), [monday]);
	const busiest = useMemo(() => {
		const of = (d: string) => shifts.filter((s) => s.day === d).length;
		return days.reduce((best, d) => (of(d) > of(best) ? d : best), days[0] ?? monday);
	}, [days, shifts, monday]);
	const [day, setDay] = useState(busiest);
	const [seed, setSeed] = useState(1);
	const [wanted, setWanted] = useState(false);
	const told = useLoad(wanted ? `replay ${roster} ${day} ${seed}` : null, (abort) => get<Replay>(`/rosters/${roster}/replay${query({ day, seed })}`, abort));
	const absent = told.data?.people.filter((p) => p.absent).length ?? 0;
	return (
		<Card class="replay" title={t("play.title")} aside={told.data && <Chip>{tn("play.absent_count", absent)}</Chip>}>
			<p class="muted small">{t("play.lead")}</p>
			<div class="tools tools-inline">
				<Select id="replay-day" label={t("col.day")} value={day} choices={days.map((d) => ({ value: d, label: fmtDay(d) }))} onPick={setDay} />
				{wanted
					? <Button id="replay-again" icon="spark" disabled={told.loading} onClick={() => setSeed(seed + 1)}>{t("play.another")}</Button>
					: <Button id="replay-open" icon="play" tone="primary" onClick={() => setWanted(true)}>{t("play.open")}</Button>}
				{wanted && <span class="muted small">{t("play.seed", { n: seed })}</span>}
			</div>
			{told.error && <ProblemBox error={told.error} retry={told.reload} />}
			{told.data ? <Stage key={`${day} ${seed}`} told={told.data} zone={zone} shifts={shifts} /> : wanted && !told.error && <Busy lines={5} />}
		</Card>
	);
}
