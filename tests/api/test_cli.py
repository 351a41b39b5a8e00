# SPDX-License-Identifier: GPL-3.0-or-later
"""The offline schedule commands as a user runs them: solve, verify, schema."""
import copy
import datetime
import json
import os
import signal
import subprocess
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CUADRANTE_BIN", str(ROOT / "build/release/cuadrante"))
PROBLEMS = ROOT / "fixtures/problems"

# Worked out by hand in each file's comment.
LEAST_COST = {"one_agent": 20000, "meal": 9500, "clock_change": 16100, "two_skills": 16000, "counters": 13800, "lending": 13000,
              "impossible": 26000, "rotating": 168000, "duties": 64000,
              "training": 19000}
ALL = sorted(p.stem for p in PROBLEMS.glob("*.json"))


def run(*arguments, text=None, timeout=120):
    return subprocess.run([BINARY, *map(str, arguments)], input=text, capture_output=True,
                          timeout=timeout)


def solve(name, *arguments):
    done = run("solve", PROBLEMS / f"{name}.json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def problem(name):
    return json.loads((PROBLEMS / f"{name}.json").read_text())


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def hours(row):
    return (instant(row["end"]) - instant(row["start"])).total_seconds() / 3600


def schema(name):
    done = run("schema", name)
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(value)
    return value


@pytest.fixture(scope="module")
def rosters():
    return {name: solve(name) for name in ALL}


def judge(tmp_path, name, roster, *arguments):
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(roster))
    return run("verify", PROBLEMS / f"{name}.json", path, *arguments)


def test_every_kind_of_problem_is_there():
    assert set(LEAST_COST) | {"contact_centre", "mail", "week_target"} == set(ALL)


@pytest.mark.parametrize("name", sorted(LEAST_COST))
def test_known_answers(rosters, name):
    roster = rosters[name]
    assert roster["status"] == "finished"
    assert roster["cost"]["total"] == pytest.approx(LEAST_COST[name], abs=1e-6)
    assert LEAST_COST[name] * 0.999 <= roster["bound"] <= LEAST_COST[name] + 1e-6


def test_a_target_for_the_week(rosters, tmp_path):
    roster = copy.deepcopy(rosters["week_target"])
    assert roster["cost"]["total"] == pytest.approx(76000)
    assert 70000 < roster["bound"] <= 76000 + 1e-6  # no relaxation knows that people are whole
    service, = roster["services"]
    assert service["offered"] == pytest.approx(480)
    assert service["target"] == pytest.approx(408)
    assert service["answered"] == pytest.approx(416.3, abs=0.05)
    assert service["share"] == pytest.approx(service["answered"] / 480)
    assert (service["missing"], service["cents"]) == (0, 0)
    done = judge(tmp_path, "week_target", roster)
    assert done.returncode == 0, done.stdout
    assert b"service voice: 416.3 of 480.0 contacts in time" in done.stdout
    report = json.loads(judge(tmp_path, "week_target", roster, "--json").stdout)
    jsonschema.validate(report, schema("report"))
    assert report["services"][0]["answered"] == pytest.approx(service["answered"])
    service["answered"] += 1  # a claim too much is caught
    done = judge(tmp_path, "week_target", roster)
    assert done.returncode == 1 and b"breach cost" in done.stdout


def test_mail_that_may_wait(rosters, tmp_path):
    roster = copy.deepcopy(rosters["mail"])
    assert roster["cost"]["total"] == pytest.approx(12100)
    assert roster["cost"]["deferred"] == pytest.approx(100)
    assert 9900 < roster["bound"] <= 12100 + 1e-6  # no relaxation knows that people are whole
    mail, = roster["deferrable"]
    assert (mail["due"], mail["in_time"], mail["left"], mail["idle"]) == pytest.approx((6, 5, 0, 2))
    late, = roster["shortages"]
    assert late["queue"] == "mail" and late["people"] == pytest.approx(1) and late["cents"] == pytest.approx(100)
    done = judge(tmp_path, "mail", roster)
    assert done.returncode == 0, done.stdout
    assert b"deferrable mail: 5.0 of 6.0 hours done when due" in done.stdout
    report = json.loads(judge(tmp_path, "mail", roster, "--json").stdout)
    jsonschema.validate(report, schema("report"))
    assert report["deferrable"] == [mail]
    told = json.loads(explain(tmp_path, "mail", roster, "--json").stdout)
    assert [s["queue"] for s in told["shortages"]] == ["mail"]
    assert told["hours"] == []  # an hour in any slot of its time would do: the shortage tells its value
    mail["in_time"] = 6  # a claim too much is caught
    done = judge(tmp_path, "mail", roster)
    assert done.returncode == 1 and b"breach cost" in done.stdout


