# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports over HTTP, each figure counted again here from the raw rows of the database."""
import csv
import datetime
import io
import os
import time
from collections import defaultdict
from pathlib import Path

import pytest

DATA = Path(os.environ.get("CUADRANTE_SHARED_DATA", "../shared/data"))
DAY = datetime.timedelta(days=1)


def close(got, want):
    if want is None:
        return got is None
    return got == pytest.approx(want, rel=1e-9, abs=1e-12)


def is_ratio(ratio, numerator, denominator):
    value = numerator / denominator if denominator else None
    return (close(ratio["numerator"], numerator) and close(ratio["denominator"], denominator)
            and close(ratio["value"], value))


@pytest.fixture(scope="module")
def raw(service):
    """Whole tables, as dicts."""
    tables = {}
    for name in ("agent_day", "handled_day", "queue", "site", "absence", "agent", "agent_transfer"):
        columns = [c for (c,) in service.sql(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " ORDER BY ordinal_position", (name,))]
        tables[name] = [dict(zip(columns, row)) for row in service.sql(f"SELECT * FROM {name}")]
    return tables


@pytest.fixture(scope="module")
def month(service):
    """A whole month of the demo's history: first, last."""
    last = service.sql("SELECT max(day) FROM handled_day")[0][0].replace(day=1) - DAY
    return last.replace(day=1), last


def branch_recount(raw, first, last):
    queues = {q["id"]: q for q in raw["queue"]}
    work = [h for h in raw["handled_day"] if first <= h["day"] <= last]
    mix = defaultdict(lambda: [0.0, 0.0])
    for h in work:
        q = queues[h["queue_id"]]
        mix[q["skill_id"], q["channel"]][0] += h["handle_time_s"] / q["concurrency"]
        mix[q["skill_id"], q["channel"]][1] += h["handled"]
    sites = defaultdict(lambda: defaultdict(float))
    for h in work:
        q, s = queues[h["queue_id"]], sites[h["site_id"]]
        seconds, contacts = mix[q["skill_id"], q["channel"]]
        s["contacts"] += h["handled"]
        s["standard"] += h["handled"] * seconds / contacts
        s["handle_s"] += h["handle_time_s"]
        if q["target_s"] is not None:
            s["offered"] += h["offered"]
            s["in_target"] += h["answered_in_target"]
            s["abandoned"] += h["abandoned"]
    for a in raw["agent_day"]:
        if not first <= a["day"] <= last:
            continue
        s = sites[a["site_id"]]
        b = a["handling_s"] + a["waiting_s"]
        c = b + a["breaks_s"] + a["training_s"] + a["other_s"]
        s["a"] += a["handling_s"]
        s["b"] += b
        s["c"] += c
        s["d"] += c + a["paid_leave_s"]
        s["in_state"] += a["in_planned_state_s"]
        s["present"] += a["rostered_s"] - a["absent_planned_s"] - a["absent_unplanned_s"]
    return sites


def check_branch(row, s):
    assert close(row["contacts_handled"], s["contacts"])
    assert is_ratio(row["productivity"], s["standard"], s["b"])
    assert row["productivity"]["low"] <= row["productivity"]["value"] <= row["productivity"]["high"]
    assert is_ratio(row["service_level"], s["in_target"], s["offered"])
    assert "offered" in row["service_level"]["definition"]
    assert is_ratio(row["abandonment"], s["abandoned"], s["offered"])
    assert is_ratio(row["aht"], s["handle_s"], s["contacts"])
    assert is_ratio(row["utilisation"], s["b"], s["d"])
    assert is_ratio(row["occupancy"], s["a"], s["b"])
    assert is_ratio(row["planned_use"], s["b"], s["c"])
    assert is_ratio(row["availability"], s["c"], s["d"])
    assert is_ratio(row["adherence"], s["in_state"], s["present"])
    assert [row["ladder"][k] for k in ("a_s", "b_s", "c_s", "d_s")] == [s[k] for k in "abcd"]
    assert s["a"] <= s["b"] <= s["c"] <= s["d"]


