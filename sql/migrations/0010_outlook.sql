-- Outlooks: up to 78 weeks ahead by queue and ISO week, for capacity planning.
CREATE TABLE outlook (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	site_id bigint NOT NULL REFERENCES site,
	first_week date NOT NULL CHECK (extract(isodow FROM first_week) = 1),
	week_count int NOT NULL CHECK (week_count BETWEEN 1 AND 78),
	created_at timestamptz NOT NULL DEFAULT now(),
	created_by bigint REFERENCES app_user ON DELETE SET NULL,
	job_id bigint REFERENCES job ON DELETE SET NULL
);
CREATE INDEX outlook_site ON outlook (site_id, id);

CREATE TABLE outlook_queue (
	outlook_id bigint NOT NULL REFERENCES outlook ON DELETE CASCADE,
	queue_id bigint NOT NULL REFERENCES queue ON DELETE CASCADE,
	method text NOT NULL,
	history_days int NOT NULL,
	warnings jsonb NOT NULL DEFAULT '[]',
	PRIMARY KEY (outlook_id, queue_id)
);

CREATE TABLE outlook_week (
	outlook_id bigint NOT NULL REFERENCES outlook ON DELETE CASCADE,
	queue_id bigint REFERENCES queue ON DELETE CASCADE,
	week date NOT NULL CHECK (extract(isodow FROM week) = 1),
	mean double precision NOT NULL CHECK (mean >= 0),
	q05 double precision NOT NULL,
	q10 double precision NOT NULL,
	q25 double precision NOT NULL,
	q50 double precision NOT NULL,
	q75 double precision NOT NULL,
	q90 double precision NOT NULL,
	q95 double precision NOT NULL,
	load_hours double precision NOT NULL CHECK (load_hours >= 0)
);
CREATE UNIQUE INDEX outlook_week_once ON outlook_week (outlook_id, coalesce(queue_id, 0), week);
COMMENT ON COLUMN outlook_week.queue_id IS 'NULL: all queues of the site together';
COMMENT ON COLUMN outlook_week.load_hours IS 'mean contacts times their mean handling time';
