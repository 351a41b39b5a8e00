-- Reports for site managers and HR. Every ratio comes with what it divides.

-- name: report_sites
SELECT s.id AS site_id, s.name AS site, s.region_id, r.name AS region, s.kind
FROM site s JOIN region r ON r.id = s.region_id
ORDER BY s.id;

-- A site's days. Standard time of the work handled = contacts x the network's mean handling time of that
-- kind of work (skill and channel) in the same bucket; chats handled at once share their agent's time.
-- Sums of fractions are in a fixed order, so that a report is the same to the last digit each time.
-- name: report_site_days
WITH work AS (
	SELECT h.*, date_trunc(:period, h.day::timestamp)::date AS bucket, q.skill_id, q.channel,
		q.concurrency, q.target_s IS NOT NULL AS live
	FROM handled_day h JOIN queue q ON q.id = h.queue_id
	WHERE h.day BETWEEN :first AND :last
), mix AS (
	SELECT bucket, skill_id, channel, sum(handle_time_s / concurrency ORDER BY day, site_id, queue_id)
		/ nullif(sum(handled ORDER BY day, site_id, queue_id), 0) AS agent_s
	FROM work GROUP BY bucket, skill_id, channel
), handled AS (
	SELECT w.site_id, w.day, sum(w.handled) AS contacts, sum(w.handled * m.agent_s ORDER BY w.queue_id) AS standard_s,
		sum(w.handle_time_s) AS handle_s,
		sum(w.offered) FILTER (WHERE w.live) AS offered,
		sum(w.answered_in_target) FILTER (WHERE w.live) AS in_target,
		sum(w.abandoned) FILTER (WHERE w.live) AS abandoned,
		sum(w.resolved_first) AS resolved,
		sum(w.handled) FILTER (WHERE w.resolved_first IS NOT NULL) AS resolvable,
		sum(w.satisfaction_sum) AS satisfaction_sum, sum(w.satisfaction_count) AS satisfaction_count
	FROM work w JOIN mix m USING (bucket, skill_id, channel)
	WHERE :site_id::bigint IS NULL OR w.site_id = :site_id
	GROUP BY w.site_id, w.day
), ladder AS (
	SELECT a.site_id, a.day, sum(a.handling_s) AS a_s, sum(a.handling_s + a.waiting_s) AS b_s,
		sum(a.handling_s + a.waiting_s + a.breaks_s + a.training_s + a.other_s) AS c_s,
		sum(a.handling_s + a.waiting_s + a.breaks_s + a.training_s + a.other_s + a.paid_leave_s) AS d_s,
		sum(a.in_planned_state_s) AS in_state_s,
		sum(a.rostered_s - a.absent_planned_s - a.absent_unplanned_s) AS present_s
	FROM site s JOIN agent_day a ON a.site_id = s.id AND a.day BETWEEN :first AND :last
	WHERE :site_id::bigint IS NULL OR s.id = :site_id
	GROUP BY a.site_id, a.day
)
SELECT site_id, day, date_trunc(:period, day::timestamp)::date AS bucket,
	coalesce(contacts, 0) AS contacts, coalesce(handle_s, 0) AS handle_s,
	CASE WHEN b_s > 0 THEN coalesce(standard_s, 0) ELSE 0 END AS standard_s, -- days whose time is known
	coalesce(offered, 0) AS offered, coalesce(in_target, 0) AS in_target, coalesce(abandoned, 0) AS abandoned,
	coalesce(resolved, 0) AS resolved, coalesce(resolvable, 0) AS resolvable,
	coalesce(satisfaction_sum, 0) AS satisfaction_sum, coalesce(satisfaction_count, 0) AS satisfaction_count,
	coalesce(a_s, 0) AS a_s, coalesce(b_s, 0) AS b_s, coalesce(c_s, 0) AS c_s, coalesce(d_s, 0) AS d_s,
	coalesce(in_state_s, 0) AS in_state_s, coalesce(present_s, 0) AS present_s
FROM handled FULL JOIN ladder USING (site_id, day)
ORDER BY site_id, day;

