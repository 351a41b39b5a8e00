-- Who is asking: log-ins, sessions, tokens, the throttle, and the audit log they all write to.

-- name: audit_add
INSERT INTO audit (user_id, login, request_id, action, entity, entity_id, before, after)
VALUES (:user_id::bigint, :login, :request_id, :action, :entity, :entity_id::bigint,
	:before::jsonb, :after::jsonb);

-- Why somebody is absent is for those who may read it in the absence itself.
-- name: audit_list
SELECT id, at, user_id, login, request_id, action, entity, entity_id,
	CASE WHEN open THEN before ELSE before - hidden END AS before,
	CASE WHEN open THEN after ELSE after - hidden END AS after
FROM audit
	CROSS JOIN (SELECT ARRAY['kind', 'planned', 'paid', 'excused', 'planned_minutes', 'note',
		'decision_note'] AS hidden) AS h
	CROSS JOIN LATERAL (SELECT entity <> 'absence' OR :user_role::text IN ('hr', 'admin') AS open) AS o
WHERE (:cursor::bigint IS NULL OR id < :cursor::bigint)
	AND (:entity::text IS NULL OR entity = :entity::text)
	AND (:entity_id::bigint IS NULL OR entity_id = :entity_id::bigint)
ORDER BY id DESC
LIMIT :limit::bigint;

-- name: user_sees_site
SELECT count(*) FROM user_site WHERE user_id = :user_id::bigint AND site_id = :site_id::bigint;

-- name: user_by_login
-- An agent's account ends with the last day worked.
SELECT u.id, u.login, u.name, u.password_hash, u.role, u.agent_id, u.locale,
	u.disabled OR coalesce(a.left_on < current_date, false) AS disabled
FROM app_user u LEFT JOIN agent a ON a.id = u.agent_id WHERE u.login = :login::text;

-- name: user_get
SELECT u.id, u.login, u.name, u.role, u.agent_id, u.locale,
	(SELECT coalesce(json_agg(s.site_id ORDER BY s.site_id), '[]') FROM user_site s
	 WHERE s.user_id = u.id) AS site_ids
FROM app_user u WHERE u.id = :user_id::bigint;

-- name: user_password_hash
SELECT password_hash FROM app_user WHERE id = :user_id::bigint;

-- name: user_password_set
UPDATE app_user SET password_hash = :password_hash WHERE id = :user_id::bigint;

-- An attempt is written before the password is looked at, so that a burst in parallel counts itself.
-- name: login_attempt_add
INSERT INTO login_attempt (login, peer, succeeded) VALUES (:login, :peer, false) RETURNING id;

-- name: login_attempt_succeeded
UPDATE login_attempt SET succeeded = true WHERE id = :id::bigint;

-- name: login_attempts_failed
SELECT
	(SELECT count(*) FROM login_attempt a WHERE a.login = :login::text AND NOT a.succeeded
		AND a.at > now() - interval '15 minutes'
		AND a.at > coalesce((SELECT max(s.at) FROM login_attempt s
			WHERE s.login = :login::text AND s.succeeded), '-infinity')) AS by_login,
	(SELECT count(*) FROM login_attempt a WHERE a.peer = :peer::text AND NOT a.succeeded
		AND a.at > now() - interval '15 minutes') AS by_peer;

-- name: login_attempts_forget
DELETE FROM login_attempt WHERE at < now() - interval '7 days';

-- name: session_add
INSERT INTO session (token_hash, csrf_hash, user_id, expires_at, peer, user_agent)
VALUES (:token_hash, :csrf_hash, :user_id::bigint, now() + make_interval(hours => :hours::int),
	:peer, :user_agent)
RETURNING id;

-- name: session_find
SELECT s.id AS session_id, s.csrf_hash, u.id, u.login, u.role, u.agent_id, u.locale,
	s.last_seen_at < now() - interval '1 minute' AS stale
FROM session s JOIN app_user u ON u.id = s.user_id LEFT JOIN agent a ON a.id = u.agent_id
WHERE s.token_hash = :token_hash::text AND s.expires_at > now() AND NOT u.disabled
	AND coalesce(a.left_on >= current_date, true);

