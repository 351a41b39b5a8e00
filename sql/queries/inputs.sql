-- What the history says of a queue besides volume: patience, redials, handling time.

-- name: queue_inputs_queue
SELECT q.id AS queue_id, q.interval_min, q.aht_s, q.patience_s, s.zone,
	(now() AT TIME ZONE s.zone)::date AS today
FROM queue q JOIN site s ON s.id = q.site_id
WHERE q.id = :queue_id;

-- name: queue_inputs_rows
SELECT h.start_at AS start, h.offered, h.handled, h.abandoned, h.handle_time_s, h.wait_time_s
FROM history h
WHERE h.queue_id = :queue_id AND h.start_at >= :from AND h.start_at < :until
ORDER BY h.start_at;
