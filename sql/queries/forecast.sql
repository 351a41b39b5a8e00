-- name: forecast_history
SELECT start_at AS start, offered, handled, handle_time_s
FROM history WHERE queue_id = :queue_id AND start_at < :until ORDER BY start_at;

-- name: forecast_unknown
-- Queues of a site that have no history before an instant.
SELECT q.code FROM queue q
WHERE q.site_id = :site_id
	AND NOT EXISTS (SELECT 1 FROM history h WHERE h.queue_id = q.id AND h.start_at < :until)
ORDER BY q.id;

-- name: forecast_insert
INSERT INTO forecast (site_id, first_day, last_day, created_by, job_id)
VALUES (:site_id, :first_day, :last_day, :user_id, :job_id) RETURNING id;

-- name: forecast_queue_insert
INSERT INTO forecast_queue (forecast_id, queue_id, method, history_days, origins, wape, bias,
	coverage80, coverage95, naive_wape, mean4_wape, warning)
VALUES (:forecast_id, :queue_id, :method, :history_days, :origins, :wape, :bias, :coverage80,
	:coverage95, :naive_wape, :mean4_wape, :warning);

-- name: forecast_intervals_insert
INSERT INTO forecast_interval (forecast_id, queue_id, start_at, mean, q05, q10, q25, q50, q75, q90,
	q95, aht_s)
SELECT :forecast_id, :queue_id, r.start, r.mean, r.q05, r.q10, r.q25, r.q50, r.q75, r.q90, r.q95, r.aht_s
FROM jsonb_to_recordset(:intervals::jsonb) AS r(start timestamptz, mean float8, q05 float8,
	q10 float8, q25 float8, q50 float8, q75 float8, q90 float8, q95 float8, aht_s float8);

-- name: forecast_list
SELECT id, site_id, first_day, last_day, created_at FROM forecast
WHERE (:site_id::bigint IS NULL OR site_id = :site_id)
	AND (:week::date IS NULL OR (first_day <= :week::date AND last_day >= :week::date + 6))
ORDER BY id DESC LIMIT 100;

-- name: forecast_get
SELECT f.id, f.site_id, f.first_day, f.last_day, f.created_at,
	coalesce((SELECT json_agg(json_build_object('queue_id', q.id, 'code', q.code, 'name', q.name,
			'channel', q.channel, 'method', r.method, 'history_days', r.history_days,
			'origins', r.origins, 'wape', r.wape, 'bias', r.bias,
			'coverage80', r.coverage80, 'coverage95', r.coverage95,
			'naive_wape', r.naive_wape, 'mean4_wape', r.mean4_wape,
			'warning', r.warning) ORDER BY q.id)
		FROM forecast_queue r JOIN queue q ON q.id = r.queue_id WHERE r.forecast_id = f.id),
		'[]') AS queues
FROM forecast f WHERE f.id = :forecast_id;

-- name: forecast_intervals
SELECT queue_id, start_at AS start, mean, q05, q10, q25, q50, q75, q90, q95, aht_s
FROM forecast_interval
WHERE forecast_id = :forecast_id AND (:queue_id::bigint IS NULL OR queue_id = :queue_id)
ORDER BY queue_id, start_at;

-- name: forecast_covering
-- The newest forecast of a site that covers a range of days and was made of today's history.
SELECT id FROM forecast
WHERE site_id = :site_id AND first_day <= :first_day AND last_day >= :last_day
ORDER BY id DESC LIMIT 1;
