-- What stood behind a roster's shortage when it was drawn, and what would help: asked of the plan's
-- relaxation (include/wfm/explain.h) within a part of the job's time. Kept as it was said then.
CREATE TABLE roster_explanation (
	roster_id bigint PRIMARY KEY REFERENCES roster ON DELETE CASCADE,
	told jsonb NOT NULL
);
