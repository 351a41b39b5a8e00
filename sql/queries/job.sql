-- The job queue. Events are written by the triggers of migration 0004.

-- Nothing comes back when this user has used the key before.
-- name: job_insert
INSERT INTO job (kind, request, created_by, idempotency_key)
VALUES (:kind, :request, :created_by, :idempotency_key)
ON CONFLICT (created_by, idempotency_key) DO NOTHING
RETURNING id;

-- name: job_of_key
SELECT id, kind = :kind AND request = :request::jsonb AS same
FROM job WHERE created_by = :created_by AND idempotency_key = :idempotency_key;

-- name: job_get
SELECT id, kind, state, request, result, problem, progress, phase, objective, bound, gap, attempts,
	max_attempts, cancel_requested, created_by, created_at, started_at, finished_at
FROM job WHERE id = :job_id;

-- name: job_list
SELECT id, kind, state, request, result, problem, progress, phase, objective, bound, gap, attempts,
	max_attempts, cancel_requested, created_by, created_at, started_at, finished_at
FROM job
WHERE id < coalesce(:before_id::bigint, 9223372036854775807)
	AND (:state::text IS NULL OR state = :state) AND (:kind::text IS NULL OR kind = :kind)
ORDER BY id DESC LIMIT :limit;

-- A queued job ends here and now; a running one is asked.
-- name: job_cancel
UPDATE job SET cancel_requested = true,
	state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
	finished_at = CASE state WHEN 'queued' THEN now() END
WHERE id = :job_id AND state IN ('queued', 'running');

-- name: job_events_after
SELECT id, data FROM job_event
WHERE job_id = :job_id AND id > :after_id ORDER BY id LIMIT 500;

-- name: job_claim
WITH next AS (
	SELECT id FROM job
	WHERE (state = 'queued' OR (state = 'running' AND lease_until < clock_timestamp()))
		AND attempts < max_attempts AND NOT cancel_requested AND kind = ANY (:kinds::text[])
	ORDER BY id LIMIT 1
	FOR UPDATE SKIP LOCKED
)
UPDATE job SET state = 'running', attempts = attempts + 1, lease_owner = :owner,
	lease_until = clock_timestamp() + make_interval(secs => :lease_s), progress = 0, phase = '',
	objective = NULL, bound = NULL, gap = NULL, started_at = coalesce(started_at, clock_timestamp())
FROM next WHERE job.id = next.id
RETURNING job.id, kind, state, request, result, problem, progress, phase, objective, bound, gap, attempts,
	max_attempts, cancel_requested, created_by, created_at, started_at, finished_at;

-- name: job_renew
UPDATE job SET lease_until = clock_timestamp() + make_interval(secs => :lease_s),
	progress = :progress, phase = :phase, objective = :objective, bound = :bound, gap = :gap
WHERE id = :job_id AND state = 'running' AND lease_owner = :owner
RETURNING cancel_requested::int;

-- name: job_end
UPDATE job SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'done' END,
	result = :result, progress = CASE WHEN cancel_requested THEN progress ELSE 1 END,
	finished_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL
WHERE id = :job_id AND state = 'running' AND lease_owner = :owner;

-- name: job_end_failed
UPDATE job SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'failed' END,
	problem = CASE WHEN cancel_requested THEN NULL ELSE :problem::jsonb END,
	finished_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL
WHERE id = :job_id AND state = 'running' AND lease_owner = :owner;

-- A job that somebody asked to stop is not taken up again.
-- name: job_release
UPDATE job SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'queued' END,
	finished_at = CASE WHEN cancel_requested THEN clock_timestamp() END, attempts = attempts - :uncounted::int, lease_owner = NULL,
	lease_until = NULL
WHERE id = :job_id AND state = 'running' AND lease_owner = :owner;

-- name: job_bury
UPDATE job SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'failed' END,
	problem = CASE WHEN NOT cancel_requested THEN jsonb_build_object(
		'type', 'internal', 'title', 'Internal error', 'status', 500,
		'detail', format('the worker died in each of %s attempts', attempts)) END,
	finished_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL
WHERE id IN (
	SELECT id FROM job
	WHERE state = 'running' AND lease_until < clock_timestamp()
		AND (attempts >= max_attempts OR cancel_requested)
	FOR UPDATE SKIP LOCKED);

-- A thousand at a time, so that nobody waits; whoever looks after them at the same time takes others.
-- name: job_clean
DELETE FROM job
WHERE id IN (
	SELECT id FROM job
	WHERE state IN ('done', 'failed', 'cancelled')
		AND finished_at < clock_timestamp() - make_interval(days => :days::int)
	LIMIT 1000
	FOR UPDATE SKIP LOCKED);

-- name: job_listen
LISTEN job;

-- name: job_event_listen
LISTEN job_event;
