-- Training and meetings of a site's week, which find their places when the week is planned.
CREATE TABLE planned_session (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	site_id bigint NOT NULL REFERENCES site,
	monday date NOT NULL CHECK (extract(isodow FROM monday) = 1),
	name text NOT NULL CHECK (name <> ''),
	kind text NOT NULL CHECK (kind IN ('training', 'meeting')),
	minutes int NOT NULL CHECK (minutes BETWEEN 15 AND 1440 AND minutes % 15 = 0),
	days jsonb NOT NULL DEFAULT '[]',
	from_min int NOT NULL DEFAULT 0 CHECK (from_min BETWEEN 0 AND 1440),
	until_min int NOT NULL DEFAULT 1440 CHECK (until_min BETWEEN 0 AND 2880),
	together boolean NOT NULL DEFAULT false,
	quorum int NOT NULL DEFAULT 0 CHECK (quorum >= 0),
	at_once int NOT NULL DEFAULT 0 CHECK (at_once >= 0),
	times int NOT NULL DEFAULT 1 CHECK (times BETWEEN 1 AND 16),
	margin_min int NOT NULL DEFAULT 0 CHECK (margin_min BETWEEN 0 AND 1440),
	must boolean NOT NULL DEFAULT false,
	miss_cents double precision NOT NULL DEFAULT 0 CHECK (miss_cents >= 0),
	author text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT planned_session_window CHECK (until_min > from_min),
	CONSTRAINT planned_session_name UNIQUE (site_id, monday, name)
);
COMMENT ON COLUMN planned_session.days IS 'weekdays 1 Monday to 7 Sunday on which it may be; empty: any';
COMMENT ON CONSTRAINT planned_session_name ON planned_session IS 'the week has a session of that name already';
COMMENT ON CONSTRAINT planned_session_window ON planned_session IS 'until must come after from';

CREATE TABLE planned_session_agent (
	session_id bigint NOT NULL REFERENCES planned_session ON DELETE CASCADE,
	agent_id bigint NOT NULL REFERENCES agent,
	PRIMARY KEY (session_id, agent_id)
);
CREATE INDEX planned_session_agent_agent ON planned_session_agent (agent_id);

-- A roster says what its training and meetings are called, even when the session itself is gone.
ALTER TABLE activity
	ADD session_id bigint REFERENCES planned_session ON DELETE SET NULL,
	ADD label text,
	ADD CONSTRAINT activity_session CHECK (kind IN ('training', 'meeting') OR (session_id IS NULL AND label IS NULL));
CREATE INDEX activity_session_id ON activity (session_id) WHERE session_id IS NOT NULL;
