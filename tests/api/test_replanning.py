# SPDX-License-Identifier: GPL-3.0-or-later
"""A week planned again from a roster: what has begun stays, the rest changes at a price."""
import datetime
from zoneinfo import ZoneInfo

import pytest

SITE = 1  # Santiago; the demo has published its present week
BRANCH = 3  # San Salvador
TODAY = datetime.datetime.now(ZoneInfo("America/Santiago")).date()
MONDAY = TODAY - datetime.timedelta(days=TODAY.weekday())
TOMORROW = TODAY + datetime.timedelta(days=1)
runs_on = pytest.mark.skipif(TODAY.weekday() == 6, reason="on a Sunday the week has no day left to plan")


def week(monday):
    return "%d-W%02d" % monday.isocalendar()[:2]


def draw(planner, **body):
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": SITE, "week": week(MONDAY), "seed": 3, "iteration_limit": 60, "time_limit_s": 60,
        "trial_weeks": 20, **body}))
    assert job["state"] == "done", job
    return job["result"]


def shifts(planner, roster):
    return {(s["agent_id"], s["day"]): s for s in planner.items(f"/rosters/{roster}/shifts")}


def times(s):
    return s and (s["start"], s["end"])


@pytest.fixture(scope="module")
def published(planner):
    return next(r["id"] for r in planner.items(f"/rosters?site_id={SITE}&week={week(MONDAY)}")
                if r["state"] == "published")


@pytest.fixture(scope="module")
def away(planner, hr, published):
    """Three people who work tomorrow call in sick until the week's end; one has been sick since today."""
    before = shifts(planner, published)
    who = [a for a, d in before if d == TOMORROW.isoformat()][:3]
    for i, agent in enumerate(who):
        first = TODAY if i == 0 and TODAY >= MONDAY else TOMORROW
        reply = hr.post("/absences", json={"agent_id": agent, "kind": "sickness", "first_day": first.isoformat(),
                                           "last_day": (MONDAY + datetime.timedelta(days=6)).isoformat()})
        assert reply.status_code == 201, reply.text
    return who


def check_against(planner, roster, before, away):
    """Days that have begun are as they were; who is away has no shift; the count is the difference."""
    after = shifts(planner, roster["id"])
    made = roster["evidence"]["changes"]
    changed = {k for k in {*before, *after} if times(before.get(k)) != times(after.get(k))}
    assert all(day >= made["from"] or k[0] in away for k in changed for day in (k[1],))
    for (agent, day), s in before.items():
        if day < made["from"] and agent not in away:
            kept = after[agent, day]
            assert (kept["activities"], kept["paid_minutes"]) == (s["activities"], s["paid_minutes"])
    assert not [k for k in after if k[0] in away and k[1] >= made["from"]]
    assert made["shifts"] == len({k for k in changed if k[1] >= made["from"] or k[0] in away})
    assert made["shifts"] == made["added"] + made["removed"] + made["moved"]
    return made


@runs_on
def test_a_running_week_is_repaired_with_few_changes(planner, published, away):
    before = shifts(planner, published)
    result = draw(planner, keep=published, change_cost_cents=5000, iteration_limit=400)
    roster = planner.get(f"/rosters/{result['roster_id']}").json()
    evidence = roster["evidence"]
    made = check_against(planner, roster, before, away)
    assert made["from"] == TOMORROW.isoformat() and made["roster_id"] == published
    gone = sum(k[0] in away and k[1] >= made["from"] for k in before)
    assert gone <= made["removed"] and made["shifts"] < len(before) / 4
    assert result["changed_shifts"] == made["shifts"] and result["change_cents"] == made["cents"]
    assert evidence["parts"]["changes"] == made["cents"] == made["shifts"] * 5000
    assert sum(evidence["parts"].values()) == pytest.approx(evidence["objective"], abs=1)
    assert evidence["verified"] and (evidence["bound"] is None or evidence["bound"] <= evidence["objective"])
    assert planner.get(f"/plans/{roster['plan_id']}").json()["forecast_id"] == result["forecast_id"]
    # Without a price far more people would hear of it.
    free = draw(planner, keep=published)
    assert free["change_cents"] == 0 and free["changed_shifts"] > 2 * made["shifts"]
    # The page's list of who changes says the same, and agents get to see it.
    listed = planner.items(f"/rosters/{roster['id']}/changes")
    assert len(listed) == made["shifts"]
    etag = planner.get(f"/rosters/{roster['id']}").headers["ETag"]
    done = planner.post(f"/rosters/{roster['id']}/publish", headers={"If-Match": etag})
    assert done.status_code == 200 and done.json()["state"] == "published", done.text
    assert check_against(planner, roster, before, away) == made


