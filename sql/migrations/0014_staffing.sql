-- What a plan's people reach day by day when the forecast's scenarios come instead of its mean; rows
-- only for queues whose contacts wait on the line.
CREATE TABLE requirement_day (
	plan_id bigint NOT NULL REFERENCES plan ON DELETE CASCADE,
	queue_id bigint NOT NULL REFERENCES queue,
	day date NOT NULL,
	offered double precision NOT NULL CHECK (offered >= 0),
	agent_hours double precision NOT NULL CHECK (agent_hours >= 0),
	roster_hours double precision NOT NULL CHECK (roster_hours >= 0),
	service_level double precision,
	abandoned_share double precision,
	asa_s double precision,
	p_target double precision CHECK (p_target BETWEEN 0 AND 1),
	sl_p10 double precision,
	sl_p50 double precision,
	sl_p90 double precision,
	PRIMARY KEY (plan_id, queue_id, day)
);
COMMENT ON TABLE requirement_day IS 'of the people on the work by formula; p_target: probability that the day reaches its targets over the forecast''s joint scenarios';

-- Whose unplanned absence a requirement reckons with: the figure set for the site, or what its own
-- past says, weekday by weekday.
ALTER TABLE site ADD shrinkage_use text NOT NULL DEFAULT 'own' CHECK (shrinkage_use IN ('own', 'measured'));

-- Who gave up and calls again is counted twice in the history; chats get longer side by side.
ALTER TABLE queue
	ADD redials text NOT NULL DEFAULT 'none' CHECK (redials IN ('none', 'given', 'estimated')),
	ADD redial_share double precision CHECK (redial_share >= 0 AND redial_share <= 0.95),
	ADD chat_stretch double precision CHECK (chat_stretch >= 0 AND chat_stretch < 1),
	ADD CONSTRAINT queue_redials_whole CHECK ((redials = 'given') = (redial_share IS NOT NULL));
COMMENT ON CONSTRAINT queue_redials_whole ON queue IS 'a share of redials belongs to redials that are given, and only to those';
COMMENT ON COLUMN queue.chat_stretch IS 'each further chat at once lengthens handling by this share; NULL: not known, a tenth';
