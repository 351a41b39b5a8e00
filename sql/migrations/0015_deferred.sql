-- What becomes of work that may wait: columns of such queues only.
ALTER TABLE requirement
	ADD backlog_s double precision CHECK (backlog_s >= 0),
	ADD late_s double precision CHECK (late_s >= 0),
	ADD idle_s double precision CHECK (idle_s >= 0);
COMMENT ON COLUMN requirement.backlog_s IS 'seconds of handling that wait at the interval''s end';
COMMENT ON COLUMN requirement.late_s IS 'of which is past its turnaround';
COMMENT ON COLUMN requirement.idle_s IS 'work done in the idle time of those who wait for contacts';
