# SPDX-License-Identifier: GPL-3.0-or-later
"""Where people work: a site's counters, agents at other sites, and plans of several sites."""
import datetime
import re
import threading
import time
from zoneinfo import ZoneInfo

import psycopg2
import pytest
import requests

SITE = 3  # San Salvador, a branch with counters
QUARTER = datetime.timedelta(minutes=15)


def week_ahead(weeks):
    day = datetime.date.today() + datetime.timedelta(weeks=weeks)
    return "%d-W%02d" % day.isocalendar()[:2]


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def most_at_once(shifts, queues):
    """Of people on any of the queues in a quarter-hour."""
    people = {}
    for shift in shifts:
        for activity in shift["activities"]:
            at = moment(activity["start"])
            while activity["queue_id"] in queues and at < moment(activity["end"]):
                people[at] = people.get(at, 0) + 1
                at += QUARTER
    return max(people.values())


@pytest.fixture
def counters(planner):
    path = f"/sites/{SITE}/counters"
    before = planner.get(f"/sites/{SITE}").json()["counters"]
    yield lambda n: planner.request("PUT", path, json={"counters": n})
    assert planner.request("PUT", path, json={"counters": before}).json()["counters"] == before


def draw(planner, week):
    job = planner.wait_job(planner.post("/schedules", json={"site_id": SITE, "week": week, "iteration_limit": 100,
                                                            "time_limit_s": 30, "trial_weeks": 20}))
    assert job["state"] == "done", job
    return job["result"]["roster_id"]


def test_counters_cap_all_walk_in_queues_together(planner, counters):
    queues = {q["id"]: q for q in planner.items(f"/queues?site_id={SITE}")}
    walk_in = {i for i, q in queues.items() if q["channel"] == "walk_in"}
    assert len(walk_in) == 2 and walk_in != set(queues)
    assert counters(None).json()["counters"] is None
    peak = most_at_once(planner.items(f"/rosters/{draw(planner, week_ahead(2))}/shifts"), walk_in)
    few = peak // 2
    assert few >= 2 and counters(few).json()["counters"] == few
    roster = draw(planner, week_ahead(2))
    shifts = planner.items(f"/rosters/{roster}/shifts")
    assert most_at_once(shifts, walk_in) == few < most_at_once(shifts, set(queues))
    short = planner.items(f"/rosters/{roster}/shortages")
    assert {s["queue_id"] for s in short if s["reason"] == "counters"} <= walk_in
    assert any(s["reason"] == "counters" for s in short)


def test_counters_are_set_by_planners(planner, manager, agent, counters):
    assert counters(0).status_code == 422 and counters(2.5).status_code == 422
    assert planner.request("PUT", "/sites/999999/counters", json={"counters": 3}).status_code == 404
    # Only a null lifts the limit, not a forgotten or misspelt one.
    before = counters(4).json()["counters"]
    for body in ({}, {"counter": None}):
        reply = planner.request("PUT", f"/sites/{SITE}/counters", json=body)
        assert reply.status_code == 422 and "/counters" in [e["pointer"] for e in reply.json()["errors"]], reply.text
    assert planner.get(f"/sites/{SITE}").json()["counters"] == before == 4
    schema = planner.service.openapi["components"]["schemas"]["SiteCounters"]
    assert schema["required"] == ["counters"] and schema["properties"]["counters"]["type"] == ["integer", "null"]
    for other in (manager, agent):
        assert other.request("PUT", f"/sites/{SITE}/counters", json={"counters": 3}).status_code == 403


# ---- agents at other sites


@pytest.fixture(scope="module")
def someone(planner):
    site = {s["id"]: s for s in planner.items("/sites")}[SITE]
    contract = planner.items("/contracts")[0]
    reply = planner.post("/agents", json={"code": "AWAY-1", "name": "Away One", "site_id": site["id"],
                                          "contract_id": contract["id"], "hired": "2024-01-01",
                                          "elsewhere": [{"site_id": 4, "travel_min": 45}]})
    assert reply.status_code == 201, reply.text
    return reply.json()


