# SPDX-License-Identifier: GPL-3.0-or-later
"""A site's forecast with queues that nothing can be said of."""
import datetime

import pytest

NEXT_WEEK = "%d-W%02d" % (datetime.date.today() + datetime.timedelta(weeks=1)).isocalendar()[:2]


@pytest.fixture
def three(service, planner):
    """A site in UTC, open 8 to 18 every day, with three queues of half-hours and a way to write their history."""
    code = f"THREE{service.sql('SELECT count(*) FROM site')[0][0]}"
    site = planner.post("/sites", json={
        "code": code, "name": "Three", "region_id": 1, "kind": "contact_centre", "country": "US", "zone": "UTC",
        "hours": [{"weekday": d, "open": "08:00", "close": "18:00"} for d in range(1, 8)]}).json()["id"]
    queues = [planner.post("/queues", json={
        "code": code + kind, "name": kind, "site_id": site, "skill_id": 1, "channel": "voice", "interval_min": 30,
        "aht_s": 200}).json()["id"] for kind in ("SOUND", "COARSE", "EMPTY")]

    def write(queue, minutes):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        service.sql("INSERT INTO history (queue_id, start_at, offered) SELECT %s, t, 20 + extract(hour FROM t)"
                    " FROM generate_series(%s::date, %s::date, make_interval(mins => %s)) AS t"
                    " WHERE extract(hour FROM t) BETWEEN 8 AND 17",
                    (queue, today - datetime.timedelta(90), today, minutes))

    yield site, queues, write
    service.sql("DELETE FROM forecast WHERE site_id = %s", (site,))
    service.sql("DELETE FROM queue WHERE site_id = %s", (site,))
    service.sql("DELETE FROM site WHERE id = %s", (site,))


def test_a_queue_without_usable_history_does_not_hold_up_the_others(planner, three):
    site, (sound, coarse, empty), write = three
    body = {"site_id": site, "week": NEXT_WEEK}
    refused = planner.post("/forecasts", json=body)
    assert refused.status_code == 422 and refused.text.count("has no history to forecast from") == 3
    write(coarse, 60)
    failed = planner.wait_job(planner.post("/forecasts", json=body))
    assert failed["state"] == "failed" and "nothing of its history can be used" in str(failed)
    write(sound, 30)
    job = planner.wait_job(planner.post("/forecasts", json=body))
    assert job["state"] == "done", job
    path = f"/forecasts/{job['result']['forecast_id']}"
    cards = {q["queue_id"]: q for q in planner.get(path).json()["queues"]}
    assert set(cards) == {sound, coarse, empty} and cards[sound]["method"] != "none"
    for left, why in ((coarse, "nothing of its history can be used"), (empty, "has no history to forecast from")):
        told = {w["code"]: w["text"] for w in cards[left]["report"]["warnings"]}
        assert cards[left]["method"] == "none" and cards[left]["wape"] is None
        assert "left out of the forecast" in told["left_out"] and why in told["left_out"]
    assert {r["queue_id"] for r in planner.items(path + "/intervals")} == {sound}
    assert {r["queue_id"] for r in planner.items(f"{path}/totals?by=week")} <= {sound, None}
