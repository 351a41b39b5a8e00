-- name: schedule_agents
-- Who may be rostered in a week, with everything personal that the solver needs. Absences of the day
-- after count too: a night shift of Sunday runs into it. After the site's own people come those of the sites
-- planned with it who may work here.
SELECT a.id, a.code, a.name, a.site_id, a.contract_id, a.hired, a.left_on,
	coalesce((SELECT json_agg(json_build_object('site_id', o.site_id, 'travel_min', o.travel_min)
			ORDER BY o.site_id) FROM agent_elsewhere o WHERE o.agent_id = a.id), '[]') AS elsewhere,
	coalesce((SELECT json_agg(json_build_object('skill_id', k.skill_id, 'proficiency', k.proficiency)
			ORDER BY k.skill_id) FROM agent_skill k WHERE k.agent_id = a.id), '[]') AS skills,
	coalesce((SELECT json_agg(json_build_object('weekday', v.weekday, 'from_min', v.from_min,
			'until_min', v.until_min) ORDER BY v.weekday, v.from_min)
		FROM availability v WHERE v.agent_id = a.id), '[]') AS availability,
	coalesce((SELECT json_agg(json_build_object('start', b.start_at, 'end', b.end_at) ORDER BY b.start_at)
		FROM absence b WHERE b.agent_id = a.id AND b.state IN ('approved', 'recorded')
			AND tstzrange(b.start_at, b.end_at)
				&& tstzrange(:from, :until::timestamptz + interval '1 day')), '[]') AS absences,
	coalesce((SELECT json_agg(json_build_object('day', s.day, 'start', s.start_at, 'end', s.end_at,
			'paid_minutes', s.paid_minutes) ORDER BY s.day DESC)
		FROM shift s WHERE s.agent_id = a.id
			AND CASE WHEN :kept::bigint IS NOT NULL AND s.site_id <> :site_id AND s.day BETWEEN :monday::date AND :monday::date + 6
				THEN s.roster_id IN (SELECT roster_beside(:kept)) ELSE s.published END
			AND s.day BETWEEN :monday::date - 21 AND :monday::date + 9
			AND (s.day < :monday::date OR s.day > :monday::date + 6 OR (s.site_id <> :site_id
				AND s.site_id NOT IN (SELECT jsonb_array_elements_text(:with::jsonb)::bigint)))), '[]') AS neighbours
FROM agent a
WHERE (a.site_id = :site_id OR (a.site_id IN (SELECT jsonb_array_elements_text(:with::jsonb)::bigint)
		AND EXISTS (SELECT FROM agent_elsewhere o WHERE o.agent_id = a.id AND o.site_id = :site_id)))
	AND a.hired <= :monday::date + 6
	AND (a.left_on IS NULL OR a.left_on >= :monday::date)
ORDER BY a.site_id <> :site_id, a.id;

-- name: replan_head
-- What nobody has seen can change without notice. Drawn again from a published roster a week goes with what is
-- published, not with drafts left over.
SELECT r.site_id, r.monday AS week, r.version, p.forecast_id, r.state <> 'draft' AS seen, s.notice_days, s.notice_cents,
	CASE WHEN r.state = 'draft' THEN p.beside END AS beside
FROM roster r JOIN plan p ON p.id = r.plan_id JOIN site s ON s.id = r.site_id WHERE r.id = :roster_id;

-- name: replan_beside
-- Another site's roster of the same week that goes with one planned again: what that reckons with there, else the
-- newest draft.
SELECT coalesce((SELECT o.id FROM roster o WHERE o.site_id = :site_id AND o.id IN (SELECT roster_beside(:roster_id))),
	(SELECT o.id FROM roster k JOIN roster o ON o.site_id = :site_id AND o.monday = k.monday AND o.state = 'draft'
		WHERE k.id = :roster_id ORDER BY o.version DESC LIMIT 1), 0);

-- name: short_notice_get
SELECT id AS site_id, notice_days AS days, notice_cents AS cents FROM site WHERE id = :site_id;

-- name: short_notice_set
UPDATE site SET notice_days = :days, notice_cents = :cents WHERE id = :site_id;

