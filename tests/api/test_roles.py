# SPDX-License-Identifier: GPL-3.0-or-later
"""Every route x every role, as the routes table says it (x-roles of /openapi.json)."""
import pytest
import requests

ROLES = {"planner": "planner", "site_manager": "manager", "agent": "agent", "hr": "hr", "admin": "admin"}
NOBODY = 9007199254740991  # an id that nothing has
TOKEN = "A" * 42 + "E"
# What a log-in must still be able to do after the walk.
ENDS_THE_LOG_IN = {("delete", "/api/v1/session")}

# Said here again by hand, so that a slip in the table does not pass unseen.
MUST_NOT = {
    "agent": ["/api/v1/agents", "/api/v1/contracts", "/api/v1/absences", "/api/v1/audit", "/api/v1/rosters",
              "/api/v1/reports/branches", "/api/v1/reports/absenteeism", "/api/v1/tokens", "/api/v1/jobs",
              "/api/v1/accounts"],
    "hr": ["/api/v1/rosters", "/api/v1/history", "/api/v1/audit", "/api/v1/tokens", "/api/v1/me/shifts"],
    "site_manager": ["/api/v1/history/import", "/api/v1/audit", "/api/v1/tokens", "/api/v1/me/feeds"],
    "planner": ["/api/v1/tokens", "/api/v1/accounts", "/api/v1/me/shifts", "/api/v1/me/absences"],
    "admin": ["/api/v1/me/shifts", "/api/v1/me/feeds"],
}


def operations(service):
    for path, methods in service.openapi["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def filled(path, operation):
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            schema = parameter["schema"]
            value = NOBODY if schema["type"] == "integer" else TOKEN if "43" in schema.get("pattern", "") else "x"
            path = path.replace("{%s}" % parameter["name"], str(value))
    return path


def call(service, client, method, path, operation, **kwargs):
    body = operation.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        kwargs["json"] = {"nonsense": True}
    elif body:
        kwargs["data"] = b"nonsense\n"
        kwargs["headers"] = {**kwargs.get("headers", {}), "Content-Type": next(iter(body))}
    return client.request(method.upper(), "/" + filled(path, operation), **kwargs)


def test_every_operation_states_its_roles(service):
    for method, path, operation in operations(service):
        assert set(operation["x-roles"]) <= set(ROLES), path
        assert bool(operation["x-roles"]) == bool(operation["security"]), path
        if path.startswith("/api/") and path != "/api/v1/session":
            assert operation["x-roles"], f"{method} {path} is open to everybody"


def test_nobody_gets_in_without_a_log_in(service):
    client = service.client()
    for method, path, operation in operations(service):
        status = call(service, client, method, path, operation).status_code
        assert (status == 401) == bool(operation["x-roles"]), (method, path, status)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_exactly_its_routes(service, role):
    client = service.log_in(ROLES[role])
    allowed = refused = 0
    for method, path, operation in operations(service):
        if (method, path) in ENDS_THE_LOG_IN or not operation["x-roles"]:
            continue
        status = call(service, client, method, path, operation).status_code
        if role in operation["x-roles"]:
            assert status not in (401, 403, 405, 500, 503), (method, path, status)
            allowed += 1
        else:
            assert status == 403, (method, path, status)
            refused += 1
    assert client.get("/session").status_code == 200
    assert allowed > 5 and refused > 5


@pytest.mark.parametrize("role", [r for r in ROLES if r != "agent"])
def test_a_token_of_each_role_gets_the_same(service, admin, role):
    token = admin.post("/tokens", json={"name": f"walk {role}", "role": role}).json()
    client = service.client()
    headers = {"Authorization": f"Bearer {token['token']}"}
    for method, path, operation in operations(service):
        if not operation["x-roles"]:
            continue
        status = call(service, client, method, path, operation, headers=headers).status_code
        if role not in operation["x-roles"]:
            assert status == 403, (method, path, status)
        elif path != "/api/v1/me/password":  # a token has no password to change: 403 or 422
            assert status not in (401, 403, 405, 500, 503), (method, path, status)
    assert admin.delete(f"/tokens/{token['id']}").status_code == 204


@pytest.mark.parametrize("role", ROLES)
def test_no_role_changes_anything_without_csrf(service, role):
    client = service.log_in(ROLES[role])
    client.csrf = None
    for method, path, operation in operations(service):
        if method != "get" and operation["x-roles"]:
            assert call(service, client, method, path, operation).status_code == 403, (method, path)


@pytest.mark.parametrize("role", MUST_NOT)
def test_the_table_agrees_with_the_design(service, role):
    for path in MUST_NOT[role]:
        for method, operation in service.openapi["paths"][path].items():
            assert role not in operation["x-roles"] or (path, method) == ("/api/v1/absences", "post"), (method, path)


def test_head_is_wherever_get_is(service, planner):
    for method, path, operation in operations(service):
        if method != "get" or path.endswith("/events"):
            continue
        url = filled(path, operation)
        get, head = (planner.request(m, "/" + url) for m in ("GET", "HEAD"))
        assert head.status_code == get.status_code and head.content == b"", path
        assert head.headers.get("Content-Type") == get.headers.get("Content-Type"), path


def test_wrong_methods_say_which_are_right(service):
    for path, methods in service.openapi["paths"].items():
        operation = next(iter(methods.values()))
        url = service.base + filled(path, operation)
        reply = requests.request("REPORT", url)
        assert reply.status_code == 405, path
        allow = {m.strip() for m in reply.headers["Allow"].split(",")}
        wanted = {m.upper() for m in methods} | ({"HEAD"} if "get" in methods else set())
        assert allow == wanted, path


def test_a_site_manager_sees_own_sites_only(service, planner, manager):
    own = {s["id"] for s in manager.items("/sites")}
    every = {s["id"] for s in planner.items("/sites")}
    assert own and own < every and own == set(manager.user["site_ids"])
    foreign = min(every - own)
    assert manager.get(f"/sites/{foreign}").status_code == 403
    assert {q["site_id"] for q in manager.items("/queues")} <= own
    assert manager.items(f"/queues?site_id={foreign}") == []
    assert {t["site_id"] for t in manager.items("/teams")} <= own
    assert {a["site_id"] for a in manager.items("/agents?limit=1000&left=1")} <= own
    anothers = planner.items(f"/agents?site_id={foreign}&limit=1")[0]["id"]
    assert manager.get(f"/agents/{anothers}").status_code == 403
    mine = manager.items("/agents?limit=1")[0]["id"]
    assert manager.get(f"/agents/{mine}").status_code == 200
