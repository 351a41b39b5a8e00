-- The network as data: what it consists of, and how it changes.

-- A site manager sees own sites; everybody else sees them all.
-- name: region_list
SELECT id, code, name FROM region ORDER BY name, id;

-- name: site_list
SELECT s.id, s.code, s.name, s.region_id, r.name AS region, s.kind, s.country, s.zone, s.counters,
	s.shrinkage_planned, s.shrinkage_unplanned,
	coalesce((SELECT json_agg(json_build_object('weekday', h.weekday,
			'open', clock_text(h.open_min), 'close', clock_text(h.close_min))
			ORDER BY h.weekday, h.open_min)
		FROM site_hours_on(s.id, (now() AT TIME ZONE s.zone)::date) h), '[]') AS hours,
	(SELECT count(*) FROM agent a WHERE a.site_id = s.id AND a.hired <= current_date
		AND (a.left_on IS NULL OR a.left_on >= current_date)) AS agents
FROM site s JOIN region r ON r.id = s.region_id
WHERE :user_role::text <> 'site_manager'
	OR s.id IN (SELECT u.site_id FROM user_site u WHERE u.user_id = :user_id::bigint)
ORDER BY r.name, s.name, s.id;

-- name: site_get
SELECT s.id, s.code, s.name, s.region_id, r.name AS region, s.kind, s.country, s.zone, s.counters,
	s.shrinkage_planned, s.shrinkage_unplanned,
	coalesce((SELECT json_agg(json_build_object('weekday', h.weekday,
			'open', clock_text(h.open_min), 'close', clock_text(h.close_min))
			ORDER BY h.weekday, h.open_min)
		FROM site_hours_on(s.id, (now() AT TIME ZONE s.zone)::date) h), '[]') AS hours,
	(SELECT count(*) FROM agent a WHERE a.site_id = s.id AND a.hired <= current_date
		AND (a.left_on IS NULL OR a.left_on >= current_date)) AS agents
FROM site s JOIN region r ON r.id = s.region_id
WHERE s.id = :site_id::bigint;

-- name: site_insert
WITH s AS (
	INSERT INTO site (code, name, region_id, kind, country, zone, counters, shrinkage_planned,
		shrinkage_unplanned)
	VALUES (:code, :name, :region_id, :kind, :country, :zone, :counters, :shrinkage_planned,
		:shrinkage_unplanned)
	RETURNING id
), h AS (
	INSERT INTO site_hours (site_id, weekday, open_min, close_min)
	SELECT s.id, x.weekday, clock_minutes(x.open), clock_minutes(x.close)
	FROM s, jsonb_to_recordset(:hours::jsonb) AS x (weekday int, open text, close text)
)
SELECT id FROM s;

-- name: site_counters_set
UPDATE site SET counters = :counters::int WHERE id = :site_id::bigint;

-- name: queue_list
SELECT q.id, q.code, q.name, q.site_id, q.skill_id, k.name AS skill, q.channel, q.interval_min,
	q.target_share, q.target_s, q.max_abandoned_share, q.max_asa_s, q.max_occupancy, q.patience_s,
	q.concurrency, q.turnaround_min, q.aht_s
FROM queue q JOIN skill k ON k.id = q.skill_id
WHERE (:site_id::bigint IS NULL OR q.site_id = :site_id::bigint)
	AND (:user_role::text <> 'site_manager'
		OR q.site_id IN (SELECT u.site_id FROM user_site u WHERE u.user_id = :user_id::bigint))
ORDER BY q.site_id, q.name, q.id;

-- name: queue_get
SELECT q.id, q.code, q.name, q.site_id, q.skill_id, k.name AS skill, q.channel, q.interval_min,
	q.target_share, q.target_s, q.max_abandoned_share, q.max_asa_s, q.max_occupancy, q.patience_s,
	q.concurrency, q.turnaround_min, q.aht_s
FROM queue q JOIN skill k ON k.id = q.skill_id
WHERE q.id = :queue_id::bigint;

-- name: queue_insert
INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, target_share, target_s,
	max_abandoned_share, max_asa_s, max_occupancy, patience_s, concurrency, turnaround_min, aht_s)
VALUES (:code, :name, :site_id, :skill_id, :channel, :interval_min, :target_share, :target_s,
	:max_abandoned_share, :max_asa_s, :max_occupancy, :patience_s, :concurrency, :turnaround_min,
	:aht_s)
RETURNING id;

-- name: skill_list
SELECT k.id, k.code, k.name,
	(SELECT count(*) FROM agent_skill h JOIN agent a ON a.id = h.agent_id
	 WHERE h.skill_id = k.id AND a.hired <= current_date
		AND (a.left_on IS NULL OR a.left_on >= current_date)) AS agents
