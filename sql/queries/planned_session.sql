-- name: planned_session_list
SELECT x.id, x.site_id, x.monday AS week, x.name, x.kind, x.minutes, x.days, clock_text(x.from_min) AS "from",
	clock_text(x.until_min) AS until, x.together, x.quorum, x.at_once, x.times, x.margin_min, x.must, x.miss_cents,
	x.author, x.created_at,
	coalesce((SELECT json_agg(g.agent_id ORDER BY g.agent_id) FROM planned_session_agent g
		WHERE g.session_id = x.id), '[]') AS agent_ids
FROM planned_session x
WHERE (:site_id::bigint IS NULL OR x.site_id = :site_id) AND (:week::date IS NULL OR x.monday = :week::date)
	AND (:cursor::bigint IS NULL OR x.id < :cursor::bigint)
ORDER BY x.id DESC LIMIT :limit::bigint;

-- name: planned_session_row
SELECT x.id, x.site_id, x.monday AS week, x.name, x.kind, x.minutes, x.days, clock_text(x.from_min) AS "from",
	clock_text(x.until_min) AS until, x.together, x.quorum, x.at_once, x.times, x.margin_min, x.must, x.miss_cents,
	x.author, x.created_at,
	coalesce((SELECT json_agg(g.agent_id ORDER BY g.agent_id) FROM planned_session_agent g
		WHERE g.session_id = x.id), '[]') AS agent_ids
FROM planned_session x WHERE x.id = :session_id;

-- name: planned_session_add
WITH made AS (
	INSERT INTO planned_session (site_id, monday, name, kind, minutes, days, from_min, until_min, together, quorum,
		at_once, times, margin_min, must, miss_cents, author)
	SELECT :site_id, :week, :name, :kind, :minutes, :days::jsonb, :from::int, :until::int,
		:together, :quorum, :at_once, :times, :margin_min, :must, :miss_cents, u.login
	FROM app_user u WHERE u.id = :user_id RETURNING id),
members AS (
	INSERT INTO planned_session_agent (session_id, agent_id)
	SELECT made.id, v.value::bigint FROM made, jsonb_array_elements_text(:agent_ids::jsonb) AS v
	RETURNING session_id)
SELECT id FROM made;

-- name: planned_session_remove
DELETE FROM planned_session WHERE id = :session_id;

-- name: planned_session_strangers
-- Of those asked for, who is not of the site in that week.
SELECT v.value::bigint AS agent_id FROM jsonb_array_elements_text(:agent_ids::jsonb) AS v
WHERE NOT EXISTS (SELECT FROM agent a WHERE a.id = v.value::bigint AND a.site_id = :site_id
	AND a.hired <= :week::date + 6 AND (a.left_on IS NULL OR a.left_on >= :week::date))
LIMIT 1;

-- name: planned_session_crowded
-- Of those asked for, who would be asked to more in that week than a plan can hold; 0: the week has too many.
SELECT v.value::bigint AS agent_id FROM jsonb_array_elements_text(:agent_ids::jsonb) AS v
WHERE :times::int + (SELECT coalesce(sum(x.times), 0) FROM planned_session_agent g
	JOIN planned_session x ON x.id = g.session_id
	WHERE g.agent_id = v.value::bigint AND x.site_id = :site_id AND x.monday = :week::date) > :seats_max::int
UNION ALL
SELECT 0 WHERE (SELECT count(*) FROM planned_session x
	WHERE x.site_id = :site_id AND x.monday = :week::date) >= :sessions_max::int
ORDER BY agent_id LIMIT 1;

-- name: planned_session_week
-- Those of a week. When it is planned again from a roster, what agents had before the day from which it may
-- change they need not have again, and a meeting that was held is over. One row for all who need it as often.
SELECT x.id, x.name, x.kind, x.minutes, x.days, x.from_min, x.until_min, x.together, x.quorum, x.at_once,
	x.times - g.held AS times, x.margin_min, x.must, x.miss_cents, g.agent_ids,
	row_number() OVER (PARTITION BY x.id ORDER BY g.held) - 1 AS part, count(*) OVER (PARTITION BY x.id) AS parts
FROM planned_session x CROSS JOIN LATERAL (
	SELECT held, json_agg(agent_id ORDER BY agent_id) AS agent_ids
	FROM (SELECT m.agent_id, (SELECT count(*) FROM activity v JOIN shift h ON h.id = v.shift_id
			WHERE v.session_id = x.id AND h.roster_id = :keep::bigint AND h.day < :from::date
				AND (x.together OR h.agent_id = m.agent_id)) AS held
		FROM planned_session_agent m WHERE m.session_id = x.id) AS each
	WHERE held < x.times GROUP BY held) AS g
WHERE x.site_id = :site_id AND x.monday = :monday
ORDER BY x.id, g.held;
