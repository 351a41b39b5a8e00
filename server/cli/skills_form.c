/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/skills_form.h"
#include "server/cli/form_rows.h"

static const char *const channels[] = { "voice", "chat", "walk_in", NULL }; /* enum wfm_channel */

enum { O = FIELD_OPTIONAL };

static const struct field queue_rows[] = {
	F_TEXT(struct skills_form_queue, name, 0, 1, 80, "unique; as in the forecast when there is one"),
	{ .name = "channel", .type = FIELD_ENUM, .offset = offsetof(struct skills_form_queue, channel),
	  .flags = O, .names = channels, .fallback = "\"voice\"", .help = "how contacts wait" },
	F_REAL(struct skills_form_queue, aht_s, O, 0.1, 1e6, "mean handling time; needed unless a forecast has it"),
	F_REAL(struct skills_form_queue, patience_s, O, 1, 1e6, "mean patience; null: nobody gives up"),
	D_REAL(struct skills_form_queue, within_s, 0, 1e6, "20", "answered within this is good"),
	F_REAL(struct skills_form_queue, service_level, O, 0.01, 0.9999, "share answered within"),
	{ .name = "definition", .type = FIELD_ENUM, .offset = offsetof(struct skills_form_queue, definition),
	  .flags = O, .names = form_definitions, .fallback = "\"offered\"",
	  .help = "what the service level divides by" },
	F_REAL(struct skills_form_queue, max_abandoned, O, 0.0001, 0.9999, "abandoned share at most"),
	F_REAL(struct skills_form_queue, max_asa_s, O, 0.1, 1e6, "mean wait of those answered at most"),
	F_REAL(struct skills_form_queue, max_occupancy, O, 0.05, 1,
	       "handling / time there at most, of all people who take the queue"),
	D_INT(struct skills_form_queue, concurrency, 1, 10, "1", "chat: contacts a person has at once"),
	D_REAL(struct skills_form_queue, stretch, 0, 0.99, "0", "chat: each further contact at once slows all by this share"),
	F_LIST_OF(struct skills_form_queue, volumes, volume_count, O, FIELD_REAL, 0, 10000,
		  "contacts expected, interval after interval; not needed with a forecast"),
};
static const struct fields queue_fields = FIELDS("SkillsQueue", struct skills_form_queue, queue_rows);

static const struct field skill_rows[] = {
	F_TEXT(struct skills_form_skill, queue, 0, 1, 80, "one of the queues"),
	D_INT(struct skills_form_skill, priority, 1, 100, "1", "1 is taken first; of equals who has waited longest"),
	D_REAL(struct skills_form_skill, speed, 0.05, 20, "1", "handling takes 1 / speed of its time"),
};
static const struct fields skill_fields = FIELDS("SkillsSkill", struct skills_form_skill, skill_rows);

static const struct field group_rows[] = {
	F_TEXT(struct skills_form_group, name, 0, 1, 80, "unique"),
	F_LIST(struct skills_form_group, skills, skill_count, 0, &skill_fields, 1, 32, "what its people take"),
	D_REAL(struct skills_form_group, cost, 0.0001, 1e9, "1", "of a person, in any unit"),
	D_INT(struct skills_form_group, least, 0, 20000, "0", "people in every interval with work for them"),
	F_INT(struct skills_form_group, most, O, 0, 20000, "people at most; null: no limit"),
};
static const struct fields group_fields = FIELDS("SkillsGroup", struct skills_form_group, group_rows);

static const struct field form_rows[] = {
	F_TEXT(struct skills_form, comment, O, 0, 4000, "for the reader; not used"),
	F_INSTANT(struct skills_form, start, O, "beginning of the first interval; needed without a forecast"),
	D_INT(struct skills_form, interval_min, 5, 1440, "30", "length of an interval"),
	D_REAL(struct skills_form, shrinkage, 0, 0.95, "0", "share of rostered time that is not productive"),
	F_LIST(struct skills_form, queues, queue_count, 0, &queue_fields, 1, 32, "the work"),
	F_LIST(struct skills_form, groups, group_count, 0, &group_fields, 1, 64, "the people, by what they take"),
};
const struct fields skills_form_fields = FIELDS("Skills", struct skills_form, form_rows);

static const struct field out_queue_rows[] = {
	F_TEXT(struct skills_out_queue, queue, 0, 0, 0, "of the form"),
	F_REAL(struct skills_out_queue, load_erl, 0, 0, 0, "offered load staffed for"),
	F_REAL(struct skills_out_queue, people, 0, 0, 0, "of all groups, by the part of their handling it is"),
	F_BOOL(struct skills_out_queue, met, 0, "every target holds"),
	F_REAL(struct skills_out_queue, service_level, O, 0, 0, "null: not tried (--rough)"),
	F_REAL(struct skills_out_queue, low, O, 0, 0, "95 % interval of the simulated service level"),
	F_REAL(struct skills_out_queue, high, O, 0, 0, "95 % interval of the simulated service level"),
	F_REAL(struct skills_out_queue, abandoned_share, O, 0, 0, "abandoned / offered"),
	F_REAL(struct skills_out_queue, asa_s, O, 0, 0, "mean wait of those answered"),
};
static const struct fields out_queue_fields =
	FIELDS("SkillsRequirementQueue", struct skills_out_queue, out_queue_rows);

