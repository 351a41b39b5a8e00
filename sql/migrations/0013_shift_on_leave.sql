-- A published shift stays in its roster for ever; while agreed time off covers it, its agent does not work it.
-- A shift that runs past midnight is covered by time off on the day on which it begins.
CREATE FUNCTION shift_on_leave(h shift) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM absence b JOIN site s ON s.id = h.site_id
		WHERE b.agent_id = h.agent_id AND absence_in_feed(b.state, b.planned) AND b.start_at <= h.start_at
			AND b.end_at >= least(h.end_at, (h.day + 1)::timestamp AT TIME ZONE s.zone))
$$;
