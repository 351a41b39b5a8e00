/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network itself, as tables. Loads (handling hours a week) are set so that the people of a site
 * can carry their own week at the usual absence with little to spare at the peak.
 */
#include "server/demo/model.h"

#include <math.h>

const struct demo_login demo_logins[DEMO_LOGINS] = {
	{ "planner", "planner", "cuadrante-demo" }, { "agent", "agent", "cuadrante-demo" },
	{ "site_manager", "manager", "cuadrante-demo" }, { "hr", "hr", "cuadrante-demo" },
	{ "admin", "admin", "cuadrante-demo" },
};

const struct demo_region demo_regions[DEMO_REGIONS] = {
	{ "CL", "Chile" }, { "SV", "El Salvador" }, { "GT", "Guatemala" }, { "NI", "Nicaragua" },
};

#define SANTIAGO "America/Santiago"
const struct demo_site demo_sites[DEMO_SITES] = {
	{ "SCL", "Santiago", "CL", SANTIAGO, 0, false, 0, .05, .06, .44, .068, 1.00, .82, 4.0 },
	{ "VAL", "Valdivia", "CL", SANTIAGO, 0, false, 0, .05, .04, .26, .036, .97, .86, 4.3 },
	{ "SSA", "San Salvador", "SV", "America/El_Salvador", 1, true, 22, .05, .05, .28, .046, .96, .88,
	  4.2 },
	{ "STA", "Santa Ana", "SV", "America/El_Salvador", 1, true, 15, .05, .05, .30, .043, 1.04, .85,
	  4.1 },
	{ "GUA", "Guatemala City", "GT", "America/Guatemala", 2, true, 23, .05, .06, .33, .055, 1.02,
	  .83, 3.9 },
	{ "QUE", "Quetzaltenango", "GT", "America/Guatemala", 2, true, 14, .05, .05, .22, .041, .98, .88,
	  4.4 },
	{ "MAN", "Managua", "NI", "America/Managua", 3, true, 19, .05, .05, .29, .050, 1.00, .85, 4.1 },
	{ "LEO", "León", "NI", "America/Managua", 3, true, 12, .05, .05, .23, .044, 1.06, .84, 4.0 },
};

const struct demo_skill demo_skills[DEMO_SKILLS] = {
	{ "service", "Customer service" }, { "urgent", "Urgent line" }, { "chat", "Chat" },
	{ "email", "E-mail" }, { "back", "Back office" }, { "counter", "Counter" },
	{ "advice", "Advice desk" },
};

enum shape { S24, U24, C24, S16, E16, B16, COUNTERS, ADVISERS, DOCUMENTS };

#define VOICE(share, within, lost) "voice", share, within, lost, .90, 240, 1, 0
#define WALK(patience) "walk_in", .85, 900, 0, .92, patience, 1, 0
#define DOCS "back_office", 0, 0, 0, 0, 0, 1, 1440, 760
const struct demo_queue demo_queues[DEMO_QUEUES] = {
	{ "SCL-SERVICE", "Customer service Santiago", SCL, SERVICE, VOICE(.80, 20, .05), 262, 1760, S24 },
	{ "SCL-URGENT", "Urgent line", SCL, URGENT, VOICE(.80, 15, .05), 208, 600, U24 },
	{ "SCL-CHAT", "Chat", SCL, CHAT, "chat", .80, 45, 0, .90, 300, 2, 0, 540, 650, C24 },
	{ "VAL-SERVICE", "Customer service Valdivia", VAL, SERVICE, VOICE(.80, 20, .05), 270, 1620, S16 },
	{ "VAL-EMAIL", "E-mail", VAL, EMAIL, "email", 0, 0, 0, 0, 0, 1, 1440, 420, 600, E16 },
	{ "VAL-BACK", "Case work", VAL, BACK, "back_office", 0, 0, 0, 0, 0, 1, 2880, 900, 540, B16 },
	{ "SSA-COUNTER", "Counter San Salvador", SSA, COUNTER, WALK(2400), 340, 336, COUNTERS },
	{ "SSA-ADVICE", "Advice San Salvador", SSA, ADVICE, WALK(4500), 1150, 224, ADVISERS },
	{ "SSA-DOCS", "Documents San Salvador", SSA, BACK, DOCS, 140, DOCUMENTS },
	{ "STA-COUNTER", "Counter Santa Ana", STA, COUNTER, WALK(2400), 340, 221, COUNTERS },
	{ "STA-ADVICE", "Advice Santa Ana", STA, ADVICE, WALK(4500), 1150, 143, ADVISERS },
	{ "STA-DOCS", "Documents Santa Ana", STA, BACK, DOCS, 92, DOCUMENTS },
	{ "GUA-COUNTER", "Counter Guatemala City", GUA, COUNTER, WALK(2400), 340, 348, COUNTERS },
	{ "GUA-ADVICE", "Advice Guatemala City", GUA, ADVICE, WALK(4500), 1150, 236, ADVISERS },
	{ "GUA-DOCS", "Documents Guatemala City", GUA, BACK, DOCS, 146, DOCUMENTS },
	{ "QUE-COUNTER", "Counter Quetzaltenango", QUE, COUNTER, WALK(2400), 340, 198, COUNTERS },
	{ "QUE-ADVICE", "Advice Quetzaltenango", QUE, ADVICE, WALK(4500), 1150, 130, ADVISERS },
	{ "QUE-DOCS", "Documents Quetzaltenango", QUE, BACK, DOCS, 88, DOCUMENTS },
	{ "MAN-COUNTER", "Counter Managua", MAN, COUNTER, WALK(2400), 340, 290, COUNTERS },
	{ "MAN-ADVICE", "Advice Managua", MAN, ADVICE, WALK(4500), 1150, 195, ADVISERS },
	{ "MAN-DOCS", "Documents Managua", MAN, BACK, DOCS, 124, DOCUMENTS },
	{ "LEO-COUNTER", "Counter León", LEO, COUNTER, WALK(2400), 340, 168, COUNTERS },
	{ "LEO-ADVICE", "Advice León", LEO, ADVICE, WALK(4500), 1150, 108, ADVISERS },
	{ "LEO-DOCS", "Documents León", LEO, BACK, DOCS, 74, DOCUMENTS },
};

