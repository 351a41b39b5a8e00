-- The demo network (server/demo/load.c).

-- name: demo_lock
SELECT 1 AS locked FROM pg_advisory_xact_lock(7265001);

-- name: demo_present
SELECT CASE WHEN count(*) FILTER (WHERE code IN ('SCL', 'VAL', 'SSA', 'STA', 'GUA', 'QUE', 'MAN', 'LEO')) = 8 THEN 1
	WHEN count(*) > 0 THEN 2 ELSE 0 END AS present
FROM site;

-- name: demo_copy_region
COPY region (id, code, name) FROM STDIN;

-- name: demo_copy_site
COPY site (id, code, name, region_id, kind, country, zone, counters, shrinkage_planned, shrinkage_unplanned) FROM STDIN;

-- name: demo_copy_site_hours
COPY site_hours (site_id, weekday, open_min, close_min) FROM STDIN;

-- name: demo_copy_skill
COPY skill (id, code, name) FROM STDIN;

-- name: demo_copy_queue
COPY queue (id, code, name, site_id, skill_id, channel, interval_min, target_share, target_s, max_abandoned_share,
	max_occupancy, patience_s, concurrency, turnaround_min, aht_s) FROM STDIN;

-- name: demo_copy_special_day
COPY special_day (day, country, site_id, queue_id, kind, name, closed, factor, group_key, computed) FROM STDIN;

-- name: demo_copy_contract
COPY contract (id, code, name, cost_cents_hour, shift_min_minutes, shift_max_minutes, start_earliest_min,
	start_latest_min) FROM STDIN;

-- name: demo_copy_contract_rule
COPY contract_rule (contract_id, rule, low, high) FROM STDIN;

-- name: demo_copy_contract_break
COPY contract_break (contract_id, position, kind, minutes, paid, earliest_min, latest_min, shift_from_minutes) FROM STDIN;

-- name: demo_copy_team
COPY team (id, site_id, code, name) FROM STDIN;

-- name: demo_copy_agent
COPY agent (id, code, name, site_id, team_id, contract_id, hired, left_on, leave_reason) FROM STDIN;

-- name: demo_copy_agent_transfer
COPY agent_transfer (agent_id, day, from_site_id, from_team_id) FROM STDIN;

-- name: demo_copy_agent_skill
COPY agent_skill (agent_id, skill_id, proficiency) FROM STDIN;

-- name: demo_copy_availability
COPY availability (agent_id, weekday, from_min, until_min) FROM STDIN;

-- name: demo_copy_absence
COPY absence (agent_id, kind, state, start_at, end_at, planned, paid, excused, planned_minutes, created_at, changed_at) FROM STDIN;

-- name: demo_copy_history
COPY history (queue_id, start_at, offered, handled, abandoned, answered_in_target, handle_time_s, wait_time_s) FROM STDIN;

-- name: demo_copy_agent_day
COPY agent_day (agent_id, day, site_id, rostered_s, handling_s, waiting_s, breaks_s, training_s, other_s, paid_leave_s,
	in_planned_state_s, absent_planned_s, absent_unplanned_s) FROM STDIN;

-- name: demo_copy_handled_day
COPY handled_day (site_id, queue_id, day, offered, handled, abandoned, answered_in_target, handle_time_s, resolved_first,
	satisfaction_sum, satisfaction_count, sales) FROM STDIN;

-- name: demo_set_sequences
SELECT setval('region_id_seq', (SELECT max(id) FROM region)) + setval('site_id_seq', (SELECT max(id) FROM site))
	+ setval('skill_id_seq', (SELECT max(id) FROM skill)) + setval('queue_id_seq', (SELECT max(id) FROM queue))
	+ setval('contract_id_seq', (SELECT max(id) FROM contract)) + setval('team_id_seq', (SELECT max(id) FROM team))
	+ setval('agent_id_seq', (SELECT max(id) FROM agent)) AS total;

-- name: demo_add_user
INSERT INTO app_user (login, name, password_hash, role, agent_id)
VALUES (:login, :name, :password_hash, :role, :agent_id)
ON CONFLICT (login) DO NOTHING;

-- name: demo_add_user_site
INSERT INTO user_site (user_id, site_id)
SELECT u.id, s.id FROM app_user u, site s WHERE u.login = :login AND s.code = :code
ON CONFLICT DO NOTHING;

-- name: demo_analyze
ANALYZE;
