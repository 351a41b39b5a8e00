-- What the HTTP service asks for itself.

-- name: job_events_unlisten
UNLISTEN job_event;

-- name: jobs_by_state
SELECT state, count(*) AS jobs FROM job GROUP BY state ORDER BY state;

-- name: absence_exists
SELECT count(*) FROM absence WHERE id = :id::bigint;

-- name: network_forecast_exists
SELECT count(*) FROM network_forecast WHERE id = :id::bigint;

-- name: outlook_exists
SELECT count(*) FROM outlook WHERE id = :id::bigint;

-- name: plan_exists
SELECT count(*) FROM plan WHERE id = :id::bigint;

-- name: roster_exists
SELECT count(*) FROM roster WHERE id = :id::bigint;

-- name: team_exists
SELECT count(*) FROM team WHERE id = :id::bigint;

-- name: any_forecast_exists
SELECT count(*) FROM forecast WHERE id = :id::bigint;

-- name: account_exists
SELECT count(*) FROM app_user WHERE id = :id::bigint;

-- name: job_exists
SELECT count(*) FROM job WHERE id = :id::bigint;
