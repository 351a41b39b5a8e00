# SPDX-License-Identifier: GPL-3.0-or-later
"""Time off over HTTP: asking, deciding, recording, and who may know why somebody is away."""
from datetime import date, timedelta

import pytest

import service as service_lib
from test_feed import Network, get, subscribe


@pytest.fixture(scope="module")
def net():
    with service_lib.Service(demo=False, workers=0) as running:
        yield Network(running)


def day(n):
    return (date.today() + timedelta(days=n)).isoformat()


def ask(client, first, last, kind="vacation", **more):
    return client.post("/me/absences", json={"kind": kind, "first_day": first, "last_day": last, **more})


def pointers(reply):
    return [e["pointer"] for e in reply.json()["errors"]]


def test_ask_and_withdraw(net):
    agent_id, client = net.agent()
    made = ask(client, day(10), day(12), note="la boda")
    assert made.status_code == 201, made.text
    row = made.json()
    assert row["state"] == "asked" and row["kind"] == "vacation" and row["note"] == "la boda"
    assert row["agent_id"] == agent_id and row["zone"] == "America/Santiago"
    assert [r["id"] for r in client.get("/me/absences").json()["items"]] == [row["id"]]
    _, stranger = net.agent()
    assert stranger.get("/me/absences").json()["items"] == []
    assert stranger.delete(f"/me/absences/{row['id']}").status_code == 404
    assert client.delete(f"/me/absences/{row['id']}").status_code == 204
    assert client.delete(f"/me/absences/{row['id']}").status_code == 409
    assert net.sql("SELECT action, before ->> 'state', after ->> 'state' FROM audit WHERE entity = 'absence' AND "
                   "entity_id = %s ORDER BY id", (row["id"],)) == [("ask", None, "asked"),
                                                                  ("withdraw", "asked", "withdrawn")]


@pytest.mark.parametrize("body, pointer", [
    ({"kind": "holiday", "first_day": day(3)}, "/kind"),
    ({"first_day": day(3)}, "/kind"),
    ({"kind": "vacation"}, "/first_day"),
    ({"kind": "vacation", "first_day": "2027-02-30"}, "/first_day"),
    ({"kind": "vacation", "first_day": day(3), "last_day": day(2)}, "/last_day"),
    ({"kind": "vacation", "first_day": day(-5)}, "/first_day"),
    ({"kind": "unjustified", "first_day": day(5)}, "/kind"),
    ({"kind": "vacation", "start": "2027-03-01T10:00:00-03:00", "end": "2027-03-01T10:00:00-03:00"}, "/end"),
    ({"kind": "vacation", "start": "2027-03-01T10:00:00", "end": "2027-03-01T11:00:00"}, "/start"),
    ({"kind": "vacation", "first_day": day(3), "agent_id": 1}, "/agent_id"),
    ({"kind": "vacation", "first_day": day(3), "note": "x" * 1001}, "/note"),
])
def test_bad_requests_name_the_place(net, body, pointer):
    agent_id, client = net.agent()
    reply = client.post("/me/absences", json=body)
    assert reply.status_code == 422, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert pointer in pointers(reply)
    assert net.sql("SELECT count(*) FROM absence WHERE agent_id = %s", (agent_id,)) == [(0,)]


def test_overlap_is_a_conflict_that_says_with_what(net):
    agent_id, client = net.agent()
    first = ask(client, day(20), day(25)).json()
    reply = ask(client, day(25), day(27))
    assert reply.status_code == 409
    assert pointers(reply) == ["/first_day"]
    assert f"absence {first['id']}" in reply.json()["errors"][0]["message"]
    hr = net.user("hr")
    reply = hr.post("/absences", json={"agent_id": agent_id, "kind": "sickness", "start": first["start"],
                                       "end": first["end"]})
    assert reply.status_code == 409 and pointers(reply) == ["/start"]
    assert net.sql("SELECT count(*) FROM absence WHERE agent_id = %s", (agent_id,)) == [(1,)]


def test_approval_reaches_the_feed_without_the_kind(net):
    _, client = net.agent()
    url = subscribe(client)["url"]
    row = ask(client, day(30), day(31), kind="maternity", note="privado").json()
    before = get(url)
    assert "TRANSPARENT" not in before.text
    planner = net.user("planner")
    reply = planner.post(f"/absences/{row['id']}/decision", json={"approve": True, "note": "ok"})
    assert reply.status_code == 200 and reply.json()["state"] == "approved"
    assert reply.json()["kind"] is None and "privado" not in reply.text
    after = get(url, If_None_Match=before.headers["ETag"])
    assert after.status_code == 200
    assert "TRANSP:TRANSPARENT" in after.text and f"UID:absence-{row['id']}" in after.text
    assert "aternity" not in after.text and "privado" not in after.text
    assert client.get("/me/absences").json()["items"][0]["decision_note"] == "ok"
    assert planner.post(f"/absences/{row['id']}/decision", json={"approve": False}).status_code == 409
    assert client.delete(f"/me/absences/{row['id']}").status_code == 204
    assert "TRANSPARENT" not in get(url).text


