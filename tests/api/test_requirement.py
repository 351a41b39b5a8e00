# SPDX-License-Identifier: GPL-3.0-or-later
"""From forecast to people over HTTP: the risk taken, measured absence, redials, targets out of reach."""
import datetime

import pytest

SITE = 3  # San Salvador, a branch with counters


def week_ahead(weeks):
    day = datetime.date.today() + datetime.timedelta(weeks=weeks)
    return "%d-W%02d" % day.isocalendar()[:2]


WEEK = week_ahead(2)


@pytest.fixture(scope="module")
def forecast(planner):
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": SITE, "week": WEEK}))
    assert job["state"] == "done", job
    return job["result"]["forecast_id"]


@pytest.fixture(scope="module")
def queues(planner):
    return {q["channel"] + q["code"]: q for q in planner.items(f"/queues?site_id={SITE}")}


@pytest.fixture(scope="module")
def walk_in(queues):
    return next(q for k, q in queues.items() if k.startswith("walk_in"))


def need(planner, forecast, queue, **how):
    reply = planner.get(f"/forecasts/{forecast}/requirement",
                        params={"week": WEEK, "queue_id": queue["id"], **how})
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_more_certainty_costs_more(planner, forecast, walk_in):
    point = need(planner, forecast, walk_in)
    day = need(planner, forecast, walk_in, over="day")
    chance = need(planner, forecast, walk_in, risk="chance", probability=0.8)
    surer = need(planner, forecast, walk_in, risk="chance", probability=0.95)
    assert (point["risk"], point["over"], point["probability"]) == ("point", "interval", None)
    assert (chance["risk"], chance["over"], chance["probability"]) == ("chance", "day", 0.8)
    assert chance["least"] == pytest.approx(walk_in["target_share"] / 2)
    hours = [w["chosen"]["agent_hours"] for w in (day, chance, surer)]
    assert hours == sorted(hours) and hours[0] < hours[2]
    assert 0.8 <= chance["chosen"]["p_least"] <= chance["chosen"]["p_target"] < 0.9
    assert surer["chosen"]["p_least"] >= 0.95
    # What it is compared with is the same every time.
    for other in (day, chance, surer):
        assert other["point"] == point["chosen"] == point["point"]
    for w in (point, chance):
        rows, total = w["intervals"], w["chosen"]
        assert total["agent_hours"] == pytest.approx(sum(r["agents"] * r["minutes"] / 60 for r in rows))
        assert total["roster_hours"] == pytest.approx(total["agent_hours"] / (1 - w["unplanned"]))
        assert total["cost_cents"] == pytest.approx(total["roster_hours"] * w["hour_cents"])
        assert total["peak"] == max(r["agents"] for r in rows)
        busy = [d for d in w["days"] if d["p_target"] is not None]
        assert len(w["days"]) == 7 and total["p_least"] == min(d["p_target"] for d in busy)
        assert sum(d["agent_hours"] for d in w["days"]) == pytest.approx(total["agent_hours"])
        assert all(d["sl_p10"] <= d["sl_p50"] <= d["sl_p90"] for d in busy)


def test_a_schedule_is_staffed_as_asked(planner, forecast, walk_in):
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": SITE, "week": WEEK, "forecast_id": forecast, "seed": 5, "iteration_limit": 40,
        "time_limit_s": 30, "trial_weeks": 20, "risk": "chance", "probability": 0.9}))
    assert job["state"] == "done", job
    roster = planner.get(f"/rosters/{job['result']['roster_id']}").json()
    evidence = roster["evidence"]
    assert (evidence["risk"], evidence["over"], evidence["probability"]) == ("chance", "day", 0.9)
    plan = planner.get(f"/plans/{roster['plan_id']}").json()
    assert (plan["risk"], plan["over"], plan["probability"]) == ("chance", "day", 0.9)
    shown = need(planner, forecast, walk_in, risk="chance", probability=0.9)
    kept = planner.items(f"/plans/{plan['id']}/requirements?queue_id={walk_in['id']}")
    # The page and the job reckon alike.
    assert [r["agents"] for r in kept] == [r["agents"] for r in shown["intervals"]]
    days = planner.items(f"/plans/{plan['id']}/days?queue_id={walk_in['id']}")
    assert [d["p_target"] for d in days] == pytest.approx([d["p_target"] for d in shown["days"]], nan_ok=True)
    assert min(d["p_target"] for d in days if d["p_target"] is not None) >= 0.9


