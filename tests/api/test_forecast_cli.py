# SPDX-License-Identifier: GPL-3.0-or-later
"""cuadrante forecast as a user runs it: its schema, far horizons, and histories nobody would want."""
import datetime
import json
import os
import random
import subprocess
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CUADRANTE_BIN", str(ROOT / "build/release/cuadrante"))
MONDAY = datetime.datetime(2025, 1, 6, tzinfo=datetime.timezone.utc)


def forecast(path, *arguments, text=None):
    return subprocess.run([BINARY, "forecast", "--history", str(path), *arguments], input=text,
                          capture_output=True, text=True, timeout=120)


def history(queues=1, days=70, minutes=30, seed=1):
    draw = random.Random(seed)
    lines = ["queue,start,offered,handled,abandoned,handle_time_s,wait_time_s"]
    for q in range(queues):
        for d in range(days):
            for m in range(480, 1200, minutes):
                start = MONDAY + datetime.timedelta(days=d, minutes=m)
                handled = draw.randint(20, 40)
                gone = draw.randint(0, 5)
                lines.append(f"queue {q},{start.isoformat()},{handled + gone},{handled},{gone},"
                             f"{handled * draw.randint(150, 250)},{handled * 20 + gone * 60}")
    return lines


@pytest.fixture(scope="module")
def schema():
    done = subprocess.run([BINARY, "schema", "forecast"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(value)
    return value


@pytest.mark.parametrize("arguments", [(), ("--weeks", "78"), ("--redial", "0.4"), ("--from", "2025-03-05"),
                                       ("--interval", "60", "--method", "four_week_mean")])
def test_the_document_keeps_its_schema(tmp_path, schema, arguments):
    path = tmp_path / "history.csv"
    path.write_text("\n".join(history(queues=2)) + "\n")
    (tmp_path / "days.csv").write_text("date,kind,queue,factor\n2025-02-12,campaign,,\n"
                                       "2025-03-20,campaign,,\n2025-03-21,closed,,\n")
    done = forecast(path, "--json", "--special", str(tmp_path / "days.csv"), *arguments)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema)
    for queue in document["queues"]:
        assert queue["reason"] and queue["history"]
        assert abs(sum(s["weight"] or 0 for s in queue["scores"]) - 1) < 1e-6
        assert 150 < queue["aht"]["level_s"] < 250
        assert queue["patience"]["low_s"] < queue["patience"]["mean_s"] < queue["patience"]["high_s"]
        days = {}
        for row in queue["intervals"]:
            days[row["start"][:10]] = days.get(row["start"][:10], 0) + row["mean"]
        for day in queue["days"]:
            assert abs(days[day["date"]] - day["mean"]) < 1e-3 * day["mean"]
            assert day["q05"] <= day["q25"] <= day["q50"] <= day["q75"] <= day["q95"]
        for week in queue["week_totals"]:
            first = datetime.date.fromisoformat(week["monday"])
            inside = [d for d in queue["days"]
                      if first <= datetime.date.fromisoformat(d["date"]) < first + datetime.timedelta(7)]
            assert len(inside) == week["days"]
            total = sum(d["mean"] for d in inside)
            assert abs(week["mean"] / total - 1) < 0.02
            # Days move together, but not as one: narrower than the sum of their bands.
            assert week["q95"] - week["q05"] <= 1.05 * sum(d["q95"] - d["q05"] for d in inside)
            assert week["q05"] < total < week["q95"]
    names = [e["name"] for e in document["queues"][0]["effects"]]
    assert "campaign" in names and not any("special_group" in n for n in names)


def test_a_number_of_weeks_beyond_is_refused(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("\n".join(history(days=30)) + "\n")
    done = forecast(path, "--weeks", "79")
    assert done.returncode == 2 and "--weeks" in done.stderr


def spoil(lines, draw):
    """One kind of damage to a random data line."""
    i = draw.randrange(1, len(lines))
    cells = lines[i].split(",")
    kind = draw.randrange(9)
    if kind == 0:
        lines.insert(i, lines[i])
    elif kind == 1:
        cells[2] = draw.choice(["-1", "many", "1e400", "nan", "", "0x10"])
    elif kind == 2:
        cells[1] = draw.choice(["yesterday", "2025-13-01T08:00:00Z", "2025-02-30T08:00:00Z", ""])
    elif kind == 3:
        cells[1] = cells[1].replace(":00:00+", ":07:00+").replace(":30:00+", ":37:00+")
    elif kind == 4:
        cells = cells[:3]
    elif kind == 5:
        cells[1] = f"2{draw.randrange(150, 199)}" + cells[1][4:]
    elif kind == 6:
        cells[0] = draw.choice(["", "x" * 500])
    elif kind == 7:
        cells += ["surplus"]
    else:
        del lines[i:i + draw.randrange(1, 600)]
        return
    lines[min(i, len(lines) - 1)] = ",".join(cells)


@pytest.mark.parametrize("seed", range(12))
def test_spoilt_histories(tmp_path, schema, seed):
    """Refused with a place for each fault, or forecast with what is sound."""
    draw = random.Random(seed)
    lines = history(queues=2, seed=seed)
    for _ in range(draw.randrange(1, 12)):
        if len(lines) > 700:
            spoil(lines, draw)
    path = tmp_path / "history.csv"
    path.write_text("\n".join(lines) + "\n")
    strict = forecast(path, "--json", "--quiet")
    if strict.returncode != 0:
        assert strict.returncode == 2 and strict.stdout == ""
        assert f"{path}: line " in strict.stderr
    done = forecast(path, "--json", "--skip-bad")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema)
    assert {"queue 0", "queue 1"} <= {q["queue"] for q in document["queues"]}
    if strict.returncode != 0:
        assert any("left out" in note for note in document["notes"])
    for queue in document["queues"]:
        if queue["queue"] in ("queue 0", "queue 1"):
            mean = sum(r["mean"] for r in queue["intervals"]) / len(queue["intervals"])
            assert 28 < mean < 37  # 30 handled and 2.5 gone


def test_what_is_noted_stays_off_standard_output(tmp_path):
    lines = history(days=20) + history(days=110)[80 * 24:]
    path = tmp_path / "history.csv"
    path.write_text("\n".join(lines) + "\n")
    done = forecast(path, "--weeks", "1")
    assert done.returncode == 0
    assert "no rows from 2025-01-26 to " in done.stderr
    assert "holes, not zeros" in done.stderr and "holes" not in done.stdout
    assert forecast(path, "--weeks", "1", "--quiet").stderr == ""