def test_rejected_and_sick_leave_stay_out_of_the_feed(net):
    agent_id, client = net.agent()
    url = subscribe(client)["url"]
    tag = get(url).headers["ETag"]
    row = ask(client, day(30), day(31)).json()
    manager = net.user("site_manager", site_id=1)
    assert manager.post(f"/absences/{row['id']}/decision", json={"approve": False}).json()["state"] == "rejected"
    reply = manager.post("/absences", json={"agent_id": agent_id, "kind": "sickness", "first_day": day(-1)})
    assert reply.status_code == 201 and reply.json()["kind"] is None
    assert get(url, If_None_Match=tag).status_code == 304


def test_who_sees_the_reason(net):
    agent_id, client = net.agent()
    ask(client, day(60), day(61), kind="maternity", note="secreto")
    where = {"site_id": 1, "from": day(60), "to": day(61)}
    for role in ("hr", "admin"):
        rows = [r for r in net.user(role).get("/absences", params=where).json()["items"]
                if r["agent_id"] == agent_id]
        assert rows[0]["kind"] == "maternity" and rows[0]["note"] == "secreto" and rows[0]["planned"] is True
    for role, site in (("planner", None), ("site_manager", 1)):
        reply = net.user(role, site_id=site).get("/absences", params=where)
        rows = [r for r in reply.json()["items"] if r["agent_id"] == agent_id]
        assert rows[0]["kind"] is None and rows[0]["state"] == "asked"
        for word in ("maternity", "secreto", "planned", "paid", "excused"):
            assert word not in reply.text
        text = net.user(role, site_id=site).get("/absences", params={**where, "format": "csv"}).text
        assert "maternity" not in text and "secreto" not in text
    assert client.get("/absences").status_code == 403
    # Nor does the audit log tell: a planner reads there who decided what, not why.
    log = net.user("planner").get("/audit", params={"entity": "absence"})
    entry = next(x for x in log.json()["items"] if x["after"]["agent_id"] == agent_id)
    assert entry["after"]["state"] == "asked"
    assert "maternity" not in log.text and "secreto" not in log.text
    entry = net.user("admin").get("/audit", params={"entity": "absence"}).json()["items"][0]
    assert entry["after"]["kind"]


def test_site_managers_keep_to_their_sites(net):
    agent_id, client = net.agent(site_id=1)
    row = ask(client, day(40), day(41)).json()
    elsewhere = net.user("site_manager", site_id=2)
    assert elsewhere.get("/absences", params={"site_id": 1}).status_code == 403
    assert all(r["site_id"] == 2 for r in elsewhere.get("/absences").json()["items"])
    assert elsewhere.post(f"/absences/{row['id']}/decision", json={"approve": True}).status_code == 403
    reply = elsewhere.post("/absences", json={"agent_id": agent_id, "kind": "sickness", "first_day": day(1)})
    assert reply.status_code == 403
    assert net.sql("SELECT state FROM absence WHERE id = %s", (row["id"],)) == [("asked",)]


def test_list_pages_and_filters(net):
    agent_id, client = net.agent(site_id=2)
    hr = net.user("hr")
    ids = [ask(client, day(70 + 2 * i), day(70 + 2 * i)).json()["id"] for i in range(5)]
    assert hr.post(f"/absences/{ids[0]}/decision", json={"approve": True}).status_code == 200
    where = {"site_id": 2, "from": day(69), "to": day(90)}
    seen, cursor = [], None
    while True:
        page = hr.get("/absences", params={**where, "limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        assert len(page["items"]) <= 2
        seen += [r["id"] for r in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == ids
    assert [r["id"] for r in hr.get("/absences", params={**where, "state": "approved"}).json()["items"]] == ids[:1]
    assert hr.get("/absences", params={**where, "state": "maybe"}).status_code == 422
    assert hr.get("/absences", params={**where, "cursor": "bm9uc2Vuc2U"}).status_code == 422


def test_missing_things(net):
    planner = net.user("planner")
    assert planner.post("/absences/999999/decision", json={"approve": True}).status_code == 404
    reply = planner.post("/absences", json={"agent_id": 999999, "kind": "sickness", "first_day": day(1)})
    assert reply.status_code == 422 and pointers(reply) == ["/agent_id"]
    _, client = net.agent()
    row = ask(client, day(50), day(50)).json()
    reply = planner.post(f"/absences/{row['id']}/decision", json={})
    assert reply.status_code == 422 and pointers(reply) == ["/approve"]
