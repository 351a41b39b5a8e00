-- The whole first schema. Instants are timestamptz, money is integer cents, local wall-clock times are
-- minutes after local midnight. Constraints carry a COMMENT: the sentence a user reads when one fails.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- ---------------------------------------------------------------- the network
CREATE TABLE region (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code text NOT NULL CONSTRAINT region_code_unique UNIQUE CHECK (code <> ''),
	name text NOT NULL CHECK (name <> '')
);

CREATE TABLE site (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code text NOT NULL CONSTRAINT site_code_unique UNIQUE CHECK (code <> ''),
	name text NOT NULL CHECK (name <> ''),
	region_id bigint NOT NULL REFERENCES region,
	kind text NOT NULL CHECK (kind IN ('contact_centre', 'branch')),
	country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
	zone text NOT NULL CHECK (zone <> ''),
	counters int CHECK (counters > 0),
	shrinkage_planned double precision NOT NULL DEFAULT 0 CHECK (shrinkage_planned >= 0 AND shrinkage_planned < 1),
	shrinkage_unplanned double precision NOT NULL DEFAULT 0 CHECK (shrinkage_unplanned >= 0 AND shrinkage_unplanned < 1)
);
COMMENT ON COLUMN site.shrinkage_unplanned IS 'measured absence, applied after planned shrinkage (successive factors)';

CREATE TABLE site_hours (
	site_id bigint NOT NULL REFERENCES site ON DELETE CASCADE,
	weekday int NOT NULL CHECK (weekday BETWEEN 1 AND 7),
	open_min int NOT NULL CHECK (open_min BETWEEN 0 AND 1439),
	close_min int NOT NULL CHECK (close_min BETWEEN 1 AND 2880),
	PRIMARY KEY (site_id, weekday, open_min),
	CONSTRAINT site_hours_order CHECK (close_min > open_min)
);
COMMENT ON CONSTRAINT site_hours_order ON site_hours IS 'closing must come after opening';

CREATE TABLE skill (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code text NOT NULL CONSTRAINT skill_code_unique UNIQUE CHECK (code <> ''),
	name text NOT NULL
);

CREATE TABLE queue (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code text NOT NULL CONSTRAINT queue_code_unique UNIQUE CHECK (code <> ''),
	name text NOT NULL,
	site_id bigint NOT NULL REFERENCES site,
	skill_id bigint NOT NULL REFERENCES skill,
	channel text NOT NULL CHECK (channel IN ('voice', 'chat', 'walk_in', 'email', 'back_office', 'outbound')),
	interval_min int NOT NULL DEFAULT 30 CHECK (interval_min IN (5, 6, 10, 15, 30, 60)),
	target_share double precision CHECK (target_share > 0 AND target_share < 1),
	target_s double precision CHECK (target_s >= 0),
	max_abandoned_share double precision CHECK (max_abandoned_share > 0 AND max_abandoned_share < 1),
	max_asa_s double precision CHECK (max_asa_s >= 0),
	max_occupancy double precision CHECK (max_occupancy > 0 AND max_occupancy <= 1),
	patience_s double precision CHECK (patience_s > 0),
	concurrency double precision NOT NULL DEFAULT 1 CHECK (concurrency >= 1),
	turnaround_min int CHECK (turnaround_min > 0),
	aht_s double precision NOT NULL CHECK (aht_s > 0),
	CONSTRAINT queue_target_whole CHECK ((target_share IS NULL) = (target_s IS NULL))
);
COMMENT ON CONSTRAINT queue_target_whole ON queue IS 'a service-level target needs both a share and a time';
CREATE INDEX queue_site ON queue (site_id);

CREATE TABLE special_day (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	day date NOT NULL,
	country text CHECK (country ~ '^[A-Z]{2}$'),
	site_id bigint REFERENCES site ON DELETE CASCADE,
	queue_id bigint REFERENCES queue ON DELETE CASCADE,
	kind text NOT NULL CHECK (kind IN ('holiday', 'campaign', 'billing', 'outage', 'closure')),
	name text NOT NULL DEFAULT '',
	closed boolean NOT NULL DEFAULT false,
	factor double precision CHECK (factor >= 0 AND factor <= 20),
	CONSTRAINT special_day_scope CHECK (num_nonnulls(country, site_id, queue_id) = 1)
);
COMMENT ON CONSTRAINT special_day_scope ON special_day IS 'a special day belongs to exactly one of country, site, queue';
CREATE UNIQUE INDEX special_day_once ON special_day
	(day, kind, coalesce(country, ''), coalesce(site_id, 0), coalesce(queue_id, 0));

