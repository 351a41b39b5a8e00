# SPDX-License-Identifier: GPL-3.0-or-later
"""cuadrante solve and verify from a roster that exists already, with a price on changing it."""
import copy
import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from test_cli import PROBLEMS, run, schema

ZONE = ZoneInfo("Europe/Madrid")
LIMIT = ("--iteration-limit", 1500)


def utc(day, hour):
    at = datetime(day.year, day.month, day.day, tzinfo=ZONE).replace(hour=hour)
    return at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def week(monday, people=3):
    """Eight people for about three at once, 08-20 in Madrid, on six days."""
    days = [monday + timedelta(days=d) for d in range(6)]
    return {
        "start": monday.isoformat(), "days": 7, "slot_min": 30, "tail_min": 0,
        "sites": [{"name": "M", "zone": "Europe/Madrid"}],
        "queues": [{"name": "voice", "short1_cents": 3000, "short2_cents": 9000, "surplus_cents": 200,
                    "required": [{"start": utc(d, 8), "people": [people] * 24} for d in days],
                    "open": [{"start": utc(d, 8), "end": utc(d, 20)} for d in days]}],
        "contracts": [{
            "name": "full", "hour_cents": 1000,
            "rules": [{"rule": "shift_minutes", "low": 360, "high": 540, "step": 30},
                      {"rule": "week_shifts", "low": 3, "high": 5}, {"rule": "rest", "low": 720},
                      {"rule": "week_minutes", "low": 1200, "high": 2400}],
            "breaks": [{"kind": "meal", "minutes": 30, "earliest": 120, "latest": 300}]}],
        "agents": [{"name": f"agent {i}", "contract": "full", "site": "M",
                    "wishes": [{"kind": "start", "time": f"{8 + i % 5:02}:30", "weight_cents": 30 + i}]}
                   for i in range(8)],
    }


class Plan:
    def __init__(self, tmp_path):
        self.path, self.n = tmp_path, 0

    def file(self, value):
        self.n += 1
        path = self.path / f"{self.n}.json"
        path.write_text(json.dumps(value))
        return path

    def solve(self, problem, *arguments):
        done = run("solve", self.file(problem), *arguments)
        assert done.returncode in (0, 3), done.stderr
        roster = json.loads(done.stdout)
        jsonschema.validate(roster, schema("roster"))
        return roster, done.stderr.decode()

    def verify(self, problem, roster, *arguments):
        return run("verify", self.file(problem), self.file(roster), *arguments)


@pytest.fixture
def plan(tmp_path):
    return Plan(tmp_path)


SUMMER, WINTER = date(2026, 10, 19), date(2026, 10, 26)  # the clock goes back on the 25th


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return Plan(tmp_path_factory.mktemp("before")).solve(week(SUMMER), *LIMIT)[0]


def wall(roster):
    """Who works when, by the clock and from the first Monday."""
    def local(text):
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(ZONE)
    first = min(local(s["start"]) for s in roster["shifts"]).date()
    monday = first - timedelta(days=first.weekday())
    return sorted((s["agent"], (local(s["start"]).date() - monday).days, local(s["start"]).time(),
                   local(s["end"]).time()) for s in roster["shifts"])


def test_a_roster_is_the_first_plan(plan, before):
    again, told = plan.solve(week(SUMMER), "--start", plan.file(before), "--iteration-limit", 1)
    assert again["cost"]["total"] <= before["cost"]["total"] + 1e-6
    assert again["changes"] == {"shifts": 0, "added": 0, "removed": 0, "moved": 0, "cents": 0}
    assert "8 agents' shifts could stand" in told and before["changes"] is None
    cold, _ = plan.solve(week(SUMMER), "--iteration-limit", 1)
    assert again["cost"]["total"] < cold["cost"]["total"]


def test_last_week_moves_by_the_clock(plan, before):
    """Local times stay over the clock change; people who left are left out, and said to be."""
    problem = week(WINTER)
    again, told = plan.solve(problem, "--start", plan.file(before), "--iteration-limit", 1)
    assert "moved by 1 weeks" in told and "8 agents' shifts could stand" in told
    assert wall(again) == wall(before) and again["changes"]["shifts"] == 0
    problem["agents"] = problem["agents"][1:] + [dict(problem["agents"][0], name="newcomer")]
    again, told = plan.solve(problem, "--start", plan.file(before), "--iteration-limit", 1)
    gone = sum(s["agent"] == "agent 0" for s in before["shifts"])
    assert f"{gone} of its shifts were left out" in told and "7 agents' shifts could stand" in told
    assert any(s["agent"] == "newcomer" for s in again["shifts"])


