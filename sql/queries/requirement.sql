-- name: requirement_span
-- A forecast's reach, and what an hour of those employed that week costs on the mean.
SELECT f.site_id, f.first_day, f.last_day, coalesce(h.hour_cents, 0)::float8 AS hour_cents, h.currency
FROM forecast f CROSS JOIN LATERAL (
	SELECT avg(c.cost_cents_hour) AS hour_cents,
		CASE WHEN count(DISTINCT c.currency) = 1 THEN min(c.currency) END AS currency
	FROM agent a JOIN contract c ON c.id = a.contract_id
	WHERE a.site_id = f.site_id AND a.hired <= :monday::date + 6
		AND (a.left_on IS NULL OR a.left_on >= :monday::date)) AS h
WHERE f.id = :forecast_id;

-- name: requirement_skill_sets
-- How many of a site have just these skills that week.
SELECT t.skills, count(*) AS agents FROM (
	SELECT coalesce((SELECT json_agg(k.skill_id ORDER BY k.skill_id) FROM agent_skill k
		WHERE k.agent_id = a.id), '[]')::jsonb AS skills
	FROM agent a WHERE a.site_id = :site_id AND a.hired <= :monday::date + 6
		AND (a.left_on IS NULL OR a.left_on >= :monday::date)) AS t
GROUP BY t.skills ORDER BY t.skills;
