// SPDX-License-Identifier: GPL-3.0-or-later
// What every card of the forecast page is about.
import { t } from "../lib/i18n";
import { fmtMoment, instant } from "../lib/time";
import type { Forecast, ForecastQueue, Site } from "../lib/types";
import type { PlanScope } from "./planner";

export interface QueueScope extends PlanScope { forecast: Forecast; queue: ForecastQueue }

export function versionName(f: Forecast, site: Site): string {
	const at = fmtMoment(instant(f.created_at), site.zone);
	return f.author ? t("versions.by", { at, author: f.author }) : at;
}
