# SPDX-License-Identifier: GPL-3.0-or-later
"""cuadrante staff for work that may wait: several queues, beside live ones, with lists and backlogs."""
import csv
import io
import math
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CUADRANTE_BIN", str(ROOT / "build/release/cuadrante"))
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=timezone(timedelta(hours=-3)))
QUARTERS = 48  # 08:00 to 20:00


def moment(day, quarter):
    return (MONDAY + timedelta(days=day, minutes=15 * quarter)).isoformat()


def forecast(path, **queues):
    lines = ["queue,start,mean,aht_s"]
    for name, (low, high, aht) in queues.items():
        for day in range(5):
            for k in range(QUARTERS):
                mean = low + high * math.sin(math.pi * (k + .5) / QUARTERS)
                lines.append(f"{name},{moment(day, k)},{mean:.4f},{aht}")
    path.write_text("\n".join(lines) + "\n")
    return path


def staff(path, *arguments, expect=0):
    done = subprocess.run([BINARY, "staff", "--forecast", str(path), *map(str, arguments)],
                          capture_output=True, timeout=60)
    assert done.returncode == expect, done.stderr
    rows = [{k: v if k in ("queue", "start") else float(v or "nan") for k, v in r.items()}
            for r in csv.DictReader(io.StringIO(done.stdout.decode()))]
    return rows, done.stderr.decode()


def hours(rows, queue):
    return sum(r["agents"] for r in rows if r["queue"] == queue) / 4


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    at = tmp_path_factory.mktemp("staff")
    mail = forecast(at / "mail.csv", mail=(2, 8, 300), cases=(1, 2, 900))
    calls = forecast(at / "calls.csv", sales=(5, 40, 240))
    live = at / "live.csv"
    done = subprocess.run([BINARY, "staff", "--forecast", str(calls), "--target", "80/20", "--patience", "180"],
                          capture_output=True, timeout=60)
    assert done.returncode == 0
    live.write_bytes(done.stdout)
    return at, mail, live


def usual(channel="email"):
    return ["--channel", channel, "--turnaround", 8, "--open-hours"]


def test_idle_time_saves_people(files):
    _, mail, live = files
    alone, _ = staff(mail, *usual())
    beside, told = staff(mail, *usual(), "--beside", live, "--idle-share", 0.6)
    idle = 0
    with open(live) as f:
        for r in csv.DictReader(f):
            idle += 0.6 * float(r["agents"]) * (1 - float(r["occupancy"])) / 4
    used = sum(r["idle_s"] for r in beside) / 3600
    assert 0.9 * idle < used <= idle * 1.0001
    saved = sum(hours(alone, q) - hours(beside, q) for q in ("mail", "cases"))
    assert saved == pytest.approx(used, rel=0.05)
    assert "hours of work in idle time; 100.00 % of what is due" in told
    for rows in (alone, beside):
        assert all(r["late_s"] == 0 and r["service_level"] == 1 for r in rows)
    # Work done, by whom, and what waits: it all adds up.
    came, done = {"mail": 0, "cases": 0}, {"mail": 0, "cases": 0}
    mean = {(r["queue"], r["start"]): float(r["mean"]) * float(r["aht_s"])
            for r in csv.DictReader(open(mail))}
    for r in beside:
        q = r["queue"]
        came[q] += mean[q, r["start"]]
        done[q] += r["agents"] * r["occupancy"] * 900 + r["idle_s"]
        assert came[q] - done[q] == pytest.approx(r["backlog_s"], abs=came[q] * 1e-4)


def test_only_who_may(files):
    _, mail, live = files
    rows, _ = staff(mail, *usual(), "--beside", live, "--idle-share", 1, "--may", "sales=mail")
    alone, _ = staff(mail, *usual())
    assert hours(rows, "cases") == hours(alone, "cases")
    assert hours(rows, "mail") < 0.1 * hours(alone, "mail")


def test_people_beyond_the_requirement_are_free(files):
    at, mail, live = files
    lines = live.read_text().splitlines()
    cells = [line.split(",") for line in lines[1:]]
    staffed = at / "staffed.csv"
    staffed.write_text("\n".join([lines[0] + ",staffed"] + [",".join(c) + f",{int(c[2]) + 2}" for c in cells]) + "\n")
    rows, _ = staff(mail, *usual(), "--beside", staffed, "--idle-share", 0)
    alone, _ = staff(mail, *usual())
    saved = sum(hours(alone, q) - hours(rows, q) for q in ("mail", "cases"))
    assert saved == pytest.approx(2 * 60, rel=0.05)


def test_too_few_people_say_what_is_late(files):
    _, mail, _ = files
    rows, told = staff(mail, *usual(), "--max-agents", 2, expect=3)
    assert all(r["agents"] <= 2 for r in rows)
    late = [r for r in rows if r["late_s"] > 1]
    assert late and f"mail: late from {[r['start'] for r in late if r['queue'] == 'mail'][0]} on" in told
    worst = max(r["late_s"] for r in late if r["queue"] == "mail")
    assert f"at most {worst / 3600:.1f} hours of work" in told


