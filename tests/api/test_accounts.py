# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts: made, changed, disabled; passwords never come back, not even in the audit log."""
import uuid

import pytest

PASSWORD = "long enough to use"


def login():
    return f"p-{uuid.uuid4().hex[:8]}"


def test_an_account_is_made_changed_and_disabled(service, admin):
    sites = [s["id"] for s in admin.items("/sites")]
    body = {"login": login(), "role": "site_manager", "site_ids": sites[:1], "password": PASSWORD, "locale": "en"}
    made = admin.post("/accounts", json=body)
    assert made.status_code == 201, made.text
    account = made.json()
    assert account["site_ids"] == sites[:1] and not account["disabled"] and "password" not in account
    path = f"/accounts/{account['id']}"
    assert admin.get(path).json() == account
    person = service.log_in(body["login"], PASSWORD)
    assert [s["id"] for s in person.items("/sites")] == sites[:1]
    changed = admin.request("PATCH", path, json={"site_ids": sites[1:3], "name": "Ana"})
    assert changed.status_code == 200 and changed.json()["site_ids"] == sorted(sites[1:3])
    assert {s["id"] for s in person.items("/sites")} == set(sites[1:3])
    assert admin.request("PATCH", path, json={"password": PASSWORD + "!"}).status_code == 200
    assert person.get("/session").status_code == 401
    person = service.log_in(body["login"], PASSWORD + "!")
    assert admin.request("PATCH", path, json={"state": "disabled"}).json()["disabled"]
    assert person.get("/session").status_code == 401
    assert admin.request("PATCH", path, json={"state": "active"}).json()["disabled"] is False
    service.log_in(body["login"], PASSWORD + "!")
    assert admin.post("/accounts", json=body).status_code == 409
    trail = service.sql("SELECT action, before::text, after::text FROM audit WHERE entity = 'account'"
                        " AND entity_id = %s ORDER BY id", (account["id"],))
    assert [t[0] for t in trail] == ["create", "change", "change with password", "change", "change"]
    assert PASSWORD not in str(trail) and "argon2" not in str(trail)


@pytest.mark.parametrize("changes,pointer", [
    ({"role": "boss"}, "/role"), ({"role": "agent"}, "/agent_id"), ({"agent_id": 1}, "/agent_id"),
    ({"role": "agent", "agent_id": 999999}, "/agent_id"), ({"password": "short"}, "/password"),
    ({"site_ids": [1]}, "/site_ids"), ({"role": "site_manager", "site_ids": [999999]}, "/site_ids/0"),
    ({"locale": "fr"}, "/locale"), ({"login": ""}, "/login"),
])
def test_a_bad_account_names_the_place(service, admin, changes, pointer):
    reply = admin.post("/accounts", json={"login": login(), "role": "hr", **changes})
    assert reply.status_code == 422, reply.text
    assert [x["pointer"] for x in reply.json()["errors"]] == [pointer]


def test_nobody_locks_the_last_door_behind_them(admin):
    reply = admin.request("PATCH", f"/accounts/{admin.user['id']}", json={"state": "disabled"})
    assert reply.status_code == 422 and reply.json()["errors"][0]["pointer"] == "/state"


def test_without_a_password_only_single_sign_on_gets_in(service, admin):
    import requests
    body = {"login": login(), "role": "hr"}
    assert admin.post("/accounts", json=body).status_code == 201
    reply = requests.post(f"{service.base}/api/v1/session", json={"login": body["login"], "password": "anything at all"})
    assert reply.status_code == 401
