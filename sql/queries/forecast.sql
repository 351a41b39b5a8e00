-- name: forecast_history
-- PostgreSQL lets NaN and infinity pass for numbers >= 0: here they are unknown.
SELECT start_at AS start, CASE WHEN offered < 'Infinity' THEN offered END AS offered,
	CASE WHEN handled < 'Infinity' THEN handled END AS handled,
	CASE WHEN handle_time_s < 'Infinity' THEN handle_time_s END AS handle_time_s
FROM history WHERE queue_id = :queue_id AND start_at < :until ORDER BY start_at;

-- name: forecast_future
SELECT count(h.start_at) AS count, min(h.start_at AT TIME ZONE s.zone)::date AS from,
	max(h.start_at AT TIME ZONE s.zone)::date AS to
FROM queue q JOIN site s ON s.id = q.site_id LEFT JOIN history h ON h.queue_id = q.id AND h.start_at > :now
WHERE q.id = :queue_id;

-- name: forecast_unknown
-- Queues of a site that have no history before an instant.
SELECT q.code FROM queue q
WHERE q.site_id = :site_id
	AND NOT EXISTS (SELECT 1 FROM queue_lineage(q.id) l JOIN history h ON h.queue_id = l.queue_id
		WHERE h.start_at < :until)
ORDER BY q.id;

-- name: forecast_insert
INSERT INTO forecast (site_id, first_day, last_day, created_by, job_id, created_at)
VALUES (:site_id, :first_day, :last_day, :user_id, :job_id, coalesce(:created_at::timestamptz, now()))
RETURNING id;

-- name: forecast_queue_insert
INSERT INTO forecast_queue (forecast_id, queue_id, method, history_days, origins, wape, bias,
	coverage80, coverage95, naive_wape, mean4_wape, warning, report, outliers)
VALUES (:forecast_id, :queue_id, :method, :history_days, :origins, :wape, :bias, :coverage80,
	:coverage95, :naive_wape, :mean4_wape, :warning, :report::jsonb, :outliers::jsonb);

-- name: forecast_intervals_insert
INSERT INTO forecast_interval (forecast_id, queue_id, start_at, mean, q05, q10, q25, q50, q75, q90,
	q95, aht_s)
SELECT :forecast_id, :queue_id, r.start, r.mean, r.q05, r.q10, r.q25, r.q50, r.q75, r.q90, r.q95, r.aht_s
FROM jsonb_to_recordset(:intervals::jsonb) AS r(start timestamptz, mean float8, q05 float8,
	q10 float8, q25 float8, q50 float8, q75 float8, q90 float8, q95 float8, aht_s float8);

-- name: forecast_list
-- Versions, newest first. Newest: no later version of the site covers all its days.
SELECT f.id, f.site_id, f.first_day, f.last_day, f.created_at, u.login AS author, f.job_id,
	NOT EXISTS (SELECT 1 FROM forecast n WHERE n.site_id = f.site_id AND n.id > f.id
		AND n.first_day <= f.first_day AND n.last_day >= f.last_day) AS newest
FROM forecast f LEFT JOIN app_user u ON u.id = f.created_by
WHERE (:site_id::bigint IS NULL OR f.site_id = :site_id)
	AND (:week::date IS NULL OR (f.first_day <= :week::date AND f.last_day >= :week::date + 6))
	AND (:cursor::bigint IS NULL OR f.id < :cursor::bigint)
ORDER BY f.id DESC LIMIT :limit::bigint;

-- name: forecast_get
SELECT f.id, f.site_id, f.first_day, f.last_day, f.created_at, u.login AS author, f.job_id,
	NOT EXISTS (SELECT 1 FROM forecast n WHERE n.site_id = f.site_id AND n.id > f.id
		AND n.first_day <= f.first_day AND n.last_day >= f.last_day) AS newest,
	coalesce((SELECT json_agg(json_build_object('queue_id', q.id, 'code', q.code, 'name', q.name,
			'channel', q.channel, 'method', r.method, 'history_days', r.history_days,
			'origins', r.origins, 'wape', r.wape, 'bias', r.bias,
			'coverage80', r.coverage80, 'coverage95', r.coverage95,
			'naive_wape', r.naive_wape, 'mean4_wape', r.mean4_wape,
			'warning', r.warning, 'report', r.report) ORDER BY q.id)
		FROM forecast_queue r JOIN queue q ON q.id = r.queue_id WHERE r.forecast_id = f.id),
		'[]') AS queues