def patch(planner, agent, **body):
    return planner.request("PATCH", f"/agents/{agent['id']}", json=body)


def test_an_agent_lists_other_sites(planner, someone):
    name = {s["id"]: s["name"] for s in planner.items("/sites")}
    assert someone["elsewhere"] == [{"site_id": 4, "travel_min": 45, "site": name[4]}]
    both = patch(planner, someone, elsewhere=[{"site_id": 5}, {"site_id": 4, "travel_min": 30}]).json()
    assert both["elsewhere"] == [{"site_id": 4, "travel_min": 30, "site": name[4]},
                                 {"site_id": 5, "travel_min": 0, "site": name[5]}]
    assert patch(planner, someone, name="Away Two").json()["elsewhere"] == both["elsewhere"]
    listed = [a for a in planner.items("/agents?q=AWAY-1") if a["id"] == someone["id"]]
    assert listed[0]["elsewhere"] == both["elsewhere"] == planner.get(f"/agents/{someone['id']}").json()["elsewhere"]
    # Who moves to one of them is at home there.
    moved = patch(planner, someone, site_id=5).json()
    assert [o["site_id"] for o in moved["elsewhere"]] == [4]
    assert patch(planner, someone, site_id=SITE, elsewhere=[]).json()["elsewhere"] == []


@pytest.mark.parametrize("elsewhere, pointer", [
    ([{"site_id": SITE}], "/elsewhere/0/site_id"),
    ([{"site_id": 999999}], "/elsewhere/0/site_id"),
    ([{"site_id": 4}, {"site_id": 4}], "/elsewhere/1/site_id"),
    ([{"site_id": 4, "travel_min": 10}], "/elsewhere/0/travel_min"),
    ([{"site_id": 4, "travel_min": 735}], "/elsewhere/0/travel_min"),
    ([{"travel_min": 15}], "/elsewhere/0/site_id"),
    ([{"site_id": n} for n in range(4, 13)], "/elsewhere"),
])
def test_impossible_other_sites_name_the_place(planner, someone, elsewhere, pointer):
    reply = patch(planner, someone, elsewhere=elsewhere)
    assert reply.status_code == 422 and pointer in [e["pointer"] for e in reply.json()["errors"]], reply.text
    assert planner.get(f"/agents/{someone['id']}").json()["elsewhere"] == []


# ---- plans of several sites

SANTIAGO, BORROWER = 1, 3


def link(planner, home, away, count):
    """So many people of a site may go to another, half an hour away, with the skills of its first walk-in queue."""
    people = planner.items(f"/agents?site_id={home}&limit=1000")[:count]
    for agent in people:
        reply = patch(planner, agent, elsewhere=[{"site_id": away, "travel_min": 30}])
        assert reply.status_code == 200, reply.text
    return {a["id"] for a in people}


def neighbours(planner):
    """Two branches of one country and zone."""
    sites = [s for s in planner.items("/sites") if s["kind"] == "branch"]
    for one in sites:
        for other in sites:
            if one["id"] < other["id"] and one["zone"] == other["zone"]:
                return one["id"], other["id"]
    raise AssertionError("the demo has no two branches of one zone")


def quiet_week(planner):
    """The first from the next but one in which no day is special: full-timers find their hours."""
    special = {d["day"] for d in planner.items("/special-days")}
    for weeks in range(2, 12):
        year, week = week_ahead(weeks).split("-W")
        days = {datetime.date.fromisocalendar(int(year), int(week), n).isoformat() for n in range(1, 8)}
        if not days & special:
            return week_ahead(weeks)
    raise AssertionError("no week without special days")


