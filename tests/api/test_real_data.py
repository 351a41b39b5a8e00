# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real call centres, all the way: history file, forecast, verified roster, feed in real clients.

The dates of the records are moved by whole weeks so that the last one lies just before today; wall-clock
times stay. The series come from ../shared/data (CUADRANTE_SHARED_DATA); without them the tests say so.
"""
import csv
import datetime
import gzip
import io
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calendar_clients import Subscription, read_icalendar
from service import Service

DATA = Path(os.environ.get("CUADRANTE_SHARED_DATA", "../shared/data"))
PASSWORD = "real-data-test"
GAP = 0.1  # the search ends when it is proven, however slow the machine

CASES = {
    "bank-us-2003": dict(
        file="bank-us-2003/history.csv.gz", zone="America/New_York", interval=5, aht=40,
        hours=[(day, 7 * 60, 21 * 60 + 15) for day in range(1, 6)], agents=60, naive=0.2),
    "bank-il-1999": dict(
        file="bank-il-1999/history.csv", zone="Asia/Jerusalem", interval=30, aht=179,
        hours=[(day, 0, 1440) for day in range(1, 8)], agents=40, naive=0.5),
}


def network_sql(case):
    hours = ", ".join(f"({d}, {a}, {b})" for d, a, b in case["hours"])
    return f"""
INSERT INTO region (code, name) VALUES ('R', 'Region');
INSERT INTO site (code, name, region_id, kind, country, zone)
SELECT 'bank', 'Bank', id, 'contact_centre', 'US', '{case["zone"]}' FROM region;
INSERT INTO site_hours SELECT site.id, h.* FROM site, (VALUES {hours}) AS h;
INSERT INTO skill (code, name) VALUES ('voice', 'Voice');
INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, target_share, target_s, patience_s, aht_s)
SELECT 'bank', 'Calls', site.id, skill.id, 'voice', {case["interval"]}, 0.8, 20, 348, {case["aht"]} FROM site, skill;
INSERT INTO contract (code, name, cost_cents_hour, shift_min_minutes, shift_max_minutes, shift_step_minutes, start_step_minutes)
VALUES ('full', 'Full time', 2000, 480, 540, 30, 30), ('part', 'Part time', 2000, 240, 360, 30, 30);
INSERT INTO contract_rule (contract_id, rule, mode, low, high)
SELECT id, r.rule, 'hard', r.low, r.high FROM contract, (VALUES ('week_minutes', 0, 2400),
    ('week_shifts', 0, 5), ('rest', 720, NULL)) AS r(rule, low, high);
INSERT INTO contract_break (contract_id, position, kind, minutes, paid, earliest_min, latest_min, shift_from_minutes)
SELECT id, 1, 'meal', 30, false, 180, 300, 420 FROM contract;
INSERT INTO agent (code, name, site_id, contract_id, hired)
SELECT 'A' || n, 'Agent ' || n, site.id, contract.id, '2000-01-01' FROM site, generate_series(1, {case["agents"]}) AS n
JOIN contract ON contract.code = CASE WHEN n % 3 = 0 THEN 'part' ELSE 'full' END;
INSERT INTO agent_skill SELECT agent.id, skill.id, 1 FROM agent, skill;
"""


def moved_history(case):
    """The file with every date moved by the same number of weeks."""
    path = DATA / case["file"]
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = list(csv.DictReader(io.StringIO(text.decode())))
    starts = [datetime.datetime.fromisoformat(r["start"]) for r in rows]
    weeks = (datetime.datetime.now().date() - max(starts).date()).days // 7
    zone, out, seen = ZoneInfo(case["zone"]), ["queue,start,offered"], set()
    for row, start in zip(rows, starts):
        wall = (start.replace(tzinfo=None) + datetime.timedelta(weeks=weeks)).replace(tzinfo=zone)
        instant = wall.astimezone(datetime.timezone.utc)
        if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None) and instant not in seen:
            seen.add(instant)
            out.append(f"{row['queue']},{wall.isoformat()},{row['offered']}")
    return "\n".join(out) + "\n", len(out) - 1


@pytest.mark.parametrize("name", CASES)
def test_from_history_to_the_calendar(name, tmp_path):
    case = CASES[name]
    if not (DATA / case["file"]).exists():
        pytest.skip(f"{DATA / case['file']} is not here")
    with Service(demo=False) as service:
        service.command("db", "shell", input=network_sql(case))
        service.command("user", "boss", "admin", input=PASSWORD + "\n")
        boss = service.log_in("boss", PASSWORD)
        text, rows = moved_history(case)
        told = boss.post("/history/import", data=text.encode(), headers={"Content-Type": "text/csv"}).json()
        assert (told["inserted"], told["rejected"]) == (rows, 0), told

        # Two weeks on: on a Sunday evening here, next week may have begun where the site is.
        week = "%d-W%02d" % (datetime.date.today() + datetime.timedelta(weeks=2)).isocalendar()[:2]
        job = boss.wait_job(boss.post("/schedules", json={"site_id": 1, "week": week, "gap": GAP, "trial_weeks": 20,
                                                          "time_limit_s": 120}), 240)
        assert job["state"] == "done", job
        card = boss.get(f"/forecasts/{job['result']['forecast_id']}").json()["queues"][0]
        assert card["wape"] < card["naive_wape"] < case["naive"], card
        roster = boss.get(f"/rosters/{job['result']['roster_id']}")
        evidence = roster.json()["evidence"]
        print(f"{name}: WAPE {card['wape']:.4f} (naive {card['naive_wape']:.4f}), gap {evidence['gap']:.4f}")
        assert evidence["verified"] and evidence["gap"] <= GAP, evidence
        published = boss.post(f"/rosters/{roster.json()['id']}/publish", headers={"If-Match": roster.headers["ETag"]})
        assert published.status_code == 200, published.text

        shifts = boss.items(f"/rosters/{roster.json()['id']}/shifts")
        name = shifts[0]["agent"]
        mine = {(s["start"], s["end"]) for s in shifts if s["agent"] == name}
        service.command("user", "worker", "agent", name.replace("Agent ", "A"), input=PASSWORD + "\n")
        worker = service.log_in("worker", PASSWORD)
        feed = worker.post("/me/feeds", json={"name": "phone"}).json()
        url = feed["url"]
        reply = boss.get("//" + url.split("//")[1].split("/", 1)[1])
        assert reply.status_code == 200
        expected = {tuple(datetime.datetime.fromisoformat(t.replace("Z", "+00:00")) for t in pair)
                    for pair in mine}
        assert expected and set(read_icalendar(reply.content)) == expected
        (tmp_path / "khal").mkdir()
        subscription = Subscription(url, tmp_path / "khal")
        subscription.sync()
        monday = min(start for start, _ in expected).date() - datetime.timedelta(days=7)
        assert set(subscription.read(monday, 21)) == expected
