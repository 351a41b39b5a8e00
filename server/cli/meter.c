/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/meter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/strbuf.h"

enum { BAR = 24, COLUMNS = 80, LINE_MAX_BYTES = 1000 };

void cli_meter_start(struct cli_meter *m, bool lines)
{
	const char *terminal = getenv("TERM");
	bool moves = terminal != NULL && terminal[0] != '\0' && strcmp(terminal, "dumb") != 0;
	*m = (struct cli_meter){ .lines = lines, .begun_s = clock_monotonic_s() };
	m->bar = !lines && moves && isatty(STDERR_FILENO) == 1;
}

static void put_figures(struct strbuf *s, const struct wfm_progress *p)
{
	if (isfinite(p->objective))
		strbuf_printf(s, " cost %.0f", p->objective);
	if (isfinite(p->bound))
		strbuf_printf(s, " bound %.0f", p->bound);
	if (isfinite(p->objective) && isfinite(p->bound))
		strbuf_printf(s, " gap %.2f %%", 100 * p->gap);
}

static size_t columns(void)
{
	struct winsize w;
	bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0;
	return known ? w.ws_col : COLUMNS;
}

static void draw(struct cli_meter *m, const struct wfm_progress *p, double now)
{
	m->share = fmax(m->share, fmin(fmax(p->fraction, 0), 1));
	int full = (int)(m->share * BAR);
	struct strbuf s;
	strbuf_init(&s, LINE_MAX_BYTES);
	strbuf_putc(&s, '[');
	for (int i = 0; i < BAR; i++)
		strbuf_putc(&s, i < full ? '#' : '.');
	strbuf_printf(&s, "] %3.0f %% %s, %.0f s:", 100 * m->share, wfm_phase_name(p->phase), now - m->begun_s);
	put_figures(&s, p);
	size_t room = columns() - 1; /* a full last column would begin the next line */
	(void)fprintf(stderr, "\r%.*s\033[K", (int)(s.len < room ? s.len : room), s.data);
	(void)fflush(stderr);
	strbuf_free(&s);
}

static void tell(const struct wfm_progress *p)
{
	struct strbuf s;
	strbuf_init(&s, LINE_MAX_BYTES);
	strbuf_printf(&s, "%3.0f %% %-8s", 100 * p->fraction, wfm_phase_name(p->phase));
	put_figures(&s, p);
	(void)fprintf(stderr, "%s (%lld steps)\n", s.data, (long long)p->iterations);
	strbuf_free(&s);
}

void cli_meter_show(struct cli_meter *m, const struct wfm_progress *p)
{
	double now = clock_monotonic_s();
	if (!(m->lines || m->bar) ||
	    (now - m->last_s < (m->bar ? 0.2 : 0.5) && p->phase != WFM_PHASE_DONE))
		return;
	m->last_s = now;
	if (m->bar)
		draw(m, p, now);
	else
		tell(p);
}

void cli_meter_end(struct cli_meter *m)
{
	if (m->bar)
		(void)fputs("\r\033[K", stderr);
	m->bar = false;
}
