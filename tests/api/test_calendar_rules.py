# SPDX-License-Identifier: GPL-3.0-or-later
"""Holidays and paydays by rule, opening hours that change on a date, queues merged and split."""
import datetime
import json
import subprocess
import uuid

import pytest

from service import binary


def pointers(reply):
    assert reply.headers["Content-Type"] == "application/problem+json"
    return {x["pointer"] for x in reply.json()["errors"]}


def code(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def region(planner):
    return planner.items("/regions")[0]["id"]


def make_site(planner, region, **changes):
    body = {"code": code("S"), "name": "Osorno", "region_id": region, "kind": "branch", "country": "CL",
            "zone": "America/Santiago",
            "hours": [{"weekday": d, "open": "09:00", "close": "18:00"} for d in range(1, 6)], **changes}
    reply = planner.post("/sites", json=body)
    assert reply.status_code == 201, reply.text
    return reply.json()


def make_queue(planner, site, interval=30):
    body = {"code": code("Q"), "name": "Queue", "site_id": site["id"], "skill_id": planner.items("/skills")[0]["id"],
            "channel": "voice", "interval_min": interval, "aht_s": 240}
    reply = planner.post("/queues", json=body)
    assert reply.status_code == 201, reply.text
    return reply.json()


def test_holidays_of_a_year_are_computed(planner):
    rows = planner.items("/holidays?country=CL&year=2027")
    assert [r["day"] for r in rows] == sorted(r["day"] for r in rows)
    by_group = {r["group"]: r for r in rows}
    assert by_group["independence"] == {"day": "2027-09-18", "kind": "holiday", "name": "Independencia Nacional",
                                        "group": "independence", "substitute": False}
    assert by_group["national_bridge"]["day"] == "2027-09-17"
    us = planner.items("/holidays?country=US&year=2027")
    assert {(r["day"], r["substitute"]) for r in us if r["group"].startswith("independence")} == {
        ("2027-07-04", False), ("2027-07-05", True)}
    assert [r["kind"] for r in us if r["group"] == "black_friday"] == ["observance"]
    assert {"CL", "SV", "GT", "NI", "US", "IL"} <= {c["code"] for c in planner.items("/holidays/countries")}
    reply = planner.get("/holidays?country=ZZ&year=2027")
    assert reply.status_code == 422 and pointers(reply) == {"?country"}
    assert planner.get("/holidays?country=CL&year=3000").status_code == 422


def test_holidays_are_written_once(service, planner, region):
    site = make_site(planner, region, country="UY", zone="America/Montevideo")
    body = {"country": "UY", "from_year": 2031, "to_year": 2032}
    first = planner.post("/special-days/holidays", json=body)
    assert first.status_code == 200, first.text
    days = first.json()["days"]
    assert first.json() == {"days": days, "inserted": days, "changed": 0, "removed": 0} and days > 20
    again = planner.post("/special-days/holidays", json=body).json()
    assert again == {"days": days, "inserted": 0, "changed": 0, "removed": 0}
    rows = [r for r in planner.items("/special-days?from=2031-01-01&to=2032-12-31") if r["country"] == "UY"]
    assert len(rows) == days
    christmas = [r for r in rows if r["day"].endswith("-12-25")]
    assert {r["group"] for r in christmas} == {"christmas"} and len(christmas) == 2
    assert all(r["factor"] is None and not r["closed"] for r in rows)
    # A hand-made day stays as it is and learns its group; the rules' own days follow the request.
    planner.delete(f"/special-days/{christmas[0]['id']}")
    hand = planner.post("/special-days", json={"day": christmas[0]["day"], "country": "UY", "kind": "holiday",
                                               "name": "Fiesta", "factor": 0.3}).json()
    wrong = service.sql("UPDATE special_day SET day = day + 200 WHERE country = 'UY' AND computed"
                        " AND day = '2031-01-01' RETURNING id")
    third = planner.post("/special-days/holidays", json={**body, "doors": "closed", "observances": False}).json()
    rows = {r["id"]: r for r in planner.items("/special-days?from=2031-01-01&to=2032-12-31") if r["country"] == "UY"}
    assert (rows[hand["id"]]["name"], rows[hand["id"]]["factor"], rows[hand["id"]]["closed"],
            rows[hand["id"]]["group"]) == ("Fiesta", 0.3, False, "christmas")
    assert wrong[0][0] not in rows and third["inserted"] == 1 and third["removed"] > 10
    assert all(r["closed"] for r in rows.values() if r["id"] != hand["id"])
    assert {r["kind"] for r in rows.values()} == {"holiday"} and len(rows) == third["days"]
    # Without a word on the doors, those that were shut stay shut; told, they open.
    same = planner.post("/special-days/holidays", json={**body, "observances": False}).json()
    assert (same["inserted"], same["changed"], same["removed"]) == (0, 0, 0)
    opened = planner.post("/special-days/holidays", json={**body, "doors": "open", "observances": False}).json()
    assert opened["changed"] == third["days"] - 1
    assert service.sql("SELECT count(*) FROM audit WHERE entity = 'holidays'")[0][0] >= 5
    assert site["country"] == "UY"


@pytest.mark.parametrize("body,wanted", [
    ({"country": "ZZ", "from_year": 2030}, {"/country"}),
    ({"country": "IT", "from_year": 2030}, {"/country"}),  # known rules, no site
    ({"country": "CL", "from_year": 2030, "to_year": 2029}, {"/to_year"}),
    ({"country": "CL", "from_year": 2000, "to_year": 2090}, {"/to_year"}),
    ({"country": "CL"}, {"/from_year"}),
])
def test_bad_holidays_name_the_place(planner, body, wanted):
    reply = planner.post("/special-days/holidays", json=body)
    assert reply.status_code == 422 and pointers(reply) == wanted, reply.text


def test_paydays_fall_on_working_days(planner, region):
    site = make_site(planner, region)
    body = {"site_id": site["id"], "from_year": 2027, "days": [15, 31], "name": "Quincena"}
    assert planner.post("/special-days/paydays", json=body).json()["inserted"] == 24
    assert planner.post("/special-days/paydays", json=body).json()["inserted"] == 0
    rows = [r for r in planner.items("/special-days?from=2027-01-01&to=2027-12-31") if r["site_id"] == site["id"]]
    assert {r["kind"] for r in rows} == {"payday"} and {r["group"] for r in rows} == {"payday_15", "payday_last"}
    days = [r["day"] for r in rows]
    assert all(datetime.date.fromisoformat(d).weekday() < 5 for d in days)
    assert "2027-01-15" in days and "2027-02-26" in days and "2027-08-13" in days  # 15 August: a Sunday
    for changes, wanted in (({"days": [0]}, {"/days/0"}), ({"days": []}, {"/days"}), ({"site_id": 999999}, {"/site_id"}),
                            ({"country": "CL"}, {"/country"}), ({"site_id": None}, {""})):
        reply = planner.post("/special-days/paydays", json={**body, **changes})
        assert reply.status_code == 422 and pointers(reply) == wanted, reply.text


def test_hours_change_on_a_date(planner, manager, region):
    site = make_site(planner, region)
    path = f"/sites/{site['id']}/hours"
    (first,) = planner.items(path)
    assert first == {"valid_from": None, "in_force": True, "hours": site["hours"]}
    longer = [{"weekday": d, "open": "09:00", "close": "21:00"} for d in range(1, 7)]
    later = {"valid_from": "2099-01-05", "hours": longer}
    assert planner.request("PUT", path, json=later).json() == {**later, "in_force": False}
    assert planner.get(f"/sites/{site['id']}").json()["hours"] == site["hours"]
    now = {"valid_from": "2026-01-05", "hours": longer[:3]}
    assert planner.request("PUT", path, json=now).json()["in_force"]
    assert planner.get(f"/sites/{site['id']}").json()["hours"] == longer[:3]
    assert [(s["valid_from"], s["in_force"]) for s in planner.items(path)] == [
        (None, False), ("2026-01-05", True), ("2099-01-05", False)]
    planner.request("PUT", path, json={"valid_from": "2026-01-05", "hours": []})
    assert planner.get(f"/sites/{site['id']}").json()["hours"] == site["hours"]
    begin = planner.request("PUT", path, json={"valid_from": "1900-01-01", "hours": longer[:2]})
    assert begin.json() == {"valid_from": None, "in_force": True, "hours": longer[:2]}, begin.text
    bad = planner.request("PUT", path, json={"hours": [{"weekday": 1, "open": "10:00", "close": "09:00"}]})
    assert bad.status_code == 422 and pointers(bad) == {"/hours/0/close"}
    assert planner.request("PUT", "/sites/999999/hours", json=later).status_code == 404
    assert manager.get(path).status_code == 403


def test_sources_of_queues(planner, region):
    site = make_site(planner, region)
    merged, a, b, coarse = (make_queue(planner, site, n) for n in (30, 30, 15, 60))
    path = f"/queues/{merged['id']}/sources"
    assert planner.get(path).json() == {"queue_id": merged["id"], "sources": []}
    wanted = [{"source_queue_id": a["id"], "weight": 1, "until": "2026-06-01"},
              {"source_queue_id": b["id"], "weight": 0.4, "until": None}]
    reply = planner.request("PUT", path, json={"sources": wanted})
    assert reply.status_code == 200, reply.text
    assert [{k: s[k] for k in wanted[0]} for s in reply.json()["sources"]] == wanted
    assert planner.get(path).json() == reply.json()

    def refused(queue, source, **more):
        r = planner.request("PUT", f"/queues/{queue['id']}/sources",
                            json={"sources": [{"source_queue_id": source["id"], **more}]})
        assert r.status_code == 422, r.text
        return r.json()["errors"][0]
    assert "circle" not in refused(a, a)["message"] and refused(a, a)["pointer"] == "/sources/0/source_queue_id"
    assert "is itself made of queue" in refused(a, merged)["message"]
    assert "do not add up to the 30" in refused(a, coarse)["message"]
    assert refused(a, b, weight=1.5)["pointer"] == "/sources/0/weight"
    assert refused(a, b, weight=0)["pointer"] == "/sources/0/weight"
    assert "there is no queue" in refused(a, {"id": 999999})["message"]
    twice = planner.request("PUT", path, json={"sources": [wanted[0], wanted[0]]})
    assert pointers(twice) == {"/sources/1/source_queue_id"}
    assert planner.get(path).json() == reply.json()
    assert planner.request("PUT", path, json={"sources": []}).json()["sources"] == []
    assert planner.get("/queues/999999/sources").status_code == 404


def history_csv(queue, first, days, offered, minutes=30):
    """Working days 09:00-18:00 in Santiago."""
    lines = ["queue,start,offered"]
    for n in range(days):
        day = first + datetime.timedelta(days=n)
        if day.weekday() < 5:
            for minute in range(9 * 60, 18 * 60, minutes):
                lines.append(f"{queue['code']},{day}T{minute // 60:02d}:{minute % 60:02d}:00-04:00,{offered}")
    return "\n".join(lines) + "\n"


def test_a_merged_queue_is_forecast_from_both(planner, region):
    # La Paz keeps -04:00 all the year.
    site = make_site(planner, region, country="BO", zone="America/La_Paz")
    merged, a, b = (make_queue(planner, site, n) for n in (30, 30, 15))
    today = datetime.date.today()
    first = today - datetime.timedelta(days=100)
    for queue, offered, minutes in ((a, 20, 30), (b, 10, 15)):
        sent = planner.post("/history/import", data=history_csv(queue, first, 100, offered, minutes).encode(),
                            headers={"Content-Type": "text/csv"})
        assert sent.status_code == 200, sent.text
    monday = today + datetime.timedelta(days=7 - today.weekday())
    week = "%d-W%02d" % monday.isocalendar()[:2]
    before = planner.wait_job(planner.post("/forecasts", json={"site_id": site["id"], "week": week}))
    assert before["state"] == "done", before
    cards = {q["queue_id"]: q for q in planner.get(f"/forecasts/{before['result']['forecast_id']}").json()["queues"]}
    assert cards[merged["id"]]["method"] == "none" and cards[a["id"]]["method"] != "none"
    planner.request("PUT", f"/queues/{merged['id']}/sources", json={"sources": [
        {"source_queue_id": a["id"]}, {"source_queue_id": b["id"], "weight": 0.5}]})
    planner.request("PUT", f"/sites/{site['id']}/hours", json={
        "valid_from": str(monday + datetime.timedelta(days=2)),
        "hours": [{"weekday": d, "open": "09:00", "close": "20:00"} for d in range(1, 6)]})
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": site["id"], "week": week}))
    assert job["state"] == "done", job
    made = job["result"]["forecast_id"]
    rows = planner.items(f"/forecasts/{made}/intervals?queue_id={merged['id']}")
    # 20 + half of 10 + 10 in each half-hour; an hour earlier in UTC terms nothing, later hours from Wednesday on.
    assert all(28 < r["mean"] < 32 for r in rows), [r["mean"] for r in rows]
    by_day = {}
    for r in rows:
        day = (datetime.datetime.fromisoformat(r["start"].replace("Z", "+00:00")) - datetime.timedelta(hours=4)).date()
        by_day[day] = by_day.get(day, 0) + 1
    assert [by_day.get(monday + datetime.timedelta(days=n), 0) for n in range(7)] == [18, 18, 22, 22, 22, 0, 0]
    card = next(q for q in planner.get(f"/forecasts/{made}").json()["queues"] if q["queue_id"] == merged["id"])
    assert "without history" in card["warning"]


def test_effects_say_which_holiday(planner):
    monday = datetime.date.today() + datetime.timedelta(days=7 - datetime.date.today().weekday())
    week = "%d-W%02d" % monday.isocalendar()[:2]
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": 1, "week": week}))
    queues = planner.get(f"/forecasts/{job['result']['forecast_id']}").json()["queues"]
    for queue in queues:
        effects = queue["report"]["effects"]
        assert all(e["group"] and e["label"] for e in effects if "special_group_" in e["name"])
        special = {e["group"]: e for e in effects if e["name"].startswith("special_group_")}
        christmas, bills = special["holiday:christmas"], special["billing:billing"]
        # The demo leaves .48 of a day at Christmas, and bills bring 24 % more.
        assert christmas["label"] == "Navidad" and 0.3 < christmas["factor"] < 0.7
        assert bills["label"] == "Facturación" and 1.1 < bills["factor"] < 1.4
        assert {"after_closure_1", "before_closure"} <= {e["name"] for e in queue["report"]["effects"]}


def test_a_holiday_nobody_entered_is_told(planner, region):
    site = make_site(planner, region, country="BR", zone="America/Sao_Paulo")
    queue = make_queue(planner, site)
    today = datetime.date.today()
    sent = planner.post("/history/import", data=history_csv(queue, today - datetime.timedelta(days=60), 60, 9).encode(),
                        headers={"Content-Type": "text/csv"})
    assert sent.status_code == 200, sent.text
    new_year = datetime.date(today.year + 1, 1, 1)
    week = "%d-W%02d" % new_year.isocalendar()[:2]

    def missing():
        job = planner.wait_job(planner.post("/forecasts", json={"site_id": site["id"], "week": week}))
        card = planner.get(f"/forecasts/{job['result']['forecast_id']}").json()["queues"][0]
        return [w for w in card["report"]["warnings"] if w["code"] == "holidays_missing"]
    assert [w["from"] for w in missing()] == [str(new_year)]
    planner.post("/special-days/holidays", json={"country": "BR", "from_year": new_year.year})
    assert missing() == []


def test_holidays_offline_feed_the_forecast(tmp_path):
    """cuadrante holidays | cuadrante forecast: a fall every holiday is learnt and named."""
    def run(*args):
        done = subprocess.run([binary(), *map(str, args)], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout
    countries = run("holidays").splitlines()
    assert countries[0] == "country,name" and len(countries) > 28
    days = tmp_path / "days.csv"
    days.write_text(run("holidays", "CO", 2025, 2026, "--statutory"))
    dates = {line.split(",")[0] for line in days.read_text().splitlines()[1:]}
    assert "2026-07-20" in dates and "date,kind,name" == days.read_text().splitlines()[0]
    rows = ["queue,start,offered"]
    for n in range(400):
        day = datetime.date(2025, 6, 2) + datetime.timedelta(days=n)
        for hour in range(8, 18):
            rows.append(f"q,{day}T{hour:02d}:00:00-05:00,{20 if str(day) in dates else 40 + day.weekday()}")
    history = tmp_path / "history.csv"
    history.write_text("\n".join(rows) + "\n")
    made = json.loads(run("forecast", "--history", history, "--special", days, "--weeks", 3, "--json"))
    queue = made["queues"][0]
    effects = {e["name"]: e["factor"] for e in queue["effects"]}
    assert 0.4 < effects["holiday:independence"] < 0.6  # 20 July
    totals = {}
    for r in queue["intervals"]:
        totals[r["start"][:10]] = totals.get(r["start"][:10], 0) + r["mean"]
    assert 0.4 < totals["2026-07-20"] / totals["2026-07-21"] < 0.6
    closed = run("holidays", "CO", 2026, "--closed", "--statutory")
    assert "2026-12-25,closed," in closed and "holiday:" not in closed
    bad = subprocess.run([binary(), "holidays", "ZZ", "2026"], capture_output=True, text=True)
    assert bad.returncode == 2 and "ZZ" in bad.stderr
