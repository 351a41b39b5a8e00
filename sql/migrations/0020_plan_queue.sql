-- How a plan reckoned with each queue, whatever is set today: what a replay of it must play. Plans made before
-- have no rows.
CREATE TABLE plan_queue (
	plan_id bigint NOT NULL REFERENCES plan ON DELETE CASCADE,
	queue_id bigint NOT NULL REFERENCES queue,
	again double precision NOT NULL CHECK (again BETWEEN 0 AND 1),
	PRIMARY KEY (plan_id, queue_id)
);
COMMENT ON COLUMN plan_queue.again IS 'share of those who gave up who call again';
