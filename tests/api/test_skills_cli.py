# SPDX-License-Identifier: GPL-3.0-or-later
"""cuadrante skills: people per skill group, offline."""
import csv
import io
import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CUADRANTE_BIN", str(ROOT / "build/release/cuadrante"))
FIXTURE = ROOT / "fixtures/skills/contact_centre.json"


def skills(*arguments, code=0):
    r = subprocess.run([BINARY, "skills", *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert r.returncode == code, r.stderr
    return r


def schema(name):
    return json.loads(subprocess.run([BINARY, "schema", name], capture_output=True, text=True, check=True).stdout)


def written(tmp_path, form):
    path = tmp_path / "skills.json"
    path.write_text(json.dumps(form))
    return path


@pytest.fixture(scope="module")
def form():
    return json.loads(FIXTURE.read_text())


def one_interval(form):
    small = json.loads(json.dumps(form))
    for q in small["queues"]:
        q["volumes"] = q["volumes"][2:3]
    return small


def test_the_fixture_keeps_its_schema(form):
    jsonschema.validate(form, schema("skills"))


def test_a_morning_is_staffed(form):
    out = json.loads(skills(FIXTURE, "--json", "--contacts", 10000, "--solved", 1).stdout)
    jsonschema.validate(out, schema("skills-requirement"))
    assert out["unmet"] == 0
    assert [i["start"] for i in out["intervals"]][:2] == ["2026-11-23T11:00:00Z", "2026-11-23T11:30:00Z"]
    target = {q["name"]: q for q in form["queues"]}
    for interval in out["intervals"]:
        people = sum(g["people"] for g in interval["groups"])
        assert sum(q["people"] for q in interval["queues"]) == pytest.approx(people, abs=1e-6)
        assert [g["people"] for g in interval["groups"] if g["group"] == "English only"][0] <= 2
        for g in interval["groups"]:
            assert g["people_on_roster"] == -(-g["people"] * 10 // 7)
        for q in interval["queues"]:
            assert q["service_level"] >= target[q["queue"]]["service_level"]
            assert q["abandoned_share"] <= target[q["queue"]].get("max_abandoned", 1)
    hours = sum(g["people"] for i in out["intervals"] for g in i["groups"]) / 2
    assert out["person_hours"] == pytest.approx(hours)
    for q in out["horizon"]:  # the morning played through with these people
        assert q["service_level"] > target[q["queue"]]["service_level"] - 0.03


def test_csv_says_the_same(form, tmp_path):
    path = written(tmp_path, one_interval(form))
    out = json.loads(skills(path, "--json", "--contacts", 4000).stdout)
    rows = list(csv.DictReader(io.StringIO(skills(path, "--contacts", 4000).stdout)))
    groups = {r["name"]: int(r["people"]) for r in rows if r["kind"] == "group"}
    assert groups == {g["group"]: g["people"] for g in out["intervals"][0]["groups"]}
    assert all(r["met"] == "true" for r in rows if r["kind"] == "queue")


def test_volumes_of_a_forecast(form, tmp_path):
    small = one_interval(form)
    forecast = tmp_path / "forecast.csv"
    lines = ["queue,start,mean,aht_s"]
    for q in small["queues"]:
        lines.append(f"{q['name']},2026-11-23T09:00:00-03:00,{q['volumes'][0]},{q['aht_s']}")
        del q["volumes"], q["aht_s"]
    lines.append("other,2026-11-23T09:00:00-03:00,5,100")
    forecast.write_text("\n".join(lines) + "\n")
    del small["start"]
    path = written(tmp_path, small)
    skills(path, code=2)
    out = skills(path, "--forecast", forecast, "--contacts", 4000, "--json")
    direct = skills(written(tmp_path, one_interval(form)), "--contacts", 4000, "--json")
    people = [[g["people"] for g in json.loads(r.stdout)["intervals"][0]["groups"]] for r in (out, direct)]
    assert people[0] == people[1]


def test_training_saves(form, tmp_path):
    small = one_interval(form)
    small["queues"] = small["queues"][:2]
    small["groups"] = small["groups"][:2]
    out = json.loads(skills(written(tmp_path, small), "--training", "--json", "--contacts", 10000).stdout)
    hours = {t["training"]: t["person_hours"] for t in out["training"]}
    assert hours["dedicated"] == hours["present"] > hours["chain"] >= hours["all"]
    assert [(p["queue"], p["other"]) for p in out["pairs"]] == [("service", "sales")]
    assert out["pairs"][0]["saved_person_hours"] >= 1


def test_limits_that_cannot_be_met(form, tmp_path):
    small = one_interval(form)
    for g in small["groups"]:
        g["most"] = 3
    r = skills(written(tmp_path, small), "--json", "--contacts", 4000, code=3)
    out = json.loads(r.stdout)
    assert out["unmet"] > 0 and "miss a target" in r.stderr
    assert all(g["people"] <= 3 for g in out["intervals"][0]["groups"])


@pytest.mark.parametrize("change, words", [
    (lambda f: f["groups"][0]["skills"][0].update(queue="nobody"), "/groups/0/skills/0/queue"),
    (lambda f: f["queues"][1].update(name="service"), "/queues/1/name"),
    (lambda f: f["queues"][0].pop("aht_s"), "/queues/0/aht_s"),
    (lambda f: f["queues"][0].update(volumes=[-1]), "/queues/0/volumes/0"),
    (lambda f: f["groups"][3]["skills"][0].update(speed=0), "/groups/3/skills/0/speed"),
    (lambda f: [f["queues"][0].pop(k) for k in ("service_level",)], "/queues/0/target"),
    (lambda f: f.pop("start"), "/start"),
])
def test_mistakes_are_named(form, tmp_path, change, words):
    bad = one_interval(form)
    change(bad)
    assert words in skills(written(tmp_path, bad), code=2).stderr