#define CENTRE_WEEK { 1.18, 1.10, 1.06, 1.04, 1.05, .78, .62 }
#define BRANCH_WEEK { 1.14, 1.00, .97, .98, 1.10, .92, 0 }
const struct demo_shape demo_shapes[] = {
	[S24] = { CENTRE_WEEK, { 7, 5, 4, 3, 3, 5, 12, 28, 58, 84, 98, 100, 93, 86, 88, 91, 93, 94, 90, 78,
				 60, 42, 26, 14 } },
	[U24] = { { 1.02, .98, .97, .99, 1.08, 1.05, .91 },
		  { 34, 27, 22, 20, 20, 23, 32, 46, 62, 75, 82, 85, 84, 80, 80, 82, 86, 92, 98, 100, 94, 80,
		    62, 46 } },
	[C24] = { CENTRE_WEEK, { 12, 8, 6, 5, 5, 6, 10, 20, 42, 66, 80, 86, 84, 80, 82, 86, 90, 95, 100, 98,
				 86, 66, 42, 22 } },
	[S16] = { CENTRE_WEEK, { 0, 0, 0, 0, 0, 0, 0, 30, 62, 88, 100, 100, 92, 85, 88, 92, 94, 93, 86, 72,
				 54, 38, 24, 0 } },
	[E16] = { CENTRE_WEEK, { 0, 0, 0, 0, 0, 0, 0, 70, 95, 100, 96, 92, 82, 74, 78, 84, 86, 82, 74, 64, 54,
				 46, 40, 0 } },
	[B16] = { { 1.25, 1.15, 1.10, 1.05, 1.00, .45, .30 },
		  { 0, 0, 0, 0, 0, 0, 0, 40, 80, 100, 100, 96, 80, 70, 80, 90, 88, 76, 56, 36, 24, 16, 10,
		    0 } },
	[COUNTERS] = { BRANCH_WEEK, { 0, 0, 0, 0, 0, 0, 0, 0, 78, 94, 100, 98, 90, 84, 86, 86, 76, 0, 0, 0, 0,
				      0, 0, 0 } },
	[ADVISERS] = { BRANCH_WEEK, { 0, 0, 0, 0, 0, 0, 0, 0, 72, 92, 100, 96, 86, 82, 90, 90, 74, 0, 0, 0, 0,
				      0, 0, 0 } },
	[DOCUMENTS] = { { 1.15, 1.05, 1.0, 1.0, 1.0, .55, 0 },
			{ 0, 0, 0, 0, 0, 0, 0, 0, 80, 100, 100, 92, 80, 80, 90, 90, 80, 0, 0, 0, 0, 0, 0, 0 } },
};