def test_a_week_s_target_is_planned_as_one(planner, forecast, walk_in):
    """The solver chooses when people are there: enough contacts of each day or the week, no interval bare."""
    queues = {q["id"]: q for q in planner.items(f"/queues?site_id={SITE}")}
    for over, spans in (("week", 1), ("day", 7)):
        job = planner.wait_job(planner.post("/schedules", json={
            "site_id": SITE, "week": WEEK, "forecast_id": forecast, "seed": 5, "iteration_limit": 3000,
            "time_limit_s": 60, "trial_weeks": 20, "over": over}))
        assert job["state"] == "done", job
        roster = planner.get(f"/rosters/{job['result']['roster_id']}").json()
        evidence = roster["evidence"]
        assert (evidence["risk"], evidence["over"]) == ("point", over)
        assert evidence["objective"] == pytest.approx(sum(evidence["parts"].values()))
        assert evidence["bound"] <= evidence["objective"] + 1e-6
        plan = planner.get(f"/plans/{roster['plan_id']}").json()
        assert (plan["risk"], plan["over"]) == ("point", over)
        rows = [s for s in evidence["services"] if s["queue_id"] == walk_in["id"]]
        assert 1 <= len(rows) <= spans and all(r["start"] < r["end"] for r in rows)
        offered = sum(r["offered"] for r in rows)
        kept = planner.items(f"/plans/{plan['id']}/requirements?queue_id={walk_in['id']}")
        assert offered == pytest.approx(sum(r["volume"] for r in kept), rel=1e-6)
        for s in evidence["services"]:
            assert 0 <= s["answered"] <= s["offered"] + 1e-6
            assert s["target"] >= queues[s["queue_id"]]["target_share"] * s["offered"] * 0.98
        if roster["people_short"] == 0:
            assert sum(r["answered"] for r in rows) >= 0.9 * sum(r["target"] for r in rows)
    plain = planner.wait_job(planner.post("/schedules", json={
        "site_id": SITE, "week": WEEK, "forecast_id": forecast, "seed": 5, "iteration_limit": 40,
        "trial_weeks": 20}))
    assert plain["state"] == "done", plain
    evidence = planner.get(f"/rosters/{plain['result']['roster_id']}").json()["evidence"]
    assert evidence["services"] == [] and evidence["parts"]["service"] == 0


@pytest.mark.parametrize("how, pointer", [
    ({"risk": "chance", "over": "interval"}, "over"), ({"risk": "brave"}, "risk"),
    ({"risk": "chance", "probability": 1}, "probability"), ({"risk": "chance", "probability": 0}, "probability"),
    ({"over": "year"}, "over"), ({"least_service_level": 1}, "least_service_level"),
])
def test_contradictions_name_the_place(planner, forecast, walk_in, how, pointer):
    reply = planner.get(f"/forecasts/{forecast}/requirement",
                        params={"week": WEEK, "queue_id": walk_in["id"], **how})
    assert reply.status_code == 422 and f"?{pointer}" in [e["pointer"] for e in reply.json()["errors"]]
    body = {"site_id": SITE, "week": WEEK, "forecast_id": forecast, **how}
    reply = planner.post("/schedules", json=body)
    assert reply.status_code == 422 and f"/{pointer}" in [e["pointer"] for e in reply.json()["errors"]]


def test_the_wrong_week_queue_or_forecast(planner, forecast, walk_in):
    path = f"/forecasts/{forecast}/requirement"
    for params, pointer in (({"week": week_ahead(9), "queue_id": walk_in["id"]}, "?week"),
                            ({"week": WEEK, "queue_id": 1}, "?queue_id"), ({"week": WEEK}, "?queue_id")):
        reply = planner.get(path, params=params)
        assert reply.status_code == 422 and pointer in [e["pointer"] for e in reply.json()["errors"]]
    assert planner.get("/forecasts/999999/requirement", params={"week": WEEK, "queue_id": 1}).status_code == 404


def test_deferred_work_keeps_its_turnaround(planner, forecast, queues):
    mail = next(q for k, q in queues.items() if k.startswith(("back_office", "email")))
    w = need(planner, forecast, mail, risk="chance")
    assert w["reason"] == "deferred" and w["risk"] == "point" and w["days"] == []
    assert w["chosen"]["agent_hours"] > 0 and w["chosen"]["p_target"] is None


