-- Absence: asked for by agents, decided or recorded by staff.

-- name: absence_get
SELECT b.id, b.agent_id, a.code AS agent_code, a.name AS agent_name, a.site_id, s.zone, b.kind, b.state,
	b.start_at AS start, b.end_at AS "end", b.planned, b.paid, b.excused, b.planned_minutes, b.note, b.decision_note,
	b.created_at, b.changed_at
FROM absence b JOIN agent a ON a.id = b.agent_id JOIN site s ON s.id = a.site_id
WHERE b.id = :absence_id;

-- name: absence_lock
SELECT id FROM absence WHERE id = :absence_id FOR UPDATE;

-- name: absence_of_agent
SELECT b.id, b.agent_id, a.code AS agent_code, a.name AS agent_name, a.site_id, s.zone, b.kind, b.state,
	b.start_at AS start, b.end_at AS "end", b.planned, b.paid, b.excused, b.planned_minutes, b.note, b.decision_note,
	b.created_at, b.changed_at
FROM absence b JOIN agent a ON a.id = b.agent_id JOIN site s ON s.id = a.site_id
WHERE b.agent_id = :agent_id
	AND (b.end_at AT TIME ZONE s.zone)::date >= coalesce(:from::date, current_date - 400)
	AND (b.start_at AT TIME ZONE s.zone)::date <= coalesce(:to::date, current_date + 800)
ORDER BY b.start_at, b.id
LIMIT 1000;

-- A site manager sees own sites. After (after_at, after_id) for the next page.
-- name: absence_list
SELECT b.id, b.agent_id, a.code AS agent_code, a.name AS agent_name, a.site_id, s.zone, b.kind, b.state,
	b.start_at AS start, b.end_at AS "end", b.planned, b.paid, b.excused, b.planned_minutes, b.note, b.decision_note,
	b.created_at, b.changed_at
FROM absence b JOIN agent a ON a.id = b.agent_id JOIN site s ON s.id = a.site_id
WHERE (:site_id::bigint IS NULL OR a.site_id = :site_id::bigint)
	AND (:own_sites_of::bigint IS NULL
		OR EXISTS (SELECT 1 FROM user_site u WHERE u.user_id = :own_sites_of::bigint AND u.site_id = a.site_id))
	AND b.end_at >= (coalesce(:from::date, current_date - 31))::timestamp AT TIME ZONE s.zone
	AND b.start_at < (coalesce(:to::date, current_date + 180) + 1)::timestamp AT TIME ZONE s.zone
	AND (CASE WHEN :state::text IS NULL THEN b.state IN ('asked', 'approved', 'recorded') ELSE b.state = :state::text END)
	AND (:after_id::bigint IS NULL OR (b.start_at, b.id) > (:after_at::timestamptz, :after_id::bigint))
ORDER BY b.start_at, b.id
LIMIT :rows;

-- name: absence_agent
SELECT a.id AS agent_id, a.site_id, s.zone, a.hired, a.left_on
FROM agent a JOIN site s ON s.id = a.site_id
WHERE a.id = :agent_id;

-- name: absence_overlap
SELECT b.id, b.start_at AS start, b.end_at AS "end", b.state
FROM absence b
WHERE b.agent_id = :agent_id AND b.state IN ('asked', 'approved', 'recorded')
	AND tstzrange(b.start_at, b.end_at) && tstzrange(:start::timestamptz, :end::timestamptz)
ORDER BY b.start_at
LIMIT 1;

-- Published working time that falls within the absence is what it takes away.
-- name: absence_insert
INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused, note, planned_minutes)
VALUES (:agent_id, :kind, :state, :start, :end, :planned, :paid, :excused, :note,
	CASE WHEN :state::text = 'recorded' THEN rostered_minutes(:agent_id, :start, :end) ELSE 0 END)
RETURNING id;

-- name: absence_decide
UPDATE absence SET state = :state, decision_note = :note, version = version + 1,
	changed_at = date_trunc('second', now()),
	planned_minutes = CASE WHEN :state::text = 'approved' THEN rostered_minutes(agent_id, start_at, end_at) ELSE 0 END
WHERE id = :absence_id AND state = 'asked'
RETURNING id;

-- name: absence_rosters
-- Published weeks with a day left to plan, in which shifts that have not begun stand in the absence.
SELECT r.id, r.site_id, r.monday AS week, r.version, count(*) AS shifts, min(h.day) AS first_day
FROM absence b JOIN shift h ON h.agent_id = b.agent_id AND h.published AND h.start_at > now()
		AND tstzrange(b.start_at, b.end_at) && tstzrange(h.start_at, h.end_at)
	JOIN roster r ON r.id = h.roster_id JOIN site s ON s.id = r.site_id
WHERE b.id = :absence_id AND b.state IN ('approved', 'recorded')
	AND (now() AT TIME ZONE s.zone)::date < r.monday + 6
GROUP BY r.id ORDER BY r.monday, r.id;

-- name: absence_withdraw
UPDATE absence SET state = 'withdrawn', version = version + 1, changed_at = date_trunc('second', now()),
	planned_minutes = 0
WHERE id = :absence_id AND (state = 'asked' OR (state = 'approved' AND start_at > now()))
RETURNING id;
