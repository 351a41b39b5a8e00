# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecasts over HTTP: report cards, adjustments, versions, forecast against actual."""
import datetime
import math
import uuid

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
    assert effects and all(f >= 0 for f in effects.values()) and 0.5 < effects["monday"] < 2


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
        "site_id": SITE, "week": week_ahead(2), "forecast_id": forecast["id"], "iteration_limit": 20,
        "trial_weeks": 20}))
    assert job["state"] == "done", job
    plan = planner.get(f"/rosters/{job['result']['roster_id']}").json()["plan_id"]
    needed = {r["start"]: r for r in planner.items(f"/plans/{plan}/requirements?queue_id={queue}")}
    for r in span:
        assert needed[r["start"]]["volume"] == pytest.approx(3 * r["mean"])
    other = next(r for r in rows if r["start"][:10] > day and r["start"] in needed)
    assert needed[other["start"]]["volume"] == pytest.approx(other["mean"])


def test_more_than_can_be_planned_for_is_said_in_words(service, planner, queue):
    """Nobody can adjust so far, but forecasts come from histories of all kinds."""
    huge = make(planner, week=week_ahead(2), weeks=1)
    start = intervals(planner, huge, queue)[4]["start"]
    service.sql("UPDATE forecast_interval SET mean = 3e6, aht_s = 20 WHERE forecast_id = %s AND queue_id = %s"
                " AND start_at = %s", (huge["id"], queue, start))
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": SITE, "week": week_ahead(2), "forecast_id": huge["id"], "iteration_limit": 20,
        "trial_weeks": 20}))
    service.sql("DELETE FROM forecast WHERE id = %s", (huge["id"],))
    assert job["state"] == "failed", job
    at = instant(start).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert f"3000000 contacts in the interval of {at} are more than the 100000 that are planned for" in str(job), job


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
            ({"kind": "count", "value": 5e8}, "/value", "the 4 open ones take 400000 at most"),
            ({"kind": "count", "value": 399999.5}, "/value", "must be at most 100000"),  # not all alike
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
    assert planner.items(f"/forecast-adjustments?queue_id={queue}") == []


def test_intervals_begin_with_the_local_hour(planner, adjust):
    site = planner.post("/sites", json={
        "code": f"S-{uuid.uuid4().hex[:8]}", "name": "Pune", "region_id": planner.items("/regions")[0]["id"],
        "kind": "contact_centre", "country": "IN", "zone": "Asia/Kolkata",
        "hours": [{"weekday": d, "open": "09:00", "close": "18:00"} for d in range(1, 8)]}).json()
    made = planner.post("/queues", json={
        "code": f"Q-{uuid.uuid4().hex[:8]}", "name": "Calls", "site_id": site["id"], "channel": "voice",
        "skill_id": planner.items("/skills")[0]["id"], "interval_min": 60, "aht_s": 240})
    assert made.status_code == 201, made.text
    day = datetime.date.today() + datetime.timedelta(7)
    span = {"from": f"{day}T10:00:00+05:30", "to": f"{day}T12:00:00+05:30"}
    body = {"queue_id": made.json()["id"], "kind": "percent", "value": 10}
    assert instant(adjust(**body, **span)["from"]) == instant(span["from"])
    reply = planner.post("/forecast-adjustments", json={**body, "reason": "a fair", "from": f"{day}T05:00:00Z",
                                                        "to": span["to"]})
    assert reply.status_code == 422 and [e["pointer"] for e in reply.json()["errors"]] == ["/from"]


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


# ---------------------------------------------------------------- forecast against actual

ACCURACY_SITE = 4