-- ---------------------------------------------------------------- people and their contracts
CREATE TABLE contract (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code text NOT NULL CONSTRAINT contract_code_unique UNIQUE CHECK (code <> ''),
	name text NOT NULL,
	cost_cents_hour bigint NOT NULL CHECK (cost_cents_hour >= 0),
	currency text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
	shift_min_minutes int NOT NULL CHECK (shift_min_minutes BETWEEN 60 AND 960),
	shift_max_minutes int NOT NULL CHECK (shift_max_minutes BETWEEN 60 AND 960),
	shift_step_minutes int NOT NULL DEFAULT 30 CHECK (shift_step_minutes IN (15, 30, 60)),
	start_earliest_min int NOT NULL DEFAULT 0 CHECK (start_earliest_min BETWEEN 0 AND 1439),
	start_latest_min int NOT NULL DEFAULT 1425 CHECK (start_latest_min BETWEEN 0 AND 1439),
	start_step_minutes int NOT NULL DEFAULT 30 CHECK (start_step_minutes IN (15, 30, 60)),
	CONSTRAINT contract_lengths CHECK (shift_max_minutes >= shift_min_minutes),
	CONSTRAINT contract_starts CHECK (start_latest_min >= start_earliest_min)
);
COMMENT ON CONSTRAINT contract_lengths ON contract IS 'the longest shift must not be shorter than the shortest';
COMMENT ON CONSTRAINT contract_starts ON contract IS 'the latest start must not come before the earliest';

-- One row a rule; the names are those of libwfm's rule table (include/wfm/schedule.h).
CREATE TABLE contract_rule (
	contract_id bigint NOT NULL REFERENCES contract ON DELETE CASCADE,
	rule text NOT NULL,
	mode text NOT NULL DEFAULT 'hard' CHECK (mode IN ('hard', 'soft', 'off')),
	low double precision,
	high double precision,
	weight double precision NOT NULL DEFAULT 0 CHECK (weight >= 0),
	PRIMARY KEY (contract_id, rule),
	CONSTRAINT contract_rule_order CHECK (low IS NULL OR high IS NULL OR low <= high)
);
COMMENT ON CONSTRAINT contract_rule_order ON contract_rule IS 'a rule''s lower bound must not exceed its upper bound';

CREATE TABLE contract_break (
	contract_id bigint NOT NULL REFERENCES contract ON DELETE CASCADE,
	position int NOT NULL CHECK (position BETWEEN 1 AND 8),
	kind text NOT NULL CHECK (kind IN ('meal', 'break')),
	minutes int NOT NULL CHECK (minutes BETWEEN 5 AND 240),
	paid boolean NOT NULL,
	earliest_min int NOT NULL CHECK (earliest_min >= 0),
	latest_min int NOT NULL,
	shift_from_minutes int NOT NULL DEFAULT 0 CHECK (shift_from_minutes >= 0),
	shift_to_minutes int CHECK (shift_to_minutes >= 0),
	gap_minutes int NOT NULL DEFAULT 0 CHECK (gap_minutes >= 0),
	PRIMARY KEY (contract_id, position),
	CONSTRAINT contract_break_window CHECK (latest_min >= earliest_min)
);
COMMENT ON TABLE contract_break IS 'earliest_min and latest_min: start of the break, minutes after the shift''s start; only in shifts of shift_from_minutes to shift_to_minutes; at least gap_minutes after the break before';

CREATE TABLE team (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	site_id bigint NOT NULL REFERENCES site,
	code text NOT NULL CONSTRAINT team_code_unique UNIQUE,
	name text NOT NULL
);

CREATE TABLE agent (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code text NOT NULL CONSTRAINT agent_code_unique UNIQUE CHECK (code <> ''),
	name text NOT NULL CHECK (name <> ''),
	site_id bigint NOT NULL REFERENCES site,
	team_id bigint REFERENCES team,
	contract_id bigint NOT NULL REFERENCES contract,
	hired date NOT NULL,
	left_on date,
	leave_reason text CHECK (leave_reason IN ('voluntary', 'involuntary')),
	locale text NOT NULL DEFAULT 'es' CHECK (locale IN ('en', 'es', 'pt')),
	feed_changed_at timestamptz NOT NULL DEFAULT date_trunc('second', now()),
	feed_version bigint NOT NULL DEFAULT 1,
	CONSTRAINT agent_dates CHECK (left_on IS NULL OR left_on >= hired),
	CONSTRAINT agent_leaving CHECK ((left_on IS NULL) = (leave_reason IS NULL))
);
COMMENT ON CONSTRAINT agent_dates ON agent IS 'an agent cannot leave before being hired';
COMMENT ON COLUMN agent.left_on IS 'last day worked; NULL while employed';
COMMENT ON COLUMN agent.feed_version IS 'raised by whatever changes this agent''s calendar feed';
CREATE INDEX agent_site ON agent (site_id);