def test_branches_of_a_month(hr, raw, month):
    rows = hr.items(f"/reports/branches?period=month&date={month[1]}")
    sites = branch_recount(raw, *month)
    assert len(rows) == len(raw["site"])
    for place, row in enumerate(rows, 1):
        check_branch(row, sites[row["site_id"]])
        assert (row["first_day"], row["last_day"]) == tuple(map(str, month))
        assert row["rank"] == place
    before = month[0] - DAY
    earlier = branch_recount(raw, before.replace(day=1), before)
    for row in rows:
        s = earlier[row["site_id"]]
        assert close(row["previous"]["productivity"], s["standard"] / s["b"])
        assert close(row["previous"]["service_level"], s["in_target"] / s["offered"])
        better = [o for o in rows if o["previous"]["productivity"] > row["previous"]["productivity"]]
        assert row["previous"]["rank"] == 1 + len(better)


def test_regions_and_trend(manager, raw, month):
    sites = branch_recount(raw, *month)
    region = {s["id"]: s["region_id"] for s in raw["site"]}
    rows = manager.items(f"/reports/branches?period=month&date={month[0]}&by=region")
    assert len(rows) == len(set(region.values()))
    for row in rows:
        assert row["site_id"] is None
        total = defaultdict(float)
        for site, s in sites.items():
            if region[site] == row["region_id"]:
                for key, value in s.items():
                    total[key] += value
        check_branch(row, total)
    trend = manager.items(f"/reports/branches/3/trend?period=month&from={month[0]}&to={month[1]}")
    assert len(trend) == 1
    check_branch(trend[0], sites[3])
    assert len(manager.items("/reports/branches/3/trend?period=week")) == 13
    assert manager.get("/reports/branches/99/trend").status_code == 404


def test_one_site_keeps_its_place_in_the_league(hr, month):
    league = hr.items(f"/reports/branches?period=month&date={month[0]}")
    alone = hr.items(f"/reports/branches?period=month&date={month[0]}&site_id=5")
    assert alone == [row for row in league if row["site_id"] == 5]


def test_the_same_request_gives_the_same_interval(hr, month):
    path = f"/reports/branches?period=month&date={month[0]}"
    assert hr.get(path).content == hr.get(path).content


def test_csv_is_flat(hr, month):
    path = f"/reports/branches?period=month&date={month[0]}"
    rows = list(csv.DictReader(io.StringIO(hr.get(path + "&format=csv").text)))
    for flat, row in zip(rows, hr.items(path), strict=True):
        for name in ("productivity", "service_level", "abandonment", "aht", "utilisation"):
            assert float(flat[name]) == row[name]["value"]
            assert float(flat[name + "_numerator"]) == row[name]["numerator"]
            assert float(flat[name + "_denominator"]) == row[name]["denominator"]
        assert float(flat["ladder_d_s"]) == row["ladder"]["d_s"]
        assert float(flat["productivity_low"]) == row["productivity"]["low"]


def stint_site(raw):
    """(agent, day) -> site."""
    agents = {g["id"]: g for g in raw["agent"]}
    moves = {t["agent_id"]: t for t in raw["agent_transfer"]}
    return lambda agent, day: (moves[agent]["from_site_id"] if agent in moves and day < moves[agent]["day"]
                               else agents[agent]["site_id"])


@pytest.mark.parametrize("by", ["site", "month", "weekday", "all"])
def test_absenteeism(hr, raw, month, by):
    first, last = month[0] - 60 * DAY, month[1]
    cells = defaultdict(lambda: [0, 0, 0])
    for a in raw["agent_day"]:
        if first <= a["day"] <= last:
            key = {"site": str(a["site_id"]), "month": str(a["day"])[:7],
                   "weekday": str(a["day"].isoweekday()), "all": "all"}[by]
            cells[key][0] += a["rostered_s"]
            cells[key][1] += a["absent_planned_s"] + a["absent_unplanned_s"]
            cells[key][2] += a["absent_unplanned_s"]
    rows = hr.items(f"/reports/absenteeism?by={by}&from={first}&to={last}")
    assert {r["key"] for r in rows} == set(cells)
    for row in rows:
        planned, lost, unplanned = cells[row["key"]]
        assert is_ratio(row["total"], lost / 3600, planned / 3600)
        assert is_ratio(row["unplanned"], unplanned / 3600, planned / 3600)


def test_absenteeism_by_kind_adds_up(hr, raw):
    rows = hr.items("/reports/absenteeism?by=kind")
    whole = hr.items("/reports/absenteeism?by=all")[0]
    assert close(sum(r["total"]["numerator"] for r in rows), whole["total"]["numerator"])
    assert close(sum(r["unplanned"]["numerator"] for r in rows), whole["unplanned"]["numerator"])
    assert {r["key"] for r in rows} <= {a["kind"] for a in raw["absence"]}
    assert all(r["total"]["denominator"] == whole["total"]["denominator"] for r in rows)


