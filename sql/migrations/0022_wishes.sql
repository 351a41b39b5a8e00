-- What agents wish of a day, at a price; and what a shift asks of its agent, for dividing that fairly.
CREATE TABLE wish (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	agent_id bigint NOT NULL REFERENCES agent ON DELETE CASCADE,
	day date NOT NULL,
	kind text NOT NULL CHECK (kind IN ('day_off', 'day_on', 'start')),
	start_min int CHECK (start_min BETWEEN 0 AND 1439),
	weight double precision NOT NULL DEFAULT 1 CHECK (weight >= 0.1 AND weight <= 3),
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT wish_once UNIQUE (agent_id, day),
	CONSTRAINT wish_has_start CHECK ((kind = 'start') = (start_min IS NOT NULL))
);
COMMENT ON CONSTRAINT wish_once ON wish IS 'there is a wish for that day already';
COMMENT ON CONSTRAINT wish_has_start ON wish IS 'start belongs to a wished start, and to nothing else';
CREATE INDEX wish_day ON wish (day);

ALTER TABLE site
	ADD wish_hours double precision NOT NULL DEFAULT 2 CHECK (wish_hours BETWEEN 0 AND 40),
	ADD seniority_most double precision NOT NULL DEFAULT 1 CHECK (seniority_most BETWEEN 1 AND 10),
	ADD seniority_years double precision NOT NULL DEFAULT 10 CHECK (seniority_years BETWEEN 1 AND 50);
COMMENT ON COLUMN site.wish_hours IS 'a wish of weight 1 not granted costs as much as so many hours of pay; 0: wishes do not count';
COMMENT ON COLUMN site.seniority_most IS 'wishes of people of seniority_years and more count so many times; 1: seniority does not count';

-- As the judge of schedules counts (wfm_fairness): a Saturday, Sunday or holiday; begun before 07:00; ended
-- after 22:00, nights included. Points: 2 for the first, 1 for either of the others.
CREATE FUNCTION shift_asks(h shift, OUT weekend boolean, OUT early boolean, OUT late boolean, OUT points int)
LANGUAGE sql STABLE AS $$
	SELECT weekend, early, late, CASE WHEN weekend THEN 2 ELSE 0 END + CASE WHEN early OR late THEN 1 ELSE 0 END
	FROM (SELECT extract(isodow FROM h.day) >= 6 OR EXISTS (SELECT FROM special_day d WHERE d.day = h.day AND d.kind = 'holiday'
				AND (d.country = s.country OR d.site_id = s.id
					OR d.queue_id IN (SELECT q.id FROM queue q WHERE q.site_id = s.id))) AS weekend,
			begun < interval '7 hours' AS early, begun + (h.end_at - h.start_at) > interval '22 hours' AS late
		FROM (SELECT t.*, (h.start_at AT TIME ZONE t.zone) - h.day::timestamp AS begun FROM site t WHERE t.id = h.site_id) AS s) AS x
$$;

-- Of a wish in the week of that roster; a wished start to the minute, or no shift.
CREATE FUNCTION wish_granted(w wish, roster_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT CASE w.kind
		WHEN 'day_off' THEN count(*) = 0
		WHEN 'day_on' THEN count(*) > 0
		ELSE coalesce(bool_and((h.start_at AT TIME ZONE s.zone) - h.day::timestamp = make_interval(mins => w.start_min)), true) END
	FROM shift h JOIN site s ON s.id = h.site_id
	WHERE h.roster_id = wish_granted.roster_id AND h.agent_id = w.agent_id AND h.day = w.day
		AND NOT (h.published AND shift_on_leave(h))
$$;