static const struct field out_group_rows[] = {
	F_TEXT(struct skills_out_group, group, 0, 0, 0, "of the form"),
	F_INT(struct skills_out_group, people, 0, 0, 0, "on the work"),
	F_INT(struct skills_out_group, people_on_roster, 0, 0, 0, "after shrinkage"),
};
static const struct fields out_group_fields =
	FIELDS("SkillsRequirementGroup", struct skills_out_group, out_group_rows);

static const struct field out_interval_rows[] = {
	F_INSTANT(struct skills_out_interval, start, 0, "beginning"),
	F_LIST(struct skills_out_interval, queues, queue_count, 0, &out_queue_fields, 0, 0, "what they reach"),
	F_LIST(struct skills_out_interval, groups, group_count, 0, &out_group_fields, 0, 0, "people needed"),
};
static const struct fields out_interval_fields =
	FIELDS("SkillsRequirementInterval", struct skills_out_interval, out_interval_rows);

static const struct field horizon_rows[] = {
	F_TEXT(struct skills_out_horizon, queue, 0, 0, 0, "of the form"),
	F_REAL(struct skills_out_horizon, service_level, O, 0, 0, "all intervals played through"),
	F_REAL(struct skills_out_horizon, low, O, 0, 0, "95 % interval"),
	F_REAL(struct skills_out_horizon, high, O, 0, 0, "95 % interval"),
	F_REAL(struct skills_out_horizon, abandoned_share, O, 0, 0, "abandoned / offered"),
	F_REAL(struct skills_out_horizon, asa_s, O, 0, 0, "mean wait of those answered"),
};
static const struct fields horizon_fields =
	FIELDS("SkillsRequirementHorizon", struct skills_out_horizon, horizon_rows);

static const struct field training_rows[] = {
	F_TEXT(struct skills_out_training, training, 0, 0, 0, "dedicated, present, chain or all"),
	F_REAL(struct skills_out_training, people, 0, 0, 0, "in the interval that needs most"),
	F_REAL(struct skills_out_training, person_hours, 0, 0, 0, "over all intervals"),
	F_REAL(struct skills_out_training, cost_hours, 0, 0, 0, "hours x cost of a person"),
	F_INT(struct skills_out_training, unmet, 0, 0, 0, "intervals of queues that miss a target"),
};
static const struct fields training_fields =
	FIELDS("SkillsTraining", struct skills_out_training, training_rows);

static const struct field pair_rows[] = {
	F_TEXT(struct skills_out_pair, queue, 0, 0, 0, "people who take this one"),
	F_TEXT(struct skills_out_pair, other, 0, 0, 0, "and this one, first or second"),
	F_REAL(struct skills_out_pair, saved_people, 0, 0, 0, "in the interval that needs most"),
	F_REAL(struct skills_out_pair, saved_person_hours, 0, 0, 0, "against the groups there are"),
	F_REAL(struct skills_out_pair, saved_cost_hours, 0, 0, 0, "against the groups there are"),
};
static const struct fields pair_fields = FIELDS("SkillsPair", struct skills_out_pair, pair_rows);

static const struct field out_rows[] = {
	F_INT(struct skills_out, interval_min, 0, 0, 0, "length of an interval"),
	F_INT(struct skills_out, seed, 0, 0, 0, "of the random numbers"),
	F_REAL(struct skills_out, person_hours, 0, 0, 0, "on the work, all intervals"),
	F_REAL(struct skills_out, cost_hours, 0, 0, 0, "hours x cost of a person"),
	F_INT(struct skills_out, unmet, 0, 0, 0, "intervals of queues that miss a target"),
	F_INT(struct skills_out, plays, 0, 0, 0, "staffings simulated"),
	F_INT(struct skills_out, cuts, 0, 0, 0, "rows of the integer program they gave"),
	F_INT(struct skills_out, contacts, 0, 0, 0, "contacts simulated"),
	F_LIST(struct skills_out, intervals, interval_count, 0, &out_interval_fields, 0, 0, "the requirement"),
	F_LIST(struct skills_out, horizon, horizon_count, 0, &horizon_fields, 0, 0,
	       "several intervals: all of them played through with these people"),
	F_LIST(struct skills_out, training, training_count, 0, &training_fields, 0, 0,
	       "with --training: the same targets with other skills"),
	F_LIST(struct skills_out, pairs, pair_count, 0, &pair_fields, 0, 0,
	       "with --training: one pair of queues more for people to share, best first"),
};
const struct fields skills_out_fields = FIELDS("SkillsRequirement", struct skills_out, out_rows);