-- name: replan_shifts
-- A roster's shifts; one stands that has begun, or whose agent is there and not away. Inclusive, like
-- publish_absent, of every absence that touches it.
SELECT s.agent_id, s.day, s.start_at AS start, s.end_at AS end, replan_stands(s) AS stands,
	coalesce((SELECT json_agg(json_build_object('start', v.start_at, 'end', v.end_at, 'work', v.kind NOT IN ('meal', 'break'),
			'queue_id', v.queue_id, 'paid', v.paid) ORDER BY v.position) FROM activity v WHERE v.shift_id = s.id), '[]') AS activities
FROM shift s WHERE s.roster_id = :roster_id
ORDER BY s.agent_id, s.day, s.start_at;

-- name: replan_drop
-- The days before :from are those of the roster kept, whatever was drawn for them.
DELETE FROM shift WHERE roster_id = :roster_id AND day < :from;

-- name: replan_copy
-- What could not be published (publish_absent) is not kept either.
WITH made AS (
	INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents)
	SELECT :roster_id, s.agent_id, s.site_id, s.day, s.start_at, s.end_at, s.paid_minutes, s.cost_cents
	FROM shift s JOIN agent a ON a.id = s.agent_id JOIN site t ON t.id = s.site_id
	WHERE s.roster_id = :from_roster AND s.day < :from AND replan_stands(s)
		AND (a.site_id = s.site_id OR s.day <= (now() AT TIME ZONE t.zone)::date
			OR EXISTS (SELECT FROM agent_elsewhere o WHERE o.agent_id = a.id AND o.site_id = s.site_id))
	RETURNING id, agent_id, day)
INSERT INTO activity (shift_id, position, kind, queue_id, session_id, label, start_at, end_at, paid)
SELECT made.id, v.position, v.kind, v.queue_id, v.session_id, v.label, v.start_at, v.end_at, v.paid
FROM made JOIN shift s ON s.roster_id = :from_roster AND s.agent_id = made.agent_id AND s.day = made.day
	JOIN activity v ON v.shift_id = s.id;

-- name: replan_copy_guests
-- Who comes from another site is planned there, or in one with this.
WITH made AS (
	INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents)
	SELECT :roster_id, s.agent_id, s.site_id, s.day, s.start_at, s.end_at, s.paid_minutes, s.cost_cents
	FROM shift s JOIN agent a ON a.id = s.agent_id
	WHERE s.roster_id = :from_roster AND s.day >= :from AND a.site_id <> s.site_id AND replan_stands(s)
		AND a.site_id NOT IN (SELECT jsonb_array_elements_text(:with::jsonb)::bigint)
		AND EXISTS (SELECT FROM agent_elsewhere o WHERE o.agent_id = a.id AND o.site_id = s.site_id)
	RETURNING id, agent_id, day)
INSERT INTO activity (shift_id, position, kind, queue_id, session_id, label, start_at, end_at, paid)
SELECT made.id, v.position, v.kind, v.queue_id, v.session_id, v.label, v.start_at, v.end_at, v.paid
FROM made JOIN shift s ON s.roster_id = :from_roster AND s.agent_id = made.agent_id AND s.day = made.day
	JOIN activity v ON v.shift_id = s.id;

-- name: schedule_contracts
SELECT c.id, c.code, c.cost_cents_hour, c.shift_min_minutes, c.shift_max_minutes, c.shift_step_minutes,
	c.start_earliest_min, c.start_latest_min, c.start_step_minutes,
	coalesce((SELECT json_agg(json_build_object('rule', r.rule, 'mode', r.mode, 'low', r.low,
			'high', r.high, 'weight', r.weight) ORDER BY r.rule)
		FROM contract_rule r WHERE r.contract_id = c.id), '[]') AS rules,
	coalesce((SELECT json_agg(json_build_object('kind', b.kind, 'minutes', b.minutes, 'paid', b.paid,
			'earliest_min', b.earliest_min, 'latest_min', b.latest_min,
			'shift_from_minutes', b.shift_from_minutes,
			'shift_to_minutes', b.shift_to_minutes, 'gap_minutes', b.gap_minutes)
			ORDER BY b.position)
		FROM contract_break b WHERE b.contract_id = c.id), '[]') AS breaks
