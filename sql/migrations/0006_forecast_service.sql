-- Report cards in full, and what users add to forecasts.
ALTER TABLE forecast_queue ADD report jsonb, ADD outliers jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN forecast_queue.report IS 'why this method, the scores of all, calendar effects, warnings; NULL: made before report cards were kept';
COMMENT ON COLUMN forecast_queue.outliers IS 'intervals of history replaced before learning: [{start, offered, usual}]';

-- A user's word on a queue and a span of time. It belongs to no version of the forecast: whatever is
-- read for that time is adjusted, and the statistical figures stay as they were. Never deleted: revoked.
CREATE TABLE forecast_adjustment (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	queue_id bigint NOT NULL REFERENCES queue ON DELETE CASCADE,
	from_at timestamptz NOT NULL,
	until_at timestamptz NOT NULL,
	kind text NOT NULL CHECK (kind IN ('percent', 'count')),
	value double precision NOT NULL,
	reason text NOT NULL CHECK (reason <> ''),
	author text NOT NULL,
	created_by bigint REFERENCES app_user ON DELETE SET NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	revoker text,
	revoked_by bigint REFERENCES app_user ON DELETE SET NULL,
	revoked_at timestamptz,
	CONSTRAINT forecast_adjustment_order CHECK (until_at > from_at),
	CONSTRAINT forecast_adjustment_percent CHECK (kind <> 'percent' OR value >= -100),
	CONSTRAINT forecast_adjustment_revoked CHECK ((revoked_at IS NULL) = (revoker IS NULL))
);
COMMENT ON CONSTRAINT forecast_adjustment_order ON forecast_adjustment IS 'an adjustment must end after it starts';
COMMENT ON CONSTRAINT forecast_adjustment_percent ON forecast_adjustment IS 'no more than 100 % can be taken away';
COMMENT ON COLUMN forecast_adjustment.author IS 'login at the time; stays when the account goes';
CREATE INDEX forecast_adjustment_queue ON forecast_adjustment (queue_id, until_at);

CREATE AGGREGATE product(double precision) (SFUNC = float8mul, STYPE = double precision, INITCOND = '1');

-- The intervals of a forecast that are adjusted, with their adjusted means. Percentages multiply;
-- then each count is added, spread over the intervals of its span in proportion to the forecast as the
-- percentages left it (evenly where that is nothing), so the order of adjustments does not matter. Of a
-- count whose span reaches beyond the forecast, the share of the time inside is spread. Nothing goes
-- below zero. as_it_was: with the adjustments in force when each interval began, for looking back;
-- otherwise with those in force now.
CREATE FUNCTION forecast_adjusted(of_forecast bigint, of_queue bigint, as_it_was boolean)
RETURNS TABLE (queue_id bigint, start_at timestamptz, adjusted double precision)
LANGUAGE sql STABLE AS $$
WITH given AS (
	SELECT a.*, extract(epoch FROM least(a.until_at, v.until_at) - greatest(a.from_at, v.from_at))::float8
		/ extract(epoch FROM a.until_at - a.from_at)::float8 AS share
	FROM forecast f JOIN forecast_queue r ON r.forecast_id = f.id JOIN queue q ON q.id = r.queue_id
		JOIN site s ON s.id = q.site_id
		CROSS JOIN LATERAL (SELECT f.first_day::timestamp AT TIME ZONE s.zone AS from_at,
			(f.last_day + 1)::timestamp AT TIME ZONE s.zone AS until_at) AS v
		JOIN forecast_adjustment a ON a.queue_id = q.id AND a.until_at > v.from_at AND a.from_at < v.until_at
	WHERE f.id = of_forecast AND (of_queue IS NULL OR q.id = of_queue)
		AND (as_it_was OR a.revoked_at IS NULL)),
touched AS (
	SELECT g.id, g.kind, g.value, g.share, i.queue_id, i.start_at, i.mean,
		NOT as_it_was OR (g.created_at <= i.start_at
			AND (g.revoked_at IS NULL OR g.revoked_at > i.start_at)) AS in_force
	FROM given g JOIN forecast_interval i ON i.forecast_id = of_forecast AND i.queue_id = g.queue_id
		AND i.start_at >= g.from_at AND i.start_at < g.until_at),
scaled AS (
	SELECT t.*, t.mean * product(1 + t.value / 100) FILTER (WHERE t.kind = 'percent' AND t.in_force)
		OVER (PARTITION BY t.queue_id, t.start_at) AS left_over
	FROM touched t),
spread AS (
	SELECT c.*, sum(c.left_over) OVER (PARTITION BY c.id) AS total, count(*) OVER (PARTITION BY c.id) AS intervals
	FROM scaled c)
SELECT p.queue_id, p.start_at, greatest(0, max(p.left_over) + coalesce(sum(p.value * p.share
	* CASE WHEN p.total > 0 THEN p.left_over / p.total ELSE 1.0 / p.intervals END)
	FILTER (WHERE p.kind = 'count' AND p.in_force), 0))
FROM spread p GROUP BY p.queue_id, p.start_at
$$;

-- E|Y - m| of a Poisson count, 2 e^-m m^([m]+1) / [m]! (De Moivre), whole numbers [m] by table; from 20
-- on its expansion sqrt(2m/pi) (1 + (6f(1-f) - 1) / 12m), f = m - [m], which is right to 0.1 %.
-- Not STRICT: only so is it inlined, and millions of rows go through it.
CREATE FUNCTION poisson_deviation(m double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN m <= 0 THEN 0
	WHEN m < 20 THEN 2 * exp(-m) * power(m, floor(m) + 1) / ('{1,1,2,6,24,120,720,5040,40320,362880,3628800,39916800,479001600,6227020800,87178291200,1307674368000,20922789888000,355687428096000,6402373705728000,121645100408832000}'::float8[])[floor(m)::int + 1]
	ELSE sqrt(2 * m / pi()) * (1 + (6 * (m - floor(m)) * (1 - m + floor(m)) - 1) / (12 * m)) END
$$;
