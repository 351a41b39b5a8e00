# SPDX-License-Identifier: GPL-3.0-or-later
"""People per skill group of a site's week, and what cross-training would save."""
import datetime

import pytest

LIVE = ("voice", "chat", "walk_in")


def week_ahead(weeks):
    day = datetime.date.today() + datetime.timedelta(weeks=weeks)
    return "%d-W%02d" % day.isocalendar()[:2]


@pytest.fixture(scope="module")
def site(planner):
    """A centre whose people share live queues."""
    for s in planner.items("/sites"):
        queues = [q for q in planner.items(f"/queues?site_id={s['id']}") if q["channel"] in LIVE]
        if s["kind"] == "contact_centre" and len(queues) > 1:
            return s["id"], {q["id"]: q for q in queues}
    pytest.fail("the demo has no centre with two live queues")


@pytest.fixture(scope="module")
def request_body(planner, site):
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": site[0], "week": week_ahead(1)}))
    return {"site_id": site[0], "week": week_ahead(1), "forecast_id": job["result"]["forecast_id"]}


@pytest.fixture(scope="module")
def found(planner, request_body):
    job = planner.wait_job(planner.post("/cross-training", json=request_body))
    assert job["state"] == "done" and job["kind"] == "cross_training", job
    return job["result"]


def test_groups_are_the_people_there_are(planner, site, found):
    agents = planner.items(f"/agents?site_id={site[0]}&limit=1000")
    heads = sum(g["agents"] for g in found["groups"])
    assert 0 < heads <= len(agents)
    assert {q["queue_id"] for q in found["queues"]} == set(site[1])
    for g in found["groups"]:
        assert set(g["queues"]) <= set(site[1]) and g["queues"]
        assert 0 <= g["peak"] <= g["agents"]


def test_hours_add_up_and_sharing_saves(found):
    hours = found["interval_min"] / 60
    for k, g in enumerate(found["groups"]):
        people = [i["people"][k] for i in found["intervals"]]
        assert g["person_hours"] == pytest.approx(hours * sum(people)) and g["peak"] == max(people)
    total = sum(g["person_hours"] for g in found["groups"])
    assert found["shared_hours"] == pytest.approx(total)
    assert sum(q["shared_hours"] for q in found["queues"]) == pytest.approx(total)
    assert found["alone_hours"] == pytest.approx(sum(q["alone_hours"] for q in found["queues"]))
    assert found["shared_hours"] < found["alone_hours"]


def test_more_skills_need_fewer_people(site, found):
    hours = {s["training"]: s["person_hours"] for s in found["scenarios"]}
    assert list(hours) == ["dedicated", "present", "chain", "all"]
    assert hours["dedicated"] == pytest.approx(found["alone_hours"], rel=0.02)
    assert hours["dedicated"] >= hours["chain"] > 0.5 * hours["dedicated"]
    assert hours["all"] <= 1.02 * hours["dedicated"]
    assert all(s["unmet"] == 0 for s in found["scenarios"])
    together = [set(g["queues"]) for g in found["groups"]]
    for p in found["pairs"]:
        assert not any({p["queue_id"], p["other_id"]} <= t for t in together)


def test_what_cannot_be_asked(planner, agent, request_body):
    for change, pointer in (({"site_id": 999999}, "/site_id"), ({"forecast_id": 999999}, "/forecast_id"),
                            ({"week": "2031-W01"}, "/forecast_id"), ({"week": None}, "/week")):
        reply = planner.post("/cross-training", json={**request_body, **change})
        assert reply.status_code == 422, reply.text
        assert pointer in [e["pointer"] for e in reply.json()["errors"]], reply.text
    assert agent.post("/cross-training", json=request_body).status_code == 403
