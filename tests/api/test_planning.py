# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job over HTTP: history, forecast, schedule, publication, and everything refused."""
import datetime
import json

import pytest

SITE = 3  # San Salvador, a branch with counters


def week_ahead(weeks):
    day = datetime.date.today() + datetime.timedelta(weeks=weeks)
    return "%d-W%02d" % day.isocalendar()[:2]


@pytest.fixture(scope="module")
def roster(planner):
    reply = planner.post("/schedules", json={"site_id": SITE, "week": week_ahead(2), "seed": 7,
                                             "time_limit_s": 30, "gap": 0.02})
    job = planner.wait_job(reply)
    assert job["state"] == "done", job
    return planner.get(f"/rosters/{job['result']['roster_id']}").json()


def test_forecast_has_a_report_card(planner):
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": SITE, "week": week_ahead(1)}))
    assert job["state"] == "done"
    card = planner.get(f"/forecasts/{job['result']['forecast_id']}").json()
    assert card["queues"]
    for queue in card["queues"]:
        assert queue["origins"] > 0 and queue["wape"] <= queue["naive_wape"] * 1.05
    intervals = planner.items(f"/forecasts/{card['id']}/intervals?queue_id={card['queues'][0]['queue_id']}")
    assert len(intervals) > 50
    for row in intervals:
        quantiles = [row[q] for q in ("q05", "q10", "q25", "q50", "q75", "q90", "q95")]
        assert quantiles == sorted(quantiles) and quantiles[0] >= 0


def test_roster_carries_its_evidence(roster):
    evidence = roster["evidence"]
    assert evidence["verified"] and evidence["seed"] == 7
    assert evidence["bound"] <= evidence["objective"]
    assert abs(sum(evidence["parts"].values()) - evidence["objective"]) < 1
    assert evidence["gap"] == pytest.approx(1 - evidence["bound"] / evidence["objective"])


def test_coverage_recounts_from_the_shifts(planner, roster):
    shifts = planner.items(f"/rosters/{roster['id']}/shifts")
    people = {}
    quarter = datetime.timedelta(minutes=15)
    for shift in shifts:
        for activity in shift["activities"]:
            if activity["queue_id"] is None:
                continue
            at = datetime.datetime.fromisoformat(activity["start"].replace("Z", "+00:00"))
            end = datetime.datetime.fromisoformat(activity["end"].replace("Z", "+00:00"))
            while at < end:
                key = (activity["queue_id"], at)
                people[key] = people.get(key, 0) + 1
                at += quarter
    rows = planner.items(f"/rosters/{roster['id']}/coverage")
    told = {(r["queue_id"], datetime.datetime.fromisoformat(r["start"].replace("Z", "+00:00"))):
            r["scheduled"] for r in rows}
    assert people and sum(people.values()) == sum(told.values())
    assert all(told[key] == n for key, n in people.items())


def test_publication_needs_the_version_seen(planner, roster):
    path = f"/rosters/{roster['id']}/publish"
    assert planner.post(path).status_code == 428
    stale = planner.post(path, headers={"If-Match": '"r1-99"'})
    assert stale.status_code == 412
    etag = planner.get(f"/rosters/{roster['id']}").headers["ETag"]
    assert planner.get(f"/rosters/{roster['id']}", headers={"If-None-Match": etag}).status_code == 304
    changes = planner.items(f"/rosters/{roster['id']}/changes")
    assert len(changes) == roster["shifts"] and {c["change"] for c in changes} == {"added"}
    done = planner.post(path, headers={"If-Match": etag})
    assert done.status_code == 200 and done.json()["state"] == "published"
    assert done.headers["ETag"] != etag
    again = planner.post(path, headers={"If-Match": done.headers["ETag"]})
    assert again.status_code == 409


def test_same_key_is_the_same_job(planner):
    body = {"site_id": SITE, "week": week_ahead(3), "iteration_limit": 50, "trial_weeks": 20}
    key = {"Idempotency-Key": "planning-test"}
    first = planner.post("/schedules", json=body, headers=key)
    second = planner.post("/schedules", json=body, headers=key)
    assert first.headers["Location"] == second.headers["Location"]
    body["seed"] = 2
    assert planner.post("/schedules", json=body, headers=key).status_code == 409
    planner.wait_job(first)


def test_cancelled_job_keeps_the_best(planner):
    reply = planner.post("/schedules", json={"site_id": 1, "week": week_ahead(4), "time_limit_s": 300,
                                             "trial_weeks": 20, "gap": 0})
    path = reply.headers["Location"].removeprefix("/api/v1")
    for _ in range(600):
        job = planner.get(path).json()
        if job["objective"] is not None or job["state"] not in ("queued", "running"):
            break
        import time
        time.sleep(0.2)
    assert job["state"] == "running", job
    assert planner.delete(path).status_code in (200, 202)
    job = planner.wait_job(reply, 60)
    assert job["state"] == "cancelled"
    kept = planner.get(f"/rosters/{job['result']['roster_id']}").json()
    assert kept["evidence"]["verified"]