FROM contract c
WHERE c.id = :contract_id OR c.id IN (SELECT contract_id FROM agent WHERE site_id = :site_id)
	OR c.id IN (SELECT a.contract_id FROM agent_elsewhere o JOIN agent a ON a.id = o.agent_id
		WHERE o.site_id = :site_id AND a.site_id IN (SELECT jsonb_array_elements_text(:with::jsonb)::bigint))
ORDER BY c.id;

-- name: schedule_covered_before
-- Work that last week's published shifts still do after this week has begun (nights), and that of people from
-- other sites in a roster planned again from.
SELECT v.queue_id, v.start_at AS start, v.end_at AS end
FROM shift s JOIN activity v ON v.shift_id = s.id
WHERE s.published AND s.site_id = :site_id AND s.day < :monday AND s.end_at > :from
	AND v.queue_id IS NOT NULL AND v.end_at > :from
UNION ALL
SELECT v.queue_id, v.start_at, v.end_at
FROM shift s JOIN activity v ON v.shift_id = s.id JOIN agent a ON a.id = s.agent_id
WHERE s.roster_id = :kept AND v.queue_id IS NOT NULL AND a.site_id <> s.site_id AND replan_stands(s)
	AND a.site_id NOT IN (SELECT jsonb_array_elements_text(:with::jsonb)::bigint)
	AND EXISTS (SELECT FROM agent_elsewhere o WHERE o.agent_id = a.id AND o.site_id = s.site_id);

-- name: schedule_volumes
-- With the adjustments of users: those are what people are planned for.
SELECT i.start_at AS start, coalesce(a.adjusted, i.mean) AS mean, i.aht_s
FROM forecast_interval i
	LEFT JOIN forecast_adjusted(:forecast_id, :queue_id, false) AS a USING (queue_id, start_at)
WHERE i.forecast_id = :forecast_id AND i.queue_id = :queue_id
	AND i.start_at >= :from AND i.start_at < :until
ORDER BY i.start_at;

-- name: plan_insert
INSERT INTO plan (site_id, monday, forecast_id, request, created_by, job_id, together, beside)
VALUES (:site_id, :monday, :forecast_id, :request::jsonb, :user_id, :job_id, :together, :beside)
RETURNING id;

-- name: plan_together_number
SELECT nextval('plan_together');

-- name: schedule_newest_forecast
SELECT coalesce(max(id), 0) FROM forecast
WHERE site_id = :site_id AND first_day <= :monday::date AND last_day >= :monday::date + 6;

-- name: requirement_insert
INSERT INTO requirement (plan_id, queue_id, start_at, minutes, volume, aht_s, agents, agents_on_roster,
	service_level, abandoned_share, asa_s, occupancy, backlog_s, late_s, idle_s)
SELECT :plan_id, :queue_id, r.start, r.minutes, r.volume, r.aht_s, r.agents, r.agents_on_roster,
	r.service_level, r.abandoned_share, r.asa_s, r.occupancy, r.backlog_s, r.late_s, r.idle_s
FROM jsonb_to_recordset(:rows::jsonb) AS r(start timestamptz, minutes int, volume float8, aht_s float8,
	agents float8, agents_on_roster float8, service_level float8, abandoned_share float8,
	asa_s float8, occupancy float8, backlog_s float8, late_s float8, idle_s float8);

-- name: plan_queue_insert
INSERT INTO plan_queue (plan_id, queue_id, again) VALUES (:plan_id, :queue_id, :again);

-- name: requirement_days_insert
INSERT INTO requirement_day (plan_id, queue_id, day, offered, agent_hours, roster_hours, service_level,
	abandoned_share, asa_s, p_target, sl_p10, sl_p50, sl_p90)
SELECT :plan_id, :queue_id, r.day, r.offered, r.agent_hours, r.roster_hours, r.service_level,
	r.abandoned_share, r.asa_s, r.p_target, r.sl_p10, r.sl_p50, r.sl_p90