def past_version(service, queue, first_day, days, made, wape, share):
    """A version of the past: what came, times a share that alternates around it."""
    [(forecast,)] = service.sql(
        "INSERT INTO forecast (site_id, first_day, last_day, created_at) SELECT s.id, %s, %s,"
        " (%s::date + time '12:00') AT TIME ZONE s.zone FROM site s WHERE id = %s RETURNING id",
        (first_day, first_day + datetime.timedelta(days - 1), made, ACCURACY_SITE))
    service.sql("INSERT INTO forecast_queue (forecast_id, queue_id, method, history_days, origins, wape, report)"
                " VALUES (%s, %s, 'test', 300, 8, %s, json_build_object('wape_week1', %s::float8))",
                (forecast, queue, wape, wape))
    service.sql("INSERT INTO forecast_interval SELECT %s, h.queue_id, h.start_at, m, 0, h.offered * 0.9, m, m, m,"
                " h.offered * (1.1 - 0.2 * (extract(minute FROM h.start_at) = 0)::int), m, 100 FROM history h"
                " JOIN queue q ON q.id = h.queue_id JOIN site s ON s.id = q.site_id CROSS JOIN LATERAL"
                " (SELECT h.offered * (1 + %s * CASE extract(minute FROM h.start_at) WHEN 0 THEN 1.5 ELSE -0.5 END)"
                " AS m) AS x WHERE h.queue_id = %s AND (h.start_at AT TIME ZONE s.zone)::date >= %s"
                " AND (h.start_at AT TIME ZONE s.zone)::date < %s",
                (forecast, share, queue, first_day, first_day + datetime.timedelta(days)))
    return forecast


@pytest.fixture(scope="module")
def judged(service, planner):
    """Twenty weekly versions of two queues, two weeks each; the first queue breaks down five weeks ago."""
    queues = [q["id"] for q in planner.items(f"/queues?site_id={ACCURACY_SITE}")][:2]
    monday = datetime.date.today() - datetime.timedelta(datetime.date.today().weekday())
    for k in range(20):
        start = monday - datetime.timedelta(weeks=20 - k)
        for n, queue in enumerate(queues):
            broken = n == 0 and k >= 15
            past_version(service, queue, start, 14, start - datetime.timedelta(2), 0.1,
                         0.4 if broken else 0.09 + 0.01 * (k % 3))
    return queues, monday


def local_days(service, queue, first, days):
    """(local instant, offered) of the history."""
    return service.sql("SELECT h.start_at AT TIME ZONE s.zone, h.offered FROM history h JOIN queue q ON q.id = h.queue_id"
                       " JOIN site s ON s.id = q.site_id WHERE q.id = %s AND (h.start_at AT TIME ZONE s.zone)::date"
                       " BETWEEN %s AND %s ORDER BY 1", (queue, first, first + datetime.timedelta(days - 1)))


def test_forecast_against_actual(service, planner, judged):
    queues, monday = judged
    first = monday - datetime.timedelta(weeks=12)
    rows = planner.items(f"/forecast-accuracy?site_id={ACCURACY_SITE}&from={first}"
                         f"&to={first + datetime.timedelta(6)}")
    row = {(r["queue_id"], r["horizon"]): r for r in rows}[queues[1], "1"]
    outages = {d["day"] for d in planner.items("/special-days") if d["kind"] == "outage"}
    actual = [(t, y) for t, y in local_days(service, queues[1], first, 7) if t.date().isoformat() not in outages]
    share = 0.09 + 0.01 * (8 % 3)
    total = sum(y for _, y in actual)
    error = {0: 1.5 * share}
    assert row["n"] == len(actual) > 50
    assert row["wape"] == pytest.approx(sum(y * abs(error.get(t.minute, -0.5 * share)) for t, y in actual) / total)
    assert row["bias"] == pytest.approx(sum(y * error.get(t.minute, -0.5 * share) for t, y in actual) / total)
    # The quantiles hold what came except on the hour, where the upper one is below it.
    assert row["coverage80"] == pytest.approx(sum(t.minute != 0 or y == 0 for t, y in actual) / len(actual))
    before = dict(local_days(service, queues[1], first - datetime.timedelta(7), 7))
    pairs = [(before[t - datetime.timedelta(7)], y) for t, y in actual if t - datetime.timedelta(7) in before]
    assert row["naive_wape"] == pytest.approx(sum(abs(a - b) for a, b in pairs) / sum(b for _, b in pairs))
    assert row["adjusted_wape"] == row["wape"] and row["promised_wape"] == pytest.approx(0.1)
    means = [y * (1 + error.get(t.minute, -0.5 * share)) for t, y in actual]
    floor = sum(2 * math.exp((math.floor(m) + 1) * math.log(m) - m - math.lgamma(math.floor(m) + 1))
                for m in means if m > 0)
    assert row["poisson_floor"] == pytest.approx(floor / total, rel=2e-3)
    assert {r["horizon"] for r in rows} == {"1", "2"}