def test_turnover_by_site(hr, raw, month):
    first, last = month[0] - 200 * DAY, month[1]
    days = (last - first).days + 1
    site_of = stint_site(raw)
    people, leavers, voluntary = defaultdict(int), defaultdict(int), defaultdict(int)
    for g in raw["agent"]:
        day = max(first, g["hired"])
        while day <= min(last, g["left_on"] or last):
            people[site_of(g["id"], day)] += 1
            day += DAY
        if g["left_on"] and first <= g["left_on"] <= last:
            site = site_of(g["id"], g["left_on"])
            leavers[site] += 1
            voluntary[site] += g["leave_reason"] == "voluntary"
    rows = hr.items(f"/reports/turnover?by=site&from={first}&to={last}")
    assert {int(r["key"]) for r in rows} == set(people)
    for row in rows:
        site = int(row["key"])
        assert is_ratio(row["turnover"], leavers[site], people[site] / days)
        assert is_ratio(row["voluntary"], voluntary[site], people[site] / days)
        assert close(row["annualised"], leavers[site] / (people[site] / days) * 365 / days)


def test_bradford(hr, raw):
    last = max(a["day"] for a in raw["agent_day"])
    first = last - 363 * DAY
    days = defaultdict(int)
    for a in raw["agent_day"]:
        days[a["agent_id"]] += a["absent_unplanned_s"] > 0 and a["day"] >= first
    rows = hr.items(f"/reports/bradford?date={last}")
    assert len(rows) > 200
    for row in rows:
        assert row["days"] == days[row["agent_id"]]
        assert row["bradford"] == row["spells"] ** 2 * row["days"]
    factors = [row["bradford"] for row in rows]
    assert factors == sorted(factors, reverse=True)


def test_a_manager_sees_own_people_and_the_whole_league(manager, month):
    own = {str(s) for s in manager.user["site_ids"]}
    assert own
    assert {r["key"] for r in manager.items("/reports/absenteeism?by=site")} == own
    assert {r["key"] for r in manager.items("/reports/turnover?by=site")} == own
    assert manager.get("/reports/absenteeism?by=kind").status_code == 403  # reasons are for HR
    assert {str(r["site_id"]) for r in manager.items("/reports/bradford")} == own
    assert manager.items("/reports/bradford?site_id=1") == []
    assert len(manager.items(f"/reports/branches?period=month&date={month[0]}")) == 8


def test_who_may_read(planner, agent):
    assert planner.get("/reports/branches").status_code == 200
    for path in ("absenteeism", "turnover", "bradford"):
        assert planner.get(f"/reports/{path}").status_code == 403
    for path in ("branches", "branches/1/trend", "absenteeism", "turnover", "bradford"):
        assert agent.get(f"/reports/{path}").status_code == 403


@pytest.mark.parametrize("path,pointer", [
    ("branches?period=year", "?period"), ("branches?date=2026-02-30", "?date"),
    ("absenteeism?by=mood", "?by"), ("absenteeism?from=2026-03-01&to=2026-02-01", "?from"),
    ("turnover?from=2026-03-01&to=2026-02-01", "?from"), ("bradford?site_id=x", "?site_id"),
    ("branches/1/trend?period=day&from=2000-01-01", "?from"),
])
def test_bad_questions_name_the_place(hr, path, pointer):
    reply = hr.get(f"/reports/{path}")
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == pointer


def test_a_month_of_the_network_is_quick(hr, month):
    path = f"/reports/branches?period=month&date={month[0]}"
    took = []
    for _ in range(5):
        start = time.monotonic()
        hr.get(path)
        took.append(time.monotonic() - start)
    assert min(took) < 0.3


# ---- published absences: 36 couriers, 2007-07 to 2010-07 (UCI, Martiniano, Ferreira & Sassi) --------

