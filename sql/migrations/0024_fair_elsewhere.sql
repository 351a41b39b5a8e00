-- What an agent does in the week of a roster, other sites included: those drawn with a draft, else what is
-- published there.
CREATE FUNCTION agent_week_shifts(who bigint, of_roster bigint) RETURNS SETOF shift LANGUAGE sql STABLE AS $$
	SELECT s.* FROM shift s WHERE s.roster_id = of_roster AND s.agent_id = who AND NOT (s.published AND shift_on_leave(s))
	UNION ALL
	SELECT s.* FROM roster r JOIN plan p ON p.id = r.plan_id
		JOIN shift s ON s.agent_id = who AND s.day BETWEEN r.monday AND r.monday + 6 AND s.site_id <> r.site_id
	WHERE r.id = of_roster AND NOT (s.published AND shift_on_leave(s))
		AND CASE WHEN r.state = 'draft' AND p.together IS NOT NULL
			THEN s.roster_id IN (SELECT o.id FROM roster o JOIN plan q ON q.id = o.plan_id WHERE q.together = p.together)
			ELSE s.published END
$$;
CREATE OR REPLACE FUNCTION wish_granted(w wish, roster_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT CASE w.kind
		WHEN 'day_off' THEN count(*) = 0
		WHEN 'day_on' THEN count(*) > 0
		ELSE coalesce(bool_and((h.start_at AT TIME ZONE s.zone) - h.day::timestamp = make_interval(mins => w.start_min)), true) END
	FROM agent_week_shifts(w.agent_id, wish_granted.roster_id) h JOIN site s ON s.id = h.site_id
	WHERE h.day = w.day
$$;
