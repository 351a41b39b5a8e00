-- name: stored_week_head
SELECT r.site_id, r.monday AS week, r.plan_id, p.forecast_id
FROM roster r JOIN plan p ON p.id = r.plan_id WHERE r.id = :roster_id;

-- name: stored_week_agents
-- Whoever has a shift in any version of the week, so that every version numbers people alike.
SELECT a.id, a.name,
	coalesce((SELECT json_agg(json_build_object('skill_id', k.skill_id, 'proficiency', k.proficiency)
			ORDER BY k.skill_id) FROM agent_skill k WHERE k.agent_id = a.id), '[]') AS skills
FROM agent a
WHERE a.id IN (SELECT s.agent_id FROM shift s JOIN roster r ON r.id = s.roster_id
	WHERE r.site_id = :site_id AND r.monday = :monday)
ORDER BY a.id;

-- name: stored_week_volumes
SELECT start_at AS start, minutes, volume, aht_s
FROM requirement WHERE plan_id = :plan_id AND queue_id = :queue_id ORDER BY start_at;

-- name: stored_week_queues
SELECT queue_id, again FROM plan_queue WHERE plan_id = :plan_id;

-- name: stored_week_activities
-- Shifts that agreed time off covers since they were published are not worked.
SELECT s.id AS shift_id, s.agent_id, v.queue_id, v.start_at AS start, v.end_at AS end, v.kind = 'work' AS work
FROM shift s JOIN activity v ON v.shift_id = s.id
WHERE s.roster_id = :roster_id AND NOT (s.published AND shift_on_leave(s))
ORDER BY s.agent_id, s.start_at, s.id, v.position;

-- name: compared_roster
SELECT r.id, r.version, r.state, count(DISTINCT s.agent_id) AS agents, count(s.id) AS shifts,
	coalesce(sum(s.paid_minutes), 0)::bigint AS paid_minutes, coalesce(sum(s.cost_cents), 0)::bigint AS pay_cents,
	(SELECT coalesce(sum(k.people), 0) / 4 FROM shortage k WHERE k.roster_id = r.id) AS short_hours
FROM roster r LEFT JOIN shift s ON s.roster_id = r.id WHERE r.id = :roster_id GROUP BY r.id;

-- name: compared_changes
WITH work AS (
	SELECT s.*, (SELECT json_agg(json_build_array(v.kind, v.queue_id, v.label, v.start_at, v.end_at) ORDER BY v.position)::text
		FROM activity v WHERE v.shift_id = s.id) AS detail
	FROM shift s WHERE s.roster_id IN (:roster_id, :with)),
one AS (SELECT * FROM work WHERE roster_id = :roster_id),
two AS (SELECT * FROM work WHERE roster_id = :with)
SELECT agent_id, a.name AS agent, day,
	CASE WHEN one.id IS NULL THEN 'added' WHEN two.id IS NULL THEN 'removed'
		WHEN (one.start_at, one.end_at) IS DISTINCT FROM (two.start_at, two.end_at) THEN 'moved'
		ELSE 'activities' END AS change,
	one.start_at AS first_start, one.end_at AS first_end, two.start_at AS second_start, two.end_at AS second_end
FROM one FULL JOIN two USING (agent_id, day) JOIN agent a ON a.id = agent_id
WHERE (one.start_at, one.end_at, one.detail) IS DISTINCT FROM (two.start_at, two.end_at, two.detail)
ORDER BY a.name, day;
