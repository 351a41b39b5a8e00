-- Wishes of agents, and how evenly weekends, early and late shifts are divided.

-- name: roster_fairness
-- This roster with what its agents do elsewhere that week, as it reckons with it, and what was published in so
-- many weeks before it. Means are of the agents of the same contract, by week in which they were there.
WITH head AS (
	SELECT r.id, r.site_id, r.monday FROM roster r WHERE r.id = :roster_id),
counted AS (
	SELECT h.id, h.monday FROM head h
	UNION ALL
	SELECT p.id, p.monday FROM roster p JOIN head h USING (site_id)
	WHERE p.state = 'published' AND p.monday BETWEEN h.monday - 7 * :weeks::int AND h.monday - 7),
elsewhere AS (
	SELECT o.id FROM roster_beside(:roster_id) AS o(id)),
people AS (
	SELECT a.* FROM agent a, head h
	WHERE (a.site_id = h.site_id AND a.hired <= h.monday + 6 AND (a.left_on IS NULL OR a.left_on >= h.monday))
		OR EXISTS (SELECT FROM shift s WHERE s.roster_id = h.id AND s.agent_id = a.id)),
shifts AS (
	SELECT s.*, s.roster_id = h.id AS here FROM head h, shift_asks s
	WHERE s.agent_id IN (SELECT id FROM people)
		AND (s.roster_id = h.id OR s.roster_id IN (SELECT id FROM elsewhere)
			OR (s.published AND s.day BETWEEN h.monday - 7 * :weeks::int AND h.monday - 1))),
asked AS (
	SELECT agent_id, count(*) AS shifts, sum(paid_minutes) AS paid_minutes,
		count(*) FILTER (WHERE weekend) AS weekend_shifts, count(*) FILTER (WHERE early) AS early_shifts,
		count(*) FILTER (WHERE late) AS late_shifts, sum(points) AS burden,
		coalesce(sum(points) FILTER (WHERE here), 0) AS roster_burden
	FROM shifts GROUP BY agent_id),
told AS (
	SELECT w.id, w.agent_id, w.kind, count(s.id) AS shifts,
		count(s.id) FILTER (WHERE s.begun <> make_interval(mins => w.start_min)) AS others
	FROM counted c JOIN wish w ON w.day BETWEEN c.monday AND c.monday + 6
		LEFT JOIN shifts s ON s.agent_id = w.agent_id AND s.day = w.day
	WHERE w.agent_id IN (SELECT id FROM people) GROUP BY w.id),
wished AS (
	SELECT agent_id, count(*) AS wishes, count(*) FILTER (WHERE wish_missed(kind, shifts, others)) AS wishes_missed
	FROM told GROUP BY agent_id),
rows AS (
	SELECT a.id AS agent_id, a.name AS agent, t.name AS team, c.code AS contract,
		greatest(h.monday - a.hired, 0) / 365.25::float8 AS seniority_years,
		(SELECT count(*) FROM counted k WHERE (a.hired <= k.monday + 6 AND (a.left_on IS NULL OR a.left_on >= k.monday)) OR k.id = h.id) AS weeks,
		coalesce(x.shifts, 0) AS shifts, coalesce(x.paid_minutes, 0) AS paid_minutes,
		coalesce(x.weekend_shifts, 0) AS weekend_shifts, coalesce(x.early_shifts, 0) AS early_shifts,
		coalesce(x.late_shifts, 0) AS late_shifts, coalesce(w.wishes, 0) AS wishes,
		coalesce(w.wishes_missed, 0) AS wishes_missed, coalesce(x.burden, 0) AS burden,
		coalesce(x.roster_burden, 0) AS roster_burden
	FROM people a CROSS JOIN head h JOIN contract c ON c.id = a.contract_id LEFT JOIN team t ON t.id = a.team_id
		LEFT JOIN asked x ON x.agent_id = a.id LEFT JOIN wished w ON w.agent_id = a.id),
fair AS (
	SELECT r.*, r.weeks * sum(r.burden) OVER same / sum(r.weeks) OVER same AS fair_burden
	FROM rows r WINDOW same AS (PARTITION BY r.contract))
SELECT f.*, f.burden - f.fair_burden AS difference FROM fair f ORDER BY difference DESC, agent, agent_id;

-- name: schedule_fairness
-- Of those who may be rostered in a week: since when, and what published shifts asked of them in so many
-- weeks before it.
SELECT a.id AS agent_id, a.hired,
	coalesce((SELECT sum(s.points) FROM shift_asks s WHERE s.agent_id = a.id AND s.published
		AND s.day BETWEEN :monday::date - 7 * :weeks::int AND :monday::date - 1), 0) AS burden,
	(SELECT count(*) FROM roster p WHERE p.site_id = :site_id AND p.state = 'published'
		AND p.monday BETWEEN :monday::date - 7 * :weeks::int AND :monday::date - 7 AND a.hired <= p.monday + 6) AS weeks