CREATE TABLE agent_skill (
	agent_id bigint NOT NULL REFERENCES agent ON DELETE CASCADE,
	skill_id bigint NOT NULL REFERENCES skill,
	proficiency double precision NOT NULL DEFAULT 1 CHECK (proficiency > 0 AND proficiency <= 2),
	PRIMARY KEY (agent_id, skill_id)
);

-- When an agent may work; no row for an agent: whenever the contract allows.
CREATE TABLE availability (
	agent_id bigint NOT NULL REFERENCES agent ON DELETE CASCADE,
	weekday int NOT NULL CHECK (weekday BETWEEN 1 AND 7),
	from_min int NOT NULL CHECK (from_min BETWEEN 0 AND 1439),
	until_min int NOT NULL CHECK (until_min BETWEEN 1 AND 2880),
	PRIMARY KEY (agent_id, weekday, from_min),
	CHECK (until_min > from_min)
);

CREATE TABLE absence (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	agent_id bigint NOT NULL REFERENCES agent ON DELETE CASCADE,
	kind text NOT NULL CHECK (kind IN ('vacation', 'sickness', 'maternity', 'paternity', 'accident', 'unjustified', 'training', 'unpaid')),
	state text NOT NULL CHECK (state IN ('asked', 'approved', 'rejected', 'recorded', 'withdrawn')),
	start_at timestamptz NOT NULL,
	end_at timestamptz NOT NULL,
	planned boolean NOT NULL,
	paid boolean NOT NULL,
	excused boolean NOT NULL,
	planned_minutes int NOT NULL DEFAULT 0 CHECK (planned_minutes >= 0),
	note text NOT NULL DEFAULT '',
	decision_note text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL DEFAULT now(),
	changed_at timestamptz NOT NULL DEFAULT date_trunc('second', now()),
	version int NOT NULL DEFAULT 1,
	CONSTRAINT absence_order CHECK (end_at > start_at),
	CONSTRAINT absence_no_overlap EXCLUDE USING gist
		(agent_id WITH =, tstzrange(start_at, end_at) WITH &&) WHERE (state IN ('asked', 'approved', 'recorded'))
);
COMMENT ON CONSTRAINT absence_order ON absence IS 'an absence must end after it starts';
COMMENT ON CONSTRAINT absence_no_overlap ON absence IS 'overlaps another absence of this agent';
COMMENT ON COLUMN absence.planned_minutes IS 'rostered minutes that the absence took away (numerator of absenteeism)';
CREATE INDEX absence_start ON absence (start_at);

-- ---------------------------------------------------------------- what happened
CREATE TABLE history (
	queue_id bigint NOT NULL REFERENCES queue ON DELETE CASCADE,
	start_at timestamptz NOT NULL,
	offered double precision NOT NULL CHECK (offered >= 0),
	handled double precision CHECK (handled >= 0),
	abandoned double precision CHECK (abandoned >= 0),
	answered_in_target double precision CHECK (answered_in_target >= 0),
	handle_time_s double precision CHECK (handle_time_s >= 0),
	wait_time_s double precision CHECK (wait_time_s >= 0),
	PRIMARY KEY (queue_id, start_at)
);

-- Rows of an import on their way to history. Every import fills and empties it within its own transaction,
-- so imports never see each other's rows and a failed one leaves nothing.
CREATE UNLOGGED TABLE history_staging (
	line bigint NOT NULL,
	queue_id bigint NOT NULL,
	start_at timestamptz NOT NULL,
	offered double precision NOT NULL,
	handled double precision,
	abandoned double precision,
	answered_in_target double precision,
	handle_time_s double precision,
	wait_time_s double precision
);