@pytest.fixture(scope="module")
def mail_site(planner):
    """A contact centre with a voice queue, an e-mail queue and people who can do both."""
    mail = next(q for q in planner.items("/queues") if q["channel"] == "email")
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": mail["site_id"], "week": WEEK}))
    assert job["state"] == "done", job
    queues = planner.items(f"/queues?site_id={mail['site_id']}")
    return job["result"]["forecast_id"], mail, next(q for q in queues if q["channel"] == "voice")


def test_mail_takes_idle_time(planner, mail_site):
    forecast, mail, voice = mail_site
    alone, half, whole = (need(planner, forecast, mail, idle_share=s) for s in (0, 0.5, 1))
    assert need(planner, forecast, mail)["deferred"] == half["deferred"]
    hours = [w["chosen"]["agent_hours"] for w in (alone, half, whole)]
    assert hours[0] > hours[1] > hours[2]
    d = half["deferred"]
    assert d["idle_share"] == 0.5 and 0 < d["idle_used_hours"] <= d["idle_hours"] + 1e-9
    assert whole["deferred"]["idle_hours"] == pytest.approx(2 * d["idle_hours"])
    assert alone["deferred"]["idle_used_hours"] == 0 and alone["deferred"]["in_time"] == 1
    assert d["in_time"] == pytest.approx(1) and d["late_hours"] == 0
    assert d["alone_agent_hours"] == hours[0]
    rows = half["intervals"]
    assert d["idle_used_hours"] == pytest.approx(sum(r["idle_s"] for r in rows) / 3600)
    assert d["backlog_hours"] == pytest.approx(rows[-1]["backlog_s"] / 3600)
    # Work is neither lost nor made: what comes is done by people, done in idle time, or waits.
    came, done = d["carried_hours"] * 3600, 0
    for r in rows:
        came += r["volume"] * r["aht_s"]
        done += r["agents"] * r["occupancy"] * r["minutes"] * 60 + r["idle_s"]
        assert came - done == pytest.approx(r["backlog_s"], abs=1)
    live = need(planner, forecast, voice)
    assert live["deferred"] is None and live["intervals"][0]["backlog_s"] is None
    reply = planner.get(f"/forecasts/{forecast}/requirement",
                        params={"week": WEEK, "queue_id": mail["id"], "idle_share": 1.5})
    assert reply.status_code == 422 and reply.json()["errors"][0]["pointer"] == "?idle_share"


def test_a_plan_keeps_what_mail_comes_to(planner, mail_site):
    forecast, mail, voice = mail_site
    job = planner.wait_job(planner.post("/schedules", json={
        "site_id": mail["site_id"], "week": WEEK, "forecast_id": forecast, "iteration_limit": 20,
        "time_limit_s": 30, "trial_weeks": 20, "idle_share": 0.8}))
    assert job["state"] == "done", job
    plan = job["result"]["plan_id"]
    shown = need(planner, forecast, mail, idle_share=0.8)["intervals"]
    kept = planner.items(f"/plans/{plan}/requirements?queue_id={mail['id']}")
    for key in ("volume", "aht_s"):
        assert [r[key] for r in kept] == pytest.approx([r[key] for r in shown])
    roster = job["result"]["roster_id"]
    told, = [w for w in planner.get(f"/rosters/{roster}").json()["evidence"]["waiting"] if w["queue_id"] == mail["id"]]
    assert told["in_time_hours"] >= 0.99 * told["due_hours"] > 100
    assert told["backlog_hours"] == pytest.approx(kept[-1]["backlog_s"] / 3600)
    assert told["idle_used_hours"] == pytest.approx(sum(r["idle_s"] for r in kept) / 3600)
    # What is kept is where the roster does it: as many as are there, or fewer who find work.
    there = {c["start"]: c for c in planner.items(f"/rosters/{roster}/coverage") if c["queue_id"] == mail["id"]}
    short = {s["start"] for s in planner.items(f"/rosters/{roster}/shortages") if s["queue_id"] == mail["id"]}
    needed = sum(c["required"] for c in there.values())
    assert needed > 100 and not short
    per_interval = int(kept[0]["minutes"] / 15)
    ordered = [there[k] for k in sorted(there)]
    for i in range(0, len(ordered), per_interval):
        part = ordered[i:i + per_interval]
        assert sum(c["required"] for c in part) <= sum(c["scheduled"] for c in part) + 1e-6
    assert {r["idle_s"] for r in planner.items(f"/plans/{plan}/requirements?queue_id={voice['id']}")} == {None}


# ---- absence measured


