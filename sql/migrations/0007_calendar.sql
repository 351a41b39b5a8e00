-- What the calendar says of a queue: kinds of special days that are learnt together, opening hours that
-- change on a date, and queues that were merged or split.

-- ---------------------------------------------------------------- special days
ALTER TABLE special_day DROP CONSTRAINT special_day_kind_check;
ALTER TABLE special_day ADD CONSTRAINT special_day_kind_check CHECK
	(kind IN ('holiday', 'campaign', 'billing', 'outage', 'closure', 'payday', 'observance'));
ALTER TABLE special_day
	ADD group_key text CHECK (group_key <> ''),
	ADD computed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN special_day.group_key IS 'days of one kind and group are learnt from one another: Christmas from Christmas; NULL: those of the same kind and name';
COMMENT ON COLUMN special_day.computed IS 'written by the rules of holidays or paydays, which may change or remove it again; false: by hand';

-- ---------------------------------------------------------------- opening hours that change
ALTER TABLE site_hours ADD valid_from date NOT NULL DEFAULT '1900-01-01';
ALTER TABLE site_hours DROP CONSTRAINT site_hours_pkey;
ALTER TABLE site_hours ADD PRIMARY KEY (site_id, valid_from, weekday, open_min);
COMMENT ON COLUMN site_hours.valid_from IS 'the whole week of hours holds from this local date until the next one of the site';

-- The hours in force at a site on a local date: those of the last valid_from not after it.
CREATE FUNCTION site_hours_on(of_site bigint, at date) RETURNS SETOF site_hours
LANGUAGE sql STABLE AS $$
	SELECT h.* FROM site_hours h
	WHERE h.site_id = of_site AND h.valid_from =
		(SELECT max(v.valid_from) FROM site_hours v WHERE v.site_id = of_site AND v.valid_from <= at)
$$;

-- ---------------------------------------------------------------- queues merged and split
CREATE TABLE queue_source (
	queue_id bigint NOT NULL REFERENCES queue ON DELETE CASCADE,
	source_queue_id bigint NOT NULL REFERENCES queue,
	weight double precision NOT NULL CHECK (weight > 0 AND weight <= 1),
	until date,
	PRIMARY KEY (queue_id, source_queue_id),
	CONSTRAINT queue_source_other CHECK (source_queue_id <> queue_id)
);
COMMENT ON TABLE queue_source IS 'whose contacts a queue takes over: its history is its own and weight times that of each source';
COMMENT ON COLUMN queue_source.until IS 'first local date from which the source no longer counts; NULL: it goes on';
COMMENT ON CONSTRAINT queue_source_other ON queue_source IS 'a queue cannot be its own source';
CREATE INDEX queue_source_source ON queue_source (source_queue_id);

-- A queue and all it is made of, sources of sources included: what each counts, and until when.
CREATE FUNCTION queue_lineage(of_queue bigint) RETURNS TABLE (queue_id bigint, weight double precision, until date)
LANGUAGE sql STABLE AS $$
	WITH RECURSIVE line (queue_id, weight, until, path) AS (
		SELECT of_queue, 1.0::float8, NULL::date, ARRAY[of_queue]
		UNION ALL
		SELECT s.source_queue_id, l.weight * s.weight, least(l.until, s.until), l.path || s.source_queue_id
		FROM line l JOIN queue_source s ON s.queue_id = l.queue_id
		WHERE s.source_queue_id <> ALL (l.path))
	SELECT line.queue_id, line.weight, line.until FROM line
$$;