FROM forecast f LEFT JOIN app_user u ON u.id = f.created_by WHERE f.id = :forecast_id;

-- name: forecast_intervals
-- The quantiles are the statistical ones; adjusted, they scale with the mean.
SELECT i.queue_id, i.start_at AS start, i.mean, i.q05, i.q10, i.q25, i.q50, i.q75, i.q90, i.q95, i.aht_s,
	coalesce(a.adjusted, i.mean) AS adjusted_mean,
	CASE WHEN a.adjusted IS NULL OR a.adjusted = i.mean THEN 1
		WHEN i.mean > 0 THEN a.adjusted / i.mean END AS adjustment_factor
FROM forecast_interval i
	LEFT JOIN forecast_adjusted(:forecast_id, :queue_id, false) AS a USING (queue_id, start_at)
WHERE i.forecast_id = :forecast_id AND (:queue_id::bigint IS NULL OR i.queue_id = :queue_id)
ORDER BY i.queue_id, i.start_at;

-- name: forecast_outliers
SELECT r.queue_id, o.start, o.offered, o.usual
FROM forecast_queue r
	CROSS JOIN LATERAL jsonb_to_recordset(r.outliers) AS o(start timestamptz, offered float8, usual float8)
WHERE r.forecast_id = :forecast_id AND (:queue_id::bigint IS NULL OR r.queue_id = :queue_id)
ORDER BY r.queue_id, o.start;

-- name: forecast_compare
-- Two versions and what came, by local day, over the intervals that both forecast.
SELECT i.queue_id, (i.start_at AT TIME ZONE s.zone)::date AS day, sum(i.mean) AS mean,
	sum(o.mean) AS other_mean, sum(i.mean) - sum(o.mean) AS difference,
	sum(i.mean) / nullif(sum(o.mean), 0) - 1 AS change, count(*) AS intervals,
	count(h.offered) AS known, sum(h.offered) AS actual
FROM forecast_interval i
	JOIN forecast_interval o ON o.forecast_id = :with AND o.queue_id = i.queue_id AND o.start_at = i.start_at
	JOIN queue q ON q.id = i.queue_id JOIN site s ON s.id = q.site_id
	LEFT JOIN history h ON h.queue_id = i.queue_id AND h.start_at = i.start_at AND h.offered < 'Infinity'
WHERE i.forecast_id = :forecast_id AND (:queue_id::bigint IS NULL OR i.queue_id = :queue_id)
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: forecast_exists
-- No row when there is no such forecast, or none of that queue.
SELECT f.id FROM forecast f JOIN forecast_queue r ON r.forecast_id = f.id
WHERE f.id = :forecast_id AND (:queue_id::bigint IS NULL OR r.queue_id = :queue_id) LIMIT 1;

-- name: rest_queue
SELECT q.id AS queue_id, q.interval_min, s.zone, f.first_day, f.last_day
FROM forecast f JOIN forecast_queue r ON r.forecast_id = f.id JOIN queue q ON q.id = r.queue_id
	JOIN site s ON s.id = q.site_id
WHERE f.id = :forecast_id AND q.id = :queue_id;

-- name: rest_intervals
-- A day as it was forecast and adjusted, and what has come in.
SELECT i.start_at AS start, i.aht_s, coalesce(a.adjusted, i.mean) AS planned,
	CASE WHEN i.mean > 0 THEN coalesce(a.adjusted, i.mean) / i.mean ELSE 1 END AS factor, h.offered
FROM forecast_interval i
	LEFT JOIN forecast_adjusted(:forecast_id, :queue_id, false) AS a USING (queue_id, start_at)
	LEFT JOIN history h ON h.queue_id = i.queue_id AND h.start_at = i.start_at AND h.offered < 'Infinity'
WHERE i.forecast_id = :forecast_id AND i.queue_id = :queue_id
	AND i.start_at >= :from AND i.start_at < :until
ORDER BY i.start_at;
