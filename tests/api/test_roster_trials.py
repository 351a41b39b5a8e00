# SPDX-License-Identifier: GPL-3.0-or-later
"""A roster played: one day replayed event by event, and two versions on the same contacts."""
import datetime

import pytest

SITE = 3  # San Salvador, a branch with counters
SEEDS = range(1, 13)


def week_ahead(weeks):
    day = datetime.date.today() + datetime.timedelta(weeks=weeks)
    return "%d-W%02d" % day.isocalendar()[:2]


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.fixture(scope="module")
def rosters(planner):
    """Two versions of a week, drawn alike: the same shifts."""
    ids, forecast = [], None
    for _ in range(2):
        job = planner.wait_job(planner.post("/schedules", json={
            "site_id": SITE, "week": week_ahead(2), "seed": 7, "time_limit_s": 60, "gap": 0.05,
            "iteration_limit": 20000, **({"forecast_id": forecast} if forecast else {})}))
        assert job["state"] == "done", job
        forecast = job["result"]["forecast_id"]
        ids.append(job["result"]["roster_id"])
    return ids


@pytest.fixture(scope="module")
def day(planner, rosters):
    """The day with the most contacts."""
    offered = {}
    for row in planner.items(f"/rosters/{rosters[0]}/trial"):
        offered[row["day"]] = offered.get(row["day"], 0) + row["offered"]
    return max(offered, key=offered.get)