FROM skill k ORDER BY k.name, k.id;

-- name: team_list
SELECT t.id, t.site_id, t.code, t.name,
	(SELECT count(*) FROM agent a WHERE a.team_id = t.id AND a.hired <= current_date
		AND (a.left_on IS NULL OR a.left_on >= current_date)) AS agents
FROM team t
WHERE (:site_id::bigint IS NULL OR t.site_id = :site_id::bigint)
	AND (:user_role::text <> 'site_manager'
		OR t.site_id IN (SELECT u.site_id FROM user_site u WHERE u.user_id = :user_id::bigint))
ORDER BY t.site_id, t.name, t.id;

-- name: contract_list
SELECT c.id, c.code, c.name, c.cost_cents_hour, c.currency, c.shift_min_minutes, c.shift_max_minutes,
	c.shift_step_minutes, clock_text(c.start_earliest_min) AS start_earliest,
	clock_text(c.start_latest_min) AS start_latest, c.start_step_minutes,
	(SELECT count(*) FROM agent a WHERE a.contract_id = c.id AND a.hired <= current_date
		AND (a.left_on IS NULL OR a.left_on >= current_date)) AS agents
FROM contract c ORDER BY c.name, c.id;

-- name: contract_get
SELECT c.id, c.code, c.name, c.cost_cents_hour, c.currency, c.shift_min_minutes, c.shift_max_minutes,
	c.shift_step_minutes, clock_text(c.start_earliest_min) AS start_earliest,
	clock_text(c.start_latest_min) AS start_latest, c.start_step_minutes,
	(SELECT count(*) FROM agent a WHERE a.contract_id = c.id AND a.hired <= current_date
		AND (a.left_on IS NULL OR a.left_on >= current_date)) AS agents,
	coalesce((SELECT json_agg(json_build_object('rule', r.rule, 'mode', r.mode, 'low', r.low,
			'high', r.high, 'weight', r.weight) ORDER BY r.rule)
		FROM contract_rule r WHERE r.contract_id = c.id), '[]') AS rules,
	coalesce((SELECT json_agg(json_build_object('kind', b.kind, 'minutes', b.minutes, 'paid', b.paid,
			'earliest_min', b.earliest_min, 'latest_min', b.latest_min,
			'shift_from_minutes', b.shift_from_minutes,
			'shift_to_minutes', b.shift_to_minutes, 'gap_minutes', b.gap_minutes) ORDER BY b.position)
		FROM contract_break b WHERE b.contract_id = c.id), '[]') AS breaks
FROM contract c WHERE c.id = :contract_id::bigint;

-- name: contract_insert
WITH c AS (
	INSERT INTO contract (code, name, cost_cents_hour, currency, shift_min_minutes,
		shift_max_minutes, shift_step_minutes, start_earliest_min, start_latest_min,
		start_step_minutes)
	VALUES (:code, :name, :cost_cents_hour, :currency, :shift_min_minutes, :shift_max_minutes,
		:shift_step_minutes, :start_earliest, :start_latest,
		:start_step_minutes)
	RETURNING id
), r AS (
	INSERT INTO contract_rule (contract_id, rule, mode, low, high, weight)
	SELECT c.id, x.rule, x.mode, x.low, x.high, x.weight
	FROM c, jsonb_to_recordset(:rules::jsonb) AS x (rule text, mode text, low double precision,
		high double precision, weight double precision)
), b AS (
	INSERT INTO contract_break (contract_id, position, kind, minutes, paid, earliest_min,
		latest_min, shift_from_minutes, shift_to_minutes, gap_minutes)
	SELECT c.id, x.n, x.v->>'kind', (x.v->>'minutes')::int, (x.v->>'paid')::boolean,
		(x.v->>'earliest_min')::int, (x.v->>'latest_min')::int, (x.v->>'shift_from_minutes')::int,
		(x.v->>'shift_to_minutes')::int, (x.v->>'gap_minutes')::int
	FROM c, jsonb_array_elements(:breaks::jsonb) WITH ORDINALITY AS x (v, n)
)
SELECT id FROM c;

-- name: agent_list
SELECT a.id, a.code, a.name, a.site_id, s.name AS site, a.team_id, t.name AS team, a.contract_id,
	c.name AS contract, a.hired, a.left_on, a.leave_reason, a.locale,
	coalesce((SELECT json_agg(json_build_object('skill_id', h.skill_id,
			'proficiency', h.proficiency) ORDER BY h.skill_id)
		FROM agent_skill h WHERE h.agent_id = a.id), '[]') AS skills,
	coalesce((SELECT json_agg(json_build_object('weekday', v.weekday,
			'from', clock_text(v.from_min), 'until', clock_text(v.until_min))
			ORDER BY v.weekday, v.from_min)
		FROM availability v WHERE v.agent_id = a.id), '[]') AS availability,
	coalesce((SELECT json_agg(json_build_object('site_id', o.site_id, 'site', os.name,
			'travel_min', o.travel_min) ORDER BY o.site_id)
		FROM agent_elsewhere o JOIN site os ON os.id = o.site_id WHERE o.agent_id = a.id), '[]') AS elsewhere
