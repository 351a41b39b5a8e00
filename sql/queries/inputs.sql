-- What the history says of a queue besides volume: patience, redials, handling time.

-- name: queue_inputs_queue
SELECT q.id AS queue_id, q.interval_min, q.aht_s, q.patience_s, s.zone,
	(now() AT TIME ZONE s.zone)::date AS today
FROM queue q JOIN site s ON s.id = q.site_id
WHERE q.id = :queue_id;

-- name: queue_inputs_rows
-- PostgreSQL lets NaN and infinity pass for numbers >= 0: here they are unknown.
SELECT h.start_at AS start, h.offered, CASE WHEN h.handled < 'Infinity' THEN h.handled END AS handled,
	CASE WHEN h.abandoned < 'Infinity' THEN h.abandoned END AS abandoned,
	CASE WHEN h.handle_time_s < 'Infinity' THEN h.handle_time_s END AS handle_time_s,
	CASE WHEN h.wait_time_s < 'Infinity' THEN h.wait_time_s END AS wait_time_s
FROM history h
WHERE h.queue_id = :queue_id AND h.start_at >= :from AND h.start_at < :until AND h.offered < 'Infinity'
ORDER BY h.start_at;

-- name: queue_staffing_get
SELECT code, channel, redials, redial_share, chat_stretch, patience_s FROM queue WHERE id = :queue_id;

-- name: queue_staffing_set
UPDATE queue SET redials = :redials, redial_share = :redial_share, chat_stretch = :chat_stretch
WHERE id = :queue_id;