@pytest.mark.parametrize("body, pointer", [
    ({"site_id": 999, "week": week_ahead(2)}, "/site_id"),
    ({"site_id": SITE, "week": "2020-W10"}, "/week"),
    ({"site_id": SITE, "week": "2026-W60"}, "/week"),
    ({"site_id": SITE, "week": "next"}, "/week"),
    ({"site_id": SITE}, "/week"),
    ({"site_id": SITE, "week": week_ahead(2), "gap": -1}, "/gap"),
    ({"site_id": SITE, "week": week_ahead(2), "time_limit_s": 1e9}, "/time_limit_s"),
    ({"site_id": SITE, "week": week_ahead(2), "trial_weeks": 9}, "/trial_weeks"),
    ({"site_id": SITE, "week": week_ahead(2), "trial_weeks": 241}, "/trial_weeks"),
    ({"site_id": SITE, "week": week_ahead(2), "forecast_id": 99999}, "/forecast_id"),
    ({"site_id": SITE, "week": week_ahead(2), "sede": 1}, "/sede"),
    ({"site_id": "three", "week": week_ahead(2)}, "/site_id"),
])
def test_bad_requests_name_the_place(planner, body, pointer):
    reply = planner.post("/schedules", json=body)
    assert reply.status_code == 422, reply.text
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert pointer in [e["pointer"] for e in reply.json()["errors"]]


def csv_import(planner, text, query=""):
    return planner.post("/history/import" + query, data=text.encode(),
                        headers={"Content-Type": "text/csv"})


def test_bad_rows_come_back_with_line_and_column(planner):
    good = "SSA-COUNTER,2025-03-03T09:00:00-06:00,12\n"
    bad = ("queue,start,offered\n" + good + "NOWHERE,2025-03-03T09:00:00-06:00,12\n"
           "SSA-COUNTER,2025-03-03T09:30:00-06:00,-4\n" + good)
    reply = csv_import(planner, bad)
    assert reply.status_code == 422
    assert [e["pointer"] for e in reply.json()["errors"]] == [
        "line 3, column queue", "line 4, column offered", "line 5, column start"]
    as_csv = planner.post("/history/import", data=bad.encode(),
                          headers={"Content-Type": "text/csv", "Accept": "text/csv"})
    assert as_csv.status_code == 422 and as_csv.text.splitlines()[0] == "line,column,reason"
    assert len(as_csv.text.splitlines()) == 4
    dry = csv_import(planner, bad, "?dry_run=1").json()
    assert (dry["rejected"], dry["saved"]) == (3, False)


def test_spreadsheet_habits_are_understood(planner):
    text = "\ufeffqueue;start;offered\r\nSSA-COUNTER;2025-03-04T09:00:00-06:00;31\r\n"
    assert csv_import(planner, text).json()["rejected"] == 0
    rows = planner.items("/history?queue_id=7&from=2025-03-04&to=2025-03-04")
    assert 31 in [r["offered"] for r in rows]


def test_garbage_is_refused_and_nothing_saved(planner):
    rosters = json.dumps(planner.items("/rosters"))
    for data in (b"\x00\xff" * 5_000_000, b"", b"queue,start\n", "\u00e9".encode("latin-1") * 100):
        reply = planner.post("/history/import", data=data, headers={"Content-Type": "text/csv"})
        assert reply.status_code in (400, 413, 422), reply.status_code
        assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert json.dumps(planner.items("/rosters")) == rosters


def test_the_roster_was_tried(planner, roster):
    """A branch whose queues share people: every live queue and open day has a row that adds up."""
    rows = planner.items(f"/rosters/{roster['id']}/trial")
    queues = {q["id"]: q for q in planner.items(f"/queues?site_id={SITE}")}
    live = {i for i, q in queues.items() if q["channel"] in ("voice", "chat", "walk_in")}
    assert {r["queue_id"] for r in rows} == live
    for row in rows:
        assert row["offered"] > 0 and row["replications"] > 1
        assert row["low"] <= row["simulated"] <= row["high"]
        assert row["sl_p10"] <= row["sl_p50"] <= row["sl_p90"]
        assert 0 <= row["p_target"] <= 1
        assert 0 <= row["promised"] <= 1 and row["target"] == queues[row["queue_id"]]["target_share"]
        assert row["abandoned_low"] <= row["abandoned_share"] <= row["abandoned_high"]
        assert row["asa_low_s"] <= row["asa_s"] <= row["asa_high_s"]
        assert row["worst_level"] is None or row["worst_level"] <= row["simulated"]
        assert (row["worst_level"] is None) == (row["worst_start"] is None)
    evidence = roster["evidence"]
    assert (evidence["corrected"] > 0) == (evidence["trial"] == "corrected")
    assert sum(r["correction"] != 0 for r in rows) == evidence["corrected"]
    assert all(abs(r["correction"]) <= 0.2 for r in rows)
    if evidence["trial"] == "agrees":
        assert not any(r["low"] - 0.01 > r["promised"] for r in rows)


