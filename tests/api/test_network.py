# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecasts of a region and of the network: branches add up, and each site has its own forecast."""
import datetime

import pytest

QUANTILES = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")


def next_week():
    day = datetime.date.today() + datetime.timedelta(days=8)
    return "%d-W%02d" % day.isocalendar()[:2]


@pytest.fixture(scope="module")
def network(planner):
    job = planner.wait_job(planner.post("/network-forecasts", json={"week": next_week()}), seconds=240)
    assert job["state"] == "done", job
    return planner.get(f"/network-forecasts/{job['result']['network_forecast_id']}").json()


def totals(planner, network, **query):
    asked = "&".join(f"{k}={v}" for k, v in query.items())
    return planner.items(f"/network-forecasts/{network['id']}/totals?{asked}")


def test_every_site_with_queues_has_a_forecast(planner, network):
    sites = {q["site_id"] for q in planner.items("/queues")}
    assert {s["site_id"] for s in network["sites"]} == sites
    assert network["region_id"] is None and network["author"] == "planner"
    assert 0 <= network["shrinkage"] <= 1
    for s in network["sites"]:
        card = planner.get(f"/forecasts/{s['forecast_id']}").json()
        assert card["site_id"] == s["site_id"] and card["first_day"] == network["first_day"]
        assert {q["queue_id"] for q in card["queues"]} == \
            {q["id"] for q in planner.items(f"/queues?site_id={s['site_id']}")}


def test_branches_add_up(planner, network):
    for by, count in (("day", 8), ("week", 1)):
        rows = totals(planner, network, by=by)
        top = {r["day"]: r for r in rows if r["level"] == "network"}
        assert len(top) == count
        for day, whole in top.items():
            regions = [r for r in rows if r["level"] == "region" and r["day"] == day]
            assert whole["mean"] == pytest.approx(sum(r["mean"] for r in regions), rel=1e-6)
            for region in regions:
                sites = [r for r in rows if r["level"] == "site" and r["day"] == day
                         and r["region_id"] == region["region_id"]]
                assert region["mean"] == pytest.approx(sum(r["mean"] for r in sites), rel=1e-6)


def test_sites_are_the_sum_of_their_intervals(planner, network):
    for s in network["sites"][:3]:
        days = [r for r in totals(planner, network, by="day", level="site") if r["site_id"] == s["site_id"]]
        intervals = planner.items(f"/forecasts/{s['forecast_id']}/intervals")
        assert sum(r["mean"] for r in days) == pytest.approx(sum(r["mean"] for r in intervals), rel=0.01)
        kept = planner.items(f"/forecasts/{s['forecast_id']}/totals?by=week")
        week = [r for r in totals(planner, network, by="week", level="site") if r["site_id"] == s["site_id"]]
        assert sum(r["mean"] for r in kept if r["queue_id"] is None) == pytest.approx(week[0]["mean"], rel=1e-4)


def test_levels_have_their_own_word_and_reasonable_bands(planner, network):
    rows = totals(planner, network, by="day")
    for r in rows:
        values = [r[q] for q in QUANTILES]
        assert values == sorted(values) and values[0] >= 0
        if r["mean"] > 50:
            assert values[0] < r["mean"] < values[-1]
    top = [r for r in rows if r["level"] == "network"]
    assert all(r["base_mean"] is not None for r in top)
    # Reconciled, a level stays near what its own history said.
    assert all(0.8 < r["mean"] / r["base_mean"] < 1.25 for r in top if r["base_mean"] > 50)
    # Together they are surer than one by one.
    day = max(top, key=lambda r: r["mean"])
    sites = [r for r in rows if r["level"] == "site" and r["day"] == day["day"]]
    assert day["q90"] - day["q10"] < sum(r["q90"] - r["q10"] for r in sites)


def test_one_region_alone(planner, network):
    region = network["sites"][0]["region_id"]
    job = planner.wait_job(planner.post("/network-forecasts", json={"week": next_week(), "region_id": region}),
                           seconds=240)
    assert job["state"] == "done", job
    one = planner.get(f"/network-forecasts/{job['result']['network_forecast_id']}").json()
    assert one["region_id"] == region and {s["region_id"] for s in one["sites"]} == {region}
    levels = {r["level"] for r in totals(planner, one, by="week")}
    assert levels == {"region", "site"}
    assert one["id"] in [r["id"] for r in planner.items(f"/network-forecasts?region_id={region}")]


