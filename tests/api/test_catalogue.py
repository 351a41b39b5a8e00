# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites, queues, contracts, agents, special days: reads, writes with their audit, refusals with a place."""
import uuid

import pytest


def code(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def pointers(reply):
    assert reply.headers["Content-Type"] == "application/problem+json"
    return {x["pointer"] for x in reply.json()["errors"]}


def site_body(planner, **changes):
    body = {"code": code("S"), "name": "Osorno", "region_id": planner.items("/regions")[0]["id"], "kind": "branch",
            "country": "CL", "zone": "America/Santiago", "counters": 4,
            "hours": [{"weekday": d, "open": "09:00", "close": "14:00"} for d in range(1, 6)]}
    return {**body, **changes}


def count(service, table):
    return service.sql(f"SELECT count(*) FROM {table}")[0][0]


def audited(service, entity, entity_id):
    return service.sql("SELECT action, login, request_id, before, after FROM audit"
                       " WHERE entity = %s AND entity_id = %s ORDER BY id", (entity, entity_id))


def test_a_new_site_reads_back_and_is_audited(service, planner):
    body = site_body(planner)
    reply = planner.post("/sites", json=body)
    assert reply.status_code == 201, reply.text
    made = reply.json()
    assert {k: made[k] for k in body} == body and made["agents"] == 0
    assert made["shrinkage_planned"] == 0
    assert planner.get(f"/sites/{made['id']}").json() == made
    assert made in planner.items("/sites")
    (action, login, request_id, before, after), = audited(service, "site", made["id"])
    assert (action, login, before) == ("create", "planner", None)
    assert request_id == reply.headers["X-Request-Id"] and after["code"] == body["code"]
    again = planner.post("/sites", json=body)
    assert again.status_code == 409 and body["code"] in again.json()["detail"]


@pytest.mark.parametrize("changes,wanted", [
    ({"zone": "Mars/Olympus"}, {"/zone"}),
    ({"zone": "../../etc/passwd"}, {"/zone"}),
    ({"country": "cl"}, {"/country"}),
    ({"region_id": 999999}, {"/region_id"}),
    ({"kind": "kiosk"}, {"/kind"}),
    ({"counters": 0}, {"/counters"}),
    ({"counters": 2.5}, {"/counters"}),
    ({"shrinkage_planned": 1.5}, {"/shrinkage_planned"}),
    ({"hours": [{"weekday": 8, "open": "09:00", "close": "10:00"}]}, {"/hours/0/weekday"}),
    ({"hours": [{"weekday": 1, "open": "10:00", "close": "09:00"}]}, {"/hours/0/close"}),
    ({"hours": [{"weekday": 1, "open": "9", "close": "10:00"}]}, {"/hours/0/open"}),
    ({"hours": [{"weekday": 1, "open": "09:00", "close": "13:00"},
                {"weekday": 1, "open": "12:00", "close": "18:00"}]}, {"/hours/1"}),
    ({"zone": "x", "country": "x", "region_id": 999999}, {"/zone", "/country", "/region_id"}),
    ({"surprise": 1}, {"/surprise"}),
    ({"name": None}, {"/name"}),
    ({"name": "x" * 201}, {"/name"}),
])
def test_a_bad_site_names_the_place_and_saves_nothing(service, planner, changes, wanted):
    before = count(service, "site"), count(service, "audit")
    reply = planner.post("/sites", json=site_body(planner, **changes))
    assert reply.status_code == 422, reply.text
    if "country" in changes and changes["country"] == "x":
        wanted = {"/country"}  # its length is refused before anything is looked up
    assert pointers(reply) == wanted
    assert (count(service, "site"), count(service, "audit")) == before


def queue_body(planner, **changes):
    body = {"code": code("Q"), "name": "Billing", "site_id": planner.items("/sites")[0]["id"],
            "skill_id": planner.items("/skills")[0]["id"], "channel": "voice", "target_share": 0.8, "target_s": 20,
            "max_abandoned_share": 0.02, "patience_s": 180, "aht_s": 300}
    return {**body, **changes}


def test_a_new_queue_reads_back(planner):
    body = queue_body(planner)
    made = planner.post("/queues", json=body)
    assert made.status_code == 201, made.text
    assert {k: made.json()[k] for k in body} == body
    assert made.json()["interval_min"] == 30 and made.json()["concurrency"] == 1
    assert made.json() in planner.items(f"/queues?site_id={body['site_id']}")


def test_work_may_be_due_after_one_interval(planner):
    for least, interval in ((30, 30), (15, 5), (15, 15), (60, 60)):
        body = queue_body(planner, channel="email", interval_min=interval, turnaround_min=least)
        assert planner.post("/queues", json=body).status_code == 201
    assert planner.post("/queues", json=queue_body(planner, channel="email", turnaround_min=None)).status_code == 201


@pytest.mark.parametrize("changes,wanted", [
    ({"skill_id": 999999}, {"/skill_id"}),
    ({"site_id": 999999, "skill_id": 999999}, {"/site_id", "/skill_id"}),
    ({"interval_min": 7}, {"/interval_min"}),
    ({"target_s": None}, {"/target_s"}),
    ({"target_share": None}, {"/target_share"}),
    ({"target_share": 80}, {"/target_share"}),
    ({"channel": "fax"}, {"/channel"}),
    ({"aht_s": -1}, {"/aht_s"}),
    ({"channel": "email", "turnaround_min": 29}, {"/turnaround_min"}),
    ({"channel": "outbound", "turnaround_min": 14, "interval_min": 5}, {"/turnaround_min"}),
    ({"channel": "back_office", "turnaround_min": 10, "interval_min": 7}, {"/interval_min"}),
])
def test_a_bad_queue_names_the_place(service, planner, changes, wanted):
    before = count(service, "queue")
    reply = planner.post("/queues", json=queue_body(planner, **changes))
    assert reply.status_code == 422 and pointers(reply) == wanted, reply.text
    assert count(service, "queue") == before


def contract_body(**changes):
    body = {"code": code("C"), "name": "Full time", "cost_cents_hour": 900, "currency": "CLP",
            "shift_min_minutes": 360, "shift_max_minutes": 540, "shift_step_minutes": 30,
            "start_earliest": "07:00", "start_latest": "15:00", "start_step_minutes": 30,
            "rules": [{"rule": "rest", "mode": "hard", "low": 720, "high": None, "weight": 0},
                      {"rule": "week_minutes", "mode": "hard", "low": 1800, "high": 2400, "weight": 0}],
            "breaks": [{"kind": "meal", "minutes": 30, "paid": False, "earliest_min": 150, "latest_min": 300,
                        "shift_from_minutes": 360}]}
    return {**body, **changes}


def test_a_new_contract_reads_back(planner):
    body = contract_body()
    made = planner.post("/contracts", json=body)
    assert made.status_code == 201, made.text
    # Rules and breaks come back with what was left to its default.
    for key in ("rules", "breaks"):
        for wanted, got in zip(body[key], made.json()[key], strict=True):
            assert wanted.items() <= got.items()
    assert {k: made.json()[k] for k in body if k not in ("rules", "breaks")} == {
        k: v for k, v in body.items() if k not in ("rules", "breaks")}
    assert planner.get(made.headers["Location"].removeprefix("/api/v1")).json() == made.json()


@pytest.mark.parametrize("changes,wanted", [
    ({"rules": [{"rule": "siesta"}]}, {"/rules/0/rule"}),
    ({"rules": [{"rule": "rest", "low": 700}, {"rule": "rest", "low": 720}]}, {"/rules/1/rule"}),
    ({"rules": [{"rule": "week_minutes", "low": 2400, "high": 1200}]}, {"/rules/0/high"}),
    ({"shift_max_minutes": 300}, {"/shift_max_minutes"}),
    ({"start_latest": "06:00"}, {"/start_latest"}),
    ({"shift_step_minutes": 20}, {"/shift_step_minutes"}),
    ({"currency": "clp"}, {"/currency"}),
    ({"breaks": [{"kind": "nap", "minutes": 30, "paid": False, "earliest_min": 10, "latest_min": 20}]},
     {"/breaks/0/kind"}),
    ({"breaks": [{"kind": "meal", "minutes": 30, "paid": False, "earliest_min": 200, "latest_min": 100}]},
     {"/breaks/0/latest_min"}),
    # 40 hours in at most two shifts of nine hours: nobody can.
    ({"rules": [{"rule": "week_minutes", "low": 2400, "high": 2400}, {"rule": "week_shifts", "low": 1, "high": 2}]},
     {"/rules"}),
])
def test_a_bad_contract_names_the_place(service, planner, changes, wanted):
    before = count(service, "contract")
    reply = planner.post("/contracts", json=contract_body(**changes))
    assert reply.status_code == 422 and pointers(reply) == wanted, reply.text
    assert count(service, "contract") == before


def agent_body(planner, **changes):
    team = planner.items("/teams")[0]
    body = {"code": code("A"), "name": "Ana María", "site_id": team["site_id"], "team_id": team["id"],
            "contract_id": planner.items("/contracts")[0]["id"], "hired": "2026-03-02", "locale": "es",
            "skills": [{"skill_id": planner.items("/skills")[0]["id"], "proficiency": 1.1}],
            "availability": [{"weekday": 1, "from": "08:00", "until": "20:00"},
                             {"weekday": 6, "from": "18:00", "until": "26:00"}]}
    return {**body, **changes}


def test_a_new_agent_changes_and_leaves(service, planner):
    body = agent_body(planner)
    made = planner.post("/agents", json=body)
    assert made.status_code == 201, made.text
    assert {k: made.json()[k] for k in body} == body
    path = f"/agents/{made.json()['id']}"
    assert planner.get(path).json() == made.json()
    changed = planner.request("PATCH", path, json={"name": "Ana M.", "skills": [{"skill_id": body["skills"][0]["skill_id"]}]})
    assert changed.status_code == 200, changed.text
    wanted = {**made.json(), "name": "Ana M.", "skills": [{"skill_id": body["skills"][0]["skill_id"], "proficiency": 1}]}
    assert changed.json() == wanted
    assert pointers(planner.request("PATCH", path, json={"left_on": "2026-06-30"})) == {"/leave_reason"}
    assert pointers(planner.request("PATCH", path, json={"leave_reason": "voluntary"})) == {"/left_on"}
    assert pointers(planner.request("PATCH", path, json={"left_on": "2025-01-01", "leave_reason": "voluntary"})) == {"/left_on"}
    left = planner.request("PATCH", path, json={"left_on": "2026-06-30", "leave_reason": "voluntary"})
    assert left.status_code == 200 and left.json()["left_on"] == "2026-06-30"
    found = f"/agents?q={body['code'].lower()}"
    assert planner.items(found) == [] and planner.items(found + "&left=1") == [left.json()]
    steps = audited(service, "agent", made.json()["id"])
    assert [s[0] for s in steps] == ["create", "change", "change"]
    assert steps[1][3]["name"] == "Ana María" and steps[1][4]["name"] == "Ana M."
    assert planner.request("PATCH", "/agents/999999", json={"name": "x"}).status_code == 404


def test_null_takes_a_value_of_an_agent_away(service, planner):
    body = agent_body(planner)
    path = f"/agents/{planner.post('/agents', json=body).json()['id']}"
    left = planner.request("PATCH", path, json={"left_on": "2026-06-30", "leave_reason": "voluntary"}).json()
    assert pointers(planner.request("PATCH", path, json={"left_on": None})) == {"/left_on"}
    assert pointers(planner.request("PATCH", path, json={"leave_reason": None})) == {"/leave_reason"}
    assert planner.get(path).json() == left
    stays = planner.request("PATCH", path, json={"left_on": None, "leave_reason": None})
    assert stays.status_code == 200, stays.text
    assert stays.json() == {**left, "left_on": None, "leave_reason": None}
    again = planner.request("PATCH", path, json={"left_on": None, "leave_reason": None, "name": "Ana"})
    assert again.status_code == 200 and again.json() == {**stays.json(), "name": "Ana"}
    alone = planner.request("PATCH", path, json={"team_id": None})
    assert alone.status_code == 200 and alone.json()["team_id"] is None and alone.json()["site_id"] == body["site_id"]
    kept = planner.request("PATCH", path, json={"name": None, "contract_id": None, "skills": None})
    assert kept.status_code == 200 and kept.json() == alone.json()


def test_another_site_takes_the_team_away(planner):
    made = planner.post("/agents", json=agent_body(planner)).json()
    other = next(s["id"] for s in planner.items("/sites") if s["id"] != made["site_id"])
    moved = planner.request("PATCH", f"/agents/{made['id']}", json={"site_id": other})
    assert moved.status_code == 200 and moved.json()["site_id"] == other and moved.json()["team_id"] is None


def test_reports_remember_where_an_agent_worked_before(service, planner):
    made = planner.post("/agents", json=agent_body(planner)).json()
    first, second = [s["id"] for s in planner.items("/sites") if s["id"] != made["site_id"]][:2]
    for site in (first, second):  # twice in a day: the day began at the old site
        assert planner.request("PATCH", f"/agents/{made['id']}", json={"site_id": site}).status_code == 200
    stints = service.sql("SELECT site_id, team_id, first_day = hired, last_day < now()::date, last_day = 'infinity'"
                         " FROM agent_stint WHERE agent_id = %s ORDER BY first_day", (made["id"],))
    assert stints == [(made["site_id"], made["team_id"], True, True, False), (second, None, False, False, True)]


def test_an_empty_list_takes_everything_away(planner):
    made = planner.post("/agents", json=agent_body(planner)).json()
    assert made["availability"] and made["skills"]
    path = f"/agents/{made['id']}"
    bare = planner.request("PATCH", path, json={"availability": [], "skills": []}).json()
    assert bare["availability"] == [] and bare["skills"] == []
    assert planner.get(path).json() == bare


@pytest.mark.parametrize("changes,wanted", [
    ({"contract_id": 999999}, {"/contract_id"}),
    ({"team_id": 999999}, {"/team_id"}),
    ({"site_id": 999999, "team_id": None}, {"/site_id"}),
    ({"skills": [{"skill_id": 999999}]}, {"/skills/0/skill_id"}),
    ({"skills": [{"skill_id": 1}, {"skill_id": 1}]}, {"/skills/1/skill_id"}),
    ({"skills": [{"skill_id": 1, "proficiency": 0}]}, {"/skills/0/proficiency"}),
    ({"hired": "2026-02-30"}, {"/hired"}),
    ({"locale": "fr"}, {"/locale"}),
    ({"availability": [{"weekday": 1, "from": "10:00", "until": "09:00"}]}, {"/availability/0/until"}),
    ({"availability": [{"weekday": 1, "from": "08:00", "until": "12:00"},
                       {"weekday": 1, "from": "11:00", "until": "13:00"}]}, {"/availability/1"}),
])
def test_a_bad_agent_names_the_place(service, planner, changes, wanted):
    before = count(service, "agent")
    reply = planner.post("/agents", json=agent_body(planner, **changes))
    assert reply.status_code == 422 and pointers(reply) == wanted, reply.text
    assert count(service, "agent") == before


def test_agents_page_by_name_without_gap_or_repeat(planner):
    whole = planner.items("/agents?limit=1000")
    pages, cursor = [], ""
    while cursor is not None:
        page = planner.get(f"/agents?limit=37{cursor and '&cursor=' + cursor}").json()
        pages += page["items"]
        cursor = page["next"]
    assert len(whole) > 100 and pages == whole
    for bad in ("x", "AAAA", "OTk5"):
        assert pointers(planner.get(f"/agents?cursor={bad}")) == {"?cursor"}


def test_a_csv_never_starts_a_formula(planner):
    made = planner.post("/agents", json=agent_body(planner, name="=HYPERLINK(1)"))
    assert made.status_code == 201
    line = planner.get(f"/agents?q={made.json()['code']}&format=csv").text.splitlines()[1]
    assert "'=HYPERLINK(1)" in line and ",=" not in line


def test_special_days_come_and_go(service, planner):
    site = planner.items("/sites")[0]["id"]
    body = {"day": "2031-05-02", "site_id": site, "kind": "closure", "name": "Stocktaking", "closed": True}
    made = planner.post("/special-days", json=body)
    assert made.status_code == 201, made.text
    assert {k: made.json()[k] for k in body} == body
    assert planner.items("/special-days?from=2031-05-01&to=2031-05-31") == [made.json()]
    assert planner.items("/special-days?from=2031-05-03&to=2031-05-31") == []
    assert planner.post("/special-days", json=body).status_code == 409
    assert planner.delete(f"/special-days/{made.json()['id']}").status_code == 204
    assert planner.delete(f"/special-days/{made.json()['id']}").status_code == 404
    assert [a[0] for a in audited(service, "special_day", made.json()["id"])] == ["create", "delete"]


@pytest.mark.parametrize("changes,wanted", [
    ({}, {""}),
    ({"country": "CL", "site_id": 1}, {"/country"}),
    ({"site_id": 1, "queue_id": 1}, {"/site_id"}),
    ({"site_id": 999999}, {"/site_id"}),
    ({"queue_id": 999999}, {"/queue_id"}),
    ({"country": "ZZ"}, {"/country"}),
    ({"country": "CL", "factor": -1}, {"/factor"}),
    ({"country": "CL", "kind": "party"}, {"/kind"}),
])
def test_a_bad_special_day_names_the_place(service, planner, changes, wanted):
    before = count(service, "special_day")
    reply = planner.post("/special-days", json={"day": "2031-06-01", "kind": "campaign", **changes})
    assert reply.status_code == 422 and pointers(reply) == wanted, reply.text
    assert count(service, "special_day") == before


def test_the_audit_log_pages_newest_first_and_cannot_be_rewritten(service, planner):
    import psycopg2
    first = planner.get("/audit?limit=5").json()
    second = planner.get(f"/audit?limit=5&cursor={first['next']}").json()
    ids = [x["id"] for x in first["items"] + second["items"]]
    assert ids == sorted(ids, reverse=True) and len(set(ids)) == 10
    assert all(x["entity"] == "session" for x in planner.items("/audit?entity=session"))
    for statement in ("UPDATE audit SET login = 'x'", "DELETE FROM audit"):
        with pytest.raises(psycopg2.Error):
            service.sql(statement)