def test_the_newest_version_before_each_horizon_counts(service, planner, judged):
    queues, monday = judged
    first = monday - datetime.timedelta(weeks=12)
    path = f"/forecast-accuracy?site_id={ACCURACY_SITE}&queue_id={queues[1]}&from={first}&to={first}"
    before = {r["horizon"]: r for r in planner.items(path)}
    better = past_version(service, queues[1], first, 7, first - datetime.timedelta(1), 0.1, 0)
    too_late = past_version(service, queues[1], first, 7, first, 0.1, 0.9)
    far = past_version(service, queues[1], first, 7, first - datetime.timedelta(30), 0.1, 0.2)
    try:
        after = {r["horizon"]: r for r in planner.items(path)}
        assert after["1"]["wape"] == 0 and before["1"]["wape"] > 0.05
        assert after["2"] == before["2"] and "5+" in after and "5+" not in before
    finally:
        service.sql("DELETE FROM forecast WHERE id = ANY(%s)", ([better, too_late, far],))


def test_adjustments_are_judged_as_they_were(service, planner, judged):
    queues, monday = judged
    first = monday - datetime.timedelta(weeks=12)
    path = f"/forecast-accuracy?site_id={ACCURACY_SITE}&queue_id={queues[1]}&from={first}&to={first}"
    add = ("INSERT INTO forecast_adjustment (queue_id, from_at, until_at, kind, value, reason, author, created_at,"
           " revoked_at, revoker) VALUES (%s, %s, %s, 'percent', 100, 'x', 'planner', %s, %s, %s) RETURNING id")
    begin, end = first - datetime.timedelta(1), first + datetime.timedelta(2)
    before = next(r for r in planner.items(path) if r["horizon"] == "1")
    hindsight = service.sql(add, (queues[1], begin, end, end, None, None))
    withdrawn = service.sql(add, (queues[1], begin, end, begin, begin, "planner"))
    assert next(r for r in planner.items(path) if r["horizon"] == "1") == before
    held = service.sql(add, (queues[1], begin, end, begin, end, "planner"))
    after = next(r for r in planner.items(path) if r["horizon"] == "1")
    assert after["wape"] == before["wape"] and after["adjusted_wape"] > 0.9
    service.sql("DELETE FROM forecast_adjustment WHERE id = ANY(%s)",
                ([r[0][0] for r in (hindsight, withdrawn, held)],))


def test_a_breakdown_raises_a_flag_and_a_warning(planner, judged):
    queues, monday = judged
    rows = planner.items(f"/forecast-accuracy?site_id={ACCURACY_SITE}")
    flagged = {(r["queue_id"], r["horizon"]): r for r in rows if r["flag"]}
    assert (queues[0], "1") in flagged and not any(q == queues[1] for q, _ in flagged)
    row = flagged[queues[0], "1"]
    since = datetime.date.fromisoformat(row["flag_since"])
    assert monday - datetime.timedelta(weeks=6) <= since <= monday - datetime.timedelta(weeks=4)
    assert "10.0 % was promised" in row["flag_reason"] and row["flag_since"] in row["flag_reason"]
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": ACCURACY_SITE, "week": week_ahead(1)}))
    card = planner.get(f"/forecasts/{job['result']['forecast_id']}").json()
    codes = {q["queue_id"]: [w["code"] for w in q["report"]["warnings"]] for q in card["queues"]}
    assert "accuracy_broke_down" in codes[queues[0]] and "accuracy_broke_down" not in codes[queues[1]]


@pytest.mark.parametrize("query, pointer", [
    ("", "?site_id"), ("site_id=3&from=2026-03-02&to=2026-03-01", "?from"),
    ("site_id=3&from=2020-01-01&to=2026-03-01", "?from"), ("site_id=3&from=soon", "?from"),
])
def test_accuracy_refuses_what_makes_no_sense(planner, query, pointer):
    reply = planner.get(f"/forecast-accuracy?{query}")
    assert reply.status_code == 422 and pointer in [e["pointer"] for e in reply.json()["errors"]]


