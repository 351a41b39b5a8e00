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
