-- name: user_put
-- Makes an account, or gives an existing one a new role and password and ends its sessions.
WITH kept AS (
	INSERT INTO app_user (login, role, password_hash, agent_id)
	VALUES (:login, :role, :password_hash, (SELECT id FROM agent WHERE code = :agent_code))
	ON CONFLICT (login) DO UPDATE SET role = excluded.role, password_hash = excluded.password_hash,
		agent_id = excluded.agent_id, disabled = false
	RETURNING id),
ended AS (DELETE FROM session WHERE user_id IN (SELECT id FROM kept))
SELECT id FROM kept;

-- name: user_agent_known
SELECT count(*) FROM agent WHERE code = :agent_code;
