# SPDX-License-Identifier: GPL-3.0-or-later
"""One rule for every read: what does not exist is 404 with its id named, never an empty list."""
import datetime

UNKNOWN = 999999
TOMORROW = datetime.date.today() + datetime.timedelta(days=1)
SAMPLES = {"week": "%d-W%02d" % TOMORROW.isocalendar()[:2], "day": TOMORROW, "from": "2026-01-01", "to": "2026-01-02", "year": 2026, "country": "CL", "by": "day"}
WORDS = {"network_forecast_id": "network forecast"}
NOT_THINGS = {"entity_id"}  # of whatever kind the audit log speaks


def reads_of_one_id(openapi):
    """Every read with every id it takes: path with that one unknown, and what the answer must name."""
    for path, methods in openapi["paths"].items():
        operation = methods.get("get")
        if not operation or not path.startswith("/api/v1/") or path.startswith("/api/v1/me/"):
            continue
        taken = operation.get("parameters", [])
        for one in taken:
            name = one["name"]
            if not name.endswith("_id") and not (name == "with" and "{" in path) or name in NOT_THINGS:
                continue
            url, query = path, {}
            for other in taken:
                value = UNKNOWN if other is one else SAMPLES.get(other["name"], 1)
                if other["in"] == "path":
                    url = url.replace("{%s}" % other["name"], str(value))
                elif other is one or other["required"]:
                    query[other["name"]] = value
            yield operation["x-roles"], url.removeprefix("/api/v1"), query, one


def test_every_read_names_the_id_that_does_not_exist(service, planner, manager, hr, admin):
    people = {"planner": planner, "site_manager": manager, "hr": hr, "admin": admin}
    seen = 0
    for roles, url, query, one in reads_of_one_id(service.openapi):
        reader = people[next(r for r in roles if r in people)]
        reply = reader.get(url, params=query)
        place = f"{url} {query}: {reply.status_code} {reply.text[:300]}"
        assert reply.status_code == 404, place
        assert str(UNKNOWN) in reply.json()["detail"], place
        assert WORDS.get(one["name"], one["name"].removesuffix("_id").replace("with", "")) in reply.json()["detail"], place
        pointers = [e["pointer"] for e in reply.json()["errors"]]
        assert pointers == (["?" + one["name"]] if one["in"] == "query" else []), place
        seen += 1
    assert seen > 45


def test_what_exists_may_be_empty(planner, agent):
    assert planner.get("/rosters", params={"site_id": 1, "week": "2031-W10"}).json()["items"] == []
    assert planner.get("/agents", params={"site_id": 1, "q": "nobody is called this"}).json()["items"] == []
    assert agent.get("/queues", params={"site_id": UNKNOWN}).status_code == 404
    # As CSV too; and a list without an id is only empty.
    assert planner.get("/rosters", params={"site_id": UNKNOWN, "format": "csv"}).status_code == 404
    assert planner.get("/special-days", params={"from": "2051-01-01"}).json()["items"] == []


def test_agents_do_not_hear_which_ids_others_have(planner, agent, service):
    other = service.sql("SELECT max(id) FROM absence WHERE agent_id <> %s", (agent.user["agent_id"],))[0][0]
    answers = [agent.delete(f"/me/absences/{i}").json()["detail"] for i in (other, UNKNOWN)]
    assert answers[0] == answers[1]
    day = datetime.date.today() + datetime.timedelta(weeks=8)
    stranger = service.sql("SELECT id FROM agent WHERE id <> %s AND left_on IS NULL LIMIT 1", (agent.user["agent_id"],))[0][0]
    wish = planner.post("/wishes", json={"agent_id": stranger, "day": str(day), "kind": "day_off"})
    assert wish.status_code == 201, wish.text
    answers = [agent.delete(f"/me/wishes/{i}").json()["detail"] for i in (wish.json()["id"], UNKNOWN)]
    assert answers[0] == answers[1]
    assert planner.delete(f"/wishes/{wish.json()['id']}").status_code == 204
