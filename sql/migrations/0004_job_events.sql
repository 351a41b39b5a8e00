-- Every change of a job that a watcher could see becomes an event, whoever made the change.
CREATE FUNCTION job_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO job_event (job_id, at, data) VALUES (NEW.id, clock_timestamp(), jsonb_build_object(
		'state', NEW.state, 'progress', NEW.progress, 'phase', NEW.phase,
		'objective', NEW.objective, 'bound', NEW.bound, 'gap', NEW.gap,
		'attempts', NEW.attempts, 'cancel_requested', NEW.cancel_requested));
	PERFORM pg_notify('job_event', NEW.id::text);
	IF NEW.state = 'queued' THEN
		PERFORM pg_notify('job', NEW.kind);
	END IF;
	RETURN NULL;
END $$;

CREATE TRIGGER job_inserted AFTER INSERT ON job
	FOR EACH ROW EXECUTE FUNCTION job_note_change();
CREATE TRIGGER job_changed AFTER UPDATE ON job
	FOR EACH ROW WHEN ((OLD.state, OLD.progress, OLD.phase, OLD.objective, OLD.bound, OLD.gap,
			OLD.attempts, OLD.cancel_requested)
		IS DISTINCT FROM (NEW.state, NEW.progress, NEW.phase, NEW.objective, NEW.bound, NEW.gap,
			NEW.attempts, NEW.cancel_requested))
	EXECUTE FUNCTION job_note_change();

COMMENT ON CONSTRAINT job_idempotent ON job IS 'this Idempotency-Key was already used';

-- Claims look for leases that have run out; a running job always has one.
ALTER TABLE job ADD CONSTRAINT job_running_leased
	CHECK (state <> 'running' OR (lease_owner IS NOT NULL AND lease_until IS NOT NULL));