-- One row an agent and local date: the time ladder (A handling <= B productive <= C planned <= D paid).
CREATE TABLE agent_day (
	agent_id bigint NOT NULL REFERENCES agent ON DELETE CASCADE,
	day date NOT NULL,
	site_id bigint NOT NULL REFERENCES site,
	rostered_s int NOT NULL CHECK (rostered_s >= 0),
	handling_s int NOT NULL CHECK (handling_s >= 0),
	waiting_s int NOT NULL CHECK (waiting_s >= 0),
	breaks_s int NOT NULL CHECK (breaks_s >= 0),
	training_s int NOT NULL CHECK (training_s >= 0),
	other_s int NOT NULL CHECK (other_s >= 0),
	paid_leave_s int NOT NULL CHECK (paid_leave_s >= 0),
	in_planned_state_s int NOT NULL CHECK (in_planned_state_s >= 0),
	absent_planned_s int NOT NULL DEFAULT 0 CHECK (absent_planned_s >= 0),
	absent_unplanned_s int NOT NULL DEFAULT 0 CHECK (absent_unplanned_s >= 0),
	PRIMARY KEY (agent_id, day)
);
CREATE INDEX agent_day_site ON agent_day (site_id, day);
COMMENT ON COLUMN agent_day.rostered_s IS 'planned working time of the day, absent or not';
COMMENT ON COLUMN agent_day.in_planned_state_s IS 'numerator of adherence';

-- What each site handled of each queue in a day; case mix and service level of branches.
CREATE TABLE handled_day (
	site_id bigint NOT NULL REFERENCES site,
	queue_id bigint NOT NULL REFERENCES queue ON DELETE CASCADE,
	day date NOT NULL,
	offered double precision NOT NULL CHECK (offered >= 0),
	handled double precision NOT NULL CHECK (handled >= 0),
	abandoned double precision NOT NULL CHECK (abandoned >= 0),
	answered_in_target double precision NOT NULL CHECK (answered_in_target >= 0),
	handle_time_s double precision NOT NULL CHECK (handle_time_s >= 0),
	resolved_first double precision CHECK (resolved_first >= 0),
	satisfaction_sum double precision,
	satisfaction_count double precision,
	sales double precision,
	PRIMARY KEY (site_id, queue_id, day)
);
CREATE INDEX handled_day_day ON handled_day (day);

-- ---------------------------------------------------------------- people who log in
CREATE TABLE app_user (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	login text NOT NULL CONSTRAINT app_user_login_unique UNIQUE CHECK (login <> ''),
	name text NOT NULL DEFAULT '',
	password_hash text,
	role text NOT NULL CHECK (role IN ('planner', 'site_manager', 'agent', 'hr', 'admin')),
	agent_id bigint UNIQUE REFERENCES agent ON DELETE CASCADE,
	locale text NOT NULL DEFAULT 'es' CHECK (locale IN ('en', 'es', 'pt')),
	disabled boolean NOT NULL DEFAULT false,
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT app_user_agent CHECK ((role = 'agent') = (agent_id IS NOT NULL))
);

CREATE TABLE user_site (
	user_id bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
	site_id bigint NOT NULL REFERENCES site ON DELETE CASCADE,
	PRIMARY KEY (user_id, site_id)
);

CREATE TABLE session (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token_hash text NOT NULL UNIQUE,
	csrf_hash text NOT NULL,
	user_id bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	last_seen_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	peer text NOT NULL DEFAULT '',
	user_agent text NOT NULL DEFAULT ''
);
CREATE INDEX session_of_user ON session (user_id);

CREATE TABLE api_token (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token_hash text NOT NULL UNIQUE,
	name text NOT NULL,
	role text NOT NULL CHECK (role IN ('planner', 'site_manager', 'hr', 'admin')),
	user_id bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	last_used_at timestamptz,
	revoked_at timestamptz
);

CREATE TABLE login_attempt (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	login text NOT NULL,
	peer text NOT NULL,
	at timestamptz NOT NULL DEFAULT now(),
	succeeded boolean NOT NULL
);
CREATE INDEX login_attempt_login ON login_attempt (login, at);
CREATE INDEX login_attempt_peer ON login_attempt (peer, at);

CREATE TABLE feed_token (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	agent_id bigint NOT NULL REFERENCES agent ON DELETE CASCADE,
	token_hash text NOT NULL UNIQUE,
	name text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	last_used_at timestamptz,
	revoked_at timestamptz
);
CREATE INDEX feed_token_agent ON feed_token (agent_id);