def test_accuracy_of_no_site_is_not_found(planner):
    reply = planner.get("/forecast-accuracy?site_id=999")
    assert reply.status_code == 404 and "999" in reply.json()["detail"]


# ---------------------------------------------------------------- rubbish in the history

@pytest.fixture
def lone_queue(service, planner):
    """A queue of a site of its own in UTC, open 8 to 18 every day, and a way to write its history."""
    code = f"RUB{service.sql('SELECT count(*) FROM site')[0][0]}"
    site = planner.post("/sites", json={
        "code": code, "name": "Somewhere", "region_id": 1, "kind": "contact_centre", "country": "US", "zone": "UTC",
        "hours": [{"weekday": d, "open": "08:00", "close": "18:00"} for d in range(1, 8)]}).json()["id"]
    queue = planner.post("/queues", json={"code": code, "name": "Lone", "site_id": site, "skill_id": 1,
                                          "channel": "voice", "interval_min": 30, "aht_s": 200}).json()["id"]

    def write(first, days, minutes, offered=None):
        service.sql("INSERT INTO history (queue_id, start_at, offered) SELECT %s, t, coalesce(%s, round(%s * (1 +"
                    " 0.3 * sin(extract(epoch FROM t) / 9999)))) FROM generate_series(%s::date, %s::date - interval"
                    " '1 minute', make_interval(mins => %s)) AS t WHERE extract(hour FROM t) BETWEEN 8 AND 17",
                    (queue, offered, minutes, first, first + datetime.timedelta(days), minutes))

    yield site, queue, write
    service.sql("DELETE FROM forecast WHERE site_id = %s", (site,))
    service.sql("DELETE FROM queue WHERE id = %s", (queue,))
    service.sql("DELETE FROM site WHERE id = %s", (site,))


def test_rubbish_is_told_and_the_rest_is_forecast(service, planner, lone_queue):
    site, queue, write = lone_queue
    today = datetime.datetime.now(UTC).date()
    write(today - datetime.timedelta(200), 70, 15)
    write(today - datetime.timedelta(90), 80, 30)
    write(today + datetime.timedelta(3), 1, 30, 1000)
    for hour, nonsense in ((11, "NaN"), (12, "Infinity")):
        service.sql("UPDATE history SET offered = %s WHERE queue_id = %s AND start_at = %s", (
            nonsense, queue, datetime.datetime.combine(today - datetime.timedelta(40), datetime.time(hour), UTC)))
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": site, "week": week_ahead(1)}))
    assert job["state"] == "done", job
    [card] = planner.get(f"/forecasts/{job['result']['forecast_id']}").json()["queues"]
    told = {w["code"]: w for w in card["report"]["warnings"]}
    assert {"finer_rows", "gap", "stale", "future_rows", "impossible_rows"} <= set(told)
    assert told["impossible_rows"]["count"] == 2
    assert told["finer_rows"]["count"] == 70 * 40 and "added up to 30 minutes: 2800 rows" in told["finer_rows"]["text"]
    assert told["gap"]["count"] == 40 and told["gap"]["from"] == str(today - datetime.timedelta(130))
    assert told["future_rows"]["count"] == 20 and told["stale"]["to"] is None
    rows = planner.items(f"/forecasts/{job['result']['forecast_id']}/intervals")
    assert len(rows) >= 140 and all(20 < r["mean"] < 40 for r in rows)


def test_an_import_takes_no_part_for_a_whole(service, planner, lone_queue):
    site, queue, _ = lone_queue
    code = next(q["code"] for q in planner.items(f"/queues?site_id={site}"))
    day = datetime.datetime.now(UTC).date() - datetime.timedelta(5)
    rows = [f"{code},{day}T09:{m:02}:00Z,5" for m in (0, 15, 30, 45)] + [f"{code},{day}T10:00:00Z,11"]
    reply = planner.post("/history/import?partial=1", data=("queue,start,offered\n" + "\n".join(rows) + "\n").encode(),
                         headers={"Content-Type": "text/csv"}).json()
    assert (reply["inserted"], reply["rejected"]) == (1, 4)
    assert [(r["line"], r["reason"].split(":")[0]) for r in reply["reasons"]] == [
        (2, "holds a part of its interval only"), (3, "does not begin an interval of 30 minutes"),
        (4, "holds a part of its interval only"), (5, "does not begin an interval of 30 minutes")]
    assert "line 3 begins within it" in reply["reasons"][0]["reason"]
    assert service.sql("SELECT offered FROM history WHERE queue_id = %s", (queue,)) == [(11,)]