-- Planned hours lost, by a cell of the caller's choice. A site manager sees own sites.
-- name: report_absenteeism
WITH days AS (
	SELECT a.site_id, a.day, st.team_id, a.day - st.hired AS tenure, a.rostered_s,
		a.absent_planned_s, a.absent_unplanned_s
	FROM agent_day a
	LEFT JOIN agent_stint st ON st.agent_id = a.agent_id AND a.day BETWEEN st.first_day AND st.last_day
	WHERE a.day BETWEEN coalesce(:from::date, coalesce(:to::date, current_date - 1) - 364)
			AND coalesce(:to::date, current_date - 1)
		AND (:site_id::bigint IS NULL OR a.site_id = :site_id)
		AND (:user_role::text <> 'site_manager' OR a.site_id IN (SELECT site_id FROM user_site WHERE user_id = :user_id))
), cells AS (
	SELECT CASE :by::text WHEN 'site' THEN site_id WHEN 'team' THEN team_id
			WHEN 'month' THEN (extract(year FROM day) * 100 + extract(month FROM day))::bigint
			WHEN 'weekday' THEN extract(isodow FROM day)::bigint
			WHEN 'tenure' THEN CASE WHEN tenure < 90 THEN 0 WHEN tenure < 365 THEN 1 WHEN tenure < 1095 THEN 2 ELSE 3 END
			ELSE 0 END AS cell,
		sum(rostered_s) AS planned_s, sum(absent_planned_s) AS absent_planned_s,
		sum(absent_unplanned_s) AS absent_unplanned_s
	FROM days GROUP BY 1
)
SELECT CASE :by::text WHEN 'month' THEN to_char(to_date(cell::text, 'YYYYMM'), 'YYYY-MM')
		WHEN 'tenure' THEN (ARRAY['0-89', '90-364', '365-1094', '1095-'])[cell + 1]
		WHEN 'all' THEN 'all' ELSE coalesce(cell::text, 'none') END AS key,
	CASE :by::text WHEN 'site' THEN s.name WHEN 'team' THEN coalesce(t.name, 'No team')
		WHEN 'month' THEN to_char(to_date(cell::text, 'YYYYMM'), 'YYYY-MM')
		WHEN 'weekday' THEN (ARRAY['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])[cell]
		WHEN 'tenure' THEN (ARRAY['under 3 months', '3 to 12 months', '1 to 3 years', 'over 3 years'])[cell + 1]
		ELSE 'Network' END AS label,
	json_build_object('value', (absent_planned_s + absent_unplanned_s) / nullif(planned_s, 0)::double precision,
		'numerator', (absent_planned_s + absent_unplanned_s) / 3600::double precision,
		'denominator', planned_s / 3600::double precision) AS total,
	json_build_object('value', absent_unplanned_s / nullif(planned_s, 0)::double precision,
		'numerator', absent_unplanned_s / 3600::double precision,
		'denominator', planned_s / 3600::double precision) AS unplanned
FROM cells
LEFT JOIN site s ON :by::text = 'site' AND s.id = cell
LEFT JOIN team t ON :by::text = 'team' AND t.id = cell
WHERE planned_s > 0
ORDER BY cell NULLS LAST;

-- The kind of a lost hour is that of the agent's absence on that local date, planned or not alike.
-- name: report_absenteeism_kind
WITH days AS (
	SELECT a.agent_id, a.site_id, a.day, a.rostered_s, a.absent_planned_s, a.absent_unplanned_s
	FROM agent_day a
	WHERE a.day BETWEEN coalesce(:from::date, coalesce(:to::date, current_date - 1) - 364)
			AND coalesce(:to::date, current_date - 1)
		AND (:site_id::bigint IS NULL OR a.site_id = :site_id)
		AND (:user_role::text <> 'site_manager' OR a.site_id IN (SELECT site_id FROM user_site WHERE user_id = :user_id))
), lost AS (
	SELECT d.agent_id, d.day, v.planned, v.lost_s, s.zone
	FROM days d JOIN site s ON s.id = d.site_id
	CROSS JOIN LATERAL (VALUES (true, d.absent_planned_s), (false, d.absent_unplanned_s)) v (planned, lost_s)
	WHERE v.lost_s > 0
), named AS (
	SELECT DISTINCT ON (l.agent_id, l.day, l.planned) l.planned, l.lost_s, x.kind
	FROM lost l
	LEFT JOIN absence x ON x.agent_id = l.agent_id AND x.planned = l.planned
		AND x.state IN ('approved', 'recorded')
		AND x.start_at < ((l.day + 1)::timestamp AT TIME ZONE l.zone)
		AND x.end_at > (l.day::timestamp AT TIME ZONE l.zone)
	ORDER BY l.agent_id, l.day, l.planned, x.start_at
), kinds AS (
	SELECT coalesce(kind, 'unknown') AS kind, sum(lost_s) AS lost_s,
		coalesce(sum(lost_s) FILTER (WHERE NOT planned), 0) AS unplanned_s
	FROM named GROUP BY 1
), whole AS (SELECT sum(rostered_s) AS planned_s FROM days)
SELECT k.kind AS key, k.kind AS label,
	json_build_object('value', k.lost_s / nullif(w.planned_s, 0)::double precision,
		'numerator', k.lost_s / 3600::double precision, 'denominator', w.planned_s / 3600::double precision) AS total,
	json_build_object('value', k.unplanned_s / nullif(w.planned_s, 0)::double precision,
		'numerator', k.unplanned_s / 3600::double precision, 'denominator', w.planned_s / 3600::double precision) AS unplanned
FROM kinds k CROSS JOIN whole w
ORDER BY k.lost_s DESC, k.kind;

-- Leavers / mean of the daily headcounts of the cell's days. Moving to another site is not leaving.
-- name: report_turnover
WITH bounds AS (
	SELECT coalesce(:from::date, coalesce(:to::date, current_date - 1) - 364) AS first,
		coalesce(:to::date, current_date - 1) AS last
), parts AS (
	SELECT c.key, c.label, c.place, c.days,
		greatest(st.first_day, c.first, b.first) AS first, least(st.last_day, c.last, b.last) AS last,
		st.left_on, st.leave_reason
	FROM bounds b CROSS JOIN agent_stint st
	JOIN site s ON s.id = st.site_id
	LEFT JOIN team t ON t.id = st.team_id
	CROSS JOIN LATERAL (
		SELECT s.id::text AS key, s.name AS label, s.id AS place, b.first, b.last, b.last - b.first + 1 AS days
		WHERE :by::text = 'site'
		UNION ALL
		SELECT coalesce(t.id::text, 'none'), coalesce(t.name, 'No team'), t.id, b.first, b.last, b.last - b.first + 1
		WHERE :by::text = 'team'
		UNION ALL
		SELECT 'all', 'Network', 0, b.first, b.last, b.last - b.first + 1
		WHERE :by::text = 'all'
		UNION ALL
		SELECT to_char(m, 'YYYY-MM'), to_char(m, 'YYYY-MM'), to_char(m, 'YYYYMM')::bigint, m::date,
			(m + interval '1 month - 1 day')::date,
			least(b.last, (m + interval '1 month - 1 day')::date) - greatest(b.first, m::date) + 1
		FROM generate_series(date_trunc('month', b.first::timestamp), b.last::timestamp, interval '1 month') m
		WHERE :by::text = 'month'
		UNION ALL
		SELECT v.key, v.label, v.place, v.first, v.last, b.last - b.first + 1
		FROM (VALUES ('0-89', 'under 3 months', 0, st.hired, st.hired + 89),
			('90-364', '3 to 12 months', 1, st.hired + 90, st.hired + 364),
			('365-1094', '1 to 3 years', 2, st.hired + 365, st.hired + 1094),
			('1095-', 'over 3 years', 3, st.hired + 1095, 'infinity'::date)) v (key, label, place, first, last)
		WHERE :by::text = 'tenure'
	) c
	WHERE (:site_id::bigint IS NULL OR st.site_id = :site_id)
		AND (:user_role::text <> 'site_manager' OR st.site_id IN (SELECT site_id FROM user_site WHERE user_id = :user_id))
), cells AS (
	SELECT key, label, place, days, sum(last - first + 1) / days::double precision AS headcount,
		count(*) FILTER (WHERE left_on BETWEEN first AND last) AS leavers,
		count(*) FILTER (WHERE left_on BETWEEN first AND last AND leave_reason = 'voluntary') AS voluntary
	FROM parts WHERE last >= first
	GROUP BY key, label, place, days
)
SELECT key, label,
	json_build_object('value', leavers / headcount, 'numerator', leavers, 'denominator', headcount) AS turnover,
	leavers / headcount * 365 / days AS annualised,
	json_build_object('value', voluntary / headcount, 'numerator', voluntary, 'denominator', headcount) AS voluntary
FROM cells
ORDER BY place NULLS LAST;

-- S squared x D of those employed on the day, over the 52 weeks that end on it: S spells of unplanned
-- absence, D days on which one took planned time away.
-- name: report_bradford
WITH bounds AS (
	SELECT coalesce(:date::date, current_date - 1) AS last, coalesce(:date::date, current_date - 1) - 363 AS first
), people AS (
	SELECT g.id, g.name, g.team_id, s.id AS site_id, s.name AS site, s.zone
	FROM bounds b JOIN agent g ON g.hired <= b.last AND (g.left_on IS NULL OR g.left_on >= b.last)
	JOIN site s ON s.id = g.site_id
	WHERE (:site_id::bigint IS NULL OR g.site_id = :site_id)
		AND (:user_role::text <> 'site_manager' OR g.site_id IN (SELECT site_id FROM user_site WHERE user_id = :user_id))
), spells AS (
	SELECT p.id, count(*) AS spells
	FROM bounds b CROSS JOIN people p JOIN absence x ON x.agent_id = p.id
	WHERE NOT x.planned AND x.state IN ('approved', 'recorded')
		AND x.start_at < ((b.last + 1)::timestamp AT TIME ZONE p.zone)
		AND x.end_at > (b.first::timestamp AT TIME ZONE p.zone)
	GROUP BY p.id
), days AS (
	SELECT a.agent_id AS id, count(*) AS days
	FROM bounds b JOIN agent_day a ON a.day BETWEEN b.first AND b.last
	WHERE a.absent_unplanned_s > 0
	GROUP BY a.agent_id
)
SELECT p.id AS agent_id, p.name AS agent, p.site_id, p.site, t.name AS team, c.spells, coalesce(d.days, 0) AS days,
	c.spells * c.spells * coalesce(d.days, 0) AS bradford
FROM people p JOIN spells c USING (id)
LEFT JOIN days d USING (id)
LEFT JOIN team t ON t.id = p.team_id
ORDER BY bradford DESC, p.name;
