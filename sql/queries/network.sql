-- name: network_sites
SELECT s.id AS site_id, s.region_id FROM site s
WHERE (:region_id::bigint IS NULL OR s.region_id = :region_id)
	AND EXISTS (SELECT 1 FROM queue q WHERE q.site_id = s.id)
ORDER BY s.region_id, s.id;

-- name: network_size
-- Nodes of the tree without its root.
SELECT count(*) + count(DISTINCT s.id) + count(DISTINCT s.region_id) AS nodes
FROM queue q JOIN site s ON s.id = q.site_id
WHERE :region_id::bigint IS NULL OR s.region_id = :region_id;

-- name: network_known
-- 1 when any queue has history before an instant. LIMIT keeps it to one look-up a queue.
SELECT EXISTS (SELECT 1 FROM queue q JOIN site s ON s.id = q.site_id, queue_lineage(q.id) l
	WHERE (:region_id::bigint IS NULL OR s.region_id = :region_id)
		AND (SELECT h.start_at FROM history h WHERE h.queue_id = l.queue_id
			AND h.start_at < :until LIMIT 1) IS NOT NULL)::int AS known;

-- name: network_insert
INSERT INTO network_forecast (region_id, first_day, last_day, shrinkage, created_by, job_id)
VALUES (:region_id, :first_day, :last_day, :shrinkage, :user_id, :job_id) RETURNING id;

-- name: network_site_insert
INSERT INTO network_forecast_site (network_forecast_id, forecast_id)
VALUES (:network_forecast_id, :forecast_id);

-- name: network_totals_insert
INSERT INTO network_forecast_total (network_forecast_id, level, region_id, site_id, by, day, mean, base_mean,
	q05, q10, q25, q50, q75, q90, q95)
SELECT :network_forecast_id, r.level, r.region_id, r.site_id, r.by, r.day, r.mean, r.base_mean,
	r.q05, r.q10, r.q25, r.q50, r.q75, r.q90, r.q95
FROM jsonb_to_recordset(:totals::jsonb) AS r(level text, region_id bigint, site_id bigint, by text, day date,
	mean float8, base_mean float8, q05 float8, q10 float8, q25 float8, q50 float8, q75 float8,
	q90 float8, q95 float8);

-- name: network_list
SELECT n.id, n.region_id, n.first_day, n.last_day, n.created_at, u.login AS author, n.job_id
FROM network_forecast n LEFT JOIN app_user u ON u.id = n.created_by
WHERE (:region_id::bigint IS NULL OR n.region_id = :region_id)
	AND (:cursor::bigint IS NULL OR n.id < :cursor::bigint)
ORDER BY n.id DESC LIMIT :limit::bigint;

-- name: network_get
SELECT n.id, n.region_id, n.first_day, n.last_day, n.created_at, u.login AS author, n.job_id, n.shrinkage,
	(SELECT json_agg(json_build_object('site_id', s.id, 'region_id', s.region_id, 'code', s.code,
			'name', s.name, 'forecast_id', f.id) ORDER BY s.region_id, s.id)
		FROM network_forecast_site l JOIN forecast f ON f.id = l.forecast_id JOIN site s ON s.id = f.site_id
		WHERE l.network_forecast_id = n.id) AS sites
FROM network_forecast n LEFT JOIN app_user u ON u.id = n.created_by WHERE n.id = :network_forecast_id;

-- name: network_totals
SELECT level, region_id, site_id, day, mean, base_mean, q05, q10, q25, q50, q75, q90, q95
FROM network_forecast_total
WHERE network_forecast_id = :network_forecast_id AND by = :by
	AND (:level::text IS NULL OR level = :level)
ORDER BY array_position('{network,region,site}'::text[], level), region_id, site_id, day;
