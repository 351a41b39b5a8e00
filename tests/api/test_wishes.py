# SPDX-License-Identifier: GPL-3.0-or-later
"""Wishes of agents, whose win where not all can be had, and how evenly a roster divides its weekends."""
import datetime
import threading
import time
from zoneinfo import ZoneInfo

import psycopg2
import pytest

SITE = 3  # San Salvador
SMALL = 2  # Valdivia, made small
ZONE = ZoneInfo("America/El_Salvador")


def monday_ahead(weeks):
    today = datetime.datetime.now(ZONE).date()
    return today - datetime.timedelta(days=today.weekday()) + datetime.timedelta(weeks=weeks)


def week(monday):
    return "%d-W%02d" % monday.isocalendar()[:2]


def day(monday, n):
    return (monday + datetime.timedelta(days=n)).isoformat()


def draw(planner, monday, site=SITE, **body):
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": site, "week": week(monday), "seed": 5, "iteration_limit": 120, "time_limit_s": 60,
        "trial_weeks": 20, **body}))
    assert job["state"] == "done", job
    return job["result"]["roster_id"]


def publish(planner, roster):
    head = planner.get(f"/rosters/{roster}")
    reply = planner.post(f"/rosters/{roster}/publish", headers={"If-Match": head.headers["ETag"]})
    assert reply.status_code == 200, reply.text


def pointers(reply):
    return [e["pointer"] for e in reply.json()["errors"]]


def asks(shift, zone, holidays):
    """(weekend, early, late) as the page's legend says it."""
    begin, end = (datetime.datetime.fromisoformat(shift[k].replace("Z", "+00:00")) for k in ("start", "end"))
    date = datetime.date.fromisoformat(shift["day"])
    midnight = datetime.datetime.combine(date, datetime.time(), zone)
    since = lambda t: (t.astimezone(zone).replace(tzinfo=None) - midnight.replace(tzinfo=None)).total_seconds() / 3600
    return date.weekday() >= 5 or shift["day"] in holidays, since(begin) < 7, since(begin) + (end - begin).total_seconds() / 3600 > 22


def recount(planner, rosters, site):
    zone = ZoneInfo(site["zone"])
    holidays = {d["day"] for d in planner.items("/special-days") if d["kind"] == "holiday"
                and (d.get("country") == site["country"] or d.get("site_id") == site["id"])}
    told = {}
    for s in (s for r in rosters for s in planner.items(f"/rosters/{r}/shifts")):
        weekend, early, late = asks(s, zone, holidays)
        row = told.setdefault(s["agent_id"], [0, 0, 0, 0, 0, 0])
        for i, n in enumerate((1, s["paid_minutes"], weekend, early, late, 2 * weekend + (early or late))):
            row[i] += n
    return told


FIGURES = ("shifts", "paid_minutes", "weekend_shifts", "early_shifts", "late_shifts", "burden")


@pytest.mark.parametrize("site_id", [1, SITE])
def test_fairness_recounts_from_the_shifts(planner, site_id):
    """Santiago works nights and weekends; both have a published week behind the one drawn."""
    site = planner.get(f"/sites/{site_id}").json()
    drawn = draw(planner, monday_ahead(1), site_id, iteration_limit=30)
    before = [r["id"] for r in planner.items(f"/rosters?site_id={site_id}&week={week(monday_ahead(0))}")
              if r["state"] == "published"]
    for weeks, rosters in ((0, [drawn]), (8, [drawn, *before])):
        rows = planner.items(f"/rosters/{drawn}/fairness?weeks={weeks}")
        counted = recount(planner, rosters, site)
        assert {r["agent_id"] for r in rows} >= {a["agent_id"] for a in planner.items(f"/rosters/{drawn}/shifts")}
        for r in rows:
            assert [r[k] for k in FIGURES] == counted.get(r["agent_id"], [0] * 6), r
            assert 1 <= r["weeks"] <= 1 + weeks and r["difference"] == pytest.approx(r["burden"] - r["fair_burden"])
        here = recount(planner, [drawn], site)
        assert all(r["roster_burden"] == here.get(r["agent_id"], [0] * 6)[5] for r in rows)
        # Each contract's points are divided by weeks; the worst stands first.
        for contract in {r["contract"] for r in rows}:
            mine = [r for r in rows if r["contract"] == contract]
            assert sum(r["difference"] for r in mine) == pytest.approx(0, abs=1e-6)
            assert len({round(r["fair_burden"] / r["weeks"], 6) for r in mine}) == 1
        differences = [r["difference"] for r in rows]
        assert differences == sorted(differences, reverse=True)
    assert sum(r["burden"] for r in rows) > 0
    assert planner.items(f"/rosters/{drawn}/fairness") == rows  # eight weeks unless said otherwise


