# SPDX-License-Identifier: GPL-3.0-or-later
"""The trial of a roster as a user runs it: cuadrante simulate."""
import copy
import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CUADRANTE_BIN", str(ROOT / "build/release/cuadrante"))
PROBLEM = ROOT / "fixtures/problems/contact_centre.json"


def run(*arguments):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    path = tmp_path_factory.mktemp("simulate") / "roster.json"
    done = run("solve", "--iteration-limit", 60, PROBLEM)
    assert done.returncode in (0, 3), done.stderr
    path.write_bytes(done.stdout)
    return path


def simulate(*arguments):
    done = run("simulate", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr.decode()


def test_a_week_is_played(roster):
    result, told = simulate(PROBLEM, roster, "--replications", 200)
    schema = json.loads(run("schema", "simulation").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(result, schema)
    assert [q["queue"] for q in result["queues"]] == ["voice", "chat"]
    work = {q["name"]: q["work"] for q in json.loads(PROBLEM.read_text())["queues"]}
    for queue in result["queues"]:
        asked = sum(sum(a["contacts"]) for a in work[queue["queue"]]["arrivals"])
        total = queue["total"]
        assert total["offered"] == pytest.approx(asked, rel=0.01)
        assert total["service_level_low"] < total["service_level"] < total["service_level_high"]
        days = [d for d in queue["days"] if d["figures"]["offered"]]
        assert sum(d["figures"]["offered"] for d in days) == pytest.approx(total["offered"])
        assert all(d["sl_p10"] <= d["sl_p50"] <= d["sl_p90"] for d in days)
        assert sum(i["figures"]["offered"] for i in queue["intervals"]) == pytest.approx(total["offered"])
    assert all(p["busy"] <= p["present"] + 1e-9 for p in result["people"])
    assert "voice: service level" in told and "trace" not in told


def test_threads_and_repetition_do_not_show(roster):
    one, _ = simulate(PROBLEM, roster, "--replications", 50, "--threads", 1)
    two, _ = simulate(PROBLEM, roster, "--replications", 50, "--threads", 4)
    other, _ = simulate(PROBLEM, roster, "--replications", 50, "--seed", 2)
    assert one == two
    assert one["queues"] != other["queues"]


def test_half_width_stops_when_enough_is_known(roster):
    result, _ = simulate(PROBLEM, roster, "--replications", 100000, "--half-width", 0.01)
    assert result["replications"] < 5000
    for queue in result["queues"]:
        total = queue["total"]
        assert total["service_level_high"] - total["service_level_low"] <= 0.02 + 1e-9


def test_a_day_can_be_replayed(roster):
    result, _ = simulate(PROBLEM, roster, "--replications", 2, "--trace")
    open_contacts, at_work, busy = set(), set(), {}
    for event in result["trace"]:
        kind, contact, agent = event["kind"], event["contact"], event["agent"]
        if kind == "arrives":
            open_contacts.add(contact)
        elif kind == "begins":
            assert agent in at_work and agent not in busy
            busy[agent] = contact
            open_contacts.remove(contact)
        elif kind == "ends":
            assert busy.pop(agent) == contact
        elif kind == "gives_up":
            open_contacts.remove(contact)
        elif kind == "comes":
            at_work.add(agent)
        elif kind == "goes":
            assert agent not in busy
            at_work.remove(agent)
    assert not open_contacts and not busy and not at_work


def test_fewer_people_are_worse_and_told_by_how_much(roster, tmp_path):
    worse = json.loads(roster.read_text())
    for claim in ("cost", "bound", "gap", "variable_gap"):
        worse.pop(claim, None)
    agents = sorted({s["agent"] for s in worse["shifts"]})[:6]
    worse["shifts"] = [s for s in worse["shifts"] if s["agent"] not in agents]
    path = tmp_path / "worse.json"
    path.write_text(json.dumps(worse))
    result, _ = simulate(PROBLEM, roster, path, "--replications", 100)
    voice = next(q for q in result["queues"] if q["queue"] == "voice")
    days = [d for d in voice["days"] if d["figures"]["offered"]]
    assert all(d["difference"]["low"] <= d["difference"]["service_level"] <= d["difference"]["high"]
               for d in days)
    assert sum(d["difference"]["high"] < 0 for d in days) >= 5


def test_absence_costs_service(roster, tmp_path):
    problem = json.loads(PROBLEM.read_text())
    for agent in problem["agents"]:
        agent["absence"] = 0.15
    path = tmp_path / "absent.json"
    path.write_text(json.dumps(problem))
    full, _ = simulate(PROBLEM, roster, "--replications", 100)
    short, _ = simulate(path, roster, "--replications", 100)
    for a, b in zip(full["queues"], short["queues"]):
        assert b["total"]["service_level_high"] < a["total"]["service_level_low"]
    present = [sum(p["present"] for p in r["people"]) for r in (full, short)]
    assert present[1] / present[0] == pytest.approx(0.85, abs=0.02)


@pytest.mark.parametrize("change, words", [
    (lambda q: q.pop("work"), None),
    (lambda q: q["work"]["arrivals"][0].update(start="2026-11-23T08:07:00-03:00"),
     "/queues/0/work/arrivals/0: does not start with a slot"),
    (lambda q: q["work"]["arrivals"].append(q["work"]["arrivals"][0]), "stands in an earlier run"),
    (lambda q: q["work"]["arrivals"][0]["contacts"].__setitem__(0, -1), "between 0 and 1000000"),
    (lambda q: q["work"]["arrivals"][0].update(start="2027-11-23T08:00:00-03:00"), "outside the plan"),
    (lambda q: q["work"].update(aht_s=0), "/queues/0/work/aht_s"),
    (lambda q: q["work"].update(patience_s=0), "/queues/0/work/patience_s"),
    (lambda q: q["work"].update(backlog=3), "/queues/0/backlog"),
])
def test_bad_work_is_refused_by_place(roster, tmp_path, change, words):
    problem = json.loads(PROBLEM.read_text())
    change(problem["queues"][0])
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem))
    done = run("simulate", path, roster, "--replications", 5)
    if words is None:  # the other queue still has work
        assert [q["queue"] for q in json.loads(done.stdout)["queues"]] == ["chat"]
        return
    assert done.returncode == 2
    assert words in done.stderr.decode(), done.stderr
    assert done.stdout == b""


def test_what_cannot_be_played_is_refused(roster, tmp_path):
    problem = json.loads(PROBLEM.read_text())
    bare = copy.deepcopy(problem)
    for queue in bare["queues"]:
        queue.pop("work")
    path = tmp_path / "bare.json"
    path.write_text(json.dumps(bare))
    done = run("simulate", path, roster)
    assert done.returncode == 2 and b"no queue has work to simulate" in done.stderr
    twice = json.loads(roster.read_text())
    twice["shifts"].append(twice["shifts"][0])
    path = tmp_path / "twice.json"
    path.write_text(json.dumps(twice))
    done = run("simulate", PROBLEM, path)
    assert done.returncode == 2 and b"cannot be played" in done.stderr
