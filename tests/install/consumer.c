/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Somebody else's program: the installed headers and library alone must be enough. */
#include <math.h>
#include <stdio.h>
#include <wfm/erlang.h>
#include <wfm/forecast.h>
#include <wfm/schedule.h>
#include <wfm/series.h>
#include <wfm/staffing.h>
#include <wfm/status.h>

int main(void)
{
	struct wfm_load load = { .volume = 100, .aht_s = 180, .open = true };
	struct wfm_staffing_options options = {
		.channel = WFM_VOICE, .interval_s = 1800,
		.target = { .service_level = .80, .within_s = 20 },
		.load_model = WFM_LOAD_STATIONARY,
	};
	struct wfm_requirement need;
	struct wfm_error e;
	if (wfm_staffing_run(&load, 1, &options, &need, &e) != WFM_OK) {
		printf("%s: %s\n", e.path, e.message);
		return 1;
	}
	printf("%d agents, service level %.4f\n", (int)need.agents, need.service_level);
	/* Erlang C, 10 erlang: 13 agents give 0.7956 within 20 s of 180, 14 give 0.8883. */
	return need.agents == 14 && fabs(need.service_level - 0.8883) < 0.0005 ? 0 : 1;
}
