-- What planned time was lost to absence, and whose figure a site's requirement reckons with.

-- name: shrinkage_setting
SELECT id AS site_id, shrinkage_planned AS own_planned, shrinkage_unplanned AS own_unplanned,
	shrinkage_use AS use, (now() AT TIME ZONE zone)::date AS today
FROM site WHERE id = :site_id;

-- name: shrinkage_set
UPDATE site SET shrinkage_use = coalesce(:use, shrinkage_use),
	shrinkage_planned = coalesce(:planned, shrinkage_planned),
	shrinkage_unplanned = coalesce(:unplanned, shrinkage_unplanned)
WHERE id = :site_id;

-- name: shrinkage_days
-- The time ladder where it was recorded; else published shifts that are over, and the absences that fell
-- into them. Leave known before a roster was drawn is on no roster: the ladder alone knows it.
WITH recorded AS (
	SELECT day, count(*) AS people, sum(rostered_s) AS rostered_s,
		sum(CASE WHEN rostered_s = 0 THEN paid_leave_s ELSE 0 END) AS off_roster_s,
		sum(absent_planned_s) AS planned_s, sum(absent_unplanned_s) AS unplanned_s,
		sum(breaks_s + training_s + other_s) AS duties_s, sum(in_planned_state_s) AS in_state_s,
		sum(rostered_s - absent_planned_s - absent_unplanned_s) AS present_s
	FROM agent_day WHERE site_id = :site_id AND day BETWEEN :from AND :to GROUP BY day),
rostered AS (
	SELECT s.day, count(*) AS people, sum(60.0 * s.paid_minutes) AS rostered_s, 0 AS off_roster_s,
		sum(coalesce(x.planned_s, 0) * p.paid) AS planned_s,
		sum(coalesce(x.unplanned_s, 0) * p.paid) AS unplanned_s,
		0 AS duties_s, 0 AS in_state_s, 0 AS present_s
	FROM shift s
		CROSS JOIN LATERAL (SELECT 60.0 * s.paid_minutes / extract(epoch FROM s.end_at - s.start_at) AS paid) AS p
		LEFT JOIN LATERAL (SELECT sum(lost) FILTER (WHERE planned) AS planned_s,
				sum(lost) FILTER (WHERE NOT planned) AS unplanned_s
			FROM (SELECT b.planned, extract(epoch FROM least(b.end_at, s.end_at)
					- greatest(b.start_at, s.start_at)) AS lost
				FROM absence b WHERE b.agent_id = s.agent_id AND b.state IN ('approved', 'recorded')
					AND b.start_at < s.end_at AND b.end_at > s.start_at) AS l) AS x ON true
	WHERE s.published AND s.site_id = :site_id AND s.day BETWEEN :from AND :to AND s.end_at < now()
		AND NOT EXISTS (SELECT FROM agent_day d WHERE d.agent_id = s.agent_id AND d.day = s.day)
	GROUP BY s.day)
SELECT day, sum(people)::bigint AS people, sum(rostered_s)::float8 AS rostered_s,
	sum(off_roster_s)::float8 AS off_roster_s, sum(planned_s)::float8 AS planned_s,
	sum(unplanned_s)::float8 AS unplanned_s, sum(duties_s)::float8 AS duties_s,
	sum(in_state_s)::float8 AS in_state_s, sum(present_s)::float8 AS present_s
FROM (SELECT * FROM recorded UNION ALL SELECT * FROM rostered) AS d
GROUP BY day HAVING sum(rostered_s + off_roster_s) > 0 ORDER BY day;