def test_a_list_is_called_by_its_date(tmp_path):
    lines = ["queue,start,mean,aht_s"]
    for day in range(5):
        for k in range(QUARTERS):
            # 900 numbers tried twice, three minutes each, released on Monday morning.
            lines.append(f"list,{moment(day, k)},{1800 if day == 0 and k == 0 else 0},180")
    path = tmp_path / "list.csv"
    path.write_text("\n".join(lines) + "\n")
    rows, _ = staff(path, "--channel", "outbound", "--finish", moment(3, 0))
    assert hours(rows, "list") == 90
    # Ninety hours in three days of twelve: two or three people, all the time until then.
    assert {r["agents"] for r in rows if r["start"] < moment(3, 0)} <= {2, 3}
    assert all(r["agents"] == 0 for r in rows if r["start"] >= moment(3, 0))
    done = subprocess.run([BINARY, "staff", "--forecast", str(path), "--channel", "outbound", "--finish",
                           moment(0, 0)], capture_output=True, timeout=60)
    assert done.returncode == 2 and b"line 2, column start: comes too late" in done.stderr


def test_people_kept_in_any_case_are_told_beside_a_date(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("queue,start,mean,aht_s\n" + "".join(f"list,{moment(0, k)},10,360\n" for k in range(4)))
    rows, told = staff(path, "--channel", "outbound", "--turnaround", 4, "--min-agents", 2, "--finish", moment(0, 12))
    assert [r["agents"] for r in rows] == [2, 2, 2, 2]
    assert "100.00 %" in told and f"{sum(r['agents'] for r in rows) * (900 / 3600):.1f} hours of people" in told


def test_a_backlog_has_its_own_dates(files):
    at, mail, _ = files
    carried = at / "carried.csv"
    carried.write_text(f"queue,due,hours\nmail,{moment(0, 24)},12\nmail,{moment(4, 0)},40\n")
    plain, _ = staff(mail, *usual())
    rows, _ = staff(mail, *usual(), "--carried", carried)
    monday = [sum(r["agents"] for r in v if r["queue"] == "mail" and r["start"] < moment(0, 24)) / 4
              for v in (plain, rows)]
    assert monday[1] >= 12 and monday[1] > monday[0]
    assert all(r["late_s"] == 0 for r in rows)
    assert hours(rows, "cases") == hours(plain, "cases")
    carried.write_text("queue,due,hours\nfax,2026-11-23T12:00:00Z,3\n")
    done = subprocess.run([BINARY, "staff", "--forecast", str(mail), "--channel", "email", "--carried", str(carried)],
                          capture_output=True, timeout=60)
    assert done.returncode == 2 and b"carried.csv: line 2, column queue: the forecast has no queue fax" in done.stderr


@pytest.mark.parametrize("arguments, message", [
    (["--may", "sales=mail"], "--may: needs --beside"),
    (["--beside", "LIVE", "--may", "sales=fax"], "fax is no queue of the forecast"),
    (["--beside", "LIVE", "--may", "desk=mail"], "desk is no queue of --beside"),
    (["--beside", "LIVE", "--may", "sales"], "must be like"),
    (["--beside", "LIVE", "--idle-share", "2"], "--idle-share"),
    (["--finish", "Friday"], "must be an RFC 3339 instant"),
    (["--turnaround", "0.1"], "at least one interval"),
])
def test_wrong_arguments_are_named(files, arguments, message):
    _, mail, live = files
    given = [str(live) if a == "LIVE" else a for a in arguments]
    done = subprocess.run([BINARY, "staff", "--forecast", str(mail), "--channel", "email", *given],
                          capture_output=True, timeout=60)
    assert done.returncode == 2 and message in done.stderr.decode()


@pytest.mark.parametrize("step, per_person, more, people", [
    (1440, "20/day", [], 25), (1440, "300/month", ["--month-days", 30], 50), (1440, "20", [], 25),
    (1440, "20/day", ["--occupancy", 0.8], 32), (1440, "2.5/hour", [], 25), (30, "20/day", [], 25),
])
def test_portfolios_by_what_one_does(tmp_path, step, per_person, more, people):
    volume = 500 if step == 1440 else 500 / 16  # of an eight-hour day
    path = tmp_path / "claims.csv"
    path.write_text("queue,start,mean,aht_s\n" + "".join(
        f"claims,{(MONDAY + timedelta(minutes=step * k)).isoformat()},{volume},0\n" for k in range(5)))
    rows, _ = staff(path, "--channel", "portfolio", "--per-person", per_person, *more)
    assert [r["agents"] for r in rows] == [people] * 5
    done = subprocess.run([BINARY, "staff", "--forecast", str(path), "--channel", "portfolio", "--per-person",
                           "20/year"], capture_output=True, timeout=60)
    assert done.returncode == 2 and b"--per-person: must be like 20/day" in done.stderr
