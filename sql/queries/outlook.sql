-- name: outlook_insert
INSERT INTO outlook (site_id, first_week, week_count, created_by, job_id)
VALUES (:site_id, :first_week, :week_count, :user_id, :job_id) RETURNING id;

-- name: outlook_queue_insert
INSERT INTO outlook_queue (outlook_id, queue_id, method, history_days, warnings)
VALUES (:outlook_id, :queue_id, :method, :history_days, :warnings::jsonb);

-- name: outlook_weeks_insert
INSERT INTO outlook_week (outlook_id, queue_id, week, mean, q05, q10, q25, q50, q75, q90, q95, load_hours)
SELECT :outlook_id, :queue_id, r.week, r.mean, r.q05, r.q10, r.q25, r.q50, r.q75, r.q90, r.q95, r.load_hours
FROM jsonb_to_recordset(:weeks::jsonb) AS r(week date, mean float8, q05 float8, q10 float8, q25 float8,
	q50 float8, q75 float8, q90 float8, q95 float8, load_hours float8);

-- name: outlook_list
SELECT o.id, o.site_id, o.first_week, o.week_count, o.created_at, u.login AS author
FROM outlook o LEFT JOIN app_user u ON u.id = o.created_by
WHERE (:site_id::bigint IS NULL OR o.site_id = :site_id)
	AND (:cursor::bigint IS NULL OR o.id < :cursor::bigint)
ORDER BY o.id DESC LIMIT :limit::bigint;

-- name: outlook_get
SELECT o.id, o.site_id, o.first_week, o.week_count, o.created_at, u.login AS author,
	coalesce((SELECT json_agg(json_build_object('queue_id', q.id, 'code', q.code, 'name', q.name,
			'method', r.method, 'history_days', r.history_days, 'warnings', r.warnings) ORDER BY q.id)
		FROM outlook_queue r JOIN queue q ON q.id = r.queue_id WHERE r.outlook_id = o.id), '[]') AS queues,
	coalesce((SELECT json_agg(json_build_object('queue_id', w.queue_id,
			'week', to_char(w.week, 'IYYY-"W"IW'), 'mean', w.mean, 'q05', w.q05, 'q10', w.q10,
			'q25', w.q25, 'q50', w.q50, 'q75', w.q75, 'q90', w.q90, 'q95', w.q95,
			'load_hours', w.load_hours) ORDER BY w.queue_id, w.week)
		FROM outlook_week w WHERE w.outlook_id = o.id), '[]') AS weeks
FROM outlook o LEFT JOIN app_user u ON u.id = o.created_by WHERE o.id = :outlook_id;
