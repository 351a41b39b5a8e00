-- The same for whole rosters at once: shifts that are worked, with what each asks of its agent.
DROP FUNCTION wish_granted(wish, bigint);
DROP FUNCTION agent_week_shifts(bigint, bigint);
DROP FUNCTION shift_asks(shift);

-- As the judge of schedules counts (wfm_fairness): a Saturday, Sunday or holiday; begun before 07:00; ended
-- after 22:00, nights included. Points: 2 for the first, 1 for either of the others. Without published shifts
-- that time off covers.
CREATE VIEW shift_asks AS
SELECT x.id, x.roster_id, x.agent_id, x.site_id, x.day, x.paid_minutes, x.published, x.begun, x.weekend, x.early, x.late,
	CASE WHEN x.weekend THEN 2 ELSE 0 END + CASE WHEN x.early OR x.late THEN 1 ELSE 0 END AS points
FROM (SELECT s.*, s.begun < interval '7 hours' AS early, s.begun + (s.end_at - s.start_at) > interval '22 hours' AS late,
		extract(isodow FROM s.day) >= 6 OR EXISTS (SELECT FROM special_day d WHERE d.day = s.day AND d.kind = 'holiday'
			AND (d.country = s.country OR d.site_id = s.site_id
				OR d.queue_id IN (SELECT q.id FROM queue q WHERE q.site_id = s.site_id))) AS weekend
	FROM (SELECT h.*, t.country, (h.start_at AT TIME ZONE t.zone) - h.day::timestamp AS begun
		FROM shift h JOIN site t ON t.id = h.site_id
		WHERE NOT (h.published AND EXISTS (SELECT FROM absence b WHERE b.agent_id = h.agent_id
				AND b.state IN ('asked', 'approved', 'recorded')
				AND tstzrange(b.start_at, b.end_at) && tstzrange(h.start_at, h.end_at))
			AND shift_on_leave(h))) AS s) AS x;

-- Of a wish for a day on which its agent has so many shifts, so many of which begin at another time.
CREATE FUNCTION wish_missed(kind text, shifts bigint, others bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE kind WHEN 'day_off' THEN shifts > 0 WHEN 'day_on' THEN shifts = 0 ELSE others > 0 END
$$;
