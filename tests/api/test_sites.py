# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site's places of work do to its plans: counters."""
import datetime

import pytest

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
                                                            "time_limit_s": 30}))
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
    for other in (manager, agent):
        assert other.request("PUT", f"/sites/{SITE}/counters", json={"counters": 3}).status_code == 403