def test_refusals(planner, agent):
    reply = planner.post("/network-forecasts", json={"week": next_week(), "region_id": 999999})
    assert reply.status_code == 422 and "/region_id" in reply.text
    reply = planner.post("/network-forecasts", json={"week": "2019-W01"})
    assert reply.status_code == 422 and "past" in reply.text
    assert planner.get("/network-forecasts/999999").status_code == 404
    assert agent.post("/network-forecasts", json={"week": next_week()}).status_code == 403


@pytest.fixture
def new_queue(service, planner):
    """A queue of a site that is forecast, with rows that all begin beside its intervals."""
    site = min(q["site_id"] for q in planner.items("/queues"))
    queue = planner.post("/queues", json={"code": "NEWLINE", "name": "New line", "site_id": site, "skill_id": 1,
                                          "channel": "voice", "interval_min": 30, "aht_s": 200}).json()["id"]
    day = datetime.date.today() - datetime.timedelta(days=3)
    service.sql("INSERT INTO history (queue_id, start_at, offered) SELECT %s, %s::date + make_interval(hours => h,"
                " mins => 7), 5 FROM generate_series(9, 11) AS h", (queue, day))
    yield site, queue
    service.sql("DELETE FROM network_forecast_site l USING forecast_queue r WHERE r.forecast_id = l.forecast_id"
                " AND r.queue_id = %s", (queue,))
    service.sql("DELETE FROM queue WHERE id = %s", (queue,))


def test_a_queue_without_usable_history_is_left_out(planner, new_queue):
    site, queue = new_queue
    region = next(s["region_id"] for s in planner.items("/sites") if s["id"] == site)
    job = planner.wait_job(planner.post("/network-forecasts", json={"week": next_week(), "region_id": region}),
                           seconds=240)
    assert job["state"] == "done", job
    one = planner.get(f"/network-forecasts/{job['result']['network_forecast_id']}").json()
    forecast = next(s["forecast_id"] for s in one["sites"] if s["site_id"] == site)
    cards = {q["queue_id"]: q for q in planner.get(f"/forecasts/{forecast}").json()["queues"]}
    left = cards.pop(queue)
    told = {w["code"]: w["text"] for w in left["report"]["warnings"]}
    assert "nothing of its history can be used" in told["left_out"] and "unchecked" not in told
    assert left["method"] == "none" and left["wape"] is None
    # The others are forecast as ever, and the branches add up to them.
    assert cards and all(c["method"] != "none" and "left_out" not in str(c["report"]["warnings"])
                         for c in cards.values())
    rows = planner.items(f"/forecasts/{forecast}/intervals")
    assert {r["queue_id"] for r in rows} == set(cards)
    days = [r for r in totals(planner, one, by="day", level="site") if r["site_id"] == site]
    assert sum(r["mean"] for r in days) == pytest.approx(sum(r["mean"] for r in rows), rel=0.01) and rows
    assert {r["queue_id"] for r in planner.items(f"/forecasts/{forecast}/totals?by=week")} == set(cards) | {None}


@pytest.fixture
def blank_region(service, planner):
    """A region with a site and a queue of which nothing is known."""
    [(region,)] = service.sql("INSERT INTO region (code, name) VALUES ('BLANK', 'Blank') RETURNING id")
    site = planner.post("/sites", json={
        "code": "BLANK", "name": "Blank", "region_id": region, "kind": "contact_centre", "country": "US",
        "zone": "UTC", "hours": [{"weekday": 1, "open": "08:00", "close": "18:00"}]}).json()["id"]
    planner.post("/queues", json={"code": "BLANK", "name": "Blank", "site_id": site, "skill_id": 1,
                                  "channel": "voice", "interval_min": 30, "aht_s": 200}).json()["id"]
    yield region, site
    service.sql("DELETE FROM queue WHERE site_id = %s", (site,))
    service.sql("DELETE FROM site WHERE id = %s", (site,))
    service.sql("DELETE FROM region WHERE id = %s", (region,))


def test_what_cannot_be_forecast_is_refused_at_once(service, planner, blank_region):
    region, site = blank_region
    ask = {"week": next_week(), "region_id": region}
    reply = planner.post("/network-forecasts", json=ask)
    assert reply.status_code == 422 and "no queue has history" in reply.text
    service.sql("INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, aht_s)"
                " SELECT 'BLANK' || i, 'Blank', site_id, skill_id, channel, interval_min, aht_s"
                " FROM queue, generate_series(1, 3998) AS i WHERE site_id = %s", (site,))
    reply = planner.post("/network-forecasts", json=ask)
    assert reply.status_code == 422 and "4001 regions, sites and queues, and at most 4000" in reply.text