def courier_absences():
    """(courier, date, hours) of each record. The file has month and weekday, in order of time: a month
    number that falls starts a year, and a courier's absences take the free dates of such a weekday."""
    year, before, taken, out = 2007, 7, set(), []
    with open(DATA / "absenteeism-uci" / "Absenteeism_at_work.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            month, weekday = int(row["Month of absence"]), int(row["Day of the week"]) - 1
            hours = float(row["Absenteeism time in hours"])
            if month == 0 or hours == 0:
                continue
            year += month < before
            before = month
            day = datetime.date(year, month, 1)
            need = max(1, round(hours / 8))
            while day.isoweekday() != weekday or any((row["ID"], day + k * DAY) in taken
                                                     for k in range(need + 2 * need // 5 + 2)):
                day += DAY
            spell = []
            while len(spell) < need:
                if day.isoweekday() <= 5:
                    spell.append(day)
                taken.add((row["ID"], day))
                day += DAY
            out.append((int(row["ID"]), spell, hours))
    return out


@pytest.fixture(scope="module")
def couriers():
    if not (DATA / "absenteeism-uci").is_dir():
        pytest.skip("no ../shared/data/absenteeism-uci")
    from service import Service
    absences = courier_absences()
    with Service(demo=False, workers=0) as service:
        service.command("user", "boss", "hr", input="a password for tests\n")
        service.sql("INSERT INTO region (code, name) VALUES ('BR', 'Brazil');"
                    "INSERT INTO site (code, name, region_id, kind, country, zone)"
                    " VALUES ('C', 'Couriers', 1, 'branch', 'BR', 'America/Sao_Paulo');"
                    "INSERT INTO contract (code, name, cost_cents_hour, shift_min_minutes, shift_max_minutes)"
                    " VALUES ('F', 'Full', 500, 240, 480);"
                    "INSERT INTO agent (id, code, name, site_id, contract_id, hired) OVERRIDING SYSTEM VALUE"
                    " SELECT n, 'C' || n, 'Courier ' || n, 1, 1, '2007-01-01' FROM generate_series(1, 36) n")
        first, last = datetime.date(2007, 7, 1), max(s[-1] for _, s, _ in absences)
        service.sql("INSERT INTO agent_day (agent_id, day, site_id, rostered_s, handling_s, waiting_s, breaks_s,"
                    " training_s, other_s, paid_leave_s, in_planned_state_s)"
                    " SELECT n, d, 1, 28800, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(1, 36) n,"
                    " generate_series(%s::date, %s::date, '1 day') d WHERE extract(isodow FROM d) <= 5",
                    (first, last))
        lost = {}
        for courier, spell, hours in absences:
            left = hours * 3600
            for day in spell:
                part = min(28800, left) if day != spell[-1] else left
                lost[courier, day] = part
                left -= part
            service.sql("INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused)"
                        " VALUES (%s, 'sickness', 'recorded', %s::timestamp AT TIME ZONE 'America/Sao_Paulo',"
                        " %s::timestamp AT TIME ZONE 'America/Sao_Paulo', false, true, true)",
                        (courier, spell[0], spell[-1] + DAY))
        for (courier, day), seconds in lost.items():
            service.sql("UPDATE agent_day SET absent_unplanned_s = %s WHERE agent_id = %s AND day = %s",
                        (seconds, courier, day))
        yield service.log_in("boss", "a password for tests"), absences, lost, first, last


def working_days(first, last):
    return sum((first + k * DAY).isoweekday() <= 5 for k in range((last - first).days + 1))


def test_couriers_absenteeism(couriers):
    hr, absences, lost, first, last = couriers
    row = hr.items(f"/reports/absenteeism?by=all&from={first}&to={last}")[0]
    hours = sum(h for _, _, h in absences)
    assert hours == sum(lost.values()) / 3600
    assert is_ratio(row["total"], hours, 36 * 8 * working_days(first, last))
    months = hr.items(f"/reports/absenteeism?by=month&from={first}&to={last}")
    for month in months:
        want = sum(s for (_, day), s in lost.items() if str(day)[:7] == month["key"]) / 3600
        assert close(month["unplanned"]["numerator"], want)
    assert close(sum(m["total"]["numerator"] for m in months), hours)


def test_couriers_bradford(couriers):
    hr, absences, lost, _, last = couriers
    first = last - 363 * DAY
    rows = {r["agent_id"]: r for r in hr.items(f"/reports/bradford?date={last}")}
    for courier in range(1, 37):
        spells = sum(c == courier and s[-1] >= first for c, s, _ in absences)
        days = sum(c == courier and day >= first for c, day in lost)
        assert (courier in rows) == (spells > 0)
        if spells:
            got = rows[courier]
            assert (got["spells"], got["days"], got["bradford"]) == (spells, days, spells ** 2 * days)
    assert max(r["bradford"] for r in rows.values()) > 100