@pytest.fixture(scope="module")
def together(service, planner):
    home, away = neighbours(planner)
    week = quiet_week(planner)
    lent = link(planner, home, away, 12)
    stay = {a["id"] for a in planner.items(f"/agents?site_id={away}&limit=1000")}
    for agent in sorted(stay)[4:]:  # the borrower has hardly anybody
        service.sql("UPDATE agent SET left_on = current_date - 1, leave_reason = 'voluntary' WHERE id = %s", (agent,))
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": home, "with": [away], "week": week, "iteration_limit": 2000, "time_limit_s": 40,
        "trial_weeks": 20}), 240)
    assert job["state"] == "done", job
    yield {"home": home, "away": away, "lent": lent, "week": week, "result": job["result"]}
    service.sql("UPDATE agent SET left_on = NULL, leave_reason = NULL WHERE left_on = current_date - 1")


def test_a_plan_of_two_sites_lends_people(planner, together):
    r = together["result"]
    (other,) = r["with"]
    assert other["site_id"] == together["away"] and other["borrowed"] > 0 == r["borrowed"]
    rosters = [planner.get(f"/rosters/{i}").json() for i in (r["roster_id"], other["roster_id"])]
    assert [x["site_id"] for x in rosters] == [together["home"], together["away"]]
    for x in rosters:
        assert x["evidence"]["verified"] and x["state"] == "draft"
        assert x["evidence"]["together"] == [together["home"], together["away"]]
        assert x["evidence"]["objective"] == r["objective"]
    shifts = planner.items(f"/rosters/{other['roster_id']}/shifts")
    guests = [s for s in shifts if s["agent_id"] in together["lent"]]
    assert len(guests) == other["borrowed"] == rosters[1]["evidence"]["borrowed"]
    for shift in guests:
        kinds = [a["kind"] for a in shift["activities"]]
        assert kinds[0] == kinds[-1] == "travel" and "travel" not in kinds[1:-1]
        for a in shift["activities"]:
            assert a["kind"] != "travel" or (a["paid"] and a["queue_id"] is None and
                                             moment(a["end"]) - moment(a["start"]) == 2 * QUARTER)
    queues = {q["id"] for q in planner.items(f"/queues?site_id={together['away']}")}
    assert {a["queue_id"] for s in shifts for a in s["activities"]} - {None} <= queues
    told = planner.items(f"/rosters/{r['roster_id']}/elsewhere")
    assert {(s["agent_id"], s["start"], s["end"], s["site_id"]) for s in told} == {
        (s["agent_id"], s["start"], s["end"], together["away"]) for s in guests} and len(told) == len(guests)
    assert planner.items(f"/rosters/{other['roster_id']}/elsewhere") == []
    plans = [planner.get(f"/plans/{i}").json() for i in (r["plan_id"], other["plan_id"])]
    assert {p["forecast_id"] for p in plans} == {r["forecast_id"], other["forecast_id"]}


def test_both_sites_are_told_what_would_help(planner, together):
    """Of one plan, yet each roster's explanation is of its own site."""
    r = together["result"]
    (other,) = r["with"]
    hours, complete = 0, True
    for site, roster in ((together["home"], r["roster_id"]), (together["away"], other["roster_id"])):
        told = planner.get(f"/rosters/{roster}/explanation").json()
        assert told["known"] and told["roster_id"] == roster, told
        agents = {a["id"]: a["name"] for a in planner.items(f"/agents?site_id={site}&limit=1000")}
        queues = {q["id"] for q in planner.items(f"/queues?site_id={site}")}
        assert told["agents"] or not told["complete"]
        assert all(agents[a["agent_id"]] == a["agent"] for a in told["agents"])
        assert {h["queue_id"] for h in told["hours"]} <= queues
        assert {x["item"]["agent_id"] for x in told["relaxations"]} - {None} <= set(agents)
        assert {c["agent_id"] for c in told["conflicts"]} <= set(agents)
        hours += len(told["hours"])
        complete &= told["complete"]
    assert hours <= 8 and (hours > 0 or not complete)  # time may end before the first


