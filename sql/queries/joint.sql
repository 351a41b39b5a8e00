-- name: joint_insert
INSERT INTO forecast_joint (forecast_id, queue_id, first_day, days, slots, factors, shapes, mean, variance,
	day_load, day_own, shape)
VALUES (:forecast_id, :queue_id, :first_day, :days, :slots, :factors, :shapes, :mean::real[],
	:variance::real[], :day_load::real[], :day_own::real[], :shape::real[]);

-- name: joint_list
SELECT queue_id, first_day, days, slots, factors, shapes, array_to_json(mean) AS mean,
	array_to_json(variance) AS variance, array_to_json(day_load) AS day_load,
	array_to_json(day_own) AS day_own, array_to_json(shape) AS shape
FROM forecast_joint
WHERE forecast_id = :forecast_id AND (:queue_id::bigint IS NULL OR queue_id = :queue_id)
ORDER BY queue_id;

-- name: correlation_insert
INSERT INTO forecast_correlation (forecast_id, queue_id, other_id, correlation)
SELECT :forecast_id, r.queue_id, r.other_id, r.correlation
FROM jsonb_to_recordset(:pairs::jsonb) AS r(queue_id bigint, other_id bigint, correlation float8);

-- name: correlation_list
SELECT queue_id, other_id, correlation FROM forecast_correlation WHERE forecast_id = :forecast_id;