#define MEAL30 { "meal", 30, false, 180, 300, 360 }
#define EARLY15 { "break", 15, true, 60, 150, 240 }
#define LATE15 { "break", 15, true, 345, 435, 480 }
#define REST { "rest", 720, NAN }
#define SIX_DAYS { "consecutive_days", NAN, 6 }
const struct demo_contract demo_contracts[DEMO_CONTRACTS] = {
	[FT42] = { "FT42", "Full time 42 h", 720, 480, 570, 420, 870,
		   { { "week_minutes", 2400, 2520 }, { "week_shifts", 5, 5 }, REST, SIX_DAYS,
		     { "days_off_together", 2, NAN } },
		   { EARLY15, MEAL30, LATE15 }, 5, 504 },
	[NT42] = { "NT42", "Nights 42 h", 910, 480, 570, 1260, 1380,
		   { { "week_minutes", 2100, 2520 }, { "week_shifts", 4, 5 }, REST, SIX_DAYS,
		     { "days_off_together", 2, NAN } },
		   { EARLY15, MEAL30, LATE15 }, 5, 504 },
	[PT30] = { "PT30", "Part time 30 h", 700, 300, 420, 420, 1020,
		   { { "week_minutes", 1620, 1800 }, { "week_shifts", 4, 5 }, REST, SIX_DAYS },
		   { { "break", 15, true, 120, 225, 240 } }, 5, 360 },
	[PT20] = { "PT20", "Afternoons 20 h", 680, 240, 300, 840, 1140,
		   { { "week_minutes", 1020, 1200 }, { "week_shifts", 4, 5 }, REST },
		   { { "break", 15, true, 90, 165, 240 } }, 5, 240 },
	[WE18] = { "WE18", "Weekends 18 h", 790, 480, 570, 420, 870,
		   { { "week_minutes", 900, 1080 }, { "week_shifts", 2, 2 }, REST },
		   { EARLY15, MEAL30, LATE15 }, 2, 540 },
	[FT44] = { "FT44", "Full time 44 h", 410, 240, 540, 480, 780,
		   { { "week_minutes", 2400, 2640 }, { "week_shifts", 5, 6 }, REST, SIX_DAYS },
		   { { "break", 15, true, 60, 150, 240 }, { "meal", 60, false, 180, 300, 420 } }, 6, 480 },
	[PT24] = { "PT24", "Part time 24 h", 400, 240, 360, 480, 780,
		   { { "week_minutes", 1200, 1440 }, { "week_shifts", 4, 6 }, REST, SIX_DAYS },
		   { { "break", 15, true, 90, 165, 240 } }, 6, 240 },
};

#define BIT(skill) (1u << (skill))
#define BRANCH(site, c, ca, ab, part)                                                              \
	{ site, FT44, c, BIT(COUNTER) }, { site, FT44, ca, BIT(COUNTER) | BIT(ADVICE) },           \
	{ site, FT44, ab, BIT(ADVICE) | BIT(BACK) }, { site, PT24, part, BIT(COUNTER) }
const struct demo_seats demo_seats[] = {
	{ SCL, FT42, 44, BIT(SERVICE) },
	{ SCL, FT42, 22, BIT(SERVICE) | BIT(URGENT) },
	{ SCL, FT42, 22, BIT(CHAT) },
	{ SCL, NT42, 8, BIT(SERVICE) | BIT(URGENT) },
	{ SCL, NT42, 6, BIT(URGENT) | BIT(CHAT) },
	{ SCL, NT42, 4, BIT(URGENT) },
	{ SCL, PT30, 16, BIT(SERVICE) },
	{ SCL, PT30, 6, BIT(CHAT) },
	{ SCL, PT20, 10, BIT(SERVICE) | BIT(URGENT) },
	{ SCL, WE18, 8, BIT(SERVICE) | BIT(URGENT) },
	{ SCL, WE18, 4, BIT(CHAT) },
	{ VAL, FT42, 42, BIT(SERVICE) },
	{ VAL, FT42, 22, BIT(EMAIL) | BIT(BACK) },
	{ VAL, FT42, 10, BIT(SERVICE) | BIT(EMAIL) },
	{ VAL, PT30, 18, BIT(SERVICE) },
	{ VAL, PT30, 4, BIT(EMAIL) | BIT(BACK) },
	{ VAL, PT20, 6, BIT(SERVICE) },
	{ VAL, WE18, 8, BIT(SERVICE) | BIT(EMAIL) },
	BRANCH(SSA, 8, 8, 8, 6),
	BRANCH(STA, 5, 6, 5, 4),
	BRANCH(GUA, 8, 9, 8, 5),
	BRANCH(QUE, 5, 5, 5, 3),
	BRANCH(MAN, 7, 7, 7, 5),
	BRANCH(LEO, 4, 5, 4, 3),
};
const size_t demo_seats_count = sizeof demo_seats / sizeof *demo_seats;

const char *const demo_absence_names[AWAY_KINDS] = {
	"vacation", "sickness", "maternity", "paternity", "accident", "unjustified", "training", "unpaid",
};

bool demo_open(int site, int weekday, int *open_min, int *close_min)
{
	if (site == SCL) {
		*open_min = 0;
		*close_min = 1440;
		return true;
	}
	if (site == VAL) {
		*open_min = 420;
		*close_min = 1380;
		return true;
	}
	*open_min = 480;
	*close_min = weekday == 6 ? 720 : 1020;
	return weekday != 7;
}
