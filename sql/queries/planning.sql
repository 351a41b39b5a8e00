-- name: planning_site
SELECT id AS site_id, code, name, country, zone AS zone_name, counters, shrinkage_planned,
	shrinkage_unplanned
FROM site WHERE id = :site_id;

-- name: planning_hours
SELECT valid_from, weekday, open_min, close_min FROM site_hours WHERE site_id = :site_id
ORDER BY valid_from, weekday, open_min;

-- name: planning_special_days
SELECT d.day, d.kind, d.closed, d.factor, d.queue_id, d.name, d.group_key AS "group"
FROM special_day d JOIN site s ON s.id = :site_id
WHERE d.country = s.country OR d.site_id = s.id
	OR d.queue_id IN (SELECT id FROM queue WHERE site_id = s.id)
ORDER BY d.day, d.id;

-- name: planning_queues
SELECT id, code, name, skill_id, channel, interval_min, target_share, target_s, max_abandoned_share,
	max_asa_s, max_occupancy, patience_s, concurrency, turnaround_min, aht_s, redials, redial_share,
	chat_stretch
FROM queue WHERE site_id = :site_id ORDER BY id;
