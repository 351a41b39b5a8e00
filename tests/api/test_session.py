# SPDX-License-Identifier: GPL-3.0-or-later
"""Log-in, its cookie, CSRF, throttle, session list, passwords, machine tokens, single sign-on."""
import statistics
import time

import pytest
import requests

from service import DEMO_PASSWORD


def post_session(service, **body):
    return requests.post(f"{service.base}/api/v1/session", json=body)


def test_the_cookie_is_as_strict_as_a_browser_allows(service):
    reply = post_session(service, login="hr", password=DEMO_PASSWORD)
    assert reply.status_code == 200
    name, *flags = [p.strip() for p in reply.headers["Set-Cookie"].split(";")]
    insecure = name.startswith("cuadrante=")
    assert insecure or name.startswith("__Host-cuadrante=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert insecure or "Secure" in flags
    assert not any(f.startswith("Domain") for f in flags)
    assert reply.headers["Cache-Control"] == "no-store"


def test_who_am_i_and_log_out(service):
    hr = service.log_in("hr")
    again = hr.get("/session").json()
    assert again == {"user": hr.user, "csrf": hr.csrf} and hr.user["role"] == "hr"
    assert hr.delete("/session").status_code == 204
    assert hr.get("/session").status_code == 401
    assert service.client().get("/session").status_code == 401


@pytest.mark.parametrize("csrf", [None, "", "x", "A" * 43])
def test_a_change_needs_the_csrf_token(service, csrf):
    hr = service.log_in("hr")
    hr.csrf = csrf
    assert hr.delete("/session").status_code == 403
    assert hr.get("/session").status_code == 200


def test_anothers_csrf_token_does_not_do(service):
    one, two = service.log_in("hr"), service.log_in("hr")
    one.csrf = two.csrf
    assert one.delete("/session").status_code == 403


def test_a_page_of_another_site_cannot_log_somebody_in(service):
    reply = requests.post(f"{service.base}/api/v1/session", json={"login": "hr", "password": DEMO_PASSWORD},
                          headers={"Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 403
    reply = requests.post(f"{service.base}/api/v1/session", data='{"login":"hr","password":"x"}',
                          headers={"Content-Type": "text/plain"})
    assert reply.status_code == 415


def test_sessions_are_listed_and_revoked_only_by_their_owner(service, planner):
    one, two = service.log_in("hr"), service.log_in("hr")
    mine = one.items("/sessions")
    assert sum(s["current"] for s in mine) == 1
    other = max(s["id"] for s in mine if not s["current"])
    assert planner.delete(f"/sessions/{other}").status_code == 404
    assert two.get("/session").status_code == 200
    assert one.delete(f"/sessions/{other}").status_code == 204
    assert two.get("/session").status_code == 401


def test_an_expired_or_disabled_log_in_ends(service):
    hr = service.log_in("hr")
    sid = next(s["id"] for s in hr.items("/sessions") if s["current"])
    service.sql("UPDATE app_user SET disabled = true WHERE login = 'hr'")
    try:
        assert hr.get("/session").status_code == 401
        assert post_session(service, login="hr", password=DEMO_PASSWORD).status_code == 401
    finally:
        service.sql("UPDATE app_user SET disabled = false WHERE login = 'hr'")
    assert hr.get("/session").status_code == 200
    service.sql("UPDATE session SET expires_at = now() WHERE id = %s", (sid,))
    assert hr.get("/session").status_code == 401


def test_wrong_accounts_and_passwords_read_and_cost_the_same(service):
    def attempt(login):
        began = time.monotonic()
        reply = post_session(service, login=login, password="not it at all")
        return time.monotonic() - began, reply

    known, unknown = [], []
    for i in range(4):
        seconds, reply = attempt("admin")
        known.append(seconds)
        assert reply.status_code == 401
        seconds, other = attempt(f"nobody{i}")
        unknown.append(seconds)
        assert other.status_code == 401 and other.json()["detail"] == reply.json()["detail"]
    service.sql("DELETE FROM login_attempt")
    a, b = statistics.median(known), statistics.median(unknown)
    assert a > 0.01 and 0.4 < a / b < 2.5, (known, unknown)


def test_guessing_is_throttled_by_account(service):
    try:
        codes = [post_session(service, login="manager", password=f"guess {i}").status_code for i in range(12)]
        assert codes[:10] == [401] * 10 and codes[10:] == [429] * 2
        reply = post_session(service, login="manager", password=DEMO_PASSWORD)
        assert reply.status_code == 429 and int(reply.headers["Retry-After"]) > 0
        assert post_session(service, login="hr", password=DEMO_PASSWORD).status_code == 200
    finally:
        service.sql("DELETE FROM login_attempt")


def test_guessing_is_throttled_by_address(service):
    service.sql("INSERT INTO login_attempt (login, peer, succeeded)"
                " SELECT 'x' || n, '127.0.0.1', false FROM generate_series(1, 101) n")
    try:
        assert post_session(service, login="hr", password=DEMO_PASSWORD).status_code == 429
    finally:
        service.sql("DELETE FROM login_attempt")


def test_a_success_forgets_earlier_failures(service):
    for _ in range(9):
        post_session(service, login="hr", password="wrong wrong")
    assert post_session(service, login="hr", password=DEMO_PASSWORD).status_code == 200
    assert post_session(service, login="hr", password="wrong wrong").status_code == 401
    service.sql("DELETE FROM login_attempt")


@pytest.mark.parametrize("body,pointers", [
    ({}, {"/login", "/password"}),
    ({"login": "hr"}, {"/password"}),
    ({"login": 1, "password": "x"}, {"/login"}),
    ({"login": "hr", "password": "x" * 300}, {"/password"}),
    ({"login": "hr", "password": "x", "extra": 1}, {"/extra"}),
])
def test_log_in_says_what_is_missing(service, body, pointers):
    reply = post_session(service, **body)
    assert reply.status_code == 422
    assert {x["pointer"] for x in reply.json()["errors"]} == pointers


def test_passwords_change_and_end_other_sessions(service):
    one, two = service.log_in("manager"), service.log_in("manager")
    new = "a longer new passphrase"
    assert one.request("PUT", "/me/password", json={"password": "nope nope", "new_password": new}).status_code == 422
    assert one.request("PUT", "/me/password", json={"password": DEMO_PASSWORD, "new_password": "short"}).status_code == 422
    assert one.request("PUT", "/me/password",
                       json={"password": DEMO_PASSWORD, "new_password": DEMO_PASSWORD}).status_code == 422
    assert one.request("PUT", "/me/password", json={"password": DEMO_PASSWORD, "new_password": new}).status_code == 204
    assert one.get("/session").status_code == 200 and two.get("/session").status_code == 401
    assert post_session(service, login="manager", password=DEMO_PASSWORD).status_code == 401
    back = service.log_in("manager", new)
    assert back.request("PUT", "/me/password", json={"password": new, "new_password": DEMO_PASSWORD}).status_code == 204
    log = service.sql("SELECT before::text, after::text FROM audit WHERE action = 'change_password'")
    assert len(log) >= 2 and all(row == (None, None) for row in log)
    hashes = service.sql("SELECT password_hash FROM app_user WHERE password_hash IS NOT NULL")
    assert all(h.startswith("$argon2id$") for (h,) in hashes)


def test_machine_tokens(service, admin, planner):
    assert planner.post("/tokens", json={"name": "x", "role": "hr"}).status_code == 403
    assert admin.post("/tokens", json={"name": "x", "role": "agent"}).status_code == 422
    made = admin.post("/tokens", json={"name": "warehouse", "role": "hr"})
    assert made.status_code == 201
    token = made.json()["token"]

    def call(method, path, bearer=token):
        return requests.request(method, f"{service.base}/api/v1{path}", headers={"Authorization": f"Bearer {bearer}"})

    assert call("GET", "/sites").status_code == 200
    assert call("GET", "/history?queue_id=1&from=2026-01-01&to=2026-01-02").status_code == 403  # scope hr
    assert call("GET", "/session").status_code == 404
    assert call("GET", "/sites", "A" * 43).status_code == 401
    assert call("GET", "/sites", token[:-1]).status_code == 401
    assert service.sql("SELECT count(*) FROM api_token WHERE token_hash = %s", (token,)) == [(0,)]
    assert "token" not in admin.items("/tokens")[0]
    assert admin.delete(f"/tokens/{made.json()['id']}").status_code == 204
    assert call("GET", "/sites").status_code == 401
    assert admin.delete(f"/tokens/{made.json()['id']}").status_code == 404
    audited = service.sql("SELECT action, before::text, after::text FROM audit WHERE entity = 'token'")
    assert {a for a, _, _ in audited} == {"create", "revoke"}
    assert not any(token in str(row) for row in audited)


def test_sso_is_off_unless_configured(service):
    reply = requests.post(f"{service.base}/api/v1/session", json={}, headers={"X-Remote-User": "admin"})
    assert reply.status_code == 422


def test_sso_from_the_allowed_proxy_only(start_service):
    on = start_service(workers=0, extra=("--sso-header", "X-Remote-User", "--sso-proxy", "127.0.0.1"))
    on.sql("INSERT INTO app_user (login, role) VALUES ('ana', 'planner')")

    def enter(**headers):
        return requests.post(f"{on.base}/api/v1/session", json={}, headers=headers)

    reply = enter(**{"X-Remote-User": "ana"})
    assert reply.status_code == 200 and reply.json()["user"]["login"] == "ana"
    assert enter(**{"X-Remote-User": "nobody"}).status_code == 403
    assert enter().status_code == 422
    # The header alone opens nothing else: without a session there is no CSRF token either.
    assert requests.get(f"{on.base}/api/v1/sites", headers={"X-Remote-User": "ana"}).status_code == 401
    off = start_service(workers=0, extra=("--sso-header", "X-Remote-User", "--sso-proxy", "127.0.0.2"))
    assert requests.post(f"{off.base}/api/v1/session", json={},
                         headers={"X-Remote-User": "ana"}).status_code == 422


def test_only_a_trusted_proxy_says_who_forwards(start_service):
    def peer(service, header):
        reply = requests.post(f"{service.base}/api/v1/session", headers={"X-Forwarded-For": header},
                              json={"login": "nobody", "password": "wrong wrong"})
        assert reply.status_code == 401
        return service.sql("SELECT peer FROM login_attempt ORDER BY id DESC LIMIT 1")[0][0]

    plain = start_service(workers=0)
    assert peer(plain, "203.0.113.9") == "127.0.0.1"
    behind = start_service(workers=0, extra=("--trusted-proxy", "127.0.0.1"))
    assert peer(behind, "203.0.113.9") == "203.0.113.9"
    # Only the last address is the proxy's own word.
    assert peer(behind, "198.51.100.1, 203.0.113.9") == "203.0.113.9"
    assert peer(behind, "2001:db8::7") == "2001:db8::7"
    for nonsense in ("x", "", "203.0.113.9;DROP", "203.0.113.999"):
        assert peer(behind, nonsense) == "127.0.0.1"