def test_mail_from_the_work_of_its_queue(tmp_path):
    p = problem("mail")
    p["slot_min"] = 30
    del p["deferrable"][0]["batches"]
    p["queues"][1]["work"] = {"aht_s": 1800, "due_s": 7200, "backlog": 2, "arrivals": [
        {"start": "2026-11-23T09:00:00-03:00", "contacts": [1, 1, 1, 1]}]}
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(p))
    done = run("solve", path)
    assert done.returncode == 0, done.stderr
    roster = json.loads(done.stdout)
    jsonschema.validate(roster, schema("roster"))
    mail, = roster["deferrable"]
    assert mail["due"] == pytest.approx(3)


def test_mail_done_between_calls(tmp_path):
    p = problem("mail")
    p["deferrable"][0]["spare"] = [{"start": "2026-11-23T09:00:00-03:00", "people": [0.5] * 4}]
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(p))
    done = run("solve", path)
    assert done.returncode == 0, done.stderr
    roster = json.loads(done.stdout)
    assert roster["cost"]["total"] == pytest.approx(11000)  # an hour less than without
    answer = tmp_path / "roster.json"
    answer.write_text(json.dumps(roster))
    judged = run("verify", path, answer)
    assert judged.returncode == 0, judged.stdout


def strange_work(p):
    p["deferrable"][0]["queue"] = "chat"


def nothing_to_do(p):
    del p["deferrable"][0]["batches"]


def due_before_it_comes(p):
    p["deferrable"][0]["batches"][1]["due"] = "2026-11-24T08:00:00-03:00"


def spare_before_the_plan(p):
    p["deferrable"][0]["spare"] = [{"start": "2026-11-20T09:00:00-03:00", "people": [1]}]


def people_required(p):
    p["queues"][1]["required"] = p["queues"][0]["required"]


@pytest.mark.parametrize("change,words", [
    (strange_work, b"/deferrable/0/queue"), (nothing_to_do, b"/deferrable/0/batches"),
    (due_before_it_comes, b"/deferrable/0/batches/1"), (people_required, b"/deferrable/0"),
    (spare_before_the_plan, b"/deferrable/0/spare")])
def test_bad_deferrable_work(tmp_path, change, words):
    bad = problem("mail")
    change(bad)
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(bad))
    done = run("solve", path)
    assert done.returncode == 2 and words in done.stderr, done.stderr


def without_work(p):
    del p["queues"][0]["work"]


def strange_queue(p):
    p["services"][0]["queue"] = "chat"


def before_the_plan(p):
    p["services"][0]["start"] = "2026-11-22T09:00:00-03:00"


@pytest.mark.parametrize("change,words", [
    (without_work, b"/services/0/queue"), (strange_queue, b"/services/0/queue"), (before_the_plan, b"/services/0/end")])
def test_bad_services(tmp_path, change, words):
    bad = problem("week_target")
    change(bad)
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(bad))
    done = run("solve", path)
    assert done.returncode == 2 and words in done.stderr, done.stderr


@pytest.mark.parametrize("name", ALL)
def test_the_judge_agrees(rosters, tmp_path, name):
    done = judge(tmp_path, name, rosters[name], "--json")
    assert done.returncode == 0, done.stdout
    report = json.loads(done.stdout)
    jsonschema.validate(report, schema("report"))
    assert [a["agent"] for a in report["agents"]] == [a["name"] for a in problem(name)["agents"]]
    assert sum(a["shifts"] for a in report["agents"]) == len(rosters[name]["shifts"])
    assert report["good"] and report["breaches"] == []
    assert report["cost"]["total"] == pytest.approx(rosters[name]["cost"]["total"])
    text = judge(tmp_path, name, rosters[name])
    assert text.returncode == 0 and b"breaches 0\n" in text.stdout


@pytest.mark.parametrize("name", ALL)
def test_forms_keep_their_schemas(rosters, name):
    jsonschema.validate(problem(name), schema("problem"))
    jsonschema.validate(rosters[name], schema("roster"))