FROM jsonb_to_recordset(:rows::jsonb) AS r(day date, offered float8, agent_hours float8,
	roster_hours float8, service_level float8, abandoned_share float8, asa_s float8, p_target float8,
	sl_p10 float8, sl_p50 float8, sl_p90 float8);

-- name: roster_insert
INSERT INTO roster (plan_id, site_id, monday, version, evidence)
SELECT :plan_id, :site_id, :monday, coalesce(max(version), 0) + 1, :evidence::jsonb
FROM roster WHERE site_id = :site_id AND monday = :monday RETURNING id;

-- name: roster_lock_week
-- Two jobs for one site and week must not take the same version number.
SELECT pg_advisory_xact_lock(hashtextextended('roster', :site_id::bigint * 100000 + (:monday::date - '2000-01-01'::date)));

-- name: shifts_insert
WITH given AS (
	SELECT * FROM jsonb_to_recordset(:shifts::jsonb) AS r(agent_id bigint, day date,
		start timestamptz, "end" timestamptz, paid_minutes int, cost_cents bigint,
		activities jsonb)),
made AS (
	INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents)
	SELECT :roster_id, agent_id, :site_id, day, start, "end", paid_minutes, cost_cents FROM given
	RETURNING id, agent_id, day)
INSERT INTO activity (shift_id, position, kind, queue_id, session_id, label, start_at, end_at, paid)
SELECT made.id, v.position, v.kind, v.queue_id, v.session_id, v.label, v.start, v."end", v.paid
FROM made JOIN given USING (agent_id, day)
	CROSS JOIN jsonb_to_recordset(given.activities) AS v(position int, kind text, queue_id bigint,
		session_id bigint, label text, start timestamptz, "end" timestamptz, paid boolean);

-- name: shortages_insert
INSERT INTO shortage (roster_id, queue_id, start_at, people, reason, hour_value_cents)
SELECT :roster_id, r.queue_id, r.start, r.people, r.reason, r.hour_value_cents
FROM jsonb_to_recordset(:rows::jsonb) AS r(queue_id bigint, start timestamptz, people float8,
	reason text, hour_value_cents float8);

-- name: roster_trial_insert
INSERT INTO roster_trial (roster_id, queue_id, day, offered, target, promised, simulated, low, high,
	sl_p10, sl_p50, sl_p90, p_target, abandoned_share, asa_s, replications, abandoned_low, abandoned_high,
	asa_low_s, asa_high_s, worst_start, worst_level, correction)
SELECT :roster_id, r.queue_id, r.day, r.offered, r.target, r.promised, r.simulated, r.low, r.high,
	r.sl_p10, r.sl_p50, r.sl_p90, r.p_target, r.abandoned_share, r.asa_s, r.replications, r.abandoned_low,
	r.abandoned_high, r.asa_low_s, r.asa_high_s, r.worst_start, r.worst_level, r.correction
FROM jsonb_to_recordset(:rows::jsonb) AS r(queue_id bigint, day date, offered float8, target float8,
	promised float8, simulated float8, low float8, high float8, sl_p10 float8, sl_p50 float8,
	sl_p90 float8, p_target float8, abandoned_share float8, asa_s float8, replications int,
	abandoned_low float8, abandoned_high float8, asa_low_s float8, asa_high_s float8,
	worst_start timestamptz, worst_level float8, correction float8);

-- name: roster_trial_groups_insert
INSERT INTO roster_trial_group (roster_id, day, queue_ids, present_hours, busy_hours)
SELECT :roster_id, r.day, r.queue_ids, r.present_hours, r.busy_hours
FROM jsonb_to_recordset(:rows::jsonb) AS r(day date, queue_ids bigint[], present_hours float8, busy_hours float8);

-- name: plan_list
SELECT id, site_id, monday AS week, forecast_id, created_at, job_id,
	coalesce(request->>'risk', 'point') AS risk, coalesce(request->>'over', 'interval') AS over,
	CASE WHEN request->>'risk' = 'chance' THEN (request->>'probability')::float8 END AS probability
