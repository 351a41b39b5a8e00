-- Forecasts of a region or of the whole network, made at once so that they add up.
CREATE TABLE network_forecast (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	region_id bigint REFERENCES region,
	first_day date NOT NULL,
	last_day date NOT NULL,
	shrinkage double precision NOT NULL CHECK (shrinkage BETWEEN 0 AND 1),
	created_at timestamptz NOT NULL DEFAULT now(),
	created_by bigint REFERENCES app_user ON DELETE SET NULL,
	job_id bigint REFERENCES job ON DELETE SET NULL
);
COMMENT ON COLUMN network_forecast.region_id IS 'NULL: the whole network';
COMMENT ON COLUMN network_forecast.shrinkage IS 'how far past errors were taken for independent when the levels were reconciled; 1: wholly';

CREATE TABLE network_forecast_site (
	network_forecast_id bigint NOT NULL REFERENCES network_forecast ON DELETE CASCADE,
	forecast_id bigint NOT NULL REFERENCES forecast ON DELETE CASCADE,
	PRIMARY KEY (network_forecast_id, forecast_id)
);
CREATE INDEX network_forecast_site_forecast ON network_forecast_site (forecast_id);

CREATE TABLE network_forecast_total (
	network_forecast_id bigint NOT NULL REFERENCES network_forecast ON DELETE CASCADE,
	level text NOT NULL CHECK (level IN ('network', 'region', 'site')),
	region_id bigint REFERENCES region,
	site_id bigint REFERENCES site,
	by text NOT NULL CHECK (by IN ('day', 'week')),
	day date NOT NULL,
	mean double precision NOT NULL CHECK (mean >= 0),
	base_mean double precision CHECK (base_mean >= 0),
	q05 double precision NOT NULL,
	q10 double precision NOT NULL,
	q25 double precision NOT NULL,
	q50 double precision NOT NULL,
	q75 double precision NOT NULL,
	q90 double precision NOT NULL,
	q95 double precision NOT NULL,
	CHECK ((level = 'network') = (region_id IS NULL)),
	CHECK ((level = 'site') = (site_id IS NOT NULL))
);
CREATE UNIQUE INDEX network_forecast_total_once ON network_forecast_total
	(network_forecast_id, level, coalesce(region_id, 0), coalesce(site_id, 0), by, day);
COMMENT ON COLUMN network_forecast_total.base_mean IS 'what the level said by itself, before all were reconciled; NULL: it has no forecast of its own';
