-- Holidays, paydays, dated opening hours, sources of queues.

-- name: queue_lineage
SELECT l.queue_id, l.until, q.interval_min, l.weight, q.code
FROM queue_lineage(:queue_id::bigint) l JOIN queue q ON q.id = l.queue_id
ORDER BY l.queue_id <> :queue_id::bigint, l.queue_id, l.weight, l.until;

-- name: queue_source_list
SELECT s.source_queue_id, s.weight, s.until, q.code, q.name, q.interval_min
FROM queue_source s JOIN queue q ON q.id = s.source_queue_id
WHERE s.queue_id = :queue_id::bigint ORDER BY s.source_queue_id;

-- name: queue_source_lock
LOCK TABLE queue_source IN SHARE ROW EXCLUSIVE MODE;

-- name: queue_source_check
SELECT q.interval_min,
	:queue_id::bigint IN (SELECT l.queue_id FROM queue_lineage(q.id) l) AS circular
FROM queue q WHERE q.id = :source_queue_id::bigint;

-- name: queue_source_delete
DELETE FROM queue_source WHERE queue_id = :queue_id::bigint;

-- name: queue_source_insert
INSERT INTO queue_source (queue_id, source_queue_id, weight, until)
SELECT :queue_id::bigint, r.source_queue_id, r.weight, r.until
FROM jsonb_to_recordset(:sources::jsonb) AS r(source_queue_id bigint, weight float8, until date);

-- name: holidays_write
-- Days that rules give for a country and span of years: those of before that no longer hold go, new ones
-- come, changed ones change. What was written by hand stays, and only learns its group.
WITH wanted AS (
	SELECT * FROM jsonb_to_recordset(:days::jsonb) AS r(day date, kind text, name text, "group" text)
), gone AS (
	DELETE FROM special_day d
	WHERE d.computed AND d.kind = ANY (:kinds::text[]) AND d.country IS NOT DISTINCT FROM :country::text
		AND d.site_id IS NOT DISTINCT FROM :site_id::bigint AND d.queue_id IS NOT DISTINCT FROM :queue_id::bigint
		AND d.day BETWEEN make_date(:from_year::int, 1, 1) AND make_date(:to_year::int, 12, 31)
		AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.day = d.day AND w.kind = d.kind)
	RETURNING 1
), written AS (
	INSERT INTO special_day AS d (day, country, site_id, queue_id, kind, name, closed, group_key, computed)
	SELECT w.day, :country::text, :site_id::bigint, :queue_id::bigint, w.kind, w.name,
		:closed::boolean AND w.kind = 'holiday', w."group", true
	FROM wanted w
	ON CONFLICT (day, kind, coalesce(country, ''), coalesce(site_id, 0), coalesce(queue_id, 0))
	DO UPDATE SET group_key = excluded.group_key,
		name = CASE WHEN d.computed OR d.name = '' THEN excluded.name ELSE d.name END,
		closed = CASE WHEN d.computed AND NOT :keep_closed::boolean THEN excluded.closed ELSE d.closed END
	WHERE d.group_key IS NULL OR (d.computed AND (d.group_key, d.name,
			CASE WHEN :keep_closed::boolean THEN excluded.closed ELSE d.closed END)
		IS DISTINCT FROM (excluded.group_key, excluded.name, excluded.closed))
	RETURNING xmax = 0 AS is_new
)
SELECT (SELECT count(*) FROM wanted) AS days,
	(SELECT count(*) FROM written WHERE is_new) AS inserted,
	(SELECT count(*) FROM written WHERE NOT is_new) AS changed,
	(SELECT count(*) FROM gone) AS removed;

-- name: special_scope_country
-- The country of whatever a special day is for.
SELECT s.country FROM site s LEFT JOIN queue q ON q.site_id = s.id
WHERE s.country = :country::text OR s.id = :site_id::bigint OR q.id = :queue_id::bigint LIMIT 1;

-- name: site_hours_list
SELECT h.valid_from, h.valid_from = (SELECT max(v.valid_from) FROM site_hours v WHERE v.site_id = s.id
		AND v.valid_from <= (now() AT TIME ZONE s.zone)::date) AS in_force,
	json_agg(json_build_object('weekday', h.weekday, 'open', clock_text(h.open_min),
		'close', clock_text(h.close_min)) ORDER BY h.weekday, h.open_min) AS hours
FROM site_hours h JOIN site s ON s.id = h.site_id
WHERE h.site_id = :site_id::bigint GROUP BY s.id, h.valid_from ORDER BY h.valid_from;

-- name: site_hours_delete
DELETE FROM site_hours WHERE site_id = :site_id::bigint AND valid_from = :valid_from::date;

-- name: site_hours_insert
INSERT INTO site_hours (site_id, valid_from, weekday, open_min, close_min)
SELECT :site_id::bigint, :valid_from::date, x.weekday, clock_minutes(x.open), clock_minutes(x.close)
FROM jsonb_to_recordset(:hours::jsonb) AS x (weekday int, open text, close text);