FROM plan
WHERE (:site_id::bigint IS NULL OR site_id = :site_id) AND (:week::date IS NULL OR monday = :week::date)
ORDER BY id DESC LIMIT 200;

-- name: plan_get
SELECT id, site_id, monday AS week, forecast_id, created_at, job_id,
	coalesce(request->>'risk', 'point') AS risk, coalesce(request->>'over', 'interval') AS over,
	CASE WHEN request->>'risk' = 'chance' THEN (request->>'probability')::float8 END AS probability
FROM plan WHERE id = :plan_id;

-- name: plan_requirement_days
SELECT queue_id, day, offered, agent_hours, roster_hours, service_level, abandoned_share, asa_s, p_target,
	sl_p10, sl_p50, sl_p90
FROM requirement_day WHERE plan_id = :plan_id AND (:queue_id::bigint IS NULL OR queue_id = :queue_id)
ORDER BY queue_id, day;

-- name: plan_requirements
SELECT queue_id, start_at AS start, minutes, volume, aht_s, agents, agents_on_roster, service_level,
	abandoned_share, asa_s, occupancy, backlog_s, late_s, idle_s
FROM requirement WHERE plan_id = :plan_id AND (:queue_id::bigint IS NULL OR queue_id = :queue_id)
ORDER BY queue_id, start_at;

-- name: roster_list
SELECT id, plan_id, site_id, monday AS week, version, state, created_at, published_at,
	(evidence->>'objective')::float8 AS objective, (evidence->>'bound')::float8 AS bound,
	(evidence->>'gap')::float8 AS gap
FROM roster
WHERE (:site_id::bigint IS NULL OR site_id = :site_id) AND (:week::date IS NULL OR monday = :week::date)
ORDER BY monday DESC, site_id, version DESC LIMIT 200;

-- name: roster_get
SELECT r.id, r.plan_id, r.site_id, r.monday AS week, r.version, r.state, r.revision, s.zone,
	r.created_at, r.published_at, r.evidence,
	(SELECT count(DISTINCT agent_id) FROM shift WHERE roster_id = r.id) AS agents,
	(SELECT count(*) FROM shift WHERE roster_id = r.id) AS shifts,
	coalesce((SELECT max(total) FROM (SELECT sum(people) AS total FROM shortage
		WHERE roster_id = r.id GROUP BY start_at) AS t), 0) AS people_short
FROM roster r JOIN site s ON s.id = r.site_id WHERE r.id = :roster_id;

-- name: roster_lock_drawn
-- It and those drawn in one with it, always in the same order, lest two who publish them wait for each other.
SELECT o.id FROM roster o WHERE o.id = :roster_id OR o.plan_id IN (SELECT t.id FROM roster r
	JOIN plan p ON p.id = r.plan_id JOIN plan t ON t.together = p.together WHERE r.id = :roster_id)
ORDER BY o.id FOR UPDATE;

-- name: roster_lock
SELECT r.id, r.plan_id, r.site_id, r.monday AS week, r.version, r.state, r.revision, s.zone,
	r.created_at, r.published_at, r.evidence, 0 AS agents, 0 AS shifts, 0 AS people_short
FROM roster r JOIN site s ON s.id = r.site_id WHERE r.id = :roster_id FOR UPDATE OF r;

-- name: roster_shifts
-- Away: leave agreed or recorded since touches the shift, or its agent has left (as publish_absent).
SELECT s.id, s.agent_id, a.name AS agent, t.name AS team, c.code AS contract, s.day,
	s.start_at AS start, s.end_at AS end, s.paid_minutes,
	coalesce(s.day > a.left_on, false) OR EXISTS (SELECT FROM absence b WHERE b.agent_id = s.agent_id
		AND b.state IN ('approved', 'recorded')
		AND tstzrange(b.start_at, b.end_at) && tstzrange(s.start_at, s.end_at)) AS away,
	(SELECT json_agg(json_build_object('kind', v.kind, 'queue_id', v.queue_id, 'queue', q.name, 'label', v.label,
			'start', v.start_at, 'end', v.end_at, 'paid', v.paid) ORDER BY v.position)
		FROM activity v LEFT JOIN queue q ON q.id = v.queue_id WHERE v.shift_id = s.id) AS activities
