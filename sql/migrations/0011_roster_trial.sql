-- A roster's trial by simulation, by live queue and day: what the formulas promise for the people
-- planned, and what the played weeks gave.
CREATE TABLE roster_trial (
	roster_id bigint NOT NULL REFERENCES roster ON DELETE CASCADE,
	queue_id bigint NOT NULL REFERENCES queue,
	day date NOT NULL,
	offered double precision NOT NULL CHECK (offered >= 0),
	target double precision,
	promised double precision,
	simulated double precision,
	low double precision,
	high double precision,
	sl_p10 double precision,
	sl_p50 double precision,
	sl_p90 double precision,
	p_target double precision,
	abandoned_share double precision,
	asa_s double precision,
	replications int NOT NULL CHECK (replications > 0),
	PRIMARY KEY (roster_id, queue_id, day)
);
COMMENT ON TABLE roster_trial IS 'service level promised (by formula, of the people planned less expected absence) and simulated, with the 95 % interval of its mean and the spread over days';
