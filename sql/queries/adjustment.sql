-- name: adjustment_list
-- Revoked ones only when asked for.
SELECT a.id, a.queue_id, q.site_id, a.from_at AS from, a.until_at AS to, a.kind, a.value, a.reason,
	a.author, a.created_at, a.revoker AS revoked_by, a.revoked_at
FROM forecast_adjustment a JOIN queue q ON q.id = a.queue_id JOIN site s ON s.id = q.site_id
WHERE (:site_id::bigint IS NULL OR q.site_id = :site_id)
	AND (:queue_id::bigint IS NULL OR a.queue_id = :queue_id)
	AND (:week::date IS NULL OR (a.from_at < (:week::date + 7)::timestamp AT TIME ZONE s.zone
		AND a.until_at > :week::date::timestamp AT TIME ZONE s.zone))
	AND (:revoked::boolean OR a.revoked_at IS NULL)
	AND (:cursor::bigint IS NULL OR a.id < :cursor::bigint)
ORDER BY a.id DESC LIMIT :limit::bigint;

-- name: adjustment_get
SELECT a.id, a.queue_id, q.site_id, a.from_at AS from, a.until_at AS to, a.kind, a.value, a.reason,
	a.author, a.created_at, a.revoker AS revoked_by, a.revoked_at
FROM forecast_adjustment a JOIN queue q ON q.id = a.queue_id WHERE a.id = :adjustment_id;

-- name: adjustment_insert
INSERT INTO forecast_adjustment (queue_id, from_at, until_at, kind, value, reason, author, created_by)
SELECT :queue_id, :from, :to, :kind, :value, :reason, u.login, u.id
FROM app_user u WHERE u.id = :user_id RETURNING id;

-- name: adjustment_revoke
UPDATE forecast_adjustment SET revoked_at = now(), revoked_by = u.id, revoker = u.login
FROM app_user u WHERE u.id = :user_id AND forecast_adjustment.id = :adjustment_id
	AND forecast_adjustment.revoked_at IS NULL;

-- name: adjustment_effect
-- What a span of the newest forecast that reaches into it looks like, without and with adjustments.
SELECT f.id AS forecast_id, f.until_at, f.from_at, count(i.start_at) AS intervals,
	coalesce(sum(i.mean), 0) AS before, coalesce(sum(coalesce(a.adjusted, i.mean)), 0) AS after,
	coalesce(max(coalesce(a.adjusted, i.mean)), 0) AS most
FROM (SELECT f.id, f.first_day::timestamp AT TIME ZONE s.zone AS from_at,
		(f.last_day + 1)::timestamp AT TIME ZONE s.zone AS until_at
	FROM forecast f JOIN forecast_queue r ON r.forecast_id = f.id AND r.queue_id = :queue_id
		JOIN queue q ON q.id = r.queue_id JOIN site s ON s.id = q.site_id
	WHERE f.first_day::timestamp AT TIME ZONE s.zone < :to
		AND (f.last_day + 1)::timestamp AT TIME ZONE s.zone > :from
	ORDER BY f.id DESC LIMIT 1) AS f
	LEFT JOIN forecast_interval i ON i.forecast_id = f.id AND i.queue_id = :queue_id
		AND i.start_at >= :from AND i.start_at < :to
	LEFT JOIN LATERAL forecast_adjusted(f.id, :queue_id, false) AS a
		ON a.queue_id = i.queue_id AND a.start_at = i.start_at
GROUP BY f.id, f.from_at, f.until_at;

-- name: adjustment_queue
SELECT id, site_id FROM queue WHERE id = :queue_id;