FROM shift s JOIN agent a ON a.id = s.agent_id JOIN contract c ON c.id = a.contract_id
	LEFT JOIN team t ON t.id = a.team_id
WHERE s.roster_id = :roster_id ORDER BY a.name, s.start_at;

-- name: roster_away
-- Shifts of the site's own people at other sites in the week, as the roster reckons with them.
SELECT s.id, s.agent_id, a.name AS agent, s.day, s.start_at AS start, s.end_at AS end, s.paid_minutes, s.site_id, t.name AS site
FROM roster r JOIN agent a ON a.site_id = r.site_id
	JOIN shift s ON s.agent_id = a.id AND s.roster_id IN (SELECT roster_beside(:roster_id)) JOIN site t ON t.id = s.site_id
WHERE r.id = :roster_id
ORDER BY a.name, s.start_at;

-- name: roster_coverage
-- Quarter-hours of the week: required on the roster against people planned on the queue, last week's
-- nights included.
WITH wanted AS (
	SELECT q.queue_id, q.start_at + make_interval(mins => 15 * n) AS start, q.agents_on_roster AS required
	FROM roster r JOIN requirement q ON q.plan_id = r.plan_id
		CROSS JOIN LATERAL generate_series(0, q.minutes / 15 - 1) AS n
	WHERE r.id = :roster_id),
worked AS (
	SELECT v.queue_id, slot AS start, count(*) AS scheduled
	FROM roster r JOIN shift s ON s.roster_id = r.id
			OR (s.published AND s.site_id = r.site_id AND s.day = r.monday - 1)
		JOIN activity v ON v.shift_id = s.id
		CROSS JOIN LATERAL generate_series(v.start_at, v.end_at - interval '15 minutes',
			interval '15 minutes') AS slot
	WHERE r.id = :roster_id AND v.queue_id IS NOT NULL GROUP BY 1, 2)
SELECT start, queue_id, coalesce(w.required, 0) AS required, coalesce(k.scheduled, 0) AS scheduled
FROM wanted w LEFT JOIN worked k USING (queue_id, start)
ORDER BY queue_id, start;

-- name: roster_shortages
SELECT queue_id, start_at AS start, people, reason, hour_value_cents FROM shortage
WHERE roster_id = :roster_id ORDER BY start_at, queue_id;

-- name: roster_explanation_insert
INSERT INTO roster_explanation (roster_id, told) VALUES (:roster_id, :told::jsonb);

-- name: roster_explanation
-- Rosters drawn before explanations were kept have none.
SELECT r.id AS roster_id, x.roster_id IS NOT NULL AS known, coalesce((x.told->>'complete')::boolean, false) AS complete,
	(x.told->>'precision_cents')::float8 AS precision_cents, coalesce((x.told->>'tried')::bigint, 0) AS tried,
	coalesce((x.told->>'untried')::bigint, 0) AS untried,
	coalesce(x.told->'hours', '[]') AS hours, coalesce(x.told->'agents', '[]') AS agents,
	coalesce(x.told->'relaxations', '[]') AS relaxations, coalesce(x.told->'conflicts', '[]') AS conflicts
FROM roster r LEFT JOIN roster_explanation x ON x.roster_id = r.id WHERE r.id = :roster_id;

-- name: roster_trial
SELECT queue_id, day, offered, target, promised, simulated, low, high, sl_p10, sl_p50, sl_p90, p_target,
	abandoned_share, asa_s, replications, abandoned_low, abandoned_high, asa_low_s, asa_high_s, worst_start,
	worst_level, correction
FROM roster_trial WHERE roster_id = :roster_id ORDER BY queue_id, day;

-- name: roster_trial_groups
SELECT day, to_json(queue_ids) AS queue_ids, present_hours, busy_hours
FROM roster_trial_group AS g WHERE roster_id = :roster_id ORDER BY g.queue_ids, day;

