-- The calendar feed: shifts and time off from 31 days ago to 180 days ahead, and its subscriptions.

-- One indexed read answers a poll that finds nothing new. The document changes with feed_version, and when a
-- start crosses an end of the window; changed_at is the later of both.
-- name: feed_state
SELECT t.id AS token_id, a.id AS agent_id, a.feed_version, a.locale, s.zone AS zone_name,
	greatest(a.feed_changed_at,
		(SELECT max(start_at) FROM shift h WHERE h.agent_id = a.id AND h.published
			AND h.start_at < now() - interval '31 days') + interval '31 days',
		(SELECT max(start_at) FROM shift h WHERE h.agent_id = a.id AND h.published
			AND h.start_at < now() + interval '180 days') - interval '180 days',
		(SELECT max(end_at) FROM absence b WHERE b.agent_id = a.id AND absence_in_feed(b.state, b.planned)
			AND b.end_at < now() - interval '31 days') + interval '31 days',
		(SELECT max(start_at) FROM absence b WHERE b.agent_id = a.id AND absence_in_feed(b.state, b.planned)
			AND b.start_at < now() + interval '180 days') - interval '180 days') AS changed_at,
	coalesce(t.last_used_at < now() - interval '1 hour', true) AS note_use
FROM feed_token t
JOIN agent a ON a.id = t.agent_id
JOIN site s ON s.id = a.site_id
WHERE t.token_hash = :token_hash AND t.revoked_at IS NULL
	AND (a.left_on IS NULL OR a.left_on >= (now() AT TIME ZONE s.zone)::date);

-- name: feed_note_use
UPDATE feed_token SET last_used_at = now()
WHERE id = :token_id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 hour');

-- name: feed_snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: feed_shifts
SELECT h.id, h.uid::text AS uid, h.sequence, h.changed_at, h.start_at, h.end_at, s.name AS site
FROM shift h JOIN site s ON s.id = h.site_id
WHERE h.agent_id = :agent_id AND h.published AND NOT shift_on_leave(h)
	AND h.start_at >= now() - interval '31 days' AND h.start_at < now() + interval '180 days'
ORDER BY h.start_at
LIMIT :events_max;

-- name: feed_activities
SELECT c.shift_id, c.kind, coalesce(q.name, c.label) AS queue, c.start_at, c.end_at
FROM (SELECT h.id, h.start_at FROM shift h
	WHERE h.agent_id = :agent_id AND h.published AND NOT shift_on_leave(h)
		AND h.start_at >= now() - interval '31 days' AND h.start_at < now() + interval '180 days'
	ORDER BY h.start_at
	LIMIT :events_max) h
JOIN activity c ON c.shift_id = h.id
LEFT JOIN queue q ON q.id = c.queue_id
ORDER BY h.start_at, c.start_at;

-- name: feed_time_off
SELECT b.id, 'absence-' || b.id AS uid, b.version - 1 AS sequence, b.changed_at, b.start_at, b.end_at
FROM absence b
WHERE b.agent_id = :agent_id AND absence_in_feed(b.state, b.planned)
	AND b.end_at >= now() - interval '31 days' AND b.start_at < now() + interval '180 days'
ORDER BY b.start_at
LIMIT :events_max;

-- name: feed_list
SELECT id, name, created_at, last_used_at FROM feed_token
WHERE agent_id = :agent_id AND revoked_at IS NULL
ORDER BY id;

-- name: feed_count
SELECT count(*) FROM feed_token WHERE agent_id = :agent_id AND revoked_at IS NULL;

-- name: feed_insert
INSERT INTO feed_token (agent_id, token_hash, name) VALUES (:agent_id, :token_hash, :name)
RETURNING id, name, created_at, last_used_at;

-- name: feed_rotate
UPDATE feed_token SET token_hash = :token_hash, created_at = now(), last_used_at = NULL
WHERE id = :feed_id AND agent_id = :agent_id AND revoked_at IS NULL
RETURNING id, name, created_at, last_used_at;

-- name: feed_revoke
UPDATE feed_token SET revoked_at = now()
WHERE id = :feed_id AND agent_id = :agent_id AND revoked_at IS NULL
RETURNING id, name, created_at, last_used_at;

-- name: agent_shifts
SELECT h.id, h.day, h.start_at AS start, h.end_at AS "end", h.paid_minutes, h.site_id, s.name AS site, s.zone,
	coalesce((SELECT json_agg(json_build_object('kind', c.kind, 'queue_id', c.queue_id, 'queue', q.name, 'label', c.label,
			'start', to_char(c.start_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
			'end', to_char(c.end_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'paid', c.paid)
			ORDER BY c.start_at)
		FROM activity c LEFT JOIN queue q ON q.id = c.queue_id WHERE c.shift_id = h.id), '[]') AS activities
FROM shift h JOIN site s ON s.id = h.site_id
WHERE h.agent_id = :agent_id AND h.published AND NOT shift_on_leave(h)
	AND h.day BETWEEN coalesce(:from::date, current_date - 7) AND coalesce(:to::date, current_date + 60)
ORDER BY h.start_at
LIMIT 1000;