CREATE TABLE audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT now(),
	user_id bigint,
	login text NOT NULL DEFAULT '',
	request_id text NOT NULL DEFAULT '',
	action text NOT NULL,
	entity text NOT NULL,
	entity_id bigint,
	before jsonb,
	after jsonb
);
CREATE INDEX audit_entity ON audit (entity, entity_id);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
	FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------- long work
CREATE TABLE job (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text NOT NULL,
	state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
	request jsonb NOT NULL,
	result jsonb,
	problem jsonb,
	progress double precision NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
	phase text NOT NULL DEFAULT '',
	objective double precision,
	bound double precision,
	gap double precision,
	attempts int NOT NULL DEFAULT 0,
	max_attempts int NOT NULL DEFAULT 3 CHECK (max_attempts > 0),
	cancel_requested boolean NOT NULL DEFAULT false,
	lease_owner text,
	lease_until timestamptz,
	idempotency_key text,
	created_by bigint REFERENCES app_user ON DELETE SET NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	started_at timestamptz,
	finished_at timestamptz,
	CONSTRAINT job_idempotent UNIQUE (created_by, idempotency_key)
);
CREATE INDEX job_waiting ON job (id) WHERE state IN ('queued', 'running');

CREATE TABLE job_event (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	job_id bigint NOT NULL REFERENCES job ON DELETE CASCADE,
	at timestamptz NOT NULL DEFAULT now(),
	data jsonb NOT NULL
);
CREATE INDEX job_event_job ON job_event (job_id, id);

-- ---------------------------------------------------------------- forecasts
CREATE TABLE forecast (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	site_id bigint NOT NULL REFERENCES site,
	first_day date NOT NULL,
	last_day date NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	created_by bigint REFERENCES app_user ON DELETE SET NULL,
	job_id bigint REFERENCES job ON DELETE SET NULL,
	CHECK (last_day >= first_day)
);
CREATE INDEX forecast_site ON forecast (site_id, id);

-- The report card of one queue in one forecast: rolling-origin backtest beside last week's same interval.
CREATE TABLE forecast_queue (
	forecast_id bigint NOT NULL REFERENCES forecast ON DELETE CASCADE,
	queue_id bigint NOT NULL REFERENCES queue ON DELETE CASCADE,
	method text NOT NULL,
	history_days int NOT NULL,
	origins int NOT NULL,
	wape double precision,
	bias double precision,
	coverage80 double precision,
	coverage95 double precision,
	naive_wape double precision,
	mean4_wape double precision,
	warning text NOT NULL DEFAULT '',
	PRIMARY KEY (forecast_id, queue_id)
);

CREATE TABLE forecast_interval (
	forecast_id bigint NOT NULL,
	queue_id bigint NOT NULL,
	start_at timestamptz NOT NULL,
	mean double precision NOT NULL CHECK (mean >= 0),
	q05 double precision NOT NULL,
	q10 double precision NOT NULL,
	q25 double precision NOT NULL,
	q50 double precision NOT NULL,
	q75 double precision NOT NULL,
	q90 double precision NOT NULL,
	q95 double precision NOT NULL,
	aht_s double precision NOT NULL CHECK (aht_s > 0),
	PRIMARY KEY (forecast_id, queue_id, start_at),
	FOREIGN KEY (forecast_id, queue_id) REFERENCES forecast_queue ON DELETE CASCADE
);

-- ---------------------------------------------------------------- plans and rosters
CREATE TABLE plan (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	site_id bigint NOT NULL REFERENCES site,
	monday date NOT NULL CHECK (extract(isodow FROM monday) = 1),
	forecast_id bigint NOT NULL REFERENCES forecast,
	request jsonb NOT NULL,
	problem jsonb,
	created_at timestamptz NOT NULL DEFAULT now(),
	created_by bigint REFERENCES app_user ON DELETE SET NULL,
	job_id bigint REFERENCES job ON DELETE SET NULL
);
COMMENT ON COLUMN plan.problem IS 'the whole problem form, so that the roster can be solved and verified again';
CREATE INDEX plan_site_week ON plan (site_id, monday);

CREATE TABLE requirement (
	plan_id bigint NOT NULL REFERENCES plan ON DELETE CASCADE,
	queue_id bigint NOT NULL REFERENCES queue,
	start_at timestamptz NOT NULL,
	minutes int NOT NULL CHECK (minutes > 0),
	volume double precision NOT NULL CHECK (volume >= 0),
	aht_s double precision NOT NULL,
	agents double precision NOT NULL CHECK (agents >= 0),
	agents_on_roster double precision NOT NULL CHECK (agents_on_roster >= 0),
	service_level double precision,
	abandoned_share double precision,
	asa_s double precision,
	occupancy double precision,
	PRIMARY KEY (plan_id, queue_id, start_at)
);

