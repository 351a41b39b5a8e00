-- Other sites at which an agent may work whole shifts, with the way there: travel is paid working time.
CREATE TABLE agent_elsewhere (
	agent_id bigint NOT NULL REFERENCES agent ON DELETE CASCADE,
	site_id bigint NOT NULL REFERENCES site ON DELETE CASCADE,
	travel_min int NOT NULL DEFAULT 0 CHECK (travel_min BETWEEN 0 AND 720 AND travel_min % 15 = 0),
	PRIMARY KEY (agent_id, site_id)
);
COMMENT ON COLUMN agent_elsewhere.travel_min IS 'each way, at either end of a shift there';
CREATE INDEX agent_elsewhere_site ON agent_elsewhere (site_id);

ALTER TABLE activity DROP CONSTRAINT activity_kind_check,
	ADD CONSTRAINT activity_kind_check CHECK (kind IN ('work', 'break', 'meal', 'training', 'meeting', 'travel'));

-- Plans of several sites drawn in one, whose rosters are published in one.
CREATE SEQUENCE plan_together;
ALTER TABLE plan ADD COLUMN together bigint;
COMMENT ON COLUMN plan.together IS 'the same number for plans of several sites drawn in one; NULL: drawn alone';
CREATE INDEX plan_of_together ON plan (together) WHERE together IS NOT NULL;
