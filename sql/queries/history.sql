-- name: history_queues
-- Every queue an import may name.
SELECT id, code, interval_min FROM queue ORDER BY code COLLATE "C";

-- name: history_stage
COPY history_staging (line, queue_id, start_at, offered, handled, abandoned, answered_in_target,
	handle_time_s, wait_time_s) FROM STDIN (FORMAT csv);

-- name: history_staged_parts
-- Lines that begin an interval within which another line begins.
SELECT a.line, min(m.line) AS first_line, a.start_at AS start
FROM history_staging m JOIN queue q ON q.id = m.queue_id
	CROSS JOIN LATERAL (SELECT date_bin(make_interval(mins => q.interval_min), m.start_at,
		timestamptz 'epoch') AS begins) AS i
	JOIN history_staging a ON a.queue_id = m.queue_id AND a.start_at = i.begins
WHERE m.start_at <> i.begins GROUP BY a.line, a.start_at ORDER BY a.line;

-- name: history_unstage_parts
-- Those, and the ones within.
WITH parts AS (
	SELECT DISTINCT m.queue_id, i.begins
	FROM history_staging m JOIN queue q ON q.id = m.queue_id
		CROSS JOIN LATERAL (SELECT date_bin(make_interval(mins => q.interval_min), m.start_at,
			timestamptz 'epoch') AS begins) AS i
	WHERE m.start_at <> i.begins)
DELETE FROM history_staging d USING parts p, queue q
WHERE p.queue_id = d.queue_id AND q.id = d.queue_id
	AND date_bin(make_interval(mins => q.interval_min), d.start_at, timestamptz 'epoch') = p.begins;

-- name: history_staged_twice
-- Lines that name an interval an earlier line of the same file has.
SELECT line, first_line, start_at AS start
FROM (SELECT line, start_at,
		min(line) OVER same AS first_line, row_number() OVER (same ORDER BY line) AS nth
	FROM history_staging WINDOW same AS (PARTITION BY queue_id, start_at)) AS seen
WHERE nth > 1 ORDER BY line;

-- name: history_unstage_twice
DELETE FROM history_staging AS later USING history_staging AS earlier
WHERE later.queue_id = earlier.queue_id AND later.start_at = earlier.start_at
	AND later.line > earlier.line;

-- name: history_merge
-- Unchanged rows are not written again: a second import of the same file changes nothing.
WITH written AS (
	INSERT INTO history AS h (queue_id, start_at, offered, handled, abandoned, answered_in_target,
		handle_time_s, wait_time_s)
	SELECT queue_id, start_at, offered, handled, abandoned, answered_in_target, handle_time_s, wait_time_s
	FROM history_staging
	ON CONFLICT (queue_id, start_at) DO UPDATE SET
		offered = excluded.offered, handled = excluded.handled, abandoned = excluded.abandoned,
		answered_in_target = excluded.answered_in_target,
		handle_time_s = excluded.handle_time_s, wait_time_s = excluded.wait_time_s
	WHERE (h.offered, h.handled, h.abandoned, h.answered_in_target, h.handle_time_s, h.wait_time_s)
		IS DISTINCT FROM (excluded.offered, excluded.handled, excluded.abandoned,
		excluded.answered_in_target, excluded.handle_time_s, excluded.wait_time_s)
	RETURNING xmax = 0 AS is_new)
SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated
FROM written;

-- name: history_unstage
DELETE FROM history_staging;

-- name: history_list
SELECT h.start_at AS start, h.offered, h.handled, h.abandoned, h.answered_in_target,
	h.handle_time_s, h.wait_time_s
FROM history h JOIN queue q ON q.id = h.queue_id JOIN site s ON s.id = q.site_id
WHERE h.queue_id = :queue_id
	AND h.start_at >= :from::date::timestamp AT TIME ZONE s.zone
	AND h.start_at < (:to::date + 1)::timestamp AT TIME ZONE s.zone
ORDER BY h.start_at;
