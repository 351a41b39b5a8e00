-- Wall-clock minutes as the interface writes them, and back: 1500 is "25:00".
CREATE FUNCTION clock_text(minutes int) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT lpad((minutes / 60)::text, 2, '0') || ':' || lpad((minutes % 60)::text, 2, '0')
$$;
CREATE FUNCTION clock_minutes(clock text) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT split_part(clock, ':', 1)::int * 60 + split_part(clock, ':', 2)::int
$$;