-- name: roster_changes
-- Who would notice if this roster took the place of the published one.
WITH ours AS (SELECT s.* FROM shift s WHERE s.roster_id = :roster_id),
theirs AS (
	SELECT s.* FROM shift s JOIN roster p ON p.id = s.roster_id
		JOIN roster r ON r.site_id = p.site_id AND r.monday = p.monday
	WHERE r.id = :roster_id AND p.state = 'published' AND p.id <> r.id)
SELECT agent_id, a.name AS agent, day,
	CASE WHEN theirs.id IS NULL THEN 'added' WHEN ours.id IS NULL THEN 'removed' ELSE 'moved' END AS change,
	theirs.start_at AS before_start, theirs.end_at AS before_end,
	ours.start_at AS after_start, ours.end_at AS after_end
FROM ours FULL JOIN theirs USING (agent_id, day) JOIN agent a ON a.id = agent_id
WHERE ours.id IS NULL OR theirs.id IS NULL
	OR (ours.start_at, ours.end_at) IS DISTINCT FROM (theirs.start_at, theirs.end_at)
ORDER BY a.name, day;

-- name: publish_absent
-- Who cannot work a shift since the roster was drawn: on leave, gone, or no longer of this site nor lent to it.
-- What has begun stands, and of the last today's, which no new plan changes.
SELECT DISTINCT a.name AS agent, s.day, coalesce(s.day > a.left_on, false) AS gone, b.id IS NOT NULL AS absent
FROM shift s JOIN agent a ON a.id = s.agent_id JOIN site t ON t.id = s.site_id
	LEFT JOIN absence b ON b.agent_id = s.agent_id AND b.state IN ('approved', 'recorded')
		AND tstzrange(b.start_at, b.end_at) && tstzrange(s.start_at, s.end_at)
WHERE s.roster_id = :roster_id AND s.start_at > now() AND (b.id IS NOT NULL OR s.day > a.left_on
	OR (a.site_id <> s.site_id AND s.day > (now() AT TIME ZONE t.zone)::date
		AND NOT EXISTS (SELECT FROM agent_elsewhere o WHERE o.agent_id = a.id AND o.site_id = s.site_id)))
ORDER BY s.day, a.name LIMIT 20;

-- name: roster_together
-- The drafts drawn in one with this roster, itself included. A site that has published a later one keeps that.
SELECT o.id FROM roster r JOIN plan p ON p.id = r.plan_id JOIN plan t ON t.together = p.together
	JOIN roster o ON o.plan_id = t.id
WHERE r.id = :roster_id AND o.state = 'draft' AND (o.id = r.id OR NOT EXISTS (SELECT FROM roster n
	WHERE n.site_id = o.site_id AND n.monday = o.monday AND n.state = 'published' AND n.version > o.version))
ORDER BY o.site_id;

-- name: publish_lock_people
-- So that two publications at once know of each other, and nobody is moved or no longer lent meanwhile.
SELECT a.id FROM agent a
WHERE a.id IN (SELECT s.agent_id FROM shift s WHERE s.roster_id IN (SELECT jsonb_array_elements_text(:rosters::jsonb)::bigint))
ORDER BY a.id FOR NO KEY UPDATE;

-- name: publish_collides
-- Who would work at another site too soon before or after a shift of these rosters. Those that they take the
-- place of do not count.
SELECT DISTINCT a.name AS agent, s.day, t.name AS site
FROM shift s JOIN agent a ON a.id = s.agent_id JOIN roster mine ON mine.id = s.roster_id
	LEFT JOIN contract_rule k ON k.contract_id = a.contract_id AND k.rule = 'rest' AND k.mode = 'hard'
	JOIN shift o ON o.agent_id = s.agent_id AND o.published AND o.site_id <> s.site_id
		AND tstzrange(o.start_at - make_interval(mins => coalesce(k.low, 0)::int),
			o.end_at + make_interval(mins => coalesce(k.low, 0)::int)) && tstzrange(s.start_at, s.end_at)
	JOIN roster theirs ON theirs.id = o.roster_id JOIN site t ON t.id = o.site_id
