# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecasts over HTTP: report cards, adjustments, versions, forecast against actual."""
import datetime

import pytest

SITE = 3  # San Salvador, a branch open on weekdays
UTC = datetime.timezone.utc


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def week_ahead(weeks):
    day = datetime.date.today() + datetime.timedelta(weeks=weeks)
    return "%d-W%02d" % day.isocalendar()[:2]


def make(planner, **body):
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": SITE, **body}))
    assert job["state"] == "done", job
    return planner.get(f"/forecasts/{job['result']['forecast_id']}").json()


@pytest.fixture(scope="module")
def forecast(planner):
    return make(planner, week=week_ahead(2), weeks=2)


@pytest.fixture(scope="module")
def queue(forecast):
    return next(q for q in forecast["queues"] if q["channel"] == "walk_in")["queue_id"]


@pytest.fixture
def adjust(planner):
    """Posts an adjustment and revokes it after the test."""
    made = []

    def post(**body):
        reply = planner.post("/forecast-adjustments", json={"reason": "a fair in town", **body})
        assert reply.status_code == 201, reply.text
        made.append(reply.json()["id"])
        return reply.json()

    yield post
    for one in made:
        planner.delete(f"/forecast-adjustments/{one}")


def intervals(planner, forecast, queue):
    return planner.items(f"/forecasts/{forecast['id']}/intervals?queue_id={queue}")


def test_report_card_says_why(forecast):
    for queue in forecast["queues"]:
        report = queue["report"]
        assert len(report["reason"]) > 20 and str(report["weeks"]) != "0"
        assert len(report["scores"]) >= 4
        scored = [s for s in report["scores"] if s["origins"] > 0]
        assert scored and sum(s["chosen"] for s in report["scores"]) == 1
        chosen = next(s for s in report["scores"] if s["chosen"])
        assert chosen["wape"] == queue["wape"] and chosen["wape"] >= report["poisson_floor"] * 0.8
        assert sum(s["weight"] or 0 for s in report["scores"]) == pytest.approx(1)
        assert queue["warning"] == "; ".join(w["text"] for w in report["warnings"])
    effects = {e["name"]: e["factor"] for q in forecast["queues"] for e in q["report"]["effects"]}
    assert effects and all(f > 0 for f in effects.values())


def test_outliers_are_those_counted(planner, forecast):
    rows = planner.items(f"/forecasts/{forecast['id']}/outliers")
    for queue in forecast["queues"]:
        mine = [r for r in rows if r["queue_id"] == queue["queue_id"]]
        assert len(mine) == queue["report"]["outliers"]
        assert planner.items(f"/forecasts/{forecast['id']}/outliers?queue_id={queue['queue_id']}") == mine
    for row in rows[:50]:
        day = row["start"][:10]
        near = planner.items(f"/history?queue_id={row['queue_id']}&from={day}&to={day}") + planner.items(
            f"/history?queue_id={row['queue_id']}&from={instant(row['start']).date() - datetime.timedelta(1)}"
            f"&to={day}")
        assert row["offered"] in [h["offered"] for h in near if h["start"] == row["start"]]