def sick(problem, monday):
    """Two people are away on Wednesday and Thursday."""
    for a in problem["agents"][:2]:
        a["unavailable"] = [{"start": utc(monday + timedelta(days=2), 0), "end": utc(monday + timedelta(days=4), 0)}]
    return problem


def test_a_price_keeps_the_changes_few(plan, before):
    problem, start = sick(week(SUMMER), SUMMER), plan.file(before)
    calm, told = plan.solve(problem, "--start", start, "--change-cost", 1500, *LIMIT)
    wild, _ = plan.solve(problem, "--start", start, *LIMIT)
    assert 0 < calm["changes"]["shifts"] < wild["changes"]["shifts"]
    assert calm["changes"]["cents"] == calm["changes"]["shifts"] * 1500 and wild["changes"]["cents"] == 0
    kept = {(s["agent"], s["date"], s["start"], s["end"]) for s in before["shifts"]}
    now = {(s["agent"], s["date"], s["start"], s["end"]) for s in calm["shifts"]}
    days = {x[:2] for x in kept ^ now}
    assert len(days) == calm["changes"]["shifts"]
    assert f"{len(days)} changed" in told
    # the judge, with the roster before it and without
    assert plan.verify(problem, calm).returncode == 0
    done = plan.verify(problem, calm, "--start", start, "--change-cost", 1500)
    assert done.returncode == 0 and f"{calm['changes']['cents']:.2f} cents" in done.stdout.decode()
    assert plan.verify(problem, calm, "--start", start, "--change-cost", 1400).returncode == 1
    false = copy.deepcopy(calm)
    false["changes"]["moved"] += 1
    done = plan.verify(problem, false, "--start", start, "--change-cost", 1500)
    assert done.returncode == 1 and b"breach changes" in done.stderr


def test_short_notice_is_dearer(plan, before):
    problem = week(SUMMER)
    problem["agents"] = problem["agents"][:7]  # agent 7 left
    arguments = ("--start", plan.file(before), "--change-cost", 100, "--notice-cost", 700, "--notice-days", 7)
    again, _ = plan.solve(problem, *arguments, *LIMIT)
    was = {(s["agent"], s["date"]): (s["start"], s["end"]) for s in before["shifts"] if s["agent"] != "agent 7"}
    now = {(s["agent"], s["date"]): (s["start"], s["end"]) for s in again["shifts"]}
    changed = {k[1] + k[0]: (date.fromisoformat(k[1]) - SUMMER).days for k in {*was, *now} if was.get(k) != now.get(k)}
    assert again["changes"]["shifts"] == len(changed)
    assert again["changes"]["cents"] == pytest.approx(sum(100 + 700 * (1 - d / 7) for d in changed.values()))
    assert plan.verify(problem, again, *arguments).returncode == 0


def test_what_cannot_be_a_start(plan, before):
    path = plan.file(week(SUMMER))
    strangers = {"shifts": [dict(s, agent="nobody") for s in before["shifts"]]}
    for arguments, words in ((("--start", plan.file(strangers)), "/shifts: has no shift of anybody"),
                             (("--change-cost", 20), "--start"),
                             (("--start", "/nonexistent"), "No such file"),
                             (("--start", plan.file({"shifts": 3})), "/shifts"),
                             (("--start", plan.file(before), "--change-cost", -1), "between")):
        done = run("solve", path, *arguments)
        assert done.returncode == 2 and done.stdout == b"", done.stderr
        assert words in done.stderr.decode()


def test_a_shift_is_kept_at_its_site(tmp_path):
    """Ana at Sur is the cheapest plan there is: a wish to keep that costs nothing, one to keep her at home costs its price."""
    plan = Plan(tmp_path)
    lending = json.loads((PROBLEMS / "lending.json").read_text())
    wish = {"kind": "keep", "date": "2026-11-23", "start": "2026-11-23T12:30:00Z", "end": "2026-11-23T17:30:00Z", "weight_cents": 1500}
    for site, cost in (("Sur", 13000), ("Norte", 14500), (None, 14500)):
        problem = copy.deepcopy(lending)
        problem["agents"][0]["wishes"] = [dict(wish, site=site)]
        roster, _ = plan.solve(problem, *LIMIT)
        assert abs(roster["cost"]["total"] - cost) < 1, (site, roster["cost"])
        assert run("verify", plan.file(problem), plan.file(roster)).returncode == 0
    for change in ({"site": "Oeste"}, {"site": "Sur", "start": None, "end": None}):
        problem["agents"][0]["wishes"] = [dict(wish, **change)]
        refused = run("solve", plan.file(problem))
        assert refused.returncode == 2 and b"/agents/0/wishes/0/site" in refused.stderr, refused.stderr