def test_one_publication_for_both_and_agents_see_where(service, planner, together):
    r = together["result"]
    (other,) = r["with"]
    site = planner.get(f"/sites/{together['away']}").json()
    etag = planner.get(f"/rosters/{r['roster_id']}").headers["ETag"]
    done = planner.post(f"/rosters/{r['roster_id']}/publish", headers={"If-Match": etag})
    assert done.status_code == 200, done.text
    assert planner.get(f"/rosters/{other['roster_id']}").json()["state"] == "published"
    assert len(planner.items(f"/rosters/{r['roster_id']}/elsewhere")) == other["borrowed"]
    audit = [a["entity_id"] for a in service.log_in("admin").items("/audit?entity=roster&limit=10")]
    assert {r["roster_id"], other["roster_id"]} <= set(audit)
    guest = next(s for s in planner.items(f"/rosters/{other['roster_id']}/shifts") if s["agent_id"] in together["lent"])
    admin = service.log_in("admin")
    account = admin.post("/accounts", json={"login": "guest", "role": "agent", "agent_id": guest["agent_id"],
                                            "password": "correct horse battery"})
    assert account.status_code == 201, account.text
    client = service.log_in("guest", "correct horse battery")
    mine = client.items(f"/me/shifts?from={guest['day']}&to={guest['day']}")
    assert [(s["site_id"], s["site"], s["activities"][0]["kind"]) for s in mine] == [(site["id"], site["name"], "travel")]
    feed = client.post("/me/feeds", json={"name": "Phone"}).json()
    text = requests.get(feed["url"], timeout=30).text.replace("\r\n ", "")
    start = moment(guest["start"]).strftime("%Y%m%dT%H%M")
    (event,) = [e for e in text.split("BEGIN:VEVENT")[1:] if start in re.sub(r";TZID=[^:]*", "", e) or
                moment(guest["start"]).astimezone(ZoneInfo(site["zone"])).strftime("%Y%m%dT%H%M") in e]
    assert f"LOCATION:{site['name']}" in event and "Traslado" in event


def test_leave_takes_a_shift_at_another_site_away(service, planner, together):
    (other,) = together["result"]["with"]
    guest = [s for s in planner.items(f"/rosters/{other['roster_id']}/shifts") if s["agent_id"] in together["lent"]][-1]
    assert not guest["away"]
    service.sql("INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused) "
                "VALUES (%s, 'sickness', 'recorded', %s, %s, false, true, true)",
                (guest["agent_id"], guest["start"], guest["end"]))
    (now,) = [s for s in planner.items(f"/rosters/{other['roster_id']}/shifts") if s["id"] == guest["id"]]
    assert now["away"]


def test_both_sites_are_planned_again(planner, together):
    """Each from its own roster, and a change has its price."""
    (was,) = together["result"]["with"]
    asked = {"site_id": together["away"], "with": [together["home"]], "week": together["week"], "keep": was["roster_id"],
             "change_cost_cents": 3000, "iteration_limit": 300, "time_limit_s": 20}
    third = next(s["id"] for s in planner.items("/sites") if s["id"] not in (together["home"], together["away"]))
    bad = planner.post("/schedules", json={**asked, "with": [together["home"], third]})
    assert bad.status_code == 422 and "/with/1" in [e["pointer"] for e in bad.json()["errors"]], bad.text
    job = planner.wait_job(planner.post("/schedules", json=asked), 240)
    assert job["state"] == "done", job
    r = job["result"]
    (other,) = r["with"]
    kept = {together["away"]: was["roster_id"], together["home"]: together["result"]["roster_id"]}
    for roster in (planner.get(f"/rosters/{i}").json() for i in (r["roster_id"], other["roster_id"])):
        changes = roster["evidence"]["changes"]
        assert changes["roster_id"] == kept[roster["site_id"]] and roster["evidence"]["verified"]
        assert changes["cents"] == r["change_cents"] == 3000 * r["changed_shifts"]
        plan = planner.get(f"/plans/{roster['plan_id']}").json()
        assert plan["forecast_id"] in (r["forecast_id"], other["forecast_id"])
    assert r["changed_shifts"] > 0  # who fell ill has been replaced
    shifts = [s for i in (r["roster_id"], other["roster_id"]) for s in planner.items(f"/rosters/{i}/shifts")]
    assert not any(s["away"] for s in shifts) and len({(s["agent_id"], s["day"]) for s in shifts}) == len(shifts)