@runs_on
def test_days_before_from_stay(planner, published):
    sunday = MONDAY + datetime.timedelta(days=6)
    before = shifts(planner, published)
    result = draw(planner, keep=published, **{"from": sunday.isoformat()})
    after = shifts(planner, result["roster_id"])
    assert {k: times(s) for k, s in after.items() if k[1] < sunday.isoformat()}.items() <= \
        {k: times(s) for k, s in before.items()}.items()


def test_a_week_ahead_keeps_a_draft(planner):
    ahead = week(MONDAY + datetime.timedelta(weeks=2))
    first = draw(planner, site_id=BRANCH, week=ahead)
    again = draw(planner, site_id=BRANCH, week=ahead, keep=first["roster_id"], change_cost_cents=3000)
    assert first["changed_shifts"] is None and first["change_cents"] is None
    assert again["forecast_id"] == first["forecast_id"]
    assert again["objective"] <= first["objective"] + 1e-6
    before, after = shifts(planner, first["roster_id"]), shifts(planner, again["roster_id"])
    assert sum(times(before.get(k)) != times(after.get(k)) for k in {*before, *after}) == again["changed_shifts"]
    made = planner.get(f"/rosters/{again['roster_id']}").json()["evidence"]["changes"]
    assert made["from"] == (MONDAY + datetime.timedelta(weeks=2)).isoformat()


@runs_on
def test_leave_in_a_published_week_asks_for_it_to_be_planned_again(service, planner, hr, agent):
    now = next(r for r in planner.items(f"/rosters?site_id={SITE}&week={week(MONDAY)}") if r["state"] == "published")
    before = planner.items(f"/rosters/{now['id']}/shifts")
    ahead = [s for s in before if s["day"] > TODAY.isoformat() and not s["away"]]
    who = ahead[0]["agent_id"]
    own = sorted(s["day"] for s in ahead if s["agent_id"] == who)
    row = hr.post("/absences", json={"agent_id": who, "kind": "vacation", "first_day": own[0], "last_day": own[-1]}).json()
    service.sql("UPDATE absence SET state = 'asked' WHERE id = %s RETURNING id", [row["id"]])
    path = f"/absences/{row['id']}/rosters"
    assert planner.items(path) == []  # only asked for
    assert planner.post(f"/absences/{row['id']}/decision", json={"approve": True}).status_code == 200
    assert planner.items(path) == [{"id": now["id"], "site_id": SITE, "week": week(MONDAY), "version": now["version"],
                                    "shifts": len(own), "first_day": own[0]}]
    stand = planner.items(f"/rosters/{now['id']}/shifts")
    assert {s["id"] for s in stand if s["away"]} - {s["id"] for s in before if s["away"]} == \
        {s["id"] for s in before if s["agent_id"] == who and own[0] <= s["day"] <= own[-1]}
    result = draw(planner, keep=now["id"], change_cost_cents=5000)
    after = planner.items(f"/rosters/{result['roster_id']}/shifts")
    assert not [s for s in after if s["agent_id"] == who and s["day"] in own]
    assert not [s for s in after if s["away"] and s["start"] > datetime.datetime.now(datetime.timezone.utc).isoformat()]
    assert agent.get(path).status_code == 403


@pytest.fixture
def short_notice(planner):
    """Ten days ahead a change costs nothing more; today it costs 4,000."""
    reply = planner.request("PUT", f"/sites/{SITE}/short-notice", json={"days": 10, "cents": 4000})
    assert reply.status_code == 200 and reply.json() == {"site_id": SITE, "days": 10, "cents": 4000}, reply.text
    yield
    planner.request("PUT", f"/sites/{SITE}/short-notice", json={"days": 0, "cents": 0})


