// SPDX-License-Identifier: GPL-3.0-or-later
// Who made which forecast of the week and when, and two of them beside each other.
import { useState } from "preact/hooks";
import { t } from "../lib/i18n";
import { setParams } from "../lib/route";
import { fmtMoment, fmtShortRange, instant } from "../lib/time";
import type { Forecast } from "../lib/types";
import { Button, Card, Chip } from "../ui/basic";
import { lazy } from "../ui/lazy";
import { type Column, DataTable } from "../ui/table";
import type { CompareProps } from "./opened/compare";
import { type QueueScope, versionName } from "./forecast-scope";

const Compare = lazy<CompareProps>(() => import("./opened/compare"));

export interface VersionsProps extends QueueScope { all: Forecast[] }

export default function Versions(props: VersionsProps) {
	const { site, forecast, all } = props;
	const [withId, setWithId] = useState<number>();
	const other = all.find((f) => f.id === withId && f.id !== forecast.id);
	const columns: Column<Forecast>[] = [
		{
			key: "made", head: t("versions.made"), rowHead: true, sort: (f) => f.id,
			cell: (f) => <>{fmtMoment(instant(f.created_at), site.zone)} {f.id === forecast.id && <Chip tone="accent">{t("versions.shown")}</Chip>}</>,
		},
		{ key: "author", head: t("adjust.author"), cell: (f) => f.author ?? "Cuadrante", sort: (f) => f.author ?? null },
		{ key: "days", head: t("versions.covers"), cell: (f) => fmtShortRange(f.first_day, f.last_day), sort: (f) => f.first_day },
		{
			key: "do", head: t("versions.compare"), cell: (f) => (f.id === forecast.id ? "–" : (
				<span class="row-actions">
					<Button onClick={() => setParams({ forecast: f.id === all[0]?.id ? undefined : f.id })}
						aria-label={`${t("versions.show")}: ${versionName(f, site)}`}>{t("versions.show")}</Button>
					<Button aria-pressed={f.id === withId} class="compare" aria-label={`${t("versions.compare")}: ${versionName(f, site)}`}
						onClick={() => setWithId(f.id === withId ? undefined : f.id)}>{t("versions.compare")}</Button>
				</span>
			)),
		},
	];
	return (
		<>
			<Card title={t("versions.title")} class="versions">
				<div class="scroll table-mid" tabIndex={0} role="group" aria-label={t("versions.title")}>
					<DataTable caption={t("versions.title")} columns={columns} rows={all} rowKey={(f) => f.id} selected={forecast.id} sortBy="made" descending />
				</div>
				{all.length < 2 && <p class="muted small">{t("versions.only")}</p>}
			</Card>
			{other && <Compare {...props} other={other} onClose={() => setWithId(undefined)} />}
		</>
	);
}