WHERE s.roster_id IN (SELECT jsonb_array_elements_text(:rosters::jsonb)::bigint) AND s.start_at > now()
	AND NOT EXISTS (SELECT FROM roster x WHERE x.id IN (SELECT jsonb_array_elements_text(:rosters::jsonb)::bigint)
		AND x.site_id = theirs.site_id AND x.monday = theirs.monday)
ORDER BY s.day, a.name LIMIT 20;

-- name: publish_mark_touched
-- Agents whose shifts differ from the published ones: their feeds change, the others' stay as they are.
WITH now_published AS (
	SELECT s.* FROM shift s JOIN roster p ON p.id = s.roster_id
	WHERE p.site_id = :site_id AND p.monday = :monday AND p.state = 'published'),
work AS (
	SELECT v.shift_id, json_agg(json_build_array(v.kind, v.queue_id, v.label, v.start_at, v.end_at) ORDER BY v.position)::text AS detail
	FROM activity v JOIN shift s ON s.id = v.shift_id
	WHERE s.roster_id = :roster_id OR s.id IN (SELECT id FROM now_published) GROUP BY v.shift_id),
touched AS (
	SELECT DISTINCT agent_id FROM (SELECT s.*, w.detail FROM shift s LEFT JOIN work w ON w.shift_id = s.id
			WHERE s.roster_id = :roster_id) AS n
		FULL JOIN (SELECT p.*, w.detail FROM now_published p LEFT JOIN work w ON w.shift_id = p.id) AS o
			USING (agent_id, day)
	WHERE (n.start_at, n.end_at, n.detail) IS DISTINCT FROM (o.start_at, o.end_at, o.detail))
SELECT feed_touch_only(coalesce(array_agg(agent_id), '{}')) FROM touched;

-- name: publish_carry_identity
-- The same agent's shift on the same day keeps its calendar identity; a change raises its sequence.
WITH work AS (
	SELECT v.shift_id, json_agg(json_build_array(v.kind, v.queue_id, v.label, v.start_at, v.end_at) ORDER BY v.position)::text AS detail
	FROM activity v JOIN shift s ON s.id = v.shift_id JOIN roster p ON p.id = s.roster_id
	WHERE p.site_id = :site_id AND p.monday = :monday
		AND (p.id = :roster_id OR p.state = 'published') GROUP BY v.shift_id)
UPDATE shift AS n SET uid = o.uid,
	sequence = o.sequence + CASE WHEN same THEN 0 ELSE 1 END,
	changed_at = CASE WHEN same THEN o.changed_at ELSE date_trunc('second', now()) END
FROM (SELECT old.*, new.id AS new_id, (old.start_at, old.end_at, ow.detail) IS NOT DISTINCT FROM
			(new.start_at, new.end_at, nw.detail) AS same
	FROM shift old JOIN roster p ON p.id = old.roster_id AND p.state = 'published'
			AND p.site_id = :site_id AND p.monday = :monday
		JOIN shift new ON new.roster_id = :roster_id AND new.agent_id = old.agent_id AND new.day = old.day
		LEFT JOIN work ow ON ow.shift_id = old.id LEFT JOIN work nw ON nw.shift_id = new.id) AS o
WHERE n.id = o.new_id;

-- name: publish_supersede
UPDATE shift SET published = false FROM roster p
WHERE p.id = shift.roster_id AND p.site_id = :site_id AND p.monday = :monday AND p.state = 'published';

-- name: publish_supersede_roster
UPDATE roster SET state = 'superseded', revision = revision + 1
WHERE site_id = :site_id AND monday = :monday AND state = 'published';

-- name: publish_shifts
UPDATE shift SET published = true WHERE roster_id = :roster_id;

-- name: publish_roster
UPDATE roster SET state = 'published', revision = revision + 1, published_at = now(),
	published_by = :user_id
WHERE id = :roster_id AND state = 'draft';

-- name: schedule_agent_count
SELECT count(*) FROM agent
WHERE site_id = :site_id AND hired <= :monday::date + 6 AND (left_on IS NULL OR left_on >= :monday::date);

-- name: schedule_forecast_covers
SELECT count(*) FROM forecast
WHERE id = :forecast_id AND site_id = :site_id AND first_day <= :monday::date AND last_day >= :monday::date + 6;
