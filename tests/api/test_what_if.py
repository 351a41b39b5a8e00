# SPDX-License-Identifier: GPL-3.0-or-later
"""The calculator: one interval of one queue, for fewer and for more people."""
import pytest


def ask(planner, **query):
    reply = planner.get("/what-if", params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_the_required_number_is_the_least_that_meets_the_target(planner):
    w = ask(planner, volume=180, aht_s=300, patience_s=180, hour_cents=1500, shrinkage=0.3)
    assert w["load_erl"] == pytest.approx(30)
    assert w["met"] and w["binding"] == "service_level"
    points = {p["agents"]: p for p in w["points"]}
    assert points[w["agents"]]["service_level"] >= 0.8 > points[w["agents"] - 1]["service_level"]
    rows = sorted(points.values(), key=lambda p: p["agents"])
    for a, b in zip(rows, rows[1:]):
        assert b["service_level"] > a["service_level"] and b["abandoned_share"] < a["abandoned_share"]
        assert b["asa_s"] < a["asa_s"] and b["occupancy"] < a["occupancy"]
        assert b["cost_cents"] >= a["cost_cents"]
    chosen = points[w["agents"]]
    assert chosen["cost_cents"] == pytest.approx(w["on_roster"] * 1500 / 2)


def test_without_patience_nobody_gives_up_and_waits_may_have_no_end(planner):
    w = ask(planner, volume=180, aht_s=300)
    assert all(p["abandoned_share"] == 0 for p in w["points"])
    assert any(p["asa_s"] is None for p in w["points"] if p["agents"] <= 30)
    assert all(p["asa_s"] is not None for p in w["points"] if p["agents"] > 30)


def test_lines_by_erlang_b(planner):
    # Hardly anybody waits with so tight a target: the lines are those of the load itself.
    for load, lines in ((10, 18), (20, 30), (50, 64), (100, 117), (200, 221)):
        w = ask(planner, volume=load * 6, aht_s=300, within_s=0, target=0.9999)
        assert w["lines_load_erl"] == pytest.approx(load, rel=1e-3)
        found = {r["blocked_share"]: r["lines"] for r in w["lines"]}
        assert found[0.01] == lines


def test_counters_are_a_cap_and_say_so(planner):
    w = ask(planner, channel="walk_in", volume=40, aht_s=600, within_s=900, target=0.85, counters=8)
    assert w["agents"] == 8 and not w["met"] and w["binding"] == "cap"


def test_a_great_centre_is_answered_too(planner):
    w = ask(planner, volume=60000, aht_s=300, patience_s=120)
    assert w["load_erl"] == pytest.approx(10000)
    assert any(p["agents"] == w["agents"] for p in w["points"]) and len(w["points"]) <= 82


@pytest.mark.parametrize("query, place", [
    ({"aht_s": 300}, "volume"), ({"volume": 10}, "aht_s"), ({"volume": -1, "aht_s": 300}, "volume"),
    ({"volume": 10, "aht_s": 0}, "aht_s"), ({"volume": 10, "aht_s": 300, "target": 1}, "target"),
    ({"volume": 10, "aht_s": 300, "patience_s": 0}, "patience_s"),
    ({"volume": "ten", "aht_s": 300}, "volume"), ({"volume": 10, "aht_s": 300, "mood": 1}, "mood"),
    ({"volume": 100000, "aht_s": 86400}, "volume"), ({"volume": 1, "aht_s": 3, "channel": "fax"}, "channel"),
])
def test_rubbish_is_refused_by_name(planner, query, place):
    reply = planner.get("/what-if", params=query)
    assert reply.status_code in (400, 422), reply.text
    assert place in reply.text