@pytest.mark.parametrize("query", ["weeks=-1", "weeks=53", "weeks=x", "week=2"])
def test_a_bad_horizon_is_refused(planner, query):
    assert planner.get(f"/rosters/1/fairness?{query}").status_code == 422


def test_an_agent_wishes_and_takes_back(service, agent, planner):
    me = agent.get("/session").json()["user"]["agent_id"]
    ahead = monday_ahead(5)
    made = agent.post("/me/wishes", json={"day": day(ahead, 2), "kind": "day_off"})
    assert made.status_code == 201, made.text
    wish = made.json()
    assert wish["agent_id"] == me and wish["weight"] == 1 and wish["state"] == "open" and wish["start"] is None
    timed = agent.post("/me/wishes", json={"day": day(ahead, 3), "kind": "start", "start": "09:30", "weight": 0.5}).json()
    assert timed["start"] == "09:30" and timed["weight"] == 0.5
    assert [w["id"] for w in agent.items("/me/wishes")] == [wish["id"], timed["id"]]
    site = planner.get(f"/agents/{me}").json()["site_id"]
    assert {w["id"] for w in planner.items(f"/wishes?site_id={site}")} == {wish["id"], timed["id"]}
    again = agent.post("/me/wishes", json={"day": day(ahead, 2), "kind": "day_on"})
    assert again.status_code == 409
    assert agent.post("/me/wishes", json={"day": day(ahead, 4), "kind": "day_on"}).status_code == 201
    fourth = agent.post("/me/wishes", json={"day": day(ahead, 5), "kind": "day_off"})
    assert fourth.status_code == 409 and "3 wishes" in fourth.text
    for w in agent.items("/me/wishes"):
        assert agent.delete(f"/me/wishes/{w['id']}").status_code == 204
    assert agent.items("/me/wishes") == []
    assert agent.delete(f"/me/wishes/{wish['id']}").status_code == 404
    told = service.sql("SELECT action FROM audit WHERE entity = 'wish' AND entity_id = %s ORDER BY id", (wish["id"],))
    assert told == [("ask",), ("withdraw",)]