def test_outliers_are_told_with_what_is_usual(service, planner, lone_queue):
    site, queue, write = lone_queue
    today = datetime.datetime.now(UTC).date()
    write(today - datetime.timedelta(90), 90, 30)
    wild = datetime.datetime.combine(today - datetime.timedelta(20), datetime.time(11), UTC)
    service.sql("UPDATE history SET offered = 900 WHERE queue_id = %s AND start_at = %s", (queue, wild))
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": site, "week": week_ahead(1)}))
    path = f"/forecasts/{job['result']['forecast_id']}"
    [card] = planner.get(path).json()["queues"]
    rows = planner.items(path + "/outliers")
    assert len(rows) == card["report"]["outliers"] and planner.items(f"{path}/outliers?queue_id={queue}") == rows
    [row] = [r for r in rows if instant(r["start"]) == wild]
    assert row["queue_id"] == queue and row["offered"] == 900 and 15 < row["usual"] < 45
    assert planner.items(f"{path}/outliers?queue_id=1") == []


def test_history_of_other_intervals_alone_is_refused(planner, lone_queue):
    site, queue, write = lone_queue
    write(datetime.datetime.now(UTC).date() - datetime.timedelta(90), 80, 60)
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": site, "week": week_ahead(1)}))
    assert job["state"] == "failed"
    assert "nothing of its history can be used" in str(job) and "800 rows" in str(job) and "every 60 minutes" in str(job)


# ---------------------------------------------------------------- totals

QUANTILES = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")


def test_totals_come_from_joint_scenarios(planner, forecast, queue):
    path = f"/forecasts/{forecast['id']}/totals"
    days = planner.items(path)
    own = [d for d in days if d["queue_id"] == queue]
    assert planner.items(f"{path}?by=day&queue_id={queue}") == own
    site = [d for d in days if d["queue_id"] is None]
    assert {d["queue_id"] for d in days} == {None} | {q["queue_id"] for q in forecast["queues"]}
    means, low, high = {}, {}, {}
    for r in intervals(planner, forecast, queue):
        local = (instant(r["start"]) - datetime.timedelta(hours=6)).date().isoformat()
        means[local] = means.get(local, 0) + r["mean"]
        low[local] = low.get(local, 0) + r["q10"]
        high[local] = high.get(local, 0) + r["q90"]
    for d in own:
        quantiles = [d[q] for q in QUANTILES]
        assert quantiles == sorted(quantiles)
        if d["day"] not in means:
            assert d["mean"] == 0
            continue
        # Scenarios are draws: their mean is near. A sum is surer than its parts, but not by as much as if
        # these were independent.
        assert d["mean"] == pytest.approx(means[d["day"]], rel=0.03)
        assert low[d["day"]] < d["q10"] < d["q50"] < d["q90"] < high[d["day"]]
        assert d["q90"] - d["q10"] > 2 * 1.28 * math.sqrt(d["mean"]) * 0.95
    for d in site:
        parts = [x for x in days if x["day"] == d["day"] and x["queue_id"] is not None]
        assert len(parts) == len(forecast["queues"])
        assert d["mean"] == pytest.approx(sum(x["mean"] for x in parts), rel=0.02, abs=1)
        assert d["q90"] <= sum(x["q90"] for x in parts) * 1.02 and d["q90"] >= max(x["q90"] for x in parts) * 0.98
    weeks = planner.items(f"{path}?by=week")
    assert {w["day"] for w in weeks} == {forecast["first_day"],
                                         str(datetime.date.fromisoformat(forecast["first_day"]) + datetime.timedelta(7))}
    for w in weeks:
        until = str(datetime.date.fromisoformat(w["day"]) + datetime.timedelta(7))
        parts = [x for x in days if x["queue_id"] == w["queue_id"] and w["day"] <= x["day"] < until]
        assert w["mean"] == pytest.approx(sum(x["mean"] for x in parts), rel=0.02)
        assert w["q90"] - w["q10"] <= sum(x["q90"] - x["q10"] for x in parts) * 1.05