FROM agent a
JOIN site s ON s.id = a.site_id
JOIN contract c ON c.id = a.contract_id
LEFT JOIN team t ON t.id = a.team_id
WHERE (:site_id::bigint IS NULL OR a.site_id = :site_id::bigint)
	AND (:left::boolean OR a.left_on IS NULL OR a.left_on >= current_date)
	AND (:q::text IS NULL OR position(lower(:q::text) IN lower(a.name || ' ' || a.code)) > 0)
	AND (:after_id::bigint IS NULL OR (a.name, a.id) > (:after_name::text, :after_id::bigint))
	AND (:user_role::text <> 'site_manager'
		OR a.site_id IN (SELECT u.site_id FROM user_site u WHERE u.user_id = :user_id::bigint))
ORDER BY a.name, a.id
LIMIT :limit::bigint;

-- name: agent_get
SELECT a.id, a.code, a.name, a.site_id, s.name AS site, a.team_id, t.name AS team, a.contract_id,
	c.name AS contract, a.hired, a.left_on, a.leave_reason, a.locale,
	coalesce((SELECT json_agg(json_build_object('skill_id', h.skill_id,
			'proficiency', h.proficiency) ORDER BY h.skill_id)
		FROM agent_skill h WHERE h.agent_id = a.id), '[]') AS skills,
	coalesce((SELECT json_agg(json_build_object('weekday', v.weekday,
			'from', clock_text(v.from_min), 'until', clock_text(v.until_min))
			ORDER BY v.weekday, v.from_min)
		FROM availability v WHERE v.agent_id = a.id), '[]') AS availability,
	coalesce((SELECT json_agg(json_build_object('site_id', o.site_id, 'site', os.name,
			'travel_min', o.travel_min) ORDER BY o.site_id)
		FROM agent_elsewhere o JOIN site os ON os.id = o.site_id WHERE o.agent_id = a.id), '[]') AS elsewhere
FROM agent a
JOIN site s ON s.id = a.site_id
JOIN contract c ON c.id = a.contract_id
LEFT JOIN team t ON t.id = a.team_id
WHERE a.id = :agent_id::bigint;

-- name: agent_insert
WITH a AS (
	INSERT INTO agent (code, name, site_id, team_id, contract_id, hired, locale)
	VALUES (:code, :name, :site_id, :team_id, :contract_id, :hired, :locale)
	RETURNING id
), k AS (
	INSERT INTO agent_skill (agent_id, skill_id, proficiency)
	SELECT a.id, x.skill_id, x.proficiency
	FROM a, jsonb_to_recordset(:skills::jsonb) AS x (skill_id bigint, proficiency double precision)
), v AS (
	INSERT INTO availability (agent_id, weekday, from_min, until_min)
	SELECT a.id, x.weekday, clock_minutes(x."from"), clock_minutes(x.until)
	FROM a, jsonb_to_recordset(:availability::jsonb) AS x (weekday int, "from" text, until text)
), o AS (
	INSERT INTO agent_elsewhere (agent_id, site_id, travel_min)
	SELECT a.id, x.site_id, x.travel_min
	FROM a, jsonb_to_recordset(:elsewhere::jsonb) AS x (site_id bigint, travel_min int)
)
SELECT id FROM a;

-- name: agent_update
UPDATE agent SET
	name = coalesce(:name::text, name),
	site_id = coalesce(:site_id::bigint, site_id),
	team_id = CASE WHEN :team_id::bigint IS NOT NULL THEN :team_id::bigint
		WHEN :no_team::boolean THEN NULL
		WHEN :site_id::bigint <> site_id THEN NULL ELSE team_id END,
	contract_id = coalesce(:contract_id::bigint, contract_id),
	left_on = CASE WHEN :stays::boolean THEN NULL ELSE coalesce(:left_on::date, left_on) END,
	leave_reason = CASE WHEN :stays::boolean THEN NULL ELSE coalesce(:leave_reason::text, leave_reason) END,
	locale = coalesce(:locale::text, locale)
WHERE id = :agent_id::bigint;

-- Where an agent who moves today was until yesterday; who moves twice in a day was where the day began.
-- name: agent_transfer_note
INSERT INTO agent_transfer (agent_id, day, from_site_id, from_team_id)
SELECT a.id, d.today, s.id, :from_team_id::bigint
FROM agent a JOIN site s ON s.id = :from_site_id::bigint
	CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.zone)::date AS today) AS d