def replay(planner, roster, day, seed=1):
    reply = planner.get(f"/rosters/{roster}/replay?day={day}&seed={seed}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def events(told):
    return list(zip(told["at_ms"], told["kind"], told["queue"], told["person"], told["contact"]))


def test_a_replay_is_a_possible_day(planner, rosters, day):
    told = replay(planner, rosters[0], day)
    assert len({len(told[k]) for k in ("at_ms", "kind", "queue", "person", "contact")}) == 1
    assert told["at_ms"] == sorted(told["at_ms"]) and len(told["at_ms"]) > 100
    assert instant(told["until"]) - instant(told["from"]) == datetime.timedelta(days=1)
    state, hands, here = {}, {}, set()
    count = [dict(offered=0, in_time=0, answered=0, lost=0) for _ in told["queues"]]
    for at, kind, queue, person, contact in events(told):
        if kind == "comes":
            assert person not in here and contact == -1
            here.add(person)
        elif kind == "goes":
            assert person in here and not hands.get(person)
            here.discard(person)
        elif kind == "arrives":
            assert contact not in state and person == -1
            state[contact] = ("waits", at, queue)
            count[queue]["offered"] += at >= 0
        elif kind == "begins":
            what, since, of = state[contact]
            assert what == "waits" and of == queue and person in here and at >= since
            assert not hands.get(person), "one at once at a counter"
            state[contact] = ("held", since, person)
            hands[person] = contact
            if since >= 0:
                count[queue]["answered"] += 1
                count[queue]["in_time"] += at - since <= 1000 * told["queues"][queue]["within_s"]
        elif kind == "ends":
            assert state.pop(contact)[::2] == ("held", person) and hands.pop(person) == contact
        else:
            assert kind == "gives_up"
            what, since, _ = state.pop(contact)
            assert what == "waits" and at >= since
            count[queue]["lost"] += since >= 0
    for queue, seen in zip(told["queues"], count):
        assert {k: queue[k] for k in seen} == seen
        if queue["live"]:
            assert queue["offered"] == queue["answered"] + queue["lost"]
        else:  # some waits for the next day
            assert queue["offered"] >= queue["answered"] > 0 == queue["lost"]
    came = {person for _, kind, _, person, _ in events(told) if kind == "comes"}
    assert came == {i for i, p in enumerate(told["people"]) if not p["absent"]}


def test_people_keep_their_planned_hours(planner, rosters, day):
    told = replay(planner, rosters[0], day, 2)
    start = instant(told["from"])
    shifts = {s["agent_id"]: s for s in planner.items(f"/rosters/{rosters[0]}/shifts") if s["day"] == day}
    assert {p["agent_id"] for p in told["people"]} == set(shifts)
    for i, person in enumerate(told["people"]):
        mine = [(at, kind) for at, kind, _, who, _ in events(told) if who == i and kind in ("comes", "goes")]
        shift = shifts[person["agent_id"]]
        assert person["name"] == shift["agent"]
        if person["absent"]:
            assert mine == []
            continue
        work = [[(instant(a[end]) - start) // datetime.timedelta(milliseconds=1) for end in ("start", "end")]
                for a in shift["activities"] if a["kind"] == "work"]
        assert mine[0] == (work[0][0], "comes")
        # What one began one finishes: never home before the end, unless a pause that began late and
        # keeps its length lasts until then.
        home, kind = mine[-1]
        assert kind == "goes"
        pauses = [b[0] - a[1] for a, b in zip(work, work[1:]) if a[1] < b[0] and a[1] <= home]
        assert home >= work[-1][1] or home + max(pauses) >= work[-1][1], (mine, work)


def test_a_seed_is_a_day(planner, rosters, day):
    one = replay(planner, rosters[0], day, 5)
    assert one == replay(planner, rosters[0], day, 5)
    assert one["at_ms"] != replay(planner, rosters[0], day, 6)["at_ms"]
    twin = replay(planner, rosters[1], day, 5)
    assert {k: v for k, v in twin.items() if k != "roster_id"} == {k: v for k, v in one.items() if k != "roster_id"}


def test_replays_are_such_days_as_the_trial_played(planner, rosters, day):
    trial = {r["queue_id"]: r for r in planner.items(f"/rosters/{rosters[0]}/trial") if r["day"] == day}
    seen = {}
    for seed in SEEDS:
        for queue in replay(planner, rosters[0], day, seed)["queues"]:
            good, offered = seen.get(queue["queue_id"], (0, 0))
            seen[queue["queue_id"]] = good + queue["in_time"], offered + queue["offered"]
    for queue, row in trial.items():
        good, offered = seen[queue]
        assert offered / len(SEEDS) == pytest.approx(row["offered"], rel=0.25, abs=8)
        assert good / offered == pytest.approx(row["simulated"], abs=0.12)


def test_what_cannot_be_replayed_is_refused(planner, rosters, day):
    path = f"/rosters/{rosters[0]}/replay"
    assert planner.get("/rosters/999999/replay?day=" + day).status_code == 404
    for query, pointer in (("?day=2020-01-01", "day"), ("", "day"), (f"?day={day}&seed=0", "seed")):
        reply = planner.get(path + query)
        assert reply.status_code in (400, 422) and pointer in reply.text, (query, reply.text)


def compare(planner, one, two, seed=1):
    reply = planner.get(f"/rosters/{one}/comparison?with={two}&seed={seed}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_twins_do_not_differ(planner, rosters):
    told = compare(planner, *rosters)
    assert told["first"]["id"] == rosters[0] and told["second"]["id"] == rosters[1]
    assert told["changes"] == [] and told["first"]["pay_cents"] == told["second"]["pay_cents"] > 0
    assert told["rows"] and all(r["difference"] == r["low"] == r["high"] == 0 for r in told["rows"])


def test_fewer_people_are_seen_and_told(service, planner, rosters, day):
    """A version without the day's first four shifts: worse that day, the same on the others, and cheaper."""
    whole = compare(planner, *rosters)
    gone = service.sql(
        "DELETE FROM shift WHERE id IN (SELECT id FROM shift WHERE roster_id = %s AND day = %s"
        " ORDER BY start_at, id LIMIT 4) RETURNING agent_id, paid_minutes, cost_cents", (rosters[1], day))
    told = compare(planner, *rosters)
    assert {(c["agent_id"], c["day"], c["change"]) for c in told["changes"]} == {(g[0], day, "removed") for g in gone}
    assert told["first"]["pay_cents"] - told["second"]["pay_cents"] == sum(g[2] for g in gone) > 0
    assert told["first"]["paid_minutes"] - told["second"]["paid_minutes"] == sum(g[1] for g in gone)
    there = [r for r in told["rows"] if r["day"] == day]
    assert min(r["high"] for r in there) < -0.005, there
    assert all(r["low"] <= r["difference"] <= r["high"] for r in there)
    before = {(r["queue_id"], r["day"]): r for r in whole["rows"]}
    for row in told["rows"]:
        assert row["first"] == before[row["queue_id"], row["day"]]["first"]
        if row["day"] < day:
            assert row["difference"] == 0
    back = compare(planner, rosters[1], rosters[0])
    assert [-r["difference"] for r in back["rows"]] == pytest.approx([r["difference"] for r in told["rows"]])
    assert {c["change"] for c in back["changes"]} == {"added"}


def test_only_versions_of_one_week_compare(planner, rosters):
    other = planner.items("/rosters?site_id=1")[0]["id"]
    for which, status in ((rosters[0], 422), (other, 422), (999999, 404)):
        reply = planner.get(f"/rosters/{rosters[0]}/comparison?with={which}")
        assert reply.status_code == status, reply.text
    assert planner.get(f"/rosters/999999/comparison?with={other}").status_code == 404
