# SPDX-License-Identifier: GPL-3.0-or-later
"""Patience and handling time of a queue over HTTP, recomputed here from its history."""
import collections
import datetime
import math
import random

import pytest

SITE = 3


@pytest.fixture(scope="module")
def queue(planner):
    return next(q for q in planner.items(f"/queues?site_id={SITE}") if q["channel"] in ("voice", "walk_in"))


@pytest.fixture(scope="module")
def rows(planner, queue):
    today = datetime.date.today()
    found = planner.items(f"/history?queue_id={queue['id']}&from={today - datetime.timedelta(200)}&to={today}")
    assert len(found) > 500
    return found


def test_patience_is_waiting_over_abandons(planner, queue, rows):
    reply = planner.get(f"/queues/{queue['id']}/patience?from={rows[0]['start'][:10]}"
                        f"&to={datetime.date.today()}").json()
    known = [r for r in rows if r["abandoned"] is not None and r["wait_time_s"] is not None]
    abandons = sum(r["abandoned"] for r in known)
    waiting = sum(r["wait_time_s"] for r in known)
    # Dates are the site's; rows of the first day may straddle the edge.
    assert reply["abandons"] == pytest.approx(abandons, rel=0.02)
    assert reply["waiting_s"] == pytest.approx(waiting, rel=0.02)
    if abandons:
        assert reply["known"] and reply["mean_s"] == pytest.approx(reply["waiting_s"] / reply["abandons"])
        assert reply["low_s"] < reply["mean_s"] < reply["high_s"]
        # Near enough the normal interval of a Poisson count.
        assert reply["high_s"] / reply["low_s"] == pytest.approx(
            math.exp(2 * 1.96 / math.sqrt(reply["abandons"])), rel=0.1)
    else:
        assert not reply["known"] and reply["mean_s"] is None and "cannot tell" in reply["reason"]
    assert reply["planned_s"] == queue["patience_s"]
    assert reply["redial_reason"] and (reply["redial_probability"] is None) == (not reply["redial_known"])


def test_handling_time_by_weekday_and_interval(planner, queue, rows):
    reply = planner.get(f"/queues/{queue['id']}/handling-time").json()
    known = [r for r in rows if r["handled"] and r["handle_time_s"]]
    mean = sum(r["handle_time_s"] for r in known) / sum(r["handled"] for r in known)
    assert reply["level_s"] == pytest.approx(mean, rel=0.25)
    assert reply["contacts"] > 1000 and reply["origins"] >= 4
    assert reply["floor"] * 0.8 < reply["wape"] <= reply["wape_constant"] * 1.02
    assert 0.6 < reply["coverage_80"] <= 1
    cells = collections.Counter((c["weekday"], c["at"]) for c in reply["intervals"])
    assert cells and set(cells.values()) == {1}
    assert all(c["aht_s"] > 0 and c["sd_s"] > 0 for c in reply["intervals"])
    assert {c["weekday"] for c in reply["intervals"]} <= set(range(1, 8))


def test_a_forecast_uses_it(planner, queue):
    day = datetime.date.today() + datetime.timedelta(weeks=2)
    job = planner.wait_job(planner.post("/forecasts", json={
        "site_id": SITE, "week": "%d-W%02d" % day.isocalendar()[:2], "weeks": 1}))
    found = planner.items(f"/forecasts/{job['result']['forecast_id']}/intervals?queue_id={queue['id']}")
    cells = {(c["weekday"], c["at"]): c["aht_s"] for c in
             planner.get(f"/queues/{queue['id']}/handling-time").json()["intervals"]}
    # The site's clock is UTC-6 all year.
    compared = 0
    for row in found:
        local = datetime.datetime.fromisoformat(row["start"].replace("Z", "+00:00")) - datetime.timedelta(hours=6)
        usual = cells.get((local.isoweekday(), local.strftime("%H:%M")))
        if usual is not None:
            compared += 1
            assert row["aht_s"] == pytest.approx(usual, rel=0.1)
    assert compared > 50


def test_refusals(planner, agent, queue):
    base = f"/queues/{queue['id']}"
    for name in ("patience", "handling-time"):
        assert planner.get(f"/queues/999999/{name}").status_code == 404
        assert agent.get(f"{base}/{name}").status_code == 403
        assert planner.get(f"{base}/{name}?from=2026-02-01&to=2026-01-01").status_code == 422
        assert planner.get(f"{base}/{name}?from=1990-01-01&to=2026-01-01").status_code == 422
    empty = planner.get(f"{base}/patience?from=2001-01-01&to=2001-02-01").json()
    assert not empty["known"] and empty["mean_s"] is None and "cannot tell" in empty["reason"]
    empty = planner.get(f"{base}/handling-time?from=2001-01-01&to=2001-02-01").json()
    assert empty["contacts"] == 0 and empty["intervals"] == [] and empty["wape"] is None


def redial_days(days):
    """By day and half-hour from 8 to 18: offered and abandoned of a queue that half of the abandoned call again."""
    chance = random.Random(7)
    for _ in range(days):
        size, again = chance.lognormvariate(5, 0.4), 0.0
        for slot in range(20):
            fresh = round(size * (1 + 0.3 * math.sin(slot / 3)) * chance.lognormvariate(0, 0.05))
            offered = fresh + round(again)
            abandoned = round(offered * chance.choice((0.02, 0.05, 0.4)))
            again = 0.16 * abandoned  # of a half that waits ten minutes or so, those after this half-hour
            yield offered, abandoned


@pytest.fixture
def two_clocks(service, planner):
    """The same days by the clock of a site in Greenwich and of one where midnight UTC is 9 in the morning."""
    made = []
    for zone, country in (("UTC", "US"), ("Asia/Tokyo", "JP")):
        code = f"CLOCK{service.sql('SELECT count(*) FROM site')[0][0]}"
        site = planner.post("/sites", json={
            "code": code, "name": "By its clock", "region_id": 1, "kind": "contact_centre", "country": country,
            "zone": zone, "hours": [{"weekday": d, "open": "08:00", "close": "18:00"}
                                    for d in range(1, 8)]}).json()["id"]
        queue = planner.post("/queues", json={"code": code, "name": code, "site_id": site, "skill_id": 1,
                                              "channel": "voice", "interval_min": 30, "aht_s": 200}).json()["id"]
        made.append((site, queue))
        first = datetime.date.today() - datetime.timedelta(62)
        rows = [(first + datetime.timedelta(i // 20), 8 * 60 + i % 20 * 30, *row)
                for i, row in enumerate(redial_days(60))]
        service.sql("INSERT INTO history (queue_id, start_at, offered, handled, abandoned) SELECT %s,"
                    " (d + make_interval(mins => m)) AT TIME ZONE %s, o, o - a, a"
                    " FROM unnest(%s::timestamp[], %s::int[], %s::real[], %s::real[]) AS t (d, m, o, a)",
                    (queue, zone, *map(list, zip(*rows))))
    yield [queue for _, queue in made]
    for site, queue in made:
        service.sql("DELETE FROM queue WHERE id = %s", (queue,))
        service.sql("DELETE FROM site WHERE id = %s", (site,))


def test_redials_are_estimated_by_the_sites_own_days(planner, two_clocks):
    today = datetime.date.today()
    replies = [planner.get(f"/queues/{queue}/patience?from={today - datetime.timedelta(70)}&to={today}").json()
               for queue in two_clocks]
    here, there = ({k: v for k, v in r.items() if k.startswith("redial_")} for r in replies)
    assert here["redial_known"] and 0.3 < here["redial_probability"] < 0.7 and "60 days" in here["redial_reason"], here
    assert there == here
