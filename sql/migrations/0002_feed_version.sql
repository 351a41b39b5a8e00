-- An agent's calendar feed is answered from agent.feed_version alone when nothing changed, so whatever
-- changes the feed's bytes must raise it. Triggers do, whoever writes the rows.

CREATE FUNCTION feed_touch(agents bigint[]) RETURNS void LANGUAGE sql AS $$
	-- At least a second apart, because Last-Modified has no finer grain.
	UPDATE agent SET feed_version = feed_version + 1,
		feed_changed_at = greatest(date_trunc('second', clock_timestamp()),
			feed_changed_at + interval '1 second')
	WHERE id = ANY (agents)
$$;
COMMENT ON FUNCTION feed_touch IS 'the calendar feeds of these agents read differently from now on';

-- Publication replaces a whole week of which most shifts stay as they were. It works out itself whose feed
-- changes, and says so for its transaction, lest the triggers touch everybody.
CREATE FUNCTION feed_touch_only(agents bigint[]) RETURNS void LANGUAGE sql AS $$
	SELECT set_config('cuadrante.feed_touched', 'yes', true);
	SELECT feed_touch(agents);
$$;
CREATE FUNCTION feed_touched_already() RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT coalesce(current_setting('cuadrante.feed_touched', true), '') = 'yes'
$$;

CREATE FUNCTION feed_shift_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF feed_touched_already() THEN
		RETURN NULL;
	END IF;
	PERFORM feed_touch(array_agg(DISTINCT agent_id)) FROM new_rows WHERE published HAVING count(*) > 0;
	RETURN NULL;
END $$;
CREATE FUNCTION feed_shift_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF feed_touched_already() THEN
		RETURN NULL;
	END IF;
	PERFORM feed_touch(array_agg(DISTINCT c.agent_id)) FROM (
		SELECT unnest(ARRAY[o.agent_id, n.agent_id]) AS agent_id
		FROM old_rows o JOIN new_rows n USING (id)
		WHERE (o.published OR n.published) AND o IS DISTINCT FROM n) c
	HAVING count(*) > 0;
	RETURN NULL;
END $$;
CREATE FUNCTION feed_shift_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF feed_touched_already() THEN
		RETURN NULL;
	END IF;
	PERFORM feed_touch(array_agg(DISTINCT agent_id)) FROM old_rows WHERE published HAVING count(*) > 0;
	RETURN NULL;
END $$;
CREATE TRIGGER shift_feed_insert AFTER INSERT ON shift REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION feed_shift_inserted();
CREATE TRIGGER shift_feed_update AFTER UPDATE ON shift REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION feed_shift_updated();
CREATE TRIGGER shift_feed_delete AFTER DELETE ON shift REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION feed_shift_deleted();

CREATE FUNCTION feed_activity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF feed_touched_already() THEN
		RETURN NULL;
	END IF;
	PERFORM feed_touch(array_agg(DISTINCT s.agent_id))
	FROM changed_rows c JOIN shift s ON s.id = c.shift_id WHERE s.published
	HAVING count(*) > 0;
	RETURN NULL;
END $$;
CREATE TRIGGER activity_feed_insert AFTER INSERT ON activity REFERENCING NEW TABLE AS changed_rows
	FOR EACH STATEMENT EXECUTE FUNCTION feed_activity_changed();
CREATE TRIGGER activity_feed_update AFTER UPDATE ON activity REFERENCING NEW TABLE AS changed_rows
	FOR EACH STATEMENT EXECUTE FUNCTION feed_activity_changed();
CREATE TRIGGER activity_feed_delete AFTER DELETE ON activity REFERENCING OLD TABLE AS changed_rows
	FOR EACH STATEMENT EXECUTE FUNCTION feed_activity_changed();