def test_cost_recomputed_here(rosters):
    """Pay, shortage and surplus of the ordinary week, by nothing of ours but the JSON."""
    p, r = problem("contact_centre"), rosters["contact_centre"]
    contracts = {c["name"]: c for c in p["contracts"]}
    agents = {a["name"]: a for a in p["agents"]}
    pay = sum(hours(a) * contracts[agents[s["agent"]]["contract"]]["hour_cents"]
              for s in r["shifts"] for a in s["activities"] if a["paid"])
    assert pay == pytest.approx(r["cost"]["pay"])
    slot = datetime.timedelta(minutes=p["slot_min"])
    short = surplus = 0.0
    for q in p["queues"]:
        have = {}
        for s in r["shifts"]:
            speed = {x["skill"]: x.get("speed", 1) for x in agents[s["agent"]]["skills"]}
            for a in s["activities"]:
                t = instant(a["start"])
                while a["queue"] == q["name"] and t < instant(a["end"]):
                    have[t] = have.get(t, 0) + speed[q["skill"]]
                    t += slot
        need = {instant(run_["start"]) + k * slot: x for run_ in q["required"]
                for k, x in enumerate(run_["people"])}
        share = q.get("step1_share", 0.05)
        for t in set(have) | set(need):
            lack = need.get(t, 0) - have.get(t, 0)
            step = max(1, -(-share * need.get(t, 0) // 1))
            if lack > 1e-9:
                short += min(lack, step) * q["short1_cents"] / 2
                short += max(0, lack - step) * q["short2_cents"] / 2
            else:
                surplus += -lack * q.get("surplus_cents", 0) / 2
    assert short == pytest.approx(r["cost"]["shortage"], abs=0.01)
    assert surplus == pytest.approx(r["cost"]["surplus"], abs=0.01)
    assert r["bound"] <= r["cost"]["total"] and r["gap"] < 0.05


def test_the_clock_change_night(rosters):
    """23:00 to 08:00 of the clock is eight hours that night; the UTC instants say so."""
    shifts = {s["date"]: s for s in rosters["clock_change"]["shifts"]}
    assert set(shifts) == {"2026-09-04", "2026-09-05"}
    assert shifts["2026-09-05"]["start"] == "2026-09-06T03:00:00Z"
    assert shifts["2026-09-05"]["end"] == "2026-09-06T11:00:00Z"
    assert hours(shifts["2026-09-05"]) == 8


def test_what_cannot_be_done_is_told(rosters):
    roster = rosters["impossible"]
    assert [s["reason"] for s in roster["shortages"]] == ["no_skill"]
    assert roster["shortages"][0]["queue"] == "French"
    assert [u["agent"] for u in roster["unplanned"]] == ["Benito"]
    assert "week_minutes" in roster["unplanned"][0]["conflicts"]


def test_a_seed_gives_one_roster():
    first, second = (json.loads(done.stdout) for done in (
        run("solve", PROBLEMS / "contact_centre.json", "--iteration-limit", 5000, *seed)
        for seed in (("--seed", 7), ("--seed=7",))) if done.returncode == 3)
    first.pop("seconds"), second.pop("seconds")
    assert first == second and first["seed"] == 7


def move(shift, minutes):
    delta = datetime.timedelta(minutes=minutes)
    for row in [shift, *shift["activities"]]:
        for key in ("start", "end"):
            row[key] = (instant(row[key]) + delta).strftime("%Y-%m-%dT%H:%M:%SZ")


def unclaimed(roster):
    return dict(roster, cost=None, bound=None)


def to_sunday(roster):
    shift = next(s for s in roster["shifts"] if s["date"] == "2026-11-28")
    move(shift, 24 * 60)
    shift["date"] = "2026-11-29"


BREACHES = {
    "rule": ("one_agent", lambda r: move(r["shifts"][0], 180)),
    "shape": ("one_agent", lambda r: r["shifts"][0].update(date="2026-11-27")),
    "overlap": ("one_agent", lambda r: r["shifts"].append(copy.deepcopy(r["shifts"][0]))),
    "break": ("meal", lambda r: r["shifts"][0]["activities"][1].update(kind="work", queue="counter")),
    "session": ("training", lambda r: r["shifts"][0]["activities"][1].update(
        kind="work", session=None, queue="counter")),
    "skill": ("impossible", lambda r: r["shifts"][0]["activities"][0].update(queue="French")),
    "closed": ("contact_centre", to_sunday),
    "lock": ("contact_centre", lambda r: r["shifts"].remove(
        next(s for s in r["shifts"] if s["agent"] == "Clemente" and s["date"] == "2026-11-23"))),
}


@pytest.mark.parametrize("kind", sorted(BREACHES))
def test_the_judge_finds(rosters, tmp_path, kind):
    name, spoil = BREACHES[kind]
    roster = unclaimed(copy.deepcopy(rosters[name]))
    assert judge(tmp_path, name, roster).returncode == 0, "a roster need not claim a cost"
    spoil(roster)
    done = judge(tmp_path, name, roster, "--json")
    assert done.returncode == 1, done.stderr
    assert kind in {b["kind"] for b in json.loads(done.stdout)["breaches"]}
    text = judge(tmp_path, name, roster)
    assert text.returncode == 1 and f"breach {kind}".encode() in text.stdout


def test_false_claims_are_breaches(rosters, tmp_path):
    cheaper = copy.deepcopy(rosters["meal"])
    cheaper["cost"]["total"] -= 1
    assert b"breach cost" in judge(tmp_path, "meal", cheaper).stdout
    nearer = copy.deepcopy(rosters["meal"])
    nearer["bound"] = nearer["cost"]["total"] + 5
    done = judge(tmp_path, "meal", nearer)
    assert done.returncode == 1 and b"breach bound" in done.stdout


def edit(change):
    value = problem("contact_centre")
    change(value)
    return json.dumps(value)


def set_in(*path_and_value):
    *path, last, value = path_and_value

    def change(p):
        for step in path:
            p = p[step]
        p[last] = value
    return change


RULES = ("contracts", 0, "rules")
BAD_PROBLEMS = [
    ("", "byte 0"), ("{", "byte 1"), ("[]", "must be an object"), ('{"a":1}x', "something follows"),
    ("[" * 100000, "nested deeper than 32"), ('{"start":1,"start":2}', "/start: this name stands twice"),
    (b"\xff\xfe", "byte 0 (line 1, column 1): not UTF-8"),
    (edit(lambda p: p.pop("agents")), "/agents: is missing"),
    (edit(set_in("extra", 1)), "/extra: is not a known name here"),
    (edit(set_in("days", 43)), "/days: must be between 1 and 42"),
    (edit(set_in("days", 1e400)), "byte"),
    (edit(set_in("start", "2026-02-30")), "/start: must be a date"),
    (edit(set_in("slot_min", 25)), "/slot_min: must divide 60"),
    (edit(set_in("sites", 0, "zone", "Mars/Olympus")), "/sites/0/zone: "),
    (edit(set_in("queues", 0, "skill", "vioce")), '/queues/0/skill: "vioce" is not defined'),
    (edit(set_in("queues", 1, "name", "voice")), '/queues/1/name: "voice" stands twice'),
    (edit(set_in("queues", 0, "required", 0, "people", 3, -1)), "/queues/0/required/0/people/3: must be"),
    (edit(set_in("queues", 0, "required", 1, "start", "2026-11-23T09:00:00-03:00")),
     "/queues/0/required/1/people/0: this slot stands in an earlier run too"),
    (edit(set_in("queues", 0, "required", 0, "start", "2026-11-23T08:10:00-03:00")),
     "/queues/0/required/0/start: is not the beginning of a slot"),
    (edit(set_in("queues", 0, "required", 0, "start", "2026-12-23T08:00:00-03:00")), "outside the plan"),
    (edit(set_in("queues", 0, "required", 0, "start", "2026-11-23T08:00:00")),
     "/queues/0/required/0/start: must be an instant with an offset"),
    (edit(set_in("queues", 0, "short2_cents", 1)), "/queues/0: prices"),
    (edit(set_in("agents", 3, "contract", "none")), '/agents/3/contract: "none" is not defined'),
    (edit(set_in("agents", 3, "name", "Agustina")), '/agents/3/name: "Agustina" stands twice'),
    (edit(set_in("agents", 3, "skills", [{"skill": "latin"}])), "/agents/3/skills/0/skill: is not one"),
    (edit(set_in("agents", 3, "skills", [{"skill": "chat", "speed": 99}])), "/agents/3/skills/0/speed"),
    (edit(set_in("agents", 1, "credits", 0, "date", "2027-01-01")), "/agents/1/credits/0/date: lies outside"),
    (edit(set_in("agents", 1, "unavailable", 0, "end", "2026-11-20T00:00:00-03:00")),
     "/agents/1/unavailable/0/end: must end after"),
    (edit(set_in("agents", 7, "locks", 0, "end", None)), "/agents/7/locks/0: start and end go together"),
    (edit(set_in(*RULES, 0, "low", 545)), "/contracts/0/rules/0: shift_minutes"),
    (edit(set_in(*RULES, 0, "rule", "sleep")), "/contracts/0/rules/0/rule: must be one of week_minutes"),
    (edit(set_in(*RULES, 1, "to", None)), "/contracts/0/rules/1: needs from and to"),
    (edit(set_in(*RULES, 0, "days", ["sun"])), "/contracts/0/rules/0/days: belongs to start_window"),
    (edit(set_in("contracts", 0, "rules", [])), "/contracts/0: a contract needs at least one shift_minutes rule"),
]


@pytest.mark.parametrize("text,words", BAD_PROBLEMS)
def test_a_bad_problem_is_refused_by_place(tmp_path, text, words):
    path = tmp_path / "problem.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run("solve", path)
    assert done.returncode == 2 and done.stdout == b""
    message = done.stderr.decode()
    assert message.startswith(f"cuadrante solve: {path}: ") and words in message, message


def test_garbage_of_ten_megabytes(tmp_path):
    path = tmp_path / "garbage"
    path.write_bytes(os.urandom(10 << 20))
    done = run("solve", path)
    assert done.returncode == 2 and b"not UTF-8" in done.stderr
    path.write_bytes(b'{"start":"2026-11-23","sites":[' + b'{"name":"a","zone":"UTC"},' * 400000)
    done = run("solve", path)
    assert done.returncode == 2 and b"the text ends" in done.stderr


def test_every_truncation_is_refused():
    text = (PROBLEMS / "one_agent.json").read_bytes().rstrip()
    for n in range(0, len(text), 97):
        done = run("solve", "-", text=text[:n])
        assert done.returncode == 2 and done.stdout == b"", n


def test_bad_rosters_are_refused_by_place(rosters, tmp_path):
    cases = [(("shifts", 0, "agent", "Nobody"), "/shifts/0/agent: is no agent of the problem"),
             (("shifts", 0, "start", "2026-11-23T12:10:00Z"), "/shifts/0/start: is not the beginning"),
             (("shifts", 1, "activities", 0, "queue", "x"), "/shifts/1/activities/0/queue: is no queue"),
             (("shifts", 1, "activities", []), "/shifts/1/activities: must have"),
             (("cost", "pay", "much"), "/cost/pay: must be a number")]
    for path_and_value, words in cases:
        roster = copy.deepcopy(rosters["one_agent"])
        set_in(*path_and_value)(roster)
        done = judge(tmp_path, "one_agent", roster)
        assert done.returncode == 2 and done.stdout == b""
        assert f"roster.json: {words}" in done.stderr.decode()


def test_dates_far_outside_are_judged_not_crashed(rosters, tmp_path):
    for date in ("1900-01-01", "2199-12-31"):
        roster = unclaimed(copy.deepcopy(rosters["one_agent"]))
        roster["shifts"][0]["date"] = date
        assert judge(tmp_path, "one_agent", roster).returncode == 1
        roster["shifts"][0].update(start=f"{date}T00:00:00Z", end=f"{date}T04:00:00Z")
        assert judge(tmp_path, "one_agent", roster).returncode == 1


@pytest.mark.parametrize("arguments,words", [
    (["solve"], "needs more arguments"), (["solve", "a", "b"], "one argument too many"),
    (["solve", "--sped", "1", "a"], "--sped is not an option here"), (["solve", "--seed"], "needs a value"),
    (["solve", "--seed", "x", "a"], "needs a number"), (["solve", "--seed", "1.5", "a"], "whole number"),
    (["solve", "--gap", "2", "a"], "between 0 and 1"), (["solve", "/nonexistent"], "No such file"),
    (["solve", "/"], "directory"), (["verify", "a"], "needs more arguments"),
    (["schema", "sonnet"], "none of problem"), (["schedule"], "unknown command")])
def test_bad_use(arguments, words):
    done = run(*arguments)
    assert done.returncode == 2 and done.stdout == b""
    assert words in done.stderr.decode()


def test_help_names_every_option():
    done = run("solve", "--help")
    assert done.returncode == 0
    for word in ("--time-limit", "--gap", "--seed", "--progress", "exit codes"):
        assert word in done.stdout.decode()


def test_a_limit_writes_the_best_found(tmp_path):
    done = run("solve", "--iteration-limit", 1, "--progress", PROBLEMS / "contact_centre.json")
    assert done.returncode == 3, done.stderr
    roster = json.loads(done.stdout)
    assert roster["status"] == "limit" and roster["shifts"]
    assert judge(tmp_path, "contact_centre", roster).returncode == 0
    assert b"cost" in done.stderr


def big_problem():
    """Enough people for the solver to be at it when the signal comes."""
    p = problem("contact_centre")
    alike = [dict(a, locks=[], wishes=[], credits=[], unavailable=[]) for a in p["agents"]]
    p["agents"] = [dict(a, name=f"{a['name']} {k}") for k in range(12) for a in alike]
    p["slot_min"] = 15
    for q in p["queues"]:
        for need in q["required"]:
            need["people"] = [12 * x for x in need["people"] for _ in range(2)]
    return p


def test_an_interrupt_keeps_the_best_found(tmp_path):
    path = tmp_path / "big.json"
    path.write_text(json.dumps(big_problem()))
    child = subprocess.Popen([BINARY, "solve", "--progress", path], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    for line in child.stderr:
        if b"cost" in line:
            break
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=100)
    assert child.returncode == 3, err
    assert json.loads(out)["status"] == "cancelled"
    (tmp_path / "roster.json").write_bytes(out)
    assert run("verify", path, tmp_path / "roster.json").returncode == 0


def test_a_full_disk_is_an_error():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BINARY, "solve", PROBLEMS / "meal.json"], stdout=full,
                              stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 4 and b"standard output" in done.stderr


def test_rules_have_the_names_of_the_library():
    names = schema("problem")["$defs"]["ProblemRule"]["properties"]["rule"]["enum"]
    assert "week_minutes" in names and len(names) == 25


# ---- explain -------------------------------------------------------------------------------


def explain(tmp_path, name, roster, *arguments):
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(roster))
    return run("explain", PROBLEMS / f"{name}.json", path, *arguments)