def test_percentages_multiply_and_counts_come_after(planner, forecast, queue, adjust):
    before = intervals(planner, forecast, queue)
    assert all(r["adjusted_mean"] == r["mean"] and r["adjustment_factor"] == 1 for r in before)
    day = before[0]["start"][:10]
    span = [r for r in before if r["start"][:10] == day]
    first, last = span[0]["start"], span[-1]["start"]
    end = (instant(last) + datetime.timedelta(minutes=30)).isoformat()
    half = span[len(span) // 2]["start"]
    count = adjust(queue_id=queue, **{"from": first, "to": end}, kind="count", value=100)
    assert count["after"] - count["before"] == pytest.approx(100)
    adjust(queue_id=queue, **{"from": first, "to": end}, kind="percent", value=20)
    adjust(queue_id=queue, **{"from": half, "to": end}, kind="percent", value=-50)
    rows = {r["start"]: r for r in intervals(planner, forecast, queue)}
    scaled = {r["start"]: r["mean"] * 1.2 * (0.5 if r["start"] >= half else 1) for r in span}
    for r in span:
        wanted = scaled[r["start"]] * (1 + 100 / sum(scaled.values()))
        got = rows[r["start"]]
        assert got["adjusted_mean"] == pytest.approx(wanted, rel=1e-9)
        assert got["mean"] == r["mean"] and got["q90"] == r["q90"]
        assert got["adjustment_factor"] == pytest.approx(wanted / r["mean"])
    untouched = [r for r in before if r not in span]
    assert all(rows[r["start"]] == r for r in untouched)


def test_nothing_goes_below_zero(planner, forecast, queue, adjust):
    rows = intervals(planner, forecast, queue)
    end = (instant(rows[3]["start"]) + datetime.timedelta(minutes=30)).isoformat()
    made = adjust(queue_id=queue, **{"from": rows[0]["start"], "to": end}, kind="count", value=-1e6)
    assert made["after"] == 0 and "nothing is left" in made["warning"]
    assert [r["adjusted_mean"] for r in intervals(planner, forecast, queue)[:4]] == [0] * 4


def test_a_new_forecast_keeps_the_adjustment(planner, forecast, queue, adjust):
    rows = intervals(planner, forecast, queue)
    end = (instant(rows[3]["start"]) + datetime.timedelta(minutes=30)).isoformat()
    adjust(queue_id=queue, **{"from": rows[0]["start"], "to": end}, kind="percent", value=40)
    again = intervals(planner, make(planner, week=week_ahead(2)), queue)
    assert [r["adjustment_factor"] for r in again[:5]] == pytest.approx([1.4] * 4 + [1])


def test_a_count_reaching_beyond_the_forecast_is_shared_by_time(planner, queue, adjust):
    one_week = make(planner, week=week_ahead(2))
    rows = intervals(planner, one_week, queue)
    last_day = datetime.date.fromisoformat(one_week["last_day"]) + datetime.timedelta(1)
    end = datetime.datetime.combine(last_day, datetime.time(6), UTC)  # midnight in San Salvador
    made = adjust(queue_id=queue, kind="count", value=300,
                  **{"from": (end - datetime.timedelta(1)).isoformat(),
                     "to": (end + datetime.timedelta(2)).isoformat()})
    assert made["forecast_id"] == one_week["id"] and "a part of this time only" in made["warning"]
    assert made["after"] - made["before"] == pytest.approx(100)
    assert len(rows) > 0


def test_people_are_planned_for_the_adjusted_forecast(planner, forecast, queue, adjust):
    rows = intervals(planner, forecast, queue)
    day = rows[0]["start"][:10]
    span = [r for r in rows if r["start"][:10] == day]
    end = (instant(span[-1]["start"]) + datetime.timedelta(minutes=30)).isoformat()
    adjust(queue_id=queue, **{"from": span[0]["start"], "to": end}, kind="percent", value=200)
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": SITE, "week": week_ahead(2), "forecast_id": forecast["id"], "iteration_limit": 20}))
    assert job["state"] == "done", job
    plan = planner.get(f"/rosters/{job['result']['roster_id']}").json()["plan_id"]
    needed = {r["start"]: r for r in planner.items(f"/plans/{plan}/requirements?queue_id={queue}")}
    for r in span:
        assert needed[r["start"]]["volume"] == pytest.approx(3 * r["mean"])
    other = next(r for r in rows if r["start"][:10] > day and r["start"] in needed)
    assert needed[other["start"]]["volume"] == pytest.approx(other["mean"])


def test_adjustments_stay_on_record(planner, forecast, queue, admin):
    rows = intervals(planner, forecast, queue)
    body = {"queue_id": queue, "from": rows[0]["start"], "to": rows[4]["start"], "kind": "percent",
            "value": 10, "reason": "promised by the mayor"}
    made = planner.post("/forecast-adjustments", json=body).json()
    assert made["author"] == "planner" and made["revoked_at"] is None
    mine = f"/forecast-adjustments?queue_id={queue}"
    assert made["id"] in [a["id"] for a in planner.items(mine + f"&week={week_ahead(2)}")]
    assert made["id"] not in [a["id"] for a in planner.items(mine + f"&week={week_ahead(4)}")]
    assert made["id"] in [a["id"] for a in planner.items(f"/forecast-adjustments?site_id={SITE}")]
    assert admin.delete(f"/forecast-adjustments/{made['id']}").status_code == 204
    assert admin.delete(f"/forecast-adjustments/{made['id']}").status_code == 409
    assert made["id"] not in [a["id"] for a in planner.items(mine)]
    kept = next(a for a in planner.items(mine + "&revoked=1") if a["id"] == made["id"])
    assert (kept["author"], kept["revoked_by"]) == ("planner", "admin") and kept["reason"] == body["reason"]
    assert intervals(planner, forecast, queue)[0]["adjustment_factor"] == 1
    log = planner.items(f"/audit?entity=forecast_adjustment&entity_id={made['id']}")
    assert [(e["action"], e["login"]) for e in log] == [("revoke", "admin"), ("create", "planner")]
    assert planner.delete("/forecast-adjustments/999999").status_code == 404


def test_adjustments_refused_say_why(planner, forecast, queue):
    rows = intervals(planner, forecast, queue)
    first, end = rows[0]["start"], rows[4]["start"]
    night = instant(first).replace(hour=9)  # 03:00 in San Salvador
    later = (night + datetime.timedelta(hours=1)).isoformat()
    good = {"queue_id": queue, "from": first, "to": end, "kind": "percent", "value": 10, "reason": "a fair"}
    for change, pointer, word in [
            ({"queue_id": 99999}, "/queue_id", "no queue"),
            ({"value": 0}, "/value", "nothing"),
            ({"value": -101}, "/value", "100 %"),
            ({"value": 5000}, "/value", "at most"),
            ({"kind": "times"}, "/kind", ""),
            ({"reason": "  "}, "/reason", ""),
            ({"reason": None}, "/reason", ""),
            ({"to": first}, "/to", "after from"),
            ({"from": "2020-01-06T15:00:00Z", "to": "2020-01-06T16:00:00Z"}, "/to", "past"),
            ({"from": first.replace(":00:00", ":07:00").replace(":30:00", ":07:00")}, "/from", "30 minutes"),
            ({"from": night.isoformat(), "to": later}, "/from", "closed"),
            ({"to": "2199-01-01T00:00:00Z"}, "/to", "366"),
    ]:
        reply = planner.post("/forecast-adjustments", json={**good, **change})
        assert reply.status_code == 422, (change, reply.text)
        errors = {e["pointer"]: e["message"] for e in reply.json()["errors"]}
        assert word in errors[pointer], (change, errors)


def test_what_has_no_effect_yet_is_told(planner, queue, adjust):
    far = datetime.datetime.combine(datetime.date.today(), datetime.time(15), UTC) + datetime.timedelta(weeks=40)
    while far.weekday() != 1:
        far += datetime.timedelta(1)
    made = adjust(queue_id=queue, kind="percent", value=15,
                  **{"from": far.isoformat(), "to": (far + datetime.timedelta(1)).isoformat()})
    assert made["forecast_id"] is None and made["before"] is None
    assert "no forecast" in made["warning"] and "outside opening hours" in made["warning"]
    assert 0 < made["closed_intervals"] < 48


def test_versions_have_authors_and_are_compared(planner, forecast, queue):
    newer = make(planner, week=week_ahead(2), weeks=2)
    listed = {f["id"]: f for f in planner.items(f"/forecasts?site_id={SITE}&week={week_ahead(3)}")}
    assert listed[newer["id"]]["newest"] and not listed[forecast["id"]]["newest"]
    assert listed[newer["id"]]["author"] == "planner" and listed[newer["id"]]["job_id"]
    ids = list(listed)
    assert ids == sorted(ids, reverse=True)
    paged, cursor = [], ""
    while cursor is not None:
        reply = planner.get(f"/forecasts?site_id={SITE}&limit=1{cursor and '&cursor=' + cursor}").json()
        paged += [f["id"] for f in reply["items"]]
        cursor = reply["next"]
    assert paged == [f["id"] for f in planner.items(f"/forecasts?site_id={SITE}&limit=1000")]
    days = planner.items(f"/forecasts/{newer['id']}/comparison?with={forecast['id']}&queue_id={queue}")
    assert len(days) >= 10
    by_day = {}
    for r in intervals(planner, newer, queue):
        local = (instant(r["start"]) - datetime.timedelta(hours=6)).date().isoformat()
        by_day[local] = by_day.get(local, 0) + r["mean"]
    for d in days:
        assert d["mean"] == pytest.approx(by_day[d["day"]])
        # The same history gives the same figures.
        assert d["difference"] == pytest.approx(0, abs=1e-9) and d["actual"] is None