def test_absence_is_counted_by_weekday(service, planner):
    s = planner.get(f"/sites/{SITE}/shrinkage").json()
    rows = service.sql(
        "SELECT extract(isodow FROM day)::int, count(DISTINCT day), sum(absent_unplanned_s)::float8,"
        " sum(rostered_s - absent_planned_s)::float8, sum(rostered_s)::float8"
        " FROM agent_day WHERE site_id = %s AND day BETWEEN %s AND %s GROUP BY 1 ORDER BY 1",
        (SITE, s["from"], s["to"]))
    told = {w["weekday"]: w for w in s["weekdays"]}
    assert s["known"] and len(told) == 7 and "successive" in s["base"]
    for weekday, days, lost, base, _ in rows:
        w = told[weekday]
        assert (w["days"], w["unplanned_s"], w["base_s"]) == (days, lost, base)
        assert w["unplanned"] == pytest.approx(lost / base)
        assert w["low"] <= w["unplanned"] <= w["high"] and 0 <= w["weight"] <= 1
        assert min(w["unplanned"], s["unplanned"]) - 1e-12 <= w["used"] <= max(w["unplanned"], s["unplanned"]) + 1e-12
    assert s["unplanned"] == pytest.approx(sum(r[2] for r in rows) / sum(r[3] for r in rows))
    assert s["total"] == pytest.approx(s["planned"] + s["unplanned_common"])
    assert s["total"] == pytest.approx(1 - (1 - s["planned"]) * (1 - s["unplanned"]))


def test_the_measure_is_used_once_chosen(planner, forecast, walk_in):
    path = f"/sites/{SITE}/shrinkage"
    before = planner.get(path).json()
    own = need(planner, forecast, walk_in)
    assert own["unplanned"] == before["own_unplanned"]
    try:
        chosen = planner.request("PUT", path, json={"use": "measured"})
        assert chosen.status_code == 200 and chosen.json()["use"] == "measured"
        measured = need(planner, forecast, walk_in)
        assert measured["unplanned"] == pytest.approx(chosen.json()["unplanned"])
        used = {w["weekday"]: w["used"] for w in chosen.json()["weekdays"]}
        for day in measured["days"]:
            if day["agent_hours"]:
                weekday = datetime.date.fromisoformat(day["day"]).isoweekday()
                assert day["roster_hours"] == pytest.approx(day["agent_hours"] / (1 - used[weekday]))
        # One figure taken over instead.
        taken = planner.request("PUT", path, json={"use": "own", "unplanned": 0.123}).json()
        assert (taken["use"], taken["own_unplanned"], taken["own_planned"]) == ("own", 0.123, before["own_planned"])
        assert need(planner, forecast, walk_in)["unplanned"] == 0.123
    finally:
        planner.request("PUT", path, json={"use": before["use"], "unplanned": before["own_unplanned"]})
    assert planner.get(path).json() == before
    entry = next(a for a in planner.items("/audit?entity=site_shrinkage"))
    assert entry["action"] == "change"


def test_little_data_says_so(service, planner):
    s = planner.get(f"/sites/{SITE}/shrinkage?from=2001-01-01&to=2001-02-01").json()
    assert not s["known"] and "too few" in s["reason"] and s["unplanned"] is None
    assert {w["used"] for w in s["weekdays"]} == {s["own_unplanned"]}
    for body, pointer in (({"use": "guess"}, "/use"), ({"unplanned": 1}, "/unplanned"),
                          ({"planned": -0.1}, "/planned"), ({"mood": 1}, "/mood")):
        reply = planner.request("PUT", f"/sites/{SITE}/shrinkage", json=body)
        assert reply.status_code == 422 and reply.json()["errors"][0]["pointer"] == pointer
    assert planner.get("/sites/99999/shrinkage").status_code == 404
    assert planner.request("PUT", "/sites/99999/shrinkage", json={"use": "own"}).status_code == 404


# ---- redials and chats


def test_redials_come_off_the_forecast(planner, forecast, walk_in):
    path = f"/queues/{walk_in['id']}/staffing"
    assert planner.get(path).json()["redials"] == "none"
    plain = need(planner, forecast, walk_in)
    try:
        given = planner.request("PUT", path, json={"redials": "given", "redial_share": 0.5})
        assert given.status_code == 200
        told = given.json()
        assert told["again"] == 0.5 and 0 < told["discount"] < 0.5
        less = need(planner, forecast, walk_in)
        assert (less["again"], less["discount"]) == (0.5, pytest.approx(told["discount"]))
        for a, b in zip(plain["intervals"], less["intervals"]):
            assert b["volume"] == pytest.approx(a["volume"] * (1 - told["discount"]))
        # What comes off comes back by the formulas, as far as the plan loses callers as the past did.
        assert less["chosen"]["agent_hours"] == pytest.approx(plain["chosen"]["agent_hours"], rel=0.03)
        estimated = planner.request("PUT", path, json={"redials": "estimated"}).json()
        assert estimated["again"] == (estimated["redial_probability"] or 0)
        assert estimated["redial_reason"]
    finally:
        planner.request("PUT", path, json={"redials": "none"})