@pytest.mark.parametrize("name", [n for n in ALL if n != "contact_centre"])
def test_explanations_keep_their_schema(tmp_path, rosters, name):
    done = explain(tmp_path, name, rosters[name], "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    jsonschema.validate(told, schema("explanation"))
    assert told["complete"] and told["status"] == "finished"
    assert abs(told["cost_cents"] - LEAST_COST.get(name, told["cost_cents"])) < 0.01
    for item in [r["item"] for r in told["relaxations"]] + \
            [i for c in told["conflicts"] for i in c["items"]]:
        at = problem(name)
        for step in item["place"].split("/")[1:]:  # every place is one of the problem
            at = at[int(step)] if isinstance(at, list) else at[step]


def test_explanation_names_either_way_out(tmp_path, rosters):
    """Benito is away for some days of a week of 40 hours: the rule goes or the leave does."""
    told = json.loads(explain(tmp_path, "impossible", rosters["impossible"], "--json").stdout)
    assert [c["agent"] for c in told["conflicts"]] == ["Benito", "Benito"]
    assert sorted(i["place"] for c in told["conflicts"] for i in c["items"]) == \
        ["/agents/1/unavailable/0", "/contracts/1/rules/2"]
    french = told["hours"][0]
    assert french["queue"] == "French" and french["saved_cents"] == pytest.approx(5000)
    words = explain(tmp_path, "impossible", rosters["impossible"]).stdout.decode()
    assert "no tour for Benito, unless without: time away 1 of Benito" in words
    assert "short: French" in words and "nobody has the skill" in words


def test_explanation_without_a_bound_claims_nothing(tmp_path, rosters):
    """Stopped before the plan as it is was solved, no rule is said to save nothing, no hour to be worth nothing."""
    done = explain(tmp_path, "impossible", rosters["impossible"], "--iteration-limit", "1")
    words = done.stdout.decode()
    assert done.returncode == 3 and "others were not tried" in words, done.stderr
    assert "nothing:" not in words and "saves 0.00" not in words, words


def test_explanation_of_a_roster_made_by_hand(tmp_path):
    """Nobody at work: the shortage is all of the requirement, and claims are not needed."""
    done = explain(tmp_path, "one_agent", {"shifts": []}, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["shortages"] and told["relaxed_cents"] <= told["cost_cents"] + 0.01


def test_explanation_stops_at_its_limit(tmp_path):
    done = explain(tmp_path, "contact_centre", {"shifts": []}, "--json", "--iteration-limit", "50")
    assert done.returncode == 3, done.stderr
    assert not json.loads(done.stdout)["complete"]
