-- name: accuracy_weeks
-- Forecast against actual, summed by queue, horizon and ISO week of the forecast day. Of each day and
-- horizon (weeks ahead when it was made: 1, 2, 3-4, 5 or more) only the newest version counts. Days of
-- an outage and intervals without history are not scored. Naive: as long after local midnight in the
-- last week that was known then. The adjusted forecast has the adjustments in force when each interval began.
-- Promised: days forecast by a version without a backtest count as the others of their week.
WITH versions AS (
	SELECT f.id, r.queue_id, f.first_day, f.last_day, (f.created_at AT TIME ZONE s.zone)::date AS made,
		r.wape, (r.report->>'wape_week1')::float8 AS wape_week1
	FROM forecast f JOIN site s ON s.id = f.site_id JOIN forecast_queue r ON r.forecast_id = f.id
	WHERE f.site_id = :site_id AND f.last_day >= :since::date AND f.first_day <= :to::date
		AND (:queue_id::bigint IS NULL OR r.queue_id = :queue_id)),
chosen AS (
	SELECT DISTINCT ON (v.queue_id, d.day, x.horizon) v.queue_id, d.day::date AS day, d.day AS midnight,
		x.horizon, x.ahead, v.id AS forecast_id,
		coalesce(CASE WHEN x.ahead = 1 THEN v.wape_week1 END, v.wape) AS promise
	FROM generate_series(:since::date::timestamp, :to::date::timestamp, interval '1 day') AS d(day)
		JOIN versions v ON d.day::date BETWEEN v.first_day AND v.last_day AND v.made < d.day::date
		CROSS JOIN LATERAL (SELECT (d.day::date - v.made + 6) / 7 AS ahead,
			CASE (d.day::date - v.made + 6) / 7 WHEN 1 THEN '1' WHEN 2 THEN '2' WHEN 3 THEN '3-4'
				WHEN 4 THEN '3-4' ELSE '5+' END AS horizon) AS x
	ORDER BY v.queue_id, d.day, x.horizon, v.made DESC, v.id DESC),
wanted AS (
	SELECT c.*, s.zone, c.midnight AT TIME ZONE s.zone AS begins,
		(c.midnight + interval '1 day') AT TIME ZONE s.zone AS ends,
		c.midnight AT TIME ZONE s.zone - (c.midnight - make_interval(days => 7 * c.ahead)) AT TIME ZONE s.zone AS back
	FROM chosen c JOIN site s ON s.id = :site_id
	WHERE NOT EXISTS (SELECT 1 FROM special_day o WHERE o.kind = 'outage' AND o.day = c.day
		AND (o.queue_id = c.queue_id OR o.site_id = s.id OR o.country = s.country))),
scored AS MATERIALIZED (
	SELECT w.queue_id, w.horizon, w.forecast_id, w.day, w.promise, d.*
	FROM wanted w CROSS JOIN LATERAL (
		SELECT count(*) AS n, sum(abs(i.mean - h.offered)) AS absolute,
			sum(i.mean - h.offered) AS error, sum(h.offered) AS offered,
			sum((h.offered BETWEEN i.q10 AND i.q90)::int) AS within80,
			sum(abs(o.offered - h.offered)) AS naive_absolute,
			sum(h.offered) FILTER (WHERE o.offered IS NOT NULL) AS naive_offered,
			sum(poisson_deviation(i.mean)) AS floor
		FROM forecast_interval i
			JOIN history h ON h.queue_id = w.queue_id AND h.start_at = i.start_at AND h.offered < 'Infinity'
			LEFT JOIN history o ON o.queue_id = w.queue_id AND o.start_at = i.start_at - w.back
				AND o.offered < 'Infinity'
		WHERE i.forecast_id = w.forecast_id AND i.queue_id = w.queue_id
			AND i.start_at >= w.begins AND i.start_at < w.ends) AS d
	WHERE d.n > 0),
adjusted AS MATERIALIZED (
	SELECT p.forecast_id, p.queue_id, (i.start_at AT TIME ZONE p.zone)::date AS day,
		sum(abs(a.adjusted - h.offered) - abs(i.mean - h.offered)) AS more
	FROM (SELECT w.forecast_id, w.queue_id, w.zone FROM wanted w
			JOIN forecast_adjustment a ON a.queue_id = w.queue_id AND a.from_at < w.ends AND a.until_at > w.begins
			GROUP BY 1, 2, 3) AS p
		CROSS JOIN LATERAL forecast_adjusted(p.forecast_id, p.queue_id, true) AS a
		JOIN forecast_interval i ON i.forecast_id = p.forecast_id AND i.queue_id = p.queue_id AND i.start_at = a.start_at
		JOIN history h ON h.queue_id = p.queue_id AND h.start_at = a.start_at AND h.offered < 'Infinity'
	GROUP BY 1, 2, 3)
SELECT s.queue_id, s.horizon, date_trunc('week', s.day)::date AS week, s.day >= :from::date AS asked,
	sum(s.n)::bigint AS n, sum(s.absolute) AS absolute, sum(s.error) AS error, sum(s.offered) AS offered,
	sum(s.within80)::bigint AS within80, coalesce(sum(s.naive_absolute), 0) AS naive_absolute,
	coalesce(sum(s.naive_offered), 0) AS naive_offered,
	sum(s.absolute + coalesce(a.more, 0)) AS adjusted_absolute, sum(s.floor) AS floor,
	sum(s.promise * s.offered) * (sum(s.offered)
		/ nullif(sum(s.offered) FILTER (WHERE s.promise IS NOT NULL), 0)) AS promised
FROM scored s LEFT JOIN adjusted a USING (forecast_id, queue_id, day)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