def test_chats_stretch_as_set(planner):
    chat = next(q for q in planner.items("/queues") if q["channel"] == "chat")
    job = planner.wait_job(planner.post("/forecasts", json={"site_id": chat["site_id"], "week": WEEK}))
    forecast, path = job["result"]["forecast_id"], f"/queues/{chat['id']}/staffing"
    assert planner.get(path).json()["stretch"] == 0.1
    usual = need(planner, forecast, chat)
    try:
        assert planner.request("PUT", path, json={"redials": "none", "chat_stretch": 0.3}).json()["stretch"] == 0.3
        slower = need(planner, forecast, chat)
        assert slower["stretch"] == 0.3
        assert slower["chosen"]["agent_hours"] > usual["chosen"]["agent_hours"]
    finally:
        planner.request("PUT", path, json={"redials": "none"})
    assert need(planner, forecast, chat)["chosen"] == usual["chosen"]


def test_settings_that_do_not_fit(planner, walk_in, queues):
    mail = next(q for k, q in queues.items() if k.startswith(("back_office", "email")))
    for queue, body, pointer in (
            (walk_in, {"redials": "given"}, "/redial_share"), (walk_in, {}, "/redials"),
            (walk_in, {"redials": "none", "redial_share": 0.2}, "/redial_share"),
            (walk_in, {"redials": "given", "redial_share": 0.99}, "/redial_share"),
            (walk_in, {"redials": "none", "chat_stretch": 0.2}, "/chat_stretch"),
            (mail, {"redials": "estimated"}, "/redials")):
        reply = planner.request("PUT", f"/queues/{queue['id']}/staffing", json=body)
        assert reply.status_code == 422, reply.text
        assert pointer in [e["pointer"] for e in reply.json()["errors"]]
    assert planner.get("/queues/99999/staffing").status_code == 404


# ---- what no number of people can do


def test_too_few_counters_say_what_they_reach(service, planner, forecast, walk_in):
    service.sql("UPDATE site SET counters = 3 WHERE id = %s", (SITE,))
    try:
        w = need(planner, forecast, walk_in)
        missed = [r for r in w["intervals"] if r["volume"] > 0 and not r["met"]]
        unmet = w["unmet"]
        assert missed and unmet["count"] == len(missed)
        assert unmet["of"] == sum(r["volume"] > 0 for r in w["intervals"])
        worst = min(missed, key=lambda r: r["service_level"])
        assert (unmet["start"], unmet["agents"]) == (worst["start"], 3)
        assert unmet["service_level"] == pytest.approx(worst["service_level"])
        assert all(r["agents"] == 3 and r["binding"] == "cap" and r["service_level"] < walk_in["target_share"]
                   for r in missed)
        assert unmet["note"] == (
            f"{len(missed)} of {unmet['of']} intervals miss their target with the 3 counters there are: at worst "
            f"{100 * worst['service_level']:.1f} % are served within {walk_in['target_s']:.0f} s, "
            f"with 3 people ({worst['start']})")
        day = need(planner, forecast, walk_in, risk="chance")["unmet"]
        assert 1 <= day["count"] <= day["of"] <= 7 and day["p_target"] < 0.8 and "days miss" in day["note"]
        job = planner.wait_job(planner.post("/schedules", json={
            "site_id": SITE, "week": WEEK, "forecast_id": forecast, "iteration_limit": 20, "time_limit_s": 20,
            "trial_weeks": 20}))
        evidence = planner.get(f"/rosters/{job['result']['roster_id']}").json()["evidence"]
        assert evidence["unmet"] >= unmet["count"]
        assert any(note == f"queue {walk_in['code']}: {unmet['note']}" for note in evidence["unmet_notes"])
    finally:
        service.sql("UPDATE site SET counters = 10 WHERE id = %s", (SITE,))
    assert need(planner, forecast, walk_in)["unmet"]["count"] == 0