CREATE TABLE roster (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	plan_id bigint NOT NULL REFERENCES plan ON DELETE CASCADE,
	site_id bigint NOT NULL REFERENCES site,
	monday date NOT NULL,
	version int NOT NULL,
	state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'superseded')),
	revision int NOT NULL DEFAULT 1,
	evidence jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	published_at timestamptz,
	published_by bigint REFERENCES app_user ON DELETE SET NULL,
	CONSTRAINT roster_version UNIQUE (site_id, monday, version)
);
COMMENT ON COLUMN roster.evidence IS 'objective, its parts, lower bound, gap, seed, seconds, columns, verdict of verify';
CREATE UNIQUE INDEX roster_one_published ON roster (site_id, monday) WHERE state = 'published';

CREATE TABLE shift (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	roster_id bigint NOT NULL REFERENCES roster ON DELETE CASCADE,
	agent_id bigint NOT NULL REFERENCES agent,
	site_id bigint NOT NULL REFERENCES site,
	day date NOT NULL,
	start_at timestamptz NOT NULL,
	end_at timestamptz NOT NULL,
	paid_minutes int NOT NULL CHECK (paid_minutes >= 0),
	cost_cents bigint NOT NULL CHECK (cost_cents >= 0),
	published boolean NOT NULL DEFAULT false,
	uid uuid NOT NULL DEFAULT gen_random_uuid(),
	sequence int NOT NULL DEFAULT 0,
	changed_at timestamptz NOT NULL DEFAULT date_trunc('second', now()),
	CONSTRAINT shift_order CHECK (end_at > start_at),
	CONSTRAINT shift_length CHECK (end_at - start_at <= interval '24 hours'),
	CONSTRAINT shift_no_overlap EXCLUDE USING gist
		(agent_id WITH =, tstzrange(start_at, end_at) WITH &&) WHERE (published)
);
COMMENT ON CONSTRAINT shift_no_overlap ON shift IS 'overlaps another published shift of this agent';
COMMENT ON COLUMN shift.uid IS 'permanent identity in calendar feeds: kept by the same agent''s same day across versions';
CREATE INDEX shift_roster ON shift (roster_id);
CREATE INDEX shift_agent_published ON shift (agent_id, start_at) WHERE published;

CREATE TABLE activity (
	shift_id bigint NOT NULL REFERENCES shift ON DELETE CASCADE,
	position int NOT NULL,
	kind text NOT NULL CHECK (kind IN ('work', 'break', 'meal', 'training', 'meeting')),
	queue_id bigint REFERENCES queue,
	start_at timestamptz NOT NULL,
	end_at timestamptz NOT NULL,
	paid boolean NOT NULL,
	PRIMARY KEY (shift_id, position),
	CONSTRAINT activity_order CHECK (end_at > start_at),
	CONSTRAINT activity_queue CHECK (kind = 'work' OR queue_id IS NULL),
	CONSTRAINT activity_no_overlap EXCLUDE USING gist
		(shift_id WITH =, tstzrange(start_at, end_at) WITH &&)
);

CREATE TABLE shortage (
	roster_id bigint NOT NULL REFERENCES roster ON DELETE CASCADE,
	queue_id bigint NOT NULL REFERENCES queue,
	start_at timestamptz NOT NULL,
	people double precision NOT NULL CHECK (people > 0),
	reason text NOT NULL,
	hour_value_cents double precision,
	PRIMARY KEY (roster_id, queue_id, start_at)
);

-- Published rosters are immutable: a correction is a new version.
CREATE FUNCTION refuse_published_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.published AND NEW.published THEN
		IF (NEW.agent_id, NEW.day, NEW.start_at, NEW.end_at, NEW.paid_minutes, NEW.roster_id)
			IS DISTINCT FROM (OLD.agent_id, OLD.day, OLD.start_at, OLD.end_at, OLD.paid_minutes, OLD.roster_id) THEN
			RAISE EXCEPTION 'a published shift cannot change; publish a new version' USING ERRCODE = 'restrict_violation';
		END IF;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER shift_published_immutable BEFORE UPDATE ON shift
	FOR EACH ROW EXECUTE FUNCTION refuse_published_change();
