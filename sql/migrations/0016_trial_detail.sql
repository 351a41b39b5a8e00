-- More of a roster's trial: how sure its figures are, the worst interval of each day, what was done
-- about a difference, and how busy those are who can do the same work.
ALTER TABLE roster_trial
	ADD abandoned_low double precision,
	ADD abandoned_high double precision,
	ADD asa_low_s double precision,
	ADD asa_high_s double precision,
	ADD worst_start timestamptz,
	ADD worst_level double precision,
	ADD correction double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN roster_trial.correction IS 'share by which the day''s requirement was changed after a first draft was tried';
CREATE TABLE roster_trial_group (
	roster_id bigint NOT NULL REFERENCES roster ON DELETE CASCADE,
	day date NOT NULL,
	queue_ids bigint[] NOT NULL,
	present_hours double precision NOT NULL CHECK (present_hours >= 0),
	busy_hours double precision NOT NULL CHECK (busy_hours >= 0),
	PRIMARY KEY (roster_id, day, queue_ids)
);
COMMENT ON TABLE roster_trial_group IS 'hours present and handling, by day and by what people may take, on the mean of the weeks played';
