/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any numbers as a station and as four intervals with options: each is refused with a place and a
 * reason, or answered with figures that are figures; targets said to be met are.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wfm/staffing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOADS = 4 };

struct input {
	const uint8_t *data;
	size_t size;
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static unsigned byte(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->data++;
}

/* Mostly within the range, on a logarithmic scale; else a number that often goes wrong, or any. */
static double number(struct input *in, double low, double high)
{
	static const double odd[] = { 0.0, -0.0, -1.0, 1.0, 0.5, 5e-324, 1e-308, 1e-12, 1e12, 1e15, 1e308,
				      INFINITY, -INFINITY, NAN, 0.99999999999999989, 2147483648.0 };
	unsigned how = byte(in);
	if (how < 32)
		return odd[how % 16];
	uint8_t raw[8];
	for (int i = 0; i < 8; i++)
		raw[i] = (uint8_t)(how < 40 || i < 3 ? byte(in) : 0);
	if (how < 40) {
		double any;
		memcpy(&any, raw, sizeof any);
		return any;
	}
	double part = (raw[0] + raw[1] / 256.0 + raw[2] / 65536.0) / 256.0;
	return low * pow(high / low, part);
}

static double share(struct input *in)
{
	unsigned how = byte(in);
	return how < 80 ? 0.0 : how < 240 ? (how - 80) / 160.0 : number(in, 1e-6, 1.0);
}

static bool is_share(double v)
{
	return v >= 0.0 && v <= 1.0 + 1e-9;
}

static void refused(const struct wfm_error *e)
{
	check(e->path[0] == '/' && e->message[0] != '\0');
}

static void try_station(struct input *in)
{
	struct wfm_error e = { 0 };
	struct wfm_station_figures f;
	struct wfm_station st = { .servers = (int32_t)(byte(in) << 8 | byte(in)) - 2 };
	if (byte(in) > 200)
		st.servers *= 4;
	st.arrivals_per_s = number(in, 1e-6, 300);
	st.aht_s = number(in, 0.1, 5000);
	st.patience_s = number(in, 1, 5000);
	st.within_s = number(in, 0.1, 3600);
	int32_t lobby = (int32_t)byte(in) * 7 - 1;
	enum wfm_status status = byte(in) & 1 ? wfm_lobby_figures(&st, lobby, &f, &e)
					      : wfm_station_figures(&st, &f, &e);
	if (status != WFM_OK) {
		refused(&e);
		return;
	}
	check(is_share(f.p_wait) && is_share(f.p_abandon) && is_share(f.p_blocked) &&
	      is_share(f.occupancy));
	check(f.mean_wait_s >= 0.0 && f.asa_answered_s >= 0.0 && f.queue_length >= 0.0);
	for (int i = 0; i < WFM_SL_DEFINITIONS; i++)
		check(is_share(f.service_level[i]));
}

static struct wfm_staffing_options options(struct input *in)
{
	struct wfm_staffing_options o = { .channel = (enum wfm_channel)(byte(in) % (WFM_CHANNELS + 1)) };
	o.interval_s = (int32_t)(byte(in) << 8 | byte(in)) - 100;
	o.target.service_level = share(in);
	o.target.within_s = number(in, 1, 1000);
	o.target.definition = (enum wfm_service_level)(byte(in) % (WFM_SL_DEFINITIONS + 1));
	o.target.max_abandoned = share(in);
	o.target.max_asa_s = byte(in) < 128 ? 0.0 : number(in, 0.1, 500);
	o.target.max_occupancy = share(in);
	o.target.max_blocking = share(in);
	o.patience_s = byte(in) < 64 ? 0.0 : number(in, 1, 5000);
	o.redial = share(in);
	o.load_model = (enum wfm_load_model)(byte(in) % 4);
	o.min_agents = byte(in) < 200 ? 0 : (int32_t)byte(in) - 1;
	o.max_agents = byte(in) < 200 ? 0 : (int32_t)byte(in) - 1;
	o.counters = byte(in) < 200 ? 0 : (int32_t)byte(in) - 1;
	o.lobby_limited = byte(in) > 200;
	o.lobby = (int32_t)byte(in) * 3 - 1;
	o.concurrency = byte(in) < 200 ? 1.0 + byte(in) % 5 : number(in, 1, 10);
	o.stretch = share(in);
	o.turnaround_s = number(in, 900, 1e6);
	o.turnaround_open_hours = byte(in) & 1;
	o.initial_backlog_s = 1e5 * share(in);
	o.due_share = share(in);
	o.per_person = number(in, 1, 1000);
	return o;
}

static void check_live(const struct wfm_requirement *r, const struct wfm_target *t)
{
	check(is_share(r->occupancy));
	if (!r->met)
		return;
	check(!(t->service_level > 0.0) || r->service_level >= t->service_level - 1e-9);
	check(!(t->max_abandoned > 0.0) || r->abandoned_share <= t->max_abandoned + 1e-9);
	check(!(t->max_asa_s > 0.0) || r->asa_s <= t->max_asa_s * (1.0 + 1e-9));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct wfm_load loads[LOADS];
	struct wfm_requirement r[LOADS];
	struct wfm_error e = { 0 };
	try_station(&in);
	struct wfm_staffing_options o = options(&in);
	for (int i = 0; i < LOADS; i++) {
		loads[i].aht_s = number(&in, 1, 3000);
		loads[i].volume = number(&in, 0.001, 2000) * fmax(o.interval_s, 1) / 300.0;
		loads[i].open = byte(&in) < 230;
	}
	if (wfm_staffing_run(loads, LOADS, &o, r, &e) != WFM_OK) {
		refused(&e);
		return 0;
	}
	for (int i = 0; i < LOADS; i++) {
		check(r[i].agents >= 0 && r[i].on_roster >= 0);
		check(is_share(r[i].service_level) && is_share(r[i].abandoned_share));
		check(r[i].asa_s >= 0.0 && r[i].occupancy >= 0.0);
		check(isfinite(r[i].load_erl) && r[i].load_erl >= 0.0 && isfinite(r[i].backlog_s));
		if (o.channel <= WFM_WALK_IN && loads[i].open && loads[i].volume > 0.0)
			check_live(&r[i], &o.target);
	}
	return 0;
}
