-- A shift of a roster from which a week is planned again stands when it has begun, or when its agent is
-- still there and nothing agreed keeps them away. Who was away from a shift that had begun is known by the
-- absence (shift_on_leave), not by a shift that was never planned.
CREATE FUNCTION replan_stands(h shift) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT h.start_at <= now() OR NOT EXISTS (
		SELECT FROM agent a LEFT JOIN absence b ON b.agent_id = a.id AND b.state IN ('approved', 'recorded')
			AND tstzrange(b.start_at, b.end_at) && tstzrange(h.start_at, h.end_at)
		WHERE a.id = h.agent_id AND (b.id IS NOT NULL OR h.day > a.left_on))
$$;