WHERE a.id = :agent_id::bigint AND a.site_id <> s.id AND a.hired < d.today
	AND (a.left_on IS NULL OR a.left_on >= d.today)
ON CONFLICT (agent_id, day) DO NOTHING;

-- name: agent_skills_replace
WITH wanted AS (
	SELECT x.skill_id, x.proficiency
	FROM jsonb_to_recordset(:skills::jsonb) AS x (skill_id bigint, proficiency double precision)
), gone AS (
	DELETE FROM agent_skill WHERE agent_id = :agent_id::bigint
		AND skill_id NOT IN (SELECT skill_id FROM wanted)
)
INSERT INTO agent_skill (agent_id, skill_id, proficiency)
SELECT :agent_id::bigint, skill_id, proficiency FROM wanted
ON CONFLICT (agent_id, skill_id) DO UPDATE SET proficiency = excluded.proficiency;

-- Who is at home at the site and may work at others, and who may come from others.
-- name: site_lending
SELECT a.id AS agent_id, a.name AS agent, h.id AS home_id, h.name AS home, s.id AS site_id, s.name AS site, o.travel_min
FROM agent_elsewhere o JOIN agent a ON a.id = o.agent_id JOIN site h ON h.id = a.site_id JOIN site s ON s.id = o.site_id
WHERE (a.site_id = :site_id::bigint OR o.site_id = :site_id::bigint)
	AND (a.left_on IS NULL OR a.left_on >= current_date)
ORDER BY a.site_id <> :site_id::bigint, a.name, a.id, o.site_id;

-- name: agent_elsewhere_replace
WITH wanted AS (
	SELECT x.site_id, x.travel_min
	FROM jsonb_to_recordset(:elsewhere::jsonb) AS x (site_id bigint, travel_min int)
), gone AS (
	DELETE FROM agent_elsewhere WHERE agent_id = :agent_id::bigint
		AND site_id NOT IN (SELECT site_id FROM wanted)
)
INSERT INTO agent_elsewhere (agent_id, site_id, travel_min)
SELECT :agent_id::bigint, site_id, travel_min FROM wanted
ON CONFLICT (agent_id, site_id) DO UPDATE SET travel_min = excluded.travel_min;

-- Who moves to a site that was another one is at home there.
-- name: agent_elsewhere_not_home
DELETE FROM agent_elsewhere o USING agent a
WHERE a.id = :agent_id::bigint AND o.agent_id = a.id AND o.site_id = a.site_id;

-- name: availability_delete
DELETE FROM availability WHERE agent_id = :agent_id::bigint;

-- name: availability_insert
INSERT INTO availability (agent_id, weekday, from_min, until_min)
SELECT :agent_id::bigint, x.weekday, clock_minutes(x."from"), clock_minutes(x.until)
FROM jsonb_to_recordset(:availability::jsonb) AS x (weekday int, "from" text, until text);

-- name: special_day_list
SELECT d.id, d.day, d.country, d.site_id, d.queue_id, d.kind, d.name, d.closed, d.factor,
	d.group_key AS "group"
FROM special_day d
WHERE (:from::date IS NULL OR d.day >= :from::date) AND (:to::date IS NULL OR d.day <= :to::date)
ORDER BY d.day, d.id;

-- name: special_day_get
SELECT id, day, country, site_id, queue_id, kind, name, closed, factor, group_key AS "group"
FROM special_day WHERE id = :special_day_id::bigint;

-- name: special_day_insert
INSERT INTO special_day (day, country, site_id, queue_id, kind, name, closed, factor, group_key)
VALUES (:day, :country, :site_id, :queue_id, :kind, :name, :closed, :factor, :group)
RETURNING id;

-- name: special_day_delete
DELETE FROM special_day WHERE id = :special_day_id::bigint;

-- Whether what is referred to is there. A team must belong to the site.
-- name: region_exists
SELECT count(*) FROM region WHERE id = :id::bigint;

-- name: site_exists
SELECT count(*) FROM site WHERE id = :id::bigint;

-- name: queue_exists
SELECT count(*) FROM queue WHERE id = :id::bigint;

-- name: skill_exists
SELECT count(*) FROM skill WHERE id = :id::bigint;

-- name: contract_exists
SELECT count(*) FROM contract WHERE id = :id::bigint;

-- name: agent_exists
SELECT count(*) FROM agent WHERE id = :id::bigint;

-- name: team_of_site
SELECT count(*) FROM team WHERE id = :id::bigint AND site_id = :site_id::bigint;

-- name: country_exists
SELECT count(*) FROM site WHERE country = :country::text;