FROM agent a
WHERE a.site_id = :site_id AND a.hired <= :monday::date + 6
	AND (a.left_on IS NULL OR a.left_on >= :monday::date)
ORDER BY a.id;

-- name: schedule_wishes
SELECT w.agent_id, w.day, w.kind, w.start_min AS start, w.weight
FROM wish w JOIN agent a ON a.id = w.agent_id
WHERE a.site_id = :site_id AND w.day BETWEEN :monday::date AND :monday::date + 6
ORDER BY w.agent_id, w.day;

-- name: wish_rule_get
SELECT id AS site_id, wish_hours AS hours, seniority_most, seniority_years FROM site WHERE id = :site_id;

-- name: wish_rule_set
UPDATE site SET wish_hours = :hours, seniority_most = :seniority_most, seniority_years = :seniority_years
WHERE id = :site_id;

-- name: wish_list
-- Of an agent, or of a site; whether it was granted is known once its week is published.
SELECT w.id, w.agent_id, a.name AS agent, w.day, w.kind, w.start_min AS start, w.weight,
	CASE WHEN p.id IS NULL THEN 'open' WHEN wish_missed(w.kind, x.shifts, x.others) THEN 'missed' ELSE 'granted' END AS state
FROM wish w JOIN agent a ON a.id = w.agent_id
	LEFT JOIN roster p ON p.site_id = a.site_id AND p.state = 'published' AND w.day BETWEEN p.monday AND p.monday + 6
	CROSS JOIN LATERAL (SELECT count(*) AS shifts, count(*) FILTER (WHERE s.begun <> make_interval(mins => w.start_min)) AS others
		FROM shift_asks s WHERE s.agent_id = w.agent_id AND s.day = w.day AND s.published) AS x
WHERE (:of_agent::bigint IS NULL OR w.agent_id = :of_agent::bigint)
	AND (:site_id::bigint IS NULL OR a.site_id = :site_id::bigint)
	AND w.day BETWEEN coalesce(:from::date, current_date - 31) AND coalesce(:to::date, current_date + 200)
	AND (:after_id::bigint IS NULL
		OR (w.day, a.name, w.id) > (:after_day::date, :after_name::text, :after_id::bigint))
ORDER BY w.day, a.name, w.id LIMIT :rows;

-- name: wish_get
SELECT w.id, w.agent_id, a.name AS agent, w.day, w.kind, w.start_min AS start, w.weight,
	CASE WHEN p.id IS NULL THEN 'open' WHEN wish_missed(w.kind, x.shifts, x.others) THEN 'missed' ELSE 'granted' END AS state
FROM wish w JOIN agent a ON a.id = w.agent_id
	LEFT JOIN roster p ON p.site_id = a.site_id AND p.state = 'published' AND w.day BETWEEN p.monday AND p.monday + 6
	CROSS JOIN LATERAL (SELECT count(*) AS shifts, count(*) FILTER (WHERE s.begun <> make_interval(mins => w.start_min)) AS others
		FROM shift_asks s WHERE s.agent_id = w.agent_id AND s.day = w.day AND s.published) AS x
WHERE w.id = :wish_id;

-- name: wish_lock_agent
-- By itself: a statement that waits for a lock still counts what was there before it waited.
SELECT id FROM agent WHERE id = :agent_id FOR NO KEY UPDATE;

-- name: wish_about
-- What decides whether an agent may wish something of a day; after wish_lock_agent, so that two at once are counted.
SELECT a.id AS agent_id, a.hired, a.left_on, (now() AT TIME ZONE s.zone)::date AS today,
	EXISTS (SELECT FROM roster p WHERE p.site_id = a.site_id AND p.state = 'published'
		AND :day::date BETWEEN p.monday AND p.monday + 6) AS published,
	(SELECT count(*) FROM wish w WHERE w.agent_id = a.id
		AND date_trunc('week', w.day) = date_trunc('week', :day::date)) AS wishes
FROM agent a JOIN site s ON s.id = a.site_id WHERE a.id = :agent_id;

-- name: wish_insert
INSERT INTO wish (agent_id, day, kind, start_min, weight) VALUES (:agent_id, :day, :kind, :start, :weight)
RETURNING id;

-- name: wish_delete
DELETE FROM wish WHERE id = :wish_id;