@pytest.mark.parametrize("change, message", [
    ({"aht_s": 0}, "must be at least 1 second: contacts that take no time need nobody"),
    ({"patience_s": 0}, "must be at least 0.1 seconds; leave it out where nobody gives up"),
    ({"target_share": 1}, "no number of people answers every contact in time: ask for at most 0.9999"),
    ({"max_abandoned_share": 0}, "as long as callers can give up some will: ask for at least 0.0001"),
    ({"max_asa_s": 0}, "must be above 0: with any number of people somebody waits a moment"),
    ({"concurrency": 2.5}, "must be a whole number: an agent has no half chats"),
])
def test_impossible_targets_are_refused_in_words(planner, change, message):
    queue = {"code": "IMPOSSIBLE", "name": "Impossible", "site_id": SITE, "skill_id": 1, "channel": "chat",
             "target_share": 0.8, "target_s": 20, "patience_s": 180, "aht_s": 200, **change}
    reply = planner.post("/queues", json=queue)
    assert reply.status_code == 422, reply.text
    assert reply.json()["errors"] == [{"pointer": "/" + next(iter(change)), "message": message}]
    if next(iter(change)) in ("aht_s", "patience_s", "target_share"):
        name, value = next(iter(change.items()))
        name = name.replace("target_share", "target")
        reply = planner.get("/what-if", params={"volume": 40, "aht_s": 300, name: value})
        assert reply.status_code == 422
        assert reply.json()["errors"] == [{"pointer": "?" + name, "message": message}]
    assert "IMPOSSIBLE" not in [q["code"] for q in planner.items("/queues")]


def test_history_without_handling_time_falls_back_on_the_setting(service, planner):
    """Handling times of nothing are no handling times: the queue's own stands in."""
    queue = planner.post("/queues", json={
        "code": "NO-AHT", "name": "No handling time", "site_id": SITE, "skill_id": 1, "channel": "voice",
        "target_share": 0.8, "target_s": 20, "patience_s": 180, "aht_s": 200}).json()
    try:
        service.sql("INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s)"
                    " SELECT %s, t, 12, 12, 0 FROM generate_series(date_trunc('day', now()) - interval '60 days',"
                    " date_trunc('day', now()) - interval '30 minutes', interval '30 minutes') AS t", (queue["id"],))
        job = planner.wait_job(planner.post("/forecasts", json={"site_id": SITE, "week": WEEK}))
        assert job["state"] == "done", job
        w = need(planner, job["result"]["forecast_id"], queue)
        busy = [r for r in w["intervals"] if r["volume"] > 0]
        assert busy and all(r["aht_s"] == pytest.approx(200) for r in busy) and w["chosen"]["agent_hours"] > 0
    finally:
        service.sql("DELETE FROM forecast f USING forecast_queue q WHERE q.forecast_id = f.id AND q.queue_id = %s",
                    (queue["id"],))
        service.sql("DELETE FROM queue WHERE id = %s", (queue["id"],))


def test_a_target_of_9999_is_reached_and_an_adjustment_beyond_all_is_not_planned(service, planner, forecast, walk_in):
    service.sql("UPDATE queue SET target_share = 0.9999 WHERE id = %s", (walk_in["id"],))
    try:
        w = need(planner, forecast, walk_in)
        busy = [r for r in w["intervals"] if r["volume"] > 0]
        assert all(r["service_level"] >= 0.9999 for r in busy if r["met"])
        assert all(r["agents"] == 10 for r in busy if not r["met"])
    finally:
        service.sql("UPDATE queue SET target_share = %s WHERE id = %s", (walk_in["target_share"], walk_in["id"]))
    # Two that were each within bounds when they were made.
    monday = datetime.date.fromisocalendar(int(WEEK[:4]), int(WEEK[6:]), 1)
    service.sql("INSERT INTO forecast_adjustment (queue_id, from_at, until_at, kind, value, reason, author)"
                " SELECT %s, %s, %s::timestamptz + interval '1 day', 'percent', 1900, 'too much', 'planner'"
                " FROM generate_series(1, 4)",
                (walk_in["id"], monday, monday))
    try:
        reply = planner.get(f"/forecasts/{forecast}/requirement", params={"week": WEEK, "queue_id": walk_in["id"]})
        assert reply.status_code == 422 and "revoke one of the forecast's adjustments" in reply.json()["detail"]
        job = planner.wait_job(planner.post("/schedules", json={"site_id": SITE, "week": WEEK, "forecast_id": forecast}))
        assert job["state"] == "failed" and "revoke one of the forecast's adjustments" in job["problem"]["detail"]
    finally:
        service.sql("DELETE FROM forecast_adjustment WHERE reason = 'too much'")
