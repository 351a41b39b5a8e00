# SPDX-License-Identifier: GPL-3.0-or-later
"""Up to 78 weeks ahead by queue and week."""
import datetime
import math

import pytest

SITE = 3  # San Salvador: three queues, known holidays
QUANTILES = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")


@pytest.fixture(scope="module")
def outlook(planner):
    job = planner.wait_job(planner.post("/outlooks", json={"site_id": SITE, "weeks": 78}))
    assert job["state"] == "done", job
    return planner.get(f"/outlooks/{job['result']['outlook_id']}").json()


def monday_after_today():
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=-6))).date()
    return today + datetime.timedelta(days=7 - today.weekday())


def test_every_queue_has_every_week(planner, outlook):
    queues = {q["id"] for q in planner.items(f"/queues?site_id={SITE}")}
    assert {q["queue_id"] for q in outlook["queues"]} == queues
    weeks = ["%d-W%02d" % (monday_after_today() + datetime.timedelta(weeks=n)).isocalendar()[:2] for n in range(78)]
    assert outlook["first_week"] == weeks[0] and outlook["week_count"] == 78
    for queue in queues | {None}:
        rows = [r for r in outlook["weeks"] if r["queue_id"] == queue]
        assert [r["week"] for r in rows] == weeks
        for r in rows:
            values = [r[q] for q in QUANTILES]
            assert values == sorted(values) and values[0] >= 0 and r["mean"] > 0
            assert values[0] < r["mean"] < values[-1]
    assert outlook["author"] == "planner"


def test_the_site_adds_up_and_is_surer_than_its_queues(outlook):
    by_week = {}
    for r in outlook["weeks"]:
        by_week.setdefault(r["week"], {})[r["queue_id"]] = r
    for rows in by_week.values():
        site = rows.pop(None)
        parts = list(rows.values())
        assert site["mean"] == pytest.approx(sum(p["mean"] for p in parts), rel=0.02)
        assert site["load_hours"] == pytest.approx(sum(p["load_hours"] for p in parts))
        width = site["q95"] - site["q05"]
        apart = [p["q95"] - p["q05"] for p in parts]
        assert math.sqrt(sum(w * w for w in apart)) * 0.7 < width < sum(apart) * 1.1


def test_far_weeks_are_less_sure(outlook):
    for queue in {r["queue_id"] for r in outlook["weeks"]} - {None}:
        rows = [r for r in outlook["weeks"] if r["queue_id"] == queue]
        relative = [(r["q95"] - r["q05"]) / r["mean"] for r in rows]
        assert sum(relative[-8:]) > sum(relative[:8])
        # Nothing runs away: the demo grows by 3 % a year and its year's wave is 5 to 7 %.
        assert 0.6 < sum(r["mean"] for r in rows[-13:]) / sum(r["mean"] for r in rows[:13]) < 1.7


def test_weeks_of_the_forecast_agree(planner, outlook):
    """The next week of the outlook is the sum of the same week's forecast."""
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": SITE, "week": outlook["first_week"]}))
    for card in planner.get(f"/forecasts/{job['result']['forecast_id']}").json()["queues"]:
        rows = planner.items(f"/forecasts/{job['result']['forecast_id']}/intervals?queue_id={card['queue_id']}")
        ends = datetime.datetime.combine(monday_after_today() + datetime.timedelta(days=7), datetime.time(6),
                                         tzinfo=datetime.timezone.utc)
        total = sum(r["mean"] for r in rows if datetime.datetime.fromisoformat(r["start"].replace("Z", "+00:00")) < ends)
        first = next(r for r in outlook["weeks"] if r["queue_id"] == card["queue_id"])
        assert first["mean"] == pytest.approx(total, rel=0.05)


def test_it_says_what_it_does_not_know(outlook):
    for queue in outlook["queues"]:  # the demo's holidays are entered four months ahead, of 18
        missing = next(w for w in queue["warnings"] if w["code"] == "holidays_missing")
        assert missing["count"] > 10 and "not entered" in missing["text"]


def test_outlooks_are_listed_and_refused(planner, manager, outlook):
    rows = planner.items(f"/outlooks?site_id={SITE}")
    assert rows[0]["id"] == outlook["id"] and "weeks" not in rows[0]
    assert planner.get("/outlooks?site_id=999999").status_code == 404
    for body, pointer in (({"site_id": 999999}, "/site_id"), ({"site_id": SITE, "weeks": 79}, "/weeks"),
                          ({"site_id": SITE, "weeks": 0}, "/weeks"), ({}, "/site_id")):
        reply = planner.post("/outlooks", json=body)
        assert reply.status_code == 422 and pointer in [e["pointer"] for e in reply.json()["errors"]], reply.text
    assert planner.get("/outlooks/999999").status_code == 404
    assert manager.get("/outlooks").status_code == 403
