-- Where an agent worked before: one row a move from site to site (agent.site_id is the present one).
CREATE TABLE agent_transfer (
	agent_id bigint NOT NULL REFERENCES agent ON DELETE CASCADE,
	day date NOT NULL,
	from_site_id bigint NOT NULL REFERENCES site,
	from_team_id bigint REFERENCES team,
	PRIMARY KEY (agent_id, day)
);
COMMENT ON COLUMN agent_transfer.day IS 'first day at the next site';

-- Every stretch of an agent's employment at one site: first_day..last_day, both worked; last_day is
-- infinity while employed. leave_reason is set on the stretch that ended the employment.
CREATE VIEW agent_stint AS
	SELECT a.id AS agent_id, s.site_id, s.team_id, a.hired,
		coalesce(lag(s.until) OVER w + 1, a.hired) AS first_day,
		coalesce(s.until, a.left_on, 'infinity'::date) AS last_day,
		CASE WHEN s.until IS NULL THEN a.left_on END AS left_on,
		CASE WHEN s.until IS NULL THEN a.leave_reason END AS leave_reason
	FROM agent a
	CROSS JOIN LATERAL (
		SELECT t.from_site_id AS site_id, t.from_team_id AS team_id, t.day - 1 AS until
		FROM agent_transfer t WHERE t.agent_id = a.id
		UNION ALL
		SELECT a.site_id, a.team_id, NULL
	) s
	WINDOW w AS (PARTITION BY a.id ORDER BY coalesce(s.until, 'infinity'::date));
COMMENT ON VIEW agent_stint IS 'who belonged to which site and team on which days: headcount and turnover count from here';
