# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of duties through the offline commands, against costs worked out otherwise."""
import json
from datetime import date, timedelta
from random import Random

import pytest
from test_cli import run


def duty_plan(days, duties, rules, covers, agents=1, **contract):
    first = date(2026, 11, 23)
    return {"start": first.isoformat(), "days": days, "slot_min": 15, "queues": [],
            "sites": [{"name": "here", "zone": "Europe/Lisbon"}],
            "duties": [{"name": name, "start": "07:00", "minutes": m} for name, m in duties.items()],
            "covers": [{"date": (first + timedelta(days=d)).isoformat(), "duties": [name], "required": 1,
                        "short_cents": price} for (d, name), price in covers.items()],
            "contracts": [{"name": "one", "hour_cents": 0, "rules": rules, **contract}],
            "agents": [{"name": f"agent {i}", "contract": "one", "site": "here"} for i in range(agents)]}


def solved_cost(problem, path):
    path.write_text(json.dumps(problem))
    done = run("solve", path)
    assert done.returncode == 0, done.stderr
    roster = json.loads(done.stdout)
    assert roster["cost"]["total"] >= roster["bound"] - 1e-6
    return roster["cost"]["total"], roster["bound"]


def test_who_need_not_work_stays_at_home_when_that_is_cheapest(tmp_path):
    rules = [{"rule": "plan_shifts", "low": 5, "high": 6}]
    plan = duty_plan(7, {"early": 480}, rules, {(0, "early"): 10000}, agents=2, optional=True)
    plan["contracts"][0]["hour_cents"] = 1000
    assert solved_cost(plan, tmp_path / "plan.json") == pytest.approx((10000, 10000))


@pytest.mark.parametrize("seed", (1, 2, 3))
def test_long_totals_in_fine_steps_are_counted_exactly(tmp_path, seed):
    """Minutes of five weeks in steps of 15: the best of all plans, by dynamic programming over (a's, minutes)."""
    random = Random(seed)
    minutes, most, most_a, days = {"a": 360, "b": 435}, 8150, 8, 35
    covers = {(d, name): random.randrange(4000, 14000) for d in range(days) for name in minutes}
    best = {(0, 0): 0}
    for d in range(days):
        after = dict(best)
        for (a, used), saved in best.items():
            for name, length in minutes.items():
                to = a + (name == "a"), used + length
                if to[0] <= most_a and to[1] <= most:
                    after[to] = max(after.get(to, 0), saved + covers[d, name])
        best = after
    rules = [{"rule": "plan_minutes", "low": 0, "high": most}, {"rule": "plan_shifts", "duties": ["a"], "high": most_a}]
    want = sum(covers.values()) - max(best.values())
    assert solved_cost(duty_plan(days, minutes, rules, covers), tmp_path / "plan.json") == pytest.approx((want, want))


def explained(problem, roster, tmp_path, *arguments):
    (tmp_path / "plan.json").write_text(json.dumps(problem))
    (tmp_path / "roster.json").write_text(json.dumps(roster))
    done = run("explain", tmp_path / "plan.json", tmp_path / "roster.json", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_explanation_of_a_short_plan_of_duties(tmp_path):
    """Three days wanted, one agent for two of them: another agent, a third shift or one wanted less saves the 50."""
    plan = duty_plan(3, {"early": 480}, [{"rule": "plan_shifts", "high": 2}],
                     {(0, "early"): 8000, (1, "early"): 8000, (2, "early"): 5000})
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    roster = json.loads(run("solve", tmp_path / "plan.json").stdout)
    told = json.loads(explained(plan, roster, tmp_path, "--json"))
    assert told["cost_cents"] == told["relaxed_cents"] == 5000
    short = told["covers"][0]
    assert (short["place"], short["date"], short["duties"], short["reason"]) == \
        ("/covers/2", "2026-11-25", ["early"], "hours")
    assert short["people"] == short["relaxed_people"] == 1 and short["saved_cents"] == pytest.approx(5000)
    assert all(c["people"] == 0 and c["reason"] is None for c in told["covers"][1:])
    assert told["agents"][0]["saved_cents"] == pytest.approx(5000)
    eased = told["relaxations"][0]
    assert (eased["item"]["rule"], eased["side"], eased["from"], eased["to"]) == ("plan_shifts", "high", 2, 3)
    assert eased["saved_cents"] == pytest.approx(5000) and eased["short_people"] == pytest.approx(1)
    words = explained(plan, roster, tmp_path).decode()
    assert "short: early 2026-11-25, 1.0 people, costs 50.00: the others have used up their hours or days; " \
        "one person more, or one wanted less, saves 50.00" in words
    assert "contract one with up to 3 instead of 2 shifts in the plan saves 50.00, 1.0 people fewer short" in words


def test_training_in_a_plan_of_duties(tmp_path):
    """One hour for each of two, one at a time, in the morning of the second day: either works early there for it."""
    plan = duty_plan(3, {"early": 480}, [{"rule": "plan_shifts", "high": 1}],
                     {(0, "early"): 1000, (2, "early"): 1000}, agents=2)
    plan["sessions"] = [{"name": "fire drill", "kind": "training", "minutes": 60, "at_once": 1, "must": True,
                         "agents": ["agent 0", "agent 1"],
                         "windows": [{"start": "2026-11-24T08:00:00Z", "end": "2026-11-24T10:00:00Z"}]}]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    done = run("solve", tmp_path / "plan.json")
    assert done.returncode == 0, done.stderr
    roster = json.loads(done.stdout)
    had = sorted((a["start"], s["agent"]) for s in roster["shifts"] for a in s["activities"] if a["kind"] == "training")
    assert [start for start, _ in had] == ["2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z"]
    assert {agent for _, agent in had} == {"agent 0", "agent 1"}
    assert roster["cost"]["total"] == pytest.approx(2000) and not roster["missed"]
    (tmp_path / "roster.json").write_text(done.stdout.decode())
    assert run("verify", tmp_path / "plan.json", tmp_path / "roster.json").returncode == 0
    roster["shifts"][0]["activities"] = [a for a in roster["shifts"][0]["activities"] if a["kind"] != "training"]
    (tmp_path / "roster.json").write_text(json.dumps(roster))
    assert run("verify", tmp_path / "plan.json", tmp_path / "roster.json").returncode == 1
