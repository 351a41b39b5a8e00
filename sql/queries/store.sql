-- What the store itself says to PostgreSQL: transactions, sessions, migrations.

-- name: transaction_begin
BEGIN;

-- name: transaction_commit
COMMIT;

-- name: transaction_rollback
ROLLBACK;

-- name: session_settings
SELECT set_config('TimeZone', 'UTC', false),
	set_config('DateStyle', 'ISO, YMD', false),
	set_config('IntervalStyle', 'iso_8601', false),
	set_config('bytea_output', 'hex', false),
	set_config('idle_in_transaction_session_timeout', '600s', false);

-- The sentence that a broken constraint or unique index tells the user.
-- name: constraint_sentences
SELECT c.conname AS name, d.description AS sentence
FROM pg_constraint c
JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_constraint'::regclass
WHERE c.connamespace = current_schema()::regnamespace
UNION ALL
SELECT i.relname, d.description
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_description d ON d.objoid = i.oid AND d.classoid = 'pg_class'::regclass
WHERE x.indisunique AND i.relnamespace = current_schema()::regnamespace;

-- name: migration_table_create
CREATE TABLE IF NOT EXISTS schema_migration (
	number int PRIMARY KEY,
	name text NOT NULL,
	checksum text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: migration_table_exists
SELECT count(*) FROM pg_class
WHERE relname = 'schema_migration' AND relkind = 'r' AND relnamespace = current_schema()::regnamespace;

-- name: migration_lock
SELECT pg_advisory_lock(7263548201);

-- name: migration_unlock
SELECT pg_advisory_unlock(7263548201);

-- name: migration_list
SELECT number, name, checksum FROM schema_migration ORDER BY number;

-- name: migration_record
INSERT INTO schema_migration (number, name, checksum) VALUES (:number, :name, :checksum);

-- name: server_ping
SELECT 1;

-- name: database_exists
SELECT count(*) FROM pg_database WHERE datname = 'cuadrante';

-- name: database_create
CREATE DATABASE cuadrante;

-- name: table_exists
SELECT (to_regclass(:name) IS NOT NULL)::int;

-- name: network_exists
SELECT (EXISTS (SELECT FROM app_user) OR EXISTS (SELECT FROM site))::int;