def test_a_short_trial_is_as_asked(planner, roster):
    forecast = planner.get(f"/plans/{roster['plan_id']}").json()["forecast_id"]
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": SITE, "week": week_ahead(2), "forecast_id": forecast, "iteration_limit": 20,
        "trial_weeks": 12}))
    rows = planner.items(f"/rosters/{job['result']['roster_id']}/trial")
    assert {r["replications"] for r in rows} == {12}
    assert all(r["low"] <= r["simulated"] <= r["high"] and r["sl_p10"] <= r["sl_p90"] for r in rows)
    # What is known of as many days by many weeks is known better.
    wide = {(r["queue_id"], r["day"]): r["high"] - r["low"] for r in rows}
    long = {(r["queue_id"], r["day"]): r["high"] - r["low"] for r in planner.items(f"/rosters/{roster['id']}/trial")}
    assert wide.keys() == long.keys() and sum(long.values()) < 0.6 * sum(wide.values())


def test_how_busy_people_were(planner, roster):
    """Occupancy by what people may take, of the hours that they are planned on the work."""
    groups = planner.items(f"/rosters/{roster['id']}/trial-groups")
    skills = {q["id"]: q["channel"] for q in planner.items(f"/queues?site_id={SITE}")}
    shifts = planner.items(f"/rosters/{roster['id']}/shifts")
    assert groups and len({(g["day"], tuple(g["queue_ids"])) for g in groups}) == len(groups)
    for day in {g["day"] for g in groups}:
        mine = [g for g in groups if g["day"] == day]
        assert all(set(g["queue_ids"]) <= set(skills) and g["queue_ids"] for g in mine)
        assert all(0 <= g["busy_hours"] <= g["present_hours"] * 1.001 for g in mine)
        planned = sum((datetime.datetime.fromisoformat(a["end"].replace("Z", "+00:00"))
                       - datetime.datetime.fromisoformat(a["start"].replace("Z", "+00:00"))).total_seconds()
                      for s in shifts if s["day"] == day for a in s["activities"] if a["kind"] == "work") / 3600
        # Some are absent; the last contact of a shift takes longer than the shift.
        assert 0.75 * planned < sum(g["present_hours"] for g in mine) < 1.05 * planned


def test_a_site_of_one_queue_keeps_its_promise(planner):
    """One queue of calls: formulas and simulation agree, those on e-mail who help out on quiet days included."""
    site = next(s for s in planner.items("/sites") if s["name"] == "Valdivia")
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": site["id"], "week": week_ahead(2), "seed": 3, "iteration_limit": 40, "time_limit_s": 60}))
    rows = planner.items(f"/rosters/{job['result']['roster_id']}/trial")
    assert len(rows) == 7
    # Up to a point is what calls finished after a shift's or a stretch's end add.
    off = sorted(abs(r["promised"] - r["simulated"]) for r in rows)
    assert off[3] < 0.01 and off[-1] < 0.02, rows
    assert all(r["sl_p10"] < r["simulated"] for r in rows)


def test_the_roster_says_what_would_help(planner, roster):
    """Kept with the roster: what one more agent, person or eased rule saves, best first."""
    told = planner.get(f"/rosters/{roster['id']}/explanation").json()
    assert told.get("roster_id") == roster["id"] and told["known"], told
    agents = {a["id"]: a for a in planner.items(f"/agents?site_id={SITE}")}
    contracts = {c["code"] for c in planner.items("/contracts")}
    assert told["agents"], told
    saved = [a["saved_cents"] for a in told["agents"]]
    assert saved == sorted(saved, reverse=True)
    for row in told["agents"]:
        assert row["agent_id"] in agents and row["contract"] in contracts and row["agents"] >= 1
        # n more never save more than n times the first
        assert row["good_for_cents"] <= row["good_for"] * row["saved_cents"] * 1.05 + 100
    # What could not be asked in time is not said to save nothing.
    assert told["tried"] >= len(told["relaxations"]) and told["tried"] + told["untried"] > 0
    for row in told["relaxations"]:
        assert row["saved_cents"] > told["precision_cents"] * 0.5 and row["item"]["kind"] in (
            "rule", "unavailable", "lock", "wish")
        assert row["item"]["kind"] != "rule" or row["item"]["contract"] in contracts
    short = {(r["queue_id"], r["start"]) for r in planner.items(f"/rosters/{roster['id']}/shortages")}
    # The dearest shortage starts where the roster is short, unless that is less than half a person.
    assert all((h["queue_id"], h["start"]) in short or h["short_hours"] < 24 for h in told["hours"])
    assert planner.get("/rosters/999999/explanation").status_code == 404
