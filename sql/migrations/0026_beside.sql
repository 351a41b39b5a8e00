-- A site's draft drawn again by itself still comes of a plan of several sites, however often; from a published
-- roster it goes with what is published. Which were drafts then is not known: what is published now is taken to have been.
ALTER TABLE plan ADD COLUMN beside bigint;
COMMENT ON COLUMN plan.beside IS
	'the number of the plan of several sites that it is part of or was drawn again from as a draft; NULL: none';
WITH RECURSIVE line AS (
	SELECT id, together AS number FROM plan WHERE together IS NOT NULL
	UNION
	SELECT p.id, l.number FROM line l JOIN roster k ON k.plan_id = l.id AND k.state = 'draft'
		JOIN plan p ON p.request->>'keep' = k.id::text AND p.together IS NULL)
UPDATE plan SET beside = l.number FROM line l WHERE l.id = plan.id;
CREATE INDEX plan_of_beside ON plan (beside) WHERE beside IS NOT NULL;

-- What a roster reckons with at other sites in its week: what is published there, or for a draft a later draft
-- that comes of the same plan of several sites.
CREATE FUNCTION roster_beside(of_roster bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
	SELECT DISTINCT ON (o.site_id) o.id
	FROM roster r JOIN plan p ON p.id = r.plan_id
		JOIN roster o ON o.monday = r.monday AND o.site_id <> r.site_id JOIN plan q ON q.id = o.plan_id
	WHERE r.id = of_roster
		AND (o.state = 'published' OR (o.state = 'draft' AND r.state = 'draft' AND q.beside = p.beside))
	ORDER BY o.site_id, o.version DESC
$$;
