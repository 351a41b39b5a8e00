-- Joint scenarios of a forecast (include/wfm/scenarios.h), one queue a row: whole futures can be drawn
-- again from these numbers, and totals of days, weeks and queues follow from them. Seven digits do.
CREATE TABLE forecast_joint (
	forecast_id bigint NOT NULL,
	queue_id bigint NOT NULL,
	first_day date NOT NULL,
	days int NOT NULL CHECK (days > 0),
	slots int NOT NULL CHECK (slots > 0),
	factors int NOT NULL CHECK (factors >= 0),
	shapes int NOT NULL CHECK (shapes >= 0),
	mean real[] NOT NULL,
	variance real[] NOT NULL,
	day_load real[] NOT NULL,
	day_own real[] NOT NULL,
	shape real[] NOT NULL,
	PRIMARY KEY (forecast_id, queue_id),
	FOREIGN KEY (forecast_id, queue_id) REFERENCES forecast_queue ON DELETE CASCADE
);

-- How the day errors of a forecast's queues move together, from their backtests: each pair once, the
-- smaller id first; a pair without a row is independent.
CREATE TABLE forecast_correlation (
	forecast_id bigint NOT NULL,
	queue_id bigint NOT NULL,
	other_id bigint NOT NULL CHECK (other_id > queue_id),
	correlation double precision NOT NULL CHECK (correlation BETWEEN -1 AND 1),
	PRIMARY KEY (forecast_id, queue_id, other_id),
	FOREIGN KEY (forecast_id, queue_id) REFERENCES forecast_queue ON DELETE CASCADE,
	FOREIGN KEY (forecast_id, other_id) REFERENCES forecast_queue ON DELETE CASCADE
);