@runs_on
def test_short_notice_costs_more(planner, short_notice):
    assert planner.get(f"/sites/{SITE}/short-notice").json()["days"] == 10
    now = next(r for r in planner.items(f"/rosters?site_id={SITE}&week={week(MONDAY)}") if r["state"] == "published")
    before = shifts(planner, now["id"])
    made = planner.get(f"/rosters/{draw(planner, keep=now['id'], change_cost_cents=100)['roster_id']}").json()
    after, told = shifts(planner, made["id"]), made["evidence"]["changes"]
    changed = [k for k in {*before, *after} if k[1] >= told["from"] and times(before.get(k)) != times(after.get(k))]
    ahead = [(datetime.date.fromisoformat(d) - TODAY).days for _, d in changed]
    assert told["notice_cents"] == pytest.approx(sum(4000 * (1 - n / 10) for n in ahead))
    assert told["cents"] == pytest.approx(told["notice_cents"] + 100 * told["shifts"])
    assert made["evidence"]["parts"]["changes"] == pytest.approx(told["cents"])


def test_what_nobody_has_seen_changes_without_notice(planner, service):
    ahead = week(MONDAY + datetime.timedelta(weeks=2))
    assert planner.request("PUT", f"/sites/{BRANCH}/short-notice", json={"days": 60, "cents": 4000}).status_code == 200
    first = draw(planner, site_id=BRANCH, week=ahead)
    again = draw(planner, site_id=BRANCH, week=ahead, keep=first["roster_id"], seed=4)
    made = planner.get(f"/rosters/{again['roster_id']}").json()["evidence"]["changes"]
    assert (made["cents"], made["notice_cents"]) == (0, 0)
    planner.request("PUT", f"/sites/{BRANCH}/short-notice", json={"days": 0, "cents": 0})


@pytest.mark.parametrize("body, pointer", [({"days": 61, "cents": 1}, "/days"), ({"days": 3, "cents": 0}, "/cents"),
                                           ({"days": 0, "cents": 5}, "/days"), ({"days": 3}, "/cents")])
def test_a_bad_notice_names_the_place(planner, body, pointer):
    reply = planner.request("PUT", f"/sites/{SITE}/short-notice", json=body)
    assert reply.status_code == 422 and [e["pointer"] for e in reply.json()["errors"]] == [pointer], reply.text
    if {*body} == {"days", "cents"} and 0 in body.values():
        assert f"when {'cents' if pointer == '/days' else 'days'} is" in reply.json()["errors"][0]["message"]


def day(n):
    return (MONDAY + datetime.timedelta(days=n)).isoformat()


@pytest.mark.parametrize("body, pointer", [
    ({"week": week(MONDAY)}, "/week"),
    ({"week": week(MONDAY + datetime.timedelta(weeks=1)), "keep": "published"}, "/keep"),
    ({"week": week(MONDAY), "keep": 10 ** 9}, "/keep"),
    ({"week": week(MONDAY), "keep": 0}, "/keep"),
    ({"site_id": 2, "keep": "published"}, "/keep"),
    ({"week": week(MONDAY - datetime.timedelta(weeks=1)), "keep": "last"}, "/week"),
    ({"keep": "published", "from": day(7)}, "/from"),
    ({"keep": "published", "from": TODAY.isoformat()}, "/from"),
    ({"keep": "published", "from": "1969-12-29"}, "/from"),
    ({"keep": "published", "change_cost_cents": -1}, "/change_cost_cents"),
    ({"week": week(MONDAY + datetime.timedelta(weeks=2)), "change_cost_cents": 5}, "/change_cost_cents"),
    ({"week": week(MONDAY + datetime.timedelta(weeks=2)), "from": day(15)}, "/from"),
    ({"week": week(MONDAY + datetime.timedelta(weeks=2)), "from": "1969-12-29"}, "/from"),
])
def test_what_cannot_be_planned_again(service, planner, published, body, pointer):
    body = {"site_id": SITE, "week": week(MONDAY), **body}
    if body.get("keep") == "published":
        body["keep"] = published
    if body.get("keep") == "last":
        move = "UPDATE roster SET monday = monday + %s WHERE id = %s RETURNING id"
        service.sql(move, [-7, published])
        try:
            refused(planner, dict(body, keep=published), pointer)
        finally:
            service.sql(move, [7, published])
        return
    if TODAY.weekday() == 6 and pointer == "/from" and "keep" in body:
        pointer = "/week"
    refused(planner, body, pointer)


def refused(planner, body, pointer):
    reply = planner.post("/schedules", json=body)
    assert reply.status_code == 422, reply.text
    assert pointer in [e["pointer"] for e in reply.json()["errors"]], reply.text