def test_no_more_wishes_a_week_for_asking_at_once(service, agent):
    """Some wait for the agent's row with one wish left: who comes later must see what the first has written.
    Five ask, as some may share a thread of the service and come after it."""
    me, ahead, status = agent.user["agent_id"], monday_ahead(6), []
    clients = [service.log_in("agent") for _ in range(5)]
    for n in range(2):
        assert agent.post("/me/wishes", json={"day": day(ahead, n), "kind": "day_off"}).status_code == 201

    def ask(client, n):
        status.append(client.post("/me/wishes", json={"day": day(ahead, n), "kind": "day_off"}).status_code)

    asking = [threading.Thread(target=ask, args=(c, 2 + n)) for n, c in enumerate(clients)]
    connection = psycopg2.connect(service.dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM agent WHERE id = %s FOR UPDATE", (me,))
            for thread in asking:
                thread.start()
            waiting, deadline = 0, time.monotonic() + 20
            while waiting < 2 and time.monotonic() < deadline:
                (waiting,), = service.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                time.sleep(0.05)
    finally:
        connection.close()
    for thread in asking:
        thread.join()
    try:
        assert waiting >= 2 and sorted(status) == [201] + 4 * [409]
    finally:
        service.sql("DELETE FROM wish WHERE agent_id = %s", (me,))


def test_anothers_wish_is_out_of_reach(agent, planner):
    other = next(a["id"] for a in planner.items(f"/agents?site_id={SITE}"))
    wish = planner.post("/wishes", json={"agent_id": other, "day": day(monday_ahead(5), 1), "kind": "day_on"}).json()
    assert agent.delete(f"/me/wishes/{wish['id']}").status_code == 404
    assert planner.delete(f"/wishes/{wish['id']}").status_code == 204


@pytest.mark.parametrize("body, pointer", [
    ({"kind": "day_off"}, "/day"),
    ({"day": day(monday_ahead(5), 0)}, "/kind"),
    ({"day": day(monday_ahead(5), 0), "kind": "holiday"}, "/kind"),
    ({"day": day(monday_ahead(5), 0), "kind": "start"}, "/start"),
    ({"day": day(monday_ahead(5), 0), "kind": "day_off", "start": "09:00"}, "/start"),
    ({"day": day(monday_ahead(5), 0), "kind": "start", "start": "25:00"}, "/start"),
    ({"day": day(monday_ahead(5), 0), "kind": "start", "start": "24:00"}, "/start"),
    ({"day": day(monday_ahead(5), 0), "kind": "start", "start": "09:07"}, "/start"),
    ({"day": day(monday_ahead(5), 0), "kind": "day_off", "weight": 99}, "/weight"),
    ({"day": day(monday_ahead(5), 0), "kind": "day_off", "weight": 0}, "/weight"),
    ({"day": day(monday_ahead(-1), 0), "kind": "day_off"}, "/day"),
    ({"day": day(monday_ahead(60), 0), "kind": "day_off"}, "/day"),
    ({"day": "2026-02-30", "kind": "day_off"}, "/day"),
    ({"day": day(monday_ahead(5), 0), "kind": "day_off", "agent_id": 3}, "/agent_id"),
])
def test_a_bad_wish_names_the_place(agent, body, pointer):
    reply = agent.post("/me/wishes", json=body)
    assert reply.status_code == 422 and pointers(reply) == [pointer], reply.text
    assert agent.items("/me/wishes") == []


def test_a_wish_of_nobody(planner):
    reply = planner.post("/wishes", json={"agent_id": 999999, "day": day(monday_ahead(5), 0), "kind": "day_off"})
    assert reply.status_code == 422 and pointers(reply) == ["/agent_id"]


def test_every_wish_is_listed_page_by_page(service, planner):
    """More than any reply holds; two people of one name on one day, and a wish taken back between two pages."""
    service.sql("UPDATE agent SET name = 'Same Name' WHERE id IN (SELECT id FROM agent WHERE site_id = 1 ORDER BY id LIMIT 2)")
    made = service.sql("INSERT INTO wish (agent_id, day, kind) SELECT a.id, current_date + d, 'day_on' FROM agent a,"
                       " generate_series(1, 190) AS d WHERE a.site_id = 1 AND a.left_on IS NULL LIMIT 5300 RETURNING id")
    try:
        read, cursor, pages = [], None, 0
        while cursor or not pages:
            page = planner.get("/wishes", params={"site_id": 1, "limit": 1000, **({"cursor": cursor} if cursor else {})}).json()
            read += page["items"]
            cursor, pages = page["next"], pages + 1
            if pages == 2:
                service.sql("DELETE FROM wish WHERE id = %s", (read[-1]["id"],))
        assert len(made) == 5300 and pages == 6
        assert {w["id"] for w in read} == {i for (i,) in made} and len(read) == len(made)
        assert [(w["day"]) for w in read] == sorted(w["day"] for w in read)
        assert len(planner.items("/wishes?site_id=1")) == 100
        for cursor in ("x", "MjAyNg", read[0]["id"]):
            assert pointers(planner.get("/wishes", params={"cursor": cursor})) == ["?cursor"]
    finally:
        service.sql("DELETE FROM wish WHERE id IN %s", (tuple(i for (i,) in made),))


RULE = {"hours": 2, "seniority_most": 1, "seniority_years": 10}


@pytest.mark.parametrize("change, pointer", [
    ({"hours": -1}, "/hours"), ({"hours": 41}, "/hours"), ({"seniority_most": 0.5}, "/seniority_most"),
    ({"seniority_most": 11}, "/seniority_most"), ({"seniority_years": 0}, "/seniority_years"),
    ({"seniority_years": "x"}, "/seniority_years"),
])
def test_a_bad_rule_names_the_place(planner, change, pointer):
    reply = planner.request("PUT", f"/sites/{SITE}/wishes", json={**RULE, **change})
    assert reply.status_code == 422 and pointers(reply) == [pointer], reply.text


def test_the_rule_is_off_until_set(planner):
    assert planner.get(f"/sites/{SITE}/wishes").json() == {"site_id": SITE, **RULE}
    assert planner.request("PUT", "/sites/99999/wishes", json=RULE).status_code == 404


def put_rule(planner, **change):
    reply = planner.request("PUT", f"/sites/{BIG}/wishes", json={**RULE, **change})
    assert reply.status_code == 200, reply.text


@pytest.fixture(scope="module")
def small(service, planner):
    """A site open every day, with sixteen people alike but for their years of service, and work for about as many."""
    people = planner.items(f"/agents?site_id={SMALL}")
    groups = {}
    for a in people:
        groups.setdefault((a["contract"], str(sorted(k["skill_id"] for k in a["skills"]))), []).append(a["id"])
    kept = max(groups.values(), key=len)[:16]
    service.sql("UPDATE agent SET left_on = current_date, leave_reason = 'voluntary' WHERE site_id = %s AND left_on IS NULL "
                "AND NOT id = ANY(%s)", (SMALL, kept))
    service.sql("UPDATE agent SET hired = current_date - 200 - 500 * array_position(%s, id::int) WHERE id = ANY(%s)", (kept, kept))
    service.sql("UPDATE history SET offered = offered * 0.08, handled = handled * 0.08, abandoned = abandoned * 0.08, "
                "answered_in_target = answered_in_target * 0.08, handle_time_s = handle_time_s * 0.08, "
                "wait_time_s = wait_time_s * 0.08 WHERE queue_id IN (SELECT id FROM queue WHERE site_id = %s)", (SMALL,))
    service.sql("DELETE FROM absence WHERE agent_id = ANY(%s)", (kept,))
    service.sql("DELETE FROM availability WHERE agent_id = ANY(%s)", (kept,))
    service.sql("UPDATE agent_skill SET proficiency = 1 WHERE agent_id = ANY(%s)", (kept,))
    return kept


@pytest.fixture(scope="module")
def wanted(planner, small):
    """All wish the same Wednesday off. Rosters: before the wishes, then by what they are worth and seniority."""
    monday = monday_ahead(3)
    rosters = {"before": draw(planner, monday, SMALL, gap=0, iteration_limit=400)}
    for a in small:
        reply = planner.post("/wishes", json={"agent_id": a, "day": day(monday, 2), "kind": "day_off"})
        assert reply.status_code == 201, reply.text
    for name, rule in {"nothing": {"hours": 0}, "off": {}, "off, other years": {"seniority_years": 1},
                       "senior": {"seniority_most": 3, "seniority_years": 20}}.items():
        put_rule(planner, **rule)
        rosters[name] = draw(planner, monday, SMALL, gap=0, iteration_limit=400)
    return rosters, day(monday, 2)


def put_rule(planner, **change):
    reply = planner.request("PUT", f"/sites/{SMALL}/wishes", json={**RULE, **change})
    assert reply.status_code == 200, reply.text


def times(planner, roster):
    return [(s["agent_id"], s["start"], s["end"]) for s in planner.items(f"/rosters/{roster}/shifts")]


def off(planner, roster, date, who):
    at_work = {s["agent_id"] for s in planner.items(f"/rosters/{roster}/shifts") if s["day"] == date}
    return [a for a in who if a not in at_work]


def test_the_senior_have_the_day(planner, wanted, small):
    rosters, wednesday = wanted
    granted = {name: off(planner, r, wednesday, small) for name, r in rosters.items()}
    assert len(granted["off"]) >= len(granted["before"])
    senior, missed = granted["senior"], [a for a in small if a not in granted["senior"]]
    assert senior and missed
    rows = {r["agent_id"]: r for r in planner.items(f"/rosters/{rosters['senior']}/fairness")}
    assert min(rows[a]["seniority_years"] for a in senior) > max(rows[a]["seniority_years"] for a in missed)
    assert {a for a in rows if rows[a]["wishes_missed"]} == set(missed)
    assert all(r["wishes"] == 1 for r in rows.values())
    hours = lambda name: planner.get(f"/rosters/{rosters[name]}").json()["evidence"]["parts"]["wishes"]
    assert hours("nothing") == 0 < hours("off") < hours("senior")


def test_off_is_as_before(planner, wanted):
    """Without wishes worth anything, or without seniority, the years of service say nothing."""
    rosters, _ = wanted
    assert times(planner, rosters["before"]) == times(planner, rosters["nothing"])
    assert times(planner, rosters["off"]) == times(planner, rosters["off, other years"])


def test_published_wishes_are_settled(planner, agent):
    """A week once published takes no more wishes of agents, and says which were granted."""
    me = agent.get("/session").json()["user"]["agent_id"]
    site = planner.get(f"/agents/{me}").json()["site_id"]
    monday = monday_ahead(1)
    wish = agent.post("/me/wishes", json={"day": day(monday, 1), "kind": "day_off"}).json()
    roster = draw(planner, monday, site, iteration_limit=30)
    works = any(s["agent_id"] == me and s["day"] == day(monday, 1) for s in planner.items(f"/rosters/{roster}/shifts"))
    publish(planner, roster)
    assert [w["state"] for w in agent.items("/me/wishes")] == ["missed" if works else "granted"]
    late = agent.post("/me/wishes", json={"day": day(monday, 3), "kind": "day_on"})
    assert late.status_code == 409 and pointers(late) == ["/day"]
    assert agent.delete(f"/me/wishes/{wish['id']}").status_code == 409
    row = next(r for r in planner.items(f"/rosters/{roster}/fairness") if r["agent_id"] == me)
    assert (row["wishes"], row["wishes_missed"]) == (1, int(works))
    noted = planner.post("/wishes", json={"agent_id": me, "day": day(monday, 3), "kind": "day_on"})
    assert noted.status_code == 201  # for a week planned again
