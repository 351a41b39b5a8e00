// SPDX-License-Identifier: GPL-3.0-or-later
// What a site's agents wish of the week to be planned and of those after it, and what that is worth.
import { list, query } from "../../lib/api";
import { t, tn } from "../../lib/i18n";
import { useLoad } from "../../lib/load";
import { addDays, fmtLongDay } from "../../lib/time";
import type { Wish } from "../../lib/types-fair";
import { Busy, Card, Chip, ProblemBox } from "../../ui/basic";
import { DataTable } from "../../ui/table";
import { WishWorth } from "./wish-worth";
import { wishText } from "./wishes";

export interface WishListProps { site: number; from: string }

const TONES = { open: "plain", granted: "good", missed: "bad" } as const;

export default function WishList({ site, from }: WishListProps) {
	const ask = query({ site_id: site, from, to: addDays(from, 90) });
	const wishes = useLoad(`wishes ${ask}`, (abort) => list<Wish>(`/wishes${ask}`, abort));
	const rows = wishes.data;
	return (
		<Card title={t("wish.list")} aside={rows && <Chip>{tn("wish.count", rows.length)}</Chip>}>
			{wishes.error && <ProblemBox error={wishes.error} retry={wishes.reload} />}
			{!rows ? !wishes.error && <Busy /> : rows.length === 0 ? <p class="muted">{t("wish.none")}</p> : (
				<div class="scroll table-tall" id="wish-list" tabIndex={0} role="group" aria-label={t("wish.list")}>
					<DataTable dense caption={t("wish.list")} rows={rows} rowKey={(w) => w.id} sortBy="day" columns={[
						{ key: "agent", head: t("board.agent"), rowHead: true, sort: (w) => w.agent, cell: (w) => w.agent },
						{ key: "day", head: t("col.day"), sort: (w) => w.day, cell: (w) => fmtLongDay(w.day) },
						{ key: "what", head: t("wish.what"), sort: (w) => wishText(w), cell: wishText },
						{ key: "weight", head: t("wish.weight"), num: true, sort: (w) => w.weight, cell: (w) => w.weight },
						{ key: "state", head: t("evidence.state"), sort: (w) => w.state, cell: (w) => <Chip tone={TONES[w.state]}>{t(`wish.state.${w.state}`)}</Chip> },
					]} />
				</div>
			)}
			<WishWorth site={site} />
		</Card>
	);
}
