-- What the HTTP service asks for itself.

-- name: job_events_unlisten
UNLISTEN job_event;

-- name: jobs_by_state
SELECT state, count(*) AS jobs FROM job GROUP BY state ORDER BY state;