-- name: session_touch
UPDATE session SET last_seen_at = now() WHERE id = :session_id::bigint;

-- name: session_end
DELETE FROM session WHERE id = :session_id::bigint AND user_id = :user_id::bigint;

-- name: session_end_others
DELETE FROM session WHERE user_id = :user_id::bigint AND id <> :session_id::bigint;

-- name: session_forget_expired
DELETE FROM session WHERE expires_at < now();

-- name: session_list
SELECT id, created_at, last_seen_at, expires_at, peer, user_agent, id = :session_id::bigint AS current
FROM session
WHERE user_id = :user_id::bigint AND expires_at > now()
ORDER BY last_seen_at DESC, id DESC;

-- A token gives its own role, or none once its user is gone or may no longer give it.
-- name: api_token_find
SELECT t.id AS session_id, '' AS csrf_hash, u.id, u.login, t.role, NULL::bigint AS agent_id, u.locale,
	coalesce(t.last_used_at < now() - interval '1 minute', true) AS stale
FROM api_token t JOIN app_user u ON u.id = t.user_id
WHERE t.token_hash = :token_hash::text AND t.revoked_at IS NULL AND NOT u.disabled
	AND u.role IN ('admin', t.role);

-- name: api_token_touch
UPDATE api_token SET last_used_at = now() WHERE id = :session_id::bigint;

-- name: api_token_add
INSERT INTO api_token (token_hash, name, role, user_id)
VALUES (:token_hash, :name, :role, :user_id::bigint) RETURNING id;

-- name: api_token_get
SELECT id, name, role, user_id, created_at, last_used_at, revoked_at
FROM api_token WHERE id = :token_id::bigint;

-- name: api_token_list
SELECT id, name, role, user_id, created_at, last_used_at, revoked_at
FROM api_token
WHERE (:cursor::bigint IS NULL OR id > :cursor::bigint)
ORDER BY id
LIMIT :limit::bigint;

-- name: api_token_revoke
UPDATE api_token SET revoked_at = now() WHERE id = :token_id::bigint AND revoked_at IS NULL;

-- name: account_list
SELECT u.id, u.login, u.name, u.role, u.agent_id, u.locale, u.disabled, u.created_at,
	(SELECT coalesce(json_agg(s.site_id ORDER BY s.site_id), '[]') FROM user_site s
	 WHERE s.user_id = u.id) AS site_ids
FROM app_user u
WHERE (:cursor::bigint IS NULL OR u.id > :cursor::bigint)
ORDER BY u.id
LIMIT :limit::bigint;

-- name: account_get
SELECT u.id, u.login, u.name, u.role, u.agent_id, u.locale, u.disabled, u.created_at,
	(SELECT coalesce(json_agg(s.site_id ORDER BY s.site_id), '[]') FROM user_site s
	 WHERE s.user_id = u.id) AS site_ids
FROM app_user u WHERE u.id = :account_id::bigint;

-- name: account_insert
INSERT INTO app_user (login, name, role, agent_id, locale, password_hash)
VALUES (:login, :name, :role, :agent_id::bigint, :locale, :password_hash)
RETURNING id;

-- name: account_update
UPDATE app_user SET name = coalesce(:name::text, name), locale = coalesce(:locale::text, locale),
	disabled = coalesce(:disabled::boolean, disabled),
	password_hash = coalesce(:password_hash::text, password_hash)
WHERE id = :account_id::bigint;

-- name: account_sites_replace
WITH gone AS (
	DELETE FROM user_site WHERE user_id = :account_id::bigint
		AND site_id NOT IN (SELECT jsonb_array_elements_text(:site_ids::jsonb)::bigint)
)
INSERT INTO user_site (user_id, site_id)
SELECT DISTINCT :account_id::bigint, v::bigint FROM jsonb_array_elements_text(:site_ids::jsonb) v
ON CONFLICT DO NOTHING;

-- name: account_sessions_end
DELETE FROM session WHERE user_id = :account_id::bigint;