-- Time off that was agreed: asked for and approved, or recorded ahead. Sickness and the like never show.
CREATE FUNCTION absence_in_feed(state text, planned boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
	SELECT state = 'approved' OR (state = 'recorded' AND planned)
$$;
CREATE FUNCTION feed_absence_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM feed_touch(array_agg(DISTINCT agent_id))
	FROM changed_rows WHERE absence_in_feed(state, planned) HAVING count(*) > 0;
	RETURN NULL;
END $$;
CREATE FUNCTION feed_absence_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM feed_touch(array_agg(DISTINCT c.agent_id)) FROM (
		SELECT unnest(ARRAY[o.agent_id, n.agent_id]) AS agent_id
		FROM old_rows o JOIN new_rows n USING (id)
		WHERE (absence_in_feed(o.state, o.planned) OR absence_in_feed(n.state, n.planned))
			AND o IS DISTINCT FROM n) c
	HAVING count(*) > 0;
	RETURN NULL;
END $$;
CREATE TRIGGER absence_feed_insert AFTER INSERT ON absence REFERENCING NEW TABLE AS changed_rows
	FOR EACH STATEMENT EXECUTE FUNCTION feed_absence_changed();
CREATE TRIGGER absence_feed_update AFTER UPDATE ON absence REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION feed_absence_updated();
CREATE TRIGGER absence_feed_delete AFTER DELETE ON absence REFERENCING OLD TABLE AS changed_rows
	FOR EACH STATEMENT EXECUTE FUNCTION feed_absence_changed();
CREATE INDEX absence_agent ON absence (agent_id, start_at);

-- Names, language and zone are part of the bytes too.
CREATE FUNCTION feed_agent_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.feed_version := OLD.feed_version + 1;
	NEW.feed_changed_at := greatest(date_trunc('second', clock_timestamp()),
		OLD.feed_changed_at + interval '1 second');
	RETURN NEW;
END $$;
CREATE TRIGGER agent_feed BEFORE UPDATE ON agent FOR EACH ROW
	WHEN (OLD.site_id <> NEW.site_id OR OLD.locale <> NEW.locale)
	EXECUTE FUNCTION feed_agent_changed();

CREATE FUNCTION feed_site_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM feed_touch(array_agg(a.id)) FROM agent a
	WHERE a.site_id = NEW.id
		OR EXISTS (SELECT 1 FROM shift h WHERE h.agent_id = a.id AND h.published AND h.site_id = NEW.id)
	HAVING count(*) > 0;
	RETURN NULL;
END $$;
CREATE TRIGGER site_feed AFTER UPDATE ON site FOR EACH ROW
	WHEN (OLD.name <> NEW.name OR OLD.zone <> NEW.zone) EXECUTE FUNCTION feed_site_changed();

CREATE FUNCTION feed_queue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM feed_touch(array_agg(DISTINCT h.agent_id))
	FROM activity c JOIN shift h ON h.id = c.shift_id WHERE c.queue_id = NEW.id AND h.published
	HAVING count(*) > 0;
	RETURN NULL;
END $$;
CREATE TRIGGER queue_feed AFTER UPDATE ON queue FOR EACH ROW
	WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION feed_queue_changed();

-- Two events with one identity in one document: some clients keep only the last.
CREATE UNIQUE INDEX shift_uid_published ON shift (uid) WHERE published;
COMMENT ON INDEX shift_uid_published IS 'two published shifts cannot share one calendar identity';

-- Paid published working time of an agent within a span, in minutes: what an absence takes away. A shift only
-- partly inside counts by its share.
CREATE FUNCTION rostered_minutes(agent bigint, from_at timestamptz, until_at timestamptz) RETURNS int
LANGUAGE sql STABLE AS $$
	SELECT coalesce(round(sum(h.paid_minutes * extract(epoch FROM least(h.end_at, until_at) - greatest(h.start_at, from_at))
		/ extract(epoch FROM h.end_at - h.start_at))), 0)::int
	FROM shift h
	WHERE h.agent_id = agent AND h.published AND h.start_at < until_at
		AND h.end_at > from_at AND h.start_at > from_at - interval '25 hours'
$$;