def test_totals_refused_say_why(service, planner, forecast, queue):
    assert planner.get("/forecasts/999999/totals").status_code == 404
    assert planner.get(f"/forecasts/{forecast['id']}/totals?queue_id=1").status_code == 404
    assert planner.get(f"/forecasts/{forecast['id']}/totals?by=month").status_code == 422
    other = make(planner, week=week_ahead(2))
    service.sql("DELETE FROM forecast_joint WHERE forecast_id = %s", (other["id"],))
    reply = planner.get(f"/forecasts/{other['id']}/totals")
    assert reply.status_code == 409 and "scenarios" in reply.json()["detail"]


# ---------------------------------------------------------------- through the day

def test_the_rest_of_a_day_heeds_its_morning(service, planner, forecast, queue, adjust):
    rows = intervals(planner, forecast, queue)
    day = rows[0]["start"][:10]
    span = [r for r in rows if r["start"][:10] == day]
    noon = span[len(span) // 2]["start"]
    path = f"/forecasts/{forecast['id']}/rest-of-day?queue_id={queue}&at={noon}"

    def rest(times):
        service.sql("DELETE FROM history WHERE queue_id = %s AND start_at > now()", (queue,))
        if times is not None:
            service.sql("INSERT INTO history (queue_id, start_at, offered) SELECT queue_id, start_at,"
                        " round(mean * %s) FROM forecast_interval WHERE forecast_id = %s AND queue_id = %s"
                        " AND start_at >= %s AND start_at < %s",
                        (times, forecast["id"], queue, span[0]["start"], noon))
        return planner.items(path)

    try:
        unknown, busy, quiet = rest(None), rest(1.5), rest(0.6)
        usual = rest(1)
    finally:
        rest(None)
    later = [r for r in span if r["start"] >= noon]
    for plain, u, b, q in zip(later, unknown, busy, quiet):
        assert plain["start"] == u["start"] == b["start"] == q["start"]
        assert u["planned"] == plain["mean"] and u["mean"] == pytest.approx(plain["mean"], rel=1e-3)
        assert q["mean"] < u["mean"] < b["mean"] < 1.5 * u["mean"]
        assert b["q10"] <= b["q50"] <= b["q90"] and u["q90"] == pytest.approx(plain["q90"], rel=0.05, abs=1)
    assert len(unknown) == len(later)
    assert sum(r["q90"] - r["q10"] for r in usual) <= sum(r["q90"] - r["q10"] for r in unknown) * 1.001
    end = (instant(span[-1]["start"]) + datetime.timedelta(minutes=30)).isoformat()
    adjust(queue_id=queue, **{"from": span[0]["start"], "to": end}, kind="percent", value=50)
    for plain, r in zip(later, planner.items(path)):
        assert r["planned"] == pytest.approx(1.5 * plain["mean"]) and r["mean"] == pytest.approx(r["planned"], rel=1e-3)


def test_rest_of_day_refused_says_why(planner, forecast, queue):
    path = f"/forecasts/{forecast['id']}/rest-of-day"
    reply = planner.get(f"{path}?queue_id={queue}")
    assert reply.status_code == 422 and forecast["first_day"] in reply.json()["errors"][0]["message"]
    assert planner.get(path).status_code == 422
    assert planner.get(f"{path}?queue_id=1").status_code == 404
    assert planner.get(f"/forecasts/999999/rest-of-day?queue_id={queue}").status_code == 404


def test_the_demo_has_a_past_to_look_back_on(planner):
    rows = planner.items("/forecast-accuracy?site_id=1")
    first = [r for r in rows if r["horizon"] == "1"]
    assert len(first) == 3
    for r in first:
        assert r["poisson_floor"] < r["wape"] < r["naive_wape"] and not r["flag"]
        assert 0.7 < r["coverage80"] < 0.9 and abs(r["wape"] - r["promised_wape"]) < 0.05
