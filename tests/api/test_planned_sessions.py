# SPDX-License-Identifier: GPL-3.0-or-later
"""Training and meetings: asked for over HTTP, placed by the next schedule, read in shifts and calendars."""
import datetime

import pytest

SITE = 3  # San Salvador, a branch


def week_ahead(weeks):
    day = datetime.date.today() + datetime.timedelta(weeks=weeks)
    return "%d-W%02d" % day.isocalendar()[:2]


WEEK = week_ahead(3)


@pytest.fixture(scope="module")
def team(planner):
    return [a["id"] for a in planner.items(f"/agents?site_id={SITE}") if a["left_on"] is None][:6]


def ask(planner, team, **changes):
    body = {"site_id": SITE, "week": WEEK, "name": "new till", "kind": "training", "minutes": 60,
            "agent_ids": team, "days": [1, 2, 3, 4, 5], "at_once": 2, "margin_min": 30, "must": True}
    return planner.post("/planned-sessions", json={**body, **changes})


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.fixture(scope="module")
def roster(planner, team):
    training = ask(planner, team)
    assert training.status_code == 201, training.text
    meeting = ask(planner, team[:4], name="team talk", kind="meeting", minutes=30, at_once=0, margin_min=0,
                  together=True, quorum=2, must=False, miss_cents=3000)
    assert meeting.status_code == 201, meeting.text
    assert meeting.json()["agent_ids"] == sorted(team[:4])
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": SITE, "week": WEEK, "time_limit_s": 30, "gap": 0.02, "trial_weeks": 20}))
    assert job["state"] == "done", job
    return planner.get(f"/rosters/{job['result']['roster_id']}").json()


def test_they_are_placed_and_told(planner, team, roster):
    sits = {"new till": [], "team talk": []}
    for shift in planner.items(f"/rosters/{roster['id']}/shifts"):
        for a in shift["activities"]:
            if a["kind"] not in ("training", "meeting"):
                assert a["label"] is None
                continue
            assert a["paid"] and a["queue_id"] is None
            sits[a["label"]].append((shift["agent_id"], a["kind"], instant(a["start"]), instant(a["end"]),
                                     instant(shift["start"]), instant(shift["end"])))
    missed = {name: sum(m["times"] for m in roster["evidence"]["missed"] if m["session"] == name) for name in sits}
    assert len(sits["new till"]) + missed["new till"] == len(team)
    assert len(sits["team talk"]) + missed["team talk"] == 4
    assert len(sits["new till"]) >= len(team) - 1, roster["evidence"]["missed"]
    for _, kind, start, end, first, last in sits["new till"]:
        assert kind == "training" and end - start == datetime.timedelta(hours=1)
        margin = datetime.timedelta(minutes=30)
        assert start - first >= margin and last - end >= margin and start.weekday() < 5
        assert sum(s < end and start < e for _, _, s, e, _, _ in sits["new till"]) <= 3
    assert len({start for _, _, start, _, _, _ in sits["team talk"]}) <= 1
    evidence = roster["evidence"]
    assert evidence["verified"] and evidence["session_cents"] is not None
    assert evidence["parts"]["sessions"] == 5000 * missed["new till"] + 3000 * missed["team talk"]
    assert abs(sum(evidence["parts"].values()) - evidence["objective"]) < 1


def test_a_roster_keeps_what_is_asked_no_longer(planner, roster):
    asked = planner.items(f"/planned-sessions?site_id={SITE}&week={WEEK}")
    assert [s["name"] for s in asked] == ["team talk", "new till"]
    for session in asked:
        assert planner.delete(f"/planned-sessions/{session['id']}").status_code == 204
        assert planner.delete(f"/planned-sessions/{session['id']}").status_code == 404
    assert planner.items(f"/planned-sessions?site_id={SITE}&week={WEEK}") == []
    labels = {a["label"] for s in planner.items(f"/rosters/{roster['id']}/shifts") for a in s["activities"]}
    assert "new till" in labels


@pytest.mark.parametrize("change,pointer", [
    ({"minutes": 50}, "/minutes"), ({"quorum": 2}, "/quorum"), ({"days": [8]}, "/days"),
    ({"from": "10:00", "until": "10:30"}, "/until"), ({"together": True}, "/at_once"),
    ({"from": "10:07"}, "/from"), ({"from": "24:15", "until": "30:00"}, "/from"), ({"until": "18:01"}, "/until"),
    ({"agent_ids": [1, 1]}, "/agent_ids"), ({"kind": "lunch"}, "/kind"), ({"week": "2020-W10"}, "/week"),
])
def test_what_makes_no_sense_is_refused(planner, team, change, pointer):
    reply = ask(planner, team, name="nonsense", **change)
    assert reply.status_code == 422, reply.text
    assert pointer in [e["pointer"] for e in reply.json()["errors"]]


def test_people_of_other_sites_are_refused(planner, team):
    other = next(a["id"] for a in planner.items("/agents?site_id=1"))
    reply = ask(planner, team, agent_ids=[other])
    assert reply.status_code == 422 and "site" in reply.json()["errors"][0]["message"]


def draw(planner, week, **body):
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": SITE, "week": week, "iteration_limit": 200, "time_limit_s": 60, "trial_weeks": 20, **body}))
    assert job["state"] == "done", job
    return job["result"]["roster_id"]


def sits_of(planner, roster):
    return [(s["agent_id"], s["day"], a["start"], a["end"]) for s in planner.items(f"/rosters/{roster}/shifts")
            for a in s["activities"] if a["label"] == "new till"]


def test_planned_again_nobody_loses_what_is_still_to_come(planner, team):
    week = week_ahead(6)
    monday = datetime.date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    assert ask(planner, team, week=week, minutes=30, times=3, at_once=1, margin_min=0).status_code == 201
    assert ask(planner, team, week=week, name="Monday's", days=[1]).status_code == 201
    first = draw(planner, week)
    # With Monday alone behind, some have had it once and some not yet; each needs it three times in all.
    again = draw(planner, week, keep=first, **{"from": (monday + datetime.timedelta(days=1)).isoformat()})
    sits, told = sits_of(planner, again), planner.get(f"/rosters/{again}").json()["evidence"]["missed"]
    assert [x for x in sits if x[1] == monday.isoformat()] == \
        [x for x in sits_of(planner, first) if x[1] == monday.isoformat()]
    assert len({x[0] for x in sits}) > 1
    for agent in team:
        missed = sum(m["times"] for m in told if m["agent_id"] == agent and m["session"] == "new till")
        assert sum(x[0] == agent for x in sits) + missed == 3
    later = [x for x in sits if x[1] > monday.isoformat()]
    assert not [1 for x in later for y in later if x < y and x[2] < y[3] and y[2] < x[3]]
    # Who was not there on Monday is told so, though that day is over.
    had = {s["agent_id"] for s in planner.items(f"/rosters/{again}/shifts") for a in s["activities"]
           if a["label"] == "Monday's"}
    assert {m["agent_id"] for m in told if m["session"] == "Monday's"} == set(team) - had


def test_no_more_than_a_plan_can_hold(planner, team):
    week = week_ahead(7)
    assert ask(planner, team[:1], week=week, times=16).status_code == 201
    reply = ask(planner, team[:2], week=week, name="one more")
    assert reply.status_code == 422 and reply.json()["errors"][0]["pointer"] == "/agent_ids"
    assert ask(planner, team[1:2], week=week, name="one more").status_code == 201