@pytest.mark.parametrize("body, pointer", [
    ({"with": [SITE]}, "/with/0"), ({"with": [4, 4]}, "/with/1"), ({"with": [999999]}, "/with/0"),
    ({"with": list(range(4, 12))}, "/with"),
])
def test_impossible_plans_of_several_sites(planner, together, body, pointer):
    asked = {"site_id": SITE, "week": together["week"], **body}
    reply = planner.post("/schedules", json=asked)
    assert reply.status_code == 422 and pointer in [e["pointer"] for e in reply.json()["errors"]], reply.text


def copy_drafts(service, rosters):
    """Empty drafts of the same sites and week, as drawn in one."""
    (number,), = service.sql("SELECT nextval('plan_together')")
    return [service.sql(
        "WITH p AS (INSERT INTO plan (site_id, monday, forecast_id, request, together) SELECT q.site_id, q.monday, q.forecast_id,"
        " q.request, %s FROM plan q JOIN roster r ON r.plan_id = q.id WHERE r.id = %s RETURNING *)"
        " INSERT INTO roster (plan_id, site_id, monday, version, state, evidence) SELECT p.id, r.site_id, r.monday,"
        " (SELECT max(version) + 1 FROM roster v WHERE v.site_id = r.site_id AND v.monday = r.monday), 'draft', r.evidence"
        " FROM p, roster r WHERE r.id = %s RETURNING id", (number, i, i))[0][0] for i in rosters]


def publish_at_once(service, planner, rosters, held):
    """Publishes each while the rows of `held` are locked, which are then let go; the statuses by roster."""
    etags = {i: planner.get(f"/rosters/{i}").headers["ETag"] for i in rosters}
    status = {}

    def publish(roster):
        client = service.log_in("planner")
        status[roster] = client.post(f"/rosters/{roster}/publish", headers={"If-Match": etags[roster]}).status_code

    waiting = [threading.Thread(target=publish, args=(i,)) for i in rosters]
    connection = psycopg2.connect(service.dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM roster WHERE id = ANY(%s) FOR UPDATE", (held,))
            for thread in waiting:
                thread.start()
                time.sleep(1)
    finally:
        connection.close()
    for thread in waiting:
        thread.join()
    return status


def test_two_who_publish_it_at_once_do_not_wait_for_each_other(service, planner, together):
    r = together["result"]
    first, last = copy_drafts(service, [r["roster_id"], r["with"][0]["roster_id"]])
    status = publish_at_once(service, planner, [last, first], [last])
    assert sorted(status.values()) == [200, 412], status
    assert {planner.get(f"/rosters/{i}").json()["state"] for i in (first, last)} == {"published"}


def test_two_sites_published_at_once_leave_who_works_at_both_the_rest(service, planner, together):
    r = together["result"]
    drafts = copy_drafts(service, [r["roster_id"], r["with"][0]["roster_id"]])
    service.sql("UPDATE plan SET together = NULL WHERE id IN (SELECT plan_id FROM roster WHERE id = ANY(%s))", (drafts,))
    for roster, hour in zip(drafts, (15, 19)):  # two hours between them
        service.sql("INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents)"
                    " SELECT id, %s, site_id, monday, monday + make_interval(hours => %s), monday + make_interval(hours => %s), 120, 1"
                    " FROM roster WHERE id = %s", (min(together["lent"]), hour, hour + 2, roster))
    published = service.sql("SELECT p.id FROM roster p JOIN roster r USING (site_id, monday) WHERE r.id = ANY(%s)"
                            " AND p.state = 'published'", (drafts,))
    assert len(published) == 2
    # Both find their site's published roster locked, when they have looked for what the other publishes.
    status = publish_at_once(service, planner, drafts, [i for i, in published])
    assert sorted(status.values()) == [200, 409], status
