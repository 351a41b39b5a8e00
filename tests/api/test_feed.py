# SPDX-License-Identifier: GPL-3.0-or-later
"""The calendar feed as a phone meets it, over HTTP: what it says, what a poll costs, who may read it; and read
by khal behind vdirsyncer, python3-icalendar, ical.js and node-ical over a clock change and overnight shifts."""
import ctypes
import itertools
import re
import sys
import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import calendar_clients as clients  # noqa: E402
import service as service_lib  # noqa: E402

ZONE = ZoneInfo("America/Santiago")
UTC = timezone.utc
PASSWORD = "correct horse battery"
numbers = itertools.count(1)

NETWORK = """
INSERT INTO region (code, name) VALUES ('r', 'R');
INSERT INTO site (code, name, region_id, kind, country, zone) VALUES
  ('scl', 'Santiago, Centro', 1, 'contact_centre', 'CL', 'America/Santiago'),
  ('gua', 'Guatemala', 1, 'branch', 'GT', 'America/Guatemala');
INSERT INTO skill (code, name) VALUES ('v', 'Voz');
INSERT INTO queue (code, name, site_id, skill_id, channel, aht_s) VALUES
  ('voz', 'Voz; ventas', 1, 1, 'voice', 300), ('chat', 'Chat', 1, 1, 'chat', 300);
INSERT INTO contract (code, name, cost_cents_hour, shift_min_minutes, shift_max_minutes)
  VALUES ('c', 'C', 500, 60, 600);
INSERT INTO forecast (site_id, first_day, last_day) VALUES (1, '2020-01-06', '2020-01-12');
INSERT INTO plan (site_id, monday, forecast_id, request) VALUES (1, '2020-01-06', 1, '{}');
INSERT INTO roster (plan_id, site_id, monday, version, evidence) VALUES (1, 1, '2020-01-06', 1, '{}');
"""


def password_hash(password):
    sodium = ctypes.CDLL("libsodium.so.23")
    assert sodium.sodium_init() >= 0
    out = ctypes.create_string_buffer(128)
    text = password.encode()
    assert sodium.crypto_pwhash_str(out, text, ctypes.c_ulonglong(len(text)), ctypes.c_ulonglong(2),
                                    ctypes.c_size_t(64 << 20)) == 0
    return out.value.decode()


class Network:
    """A service of this module's own with two sites and as many agents as tests ask for."""

    def __init__(self, service):
        self.service = service
        self.sql = service.sql
        self.hash = password_hash(PASSWORD)
        self.sql(NETWORK)

    def user(self, role, agent_id=None, site_id=None):
        login = f"{role}{next(numbers)}"
        (user_id,), = self.sql("INSERT INTO app_user (login, role, agent_id, password_hash) "
                               "VALUES (%s, %s, %s, %s) RETURNING id", (login, role, agent_id, self.hash))
        if site_id:
            self.sql("INSERT INTO user_site VALUES (%s, %s)", (user_id, site_id))
        return self.service.log_in(login, PASSWORD)

    def agent(self, site_id=1):
        """A new agent: id and logged-in client."""
        n = next(numbers)
        (agent_id,), = self.sql("INSERT INTO agent (code, name, site_id, contract_id, hired) "
                                "VALUES (%s, %s, %s, 1, '2020-01-01') RETURNING id",
                                (f"a{n}", f"Agent {n}", site_id))
        return agent_id, self.user("agent", agent_id)

    def shift(self, agent_id, start, hours=8.0):
        """Published: work, a meal in the middle, other work. Its uid."""
        end = start + timedelta(hours=hours)
        meal = start + (end - start) / 2
        (shift_id, uid), = self.sql(
            "INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents, "
            "published) VALUES (1, %s, 1, %s, %s, %s, %s, 0, true) RETURNING id, uid::text",
            (agent_id, start.astimezone(ZONE).date(), start, end, int(60 * hours)))
        parts = [("work", 1, start, meal), ("meal", None, meal, meal + timedelta(minutes=30)),
                 ("work", 2, meal + timedelta(minutes=30), end)]
        for position, (kind, queue, begin, until) in enumerate(parts, 1):
            self.sql("INSERT INTO activity (shift_id, position, kind, queue_id, start_at, end_at, paid) "
                     "VALUES (%s, %s, %s, %s, %s, %s, true)", (shift_id, position, kind, queue, begin, until))
        return uid


@pytest.fixture(scope="module")
def net():
    with service_lib.Service(demo=False, workers=0) as running:
        yield Network(running)


def subscribe(client, name="Phone"):
    reply = client.post("/me/feeds", json={"name": name})
    assert reply.status_code == 201, reply.text
    return reply.json()


def get(url, method="GET", **headers):
    """As a calendar program: no cookies, only the headers given."""
    with requests.Session() as session:
        session.headers.clear()
        return session.request(method, url, headers={k.replace("_", "-"): v for k, v in headers.items()},
                               timeout=30)


def events(text):
    return {e["uid"]: e for e in clients.read_icalendar(text).values()}


def tomorrow(hour, days=1):
    day = (datetime.now(ZONE) + timedelta(days=days)).date()
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


# ---- subscriptions

def test_secret_is_shown_once(net):
    _, client = net.agent()
    secret = subscribe(client)
    token = re.fullmatch(re.escape(net.service.base) + r"/cal/v1/([A-Za-z0-9_-]{43})/shifts\.ics",
                         secret["url"]).group(1)
    assert secret["webcal_url"] == secret["url"].replace("http://", "webcal://")
    assert secret["activities_url"] == secret["url"].replace("shifts.ics", "activities.ics")
    assert secret["qr_svg"].startswith("<svg ") and secret["qr_svg"].endswith("</svg>")
    listed = client.get("/me/feeds")
    assert [f["name"] for f in listed.json()["items"]] == ["Phone"]
    assert token not in listed.text
    assert net.sql("SELECT count(*) FROM feed_token t WHERE t::text LIKE %s", (f"%{token}%",)) == [(0,)]
    assert net.sql("SELECT count(*) FROM audit a WHERE a::text LIKE %s", (f"%{token}%",)) == [(0,)]
    assert net.sql("SELECT count(*) FROM audit WHERE entity = 'feed' AND entity_id = %s AND action = 'create'",
                   (secret["id"],)) == [(1,)]
    get(secret["url"])
    get(secret["url"].replace("shifts.ics", "nothing.ics"))
    get(secret["url"] + "?x=1")
    log = net.service.log()
    assert "/cal/v1/" in log and token not in log


def test_names_are_checked(net):
    _, client = net.agent()
    for body in ({}, {"name": ""}, {"name": "x" * 61}, {"name": 7}, {"name": "x", "token": "y"}):
        reply = client.post("/me/feeds", json=body)
        assert reply.status_code == 422, reply.text
        assert reply.json()["errors"][0]["pointer"].startswith("/")
    assert client.get("/me/feeds").json()["items"] == []


def test_rotate_revoke_and_leave(net):
    agent_id, client = net.agent()
    _, stranger = net.agent()
    first = subscribe(client)
    assert get(first["url"]).status_code == 200
    for path, method in ((f"/me/feeds/{first['id']}/rotate", "POST"), (f"/me/feeds/{first['id']}", "DELETE")):
        assert stranger.request(method, path).status_code == 404
    second = client.post(f"/me/feeds/{first['id']}/rotate")
    assert second.status_code == 200 and second.json()["id"] == first["id"]
    second = second.json()
    assert get(first["url"]).status_code == 404
    assert get(second["url"]).status_code == 200
    assert client.delete(f"/me/feeds/{first['id']}").status_code == 204
    assert client.delete(f"/me/feeds/{first['id']}").status_code == 404
    assert get(second["url"]).status_code == 404
    assert client.get("/me/feeds").json()["items"] == []

    third = subscribe(client)
    net.sql("UPDATE agent SET left_on = current_date - 2, leave_reason = 'voluntary' WHERE id = %s", (agent_id,))
    gone = get(third["url"], If_None_Match="*")
    assert gone.status_code == 404


def test_unknown_tokens_are_404_without_a_password_prompt(net):
    bodies = set()
    for token in ("A" * 43, "-_" + "z" * 41, "A" * 42, "A" * 44, "x", "A" * 42 + "%00", "A" * 42 + "!"):
        reply = get(f"{net.service.base}/cal/v1/{token}/shifts.ics")
        assert reply.status_code in ((404,) if "%00" not in token else (400, 404)), token
        assert "WWW-Authenticate" not in reply.headers and "ETag" not in reply.headers
        if len(token) == 43 and "!" not in token:
            bodies.add(reply.json()["detail"])
    assert len(bodies) == 1


def test_only_agents_subscribe(net):
    for role in ("planner", "hr", "admin"):
        client = net.user(role)
        assert client.get("/me/feeds").status_code == 403
        assert client.post("/me/feeds", json={"name": "x"}).status_code == 403
        assert client.get("/me/shifts").status_code == 403
    assert net.service.client().get("/me/feeds").status_code == 401


# ---- the document and its polls

def test_headers(net):
    agent_id, client = net.agent()
    net.shift(agent_id, tomorrow(9))
    url = subscribe(client)["url"]
    (changed,), = net.sql("SELECT feed_changed_at FROM agent WHERE id = %s", (agent_id,))
    while datetime.now(UTC) <= changed:  # two changes in one second; Last-Modified is never in the future
        time.sleep(0.1)
    plain = get(url)
    assert plain.status_code == 200
    assert plain.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert plain.headers["Cache-Control"] == "private, no-cache"
    assert re.fullmatch(r'"[^"]+"', plain.headers["ETag"])
    assert "Content-Disposition" not in plain.headers and "Set-Cookie" not in plain.headers
    modified = datetime.strptime(plain.headers["Last-Modified"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert abs(modified - changed) <= timedelta(seconds=4) and modified <= datetime.now(UTC)
    for headers in ({"Accept": "text/html"}, {"Accept": "application/json"}, {"Accept_Encoding": "gzip, br"},
                    {"User_Agent": "Google-Calendar-Importer"}):
        other = get(url, **headers)
        assert other.status_code == 200 and "Content-Encoding" not in other.headers
        assert other.content == plain.content and other.headers["ETag"] == plain.headers["ETag"]
    head = get(url, "HEAD")
    assert head.status_code == 200 and head.content == b""
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length"):
        assert head.headers[name] == plain.headers[name]
    assert get(url, "POST").status_code == 405


def test_nothing_new_is_304(net):
    agent_id, client = net.agent()
    net.shift(agent_id, tomorrow(9))
    url = subscribe(client)["url"]
    first = wait_settled(url)
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    old = "Sat, 01 Jan 2000 00:00:00 GMT"
    for headers, status in (({"If_None_Match": tag}, 304), ({"If_None_Match": f'"x", W/{tag}'}, 304),
                            ({"If_None_Match": "*"}, 304), ({"If_None_Match": '"x"'}, 200),
                            ({"If_Modified_Since": modified}, 304), ({"If_Modified_Since": old}, 200),
                            ({"If_None_Match": '"x"', "If_Modified_Since": modified}, 200),
                            ({"If_None_Match": tag, "If_Modified_Since": old}, 304)):
        reply = get(url, **headers)
        assert reply.status_code == status, headers
        assert reply.headers["ETag"] == tag
        assert reply.content == (b"" if status == 304 else first.content)
        assert reply.headers["Cache-Control"] == "private, no-cache"
    assert get(url, "HEAD", If_None_Match=tag).status_code == 304


def wait_settled(url):
    """Two changes within a second put the version's time into the future, which HTTP never shows."""
    end = datetime.now() + timedelta(seconds=15)
    while True:
        reply = get(url)
        modified = datetime.strptime(reply.headers["Last-Modified"], "%a, %d %b %Y %H:%M:%S GMT")
        if modified.replace(tzinfo=UTC) < datetime.now(UTC) - timedelta(seconds=1.5):
            return reply
        assert datetime.now() < end


def test_change_raises_sequence_and_a_removed_shift_is_left_out(net):
    agent_id, client = net.agent()
    stays = net.shift(agent_id, tomorrow(9))
    goes = net.shift(agent_id, tomorrow(9, days=2))
    url = subscribe(client)["url"]
    before = get(url)
    again = get(url)
    assert before.content == again.content and before.headers["ETag"] == again.headers["ETag"]
    was = events(before.text)
    assert set(was) == {stays, goes} and was[stays]["sequence"] == 0

    # What publication of a next version does: the old row makes way for a new one with its identity.
    net.sql("UPDATE shift SET published = false WHERE agent_id = %s", (agent_id,))
    net.sql("INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents, "
            "published, uid, sequence) SELECT roster_id, agent_id, site_id, day, start_at + interval '1 hour', "
            "end_at, 420, 0, true, uid, sequence + 1 FROM shift WHERE uid = %s", (stays,))
    after = get(url, If_None_Match=before.headers["ETag"])
    assert after.status_code == 200 and after.headers["ETag"] != before.headers["ETag"]
    now = events(after.text)
    assert set(now) == {stays} and now[stays]["sequence"] == 1
    assert "CANCELLED" not in after.text and "VALARM" not in after.text and "RRULE:FREQ=DAILY" not in after.text


def test_time_off_takes_the_place_of_the_shifts_it_covers(net):
    agent_id, client = net.agent()
    covered = net.shift(agent_id, tomorrow(22, days=2))  # past midnight: of the day on which it begins
    touched = net.shift(agent_id, tomorrow(9, days=4))
    secret = subscribe(client)
    assert set(events(get(secret["url"]).text)) == {covered, touched}

    day = tomorrow(0, days=2).date().isoformat()
    leave = client.post("/me/absences", json={"kind": "vacation", "first_day": day}).json()
    hours = client.post("/me/absences", json={"kind": "unpaid", "start": tomorrow(10, days=4).isoformat(),
                                              "end": tomorrow(12, days=4).isoformat()}).json()
    assert set(events(get(secret["url"]).text)) == {covered, touched}, "asked for is not agreed"
    planner = net.user("planner")
    for absence in (leave, hours):
        assert planner.post(f"/absences/{absence['id']}/decision", json={"approve": True}).status_code == 200
    now = events(get(secret["url"]).text)
    assert set(now) == {f"absence-{leave['id']}", f"absence-{hours['id']}", touched}
    assert f"UID:{covered}" not in get(secret["activities_url"]).text
    assert [s["day"] for s in client.get("/me/shifts").json()["items"]] == [tomorrow(9, days=4).date().isoformat()]

    assert client.delete(f"/me/absences/{leave['id']}").status_code in (200, 204)
    assert covered in events(get(secret["url"]).text), "the shift is worked after all"


def test_last_use_is_noted_once_an_hour(net):
    _, client = net.agent()
    secret = subscribe(client)
    assert client.get("/me/feeds").json()["items"][0]["last_used_at"] is None
    tag = get(secret["url"]).headers["ETag"]
    (first,), = net.sql("SELECT last_used_at FROM feed_token WHERE id = %s", (secret["id"],))
    assert first is not None
    get(secret["url"], If_None_Match=tag)
    assert net.sql("SELECT last_used_at FROM feed_token WHERE id = %s", (secret["id"],)) == [(first,)]
    net.sql("UPDATE feed_token SET last_used_at = last_used_at - interval '2 hours' WHERE id = %s", (secret["id"],))
    assert get(secret["url"], If_None_Match=tag).status_code == 304
    (later,), = net.sql("SELECT last_used_at FROM feed_token WHERE id = %s", (secret["id"],))
    assert later > first


def test_document_has_what_clients_need_and_no_more(net):
    agent_id, client = net.agent()
    uid = net.shift(agent_id, tomorrow(22))
    secret = subscribe(client)
    text = get(secret["url"]).text
    lines = text.split("\r\n")
    assert "\n" not in "".join(lines)
    for line in ("VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "NAME:Mis turnos",
                 "X-WR-CALNAME:Mis turnos", "X-WR-TIMEZONE:America/Santiago",
                 "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", f"UID:{uid}",
                 "LOCATION:Santiago\\, Centro", "TRANSP:OPAQUE"):
        assert line in lines, line
    for word in ("SOURCE", "X-ALT-DESC", "VALARM", "X-LIC", "libical", "STATUS", "ORGANIZER"):
        assert word not in text
    assert secret["url"].split("/")[-2] not in text
    event = events(text)[uid]
    assert event["summary"] == "Voz; ventas, Chat · Santiago, Centro"
    assert event["description"] == "22:00–02:00 Voz; ventas\n02:00–02:30 Comida\n02:30–06:00 Chat"

    parts = clients.read_icalendar(get(secret["activities_url"]).text)
    assert sorted(e["uid"] for e in parts.values()) == [f"{uid}-meal-1", f"{uid}-work-1", f"{uid}-work-2"]
    assert [parts[k]["summary"] for k in sorted(parts)] == ["Voz; ventas", "Comida", "Chat"]
    net.sql("UPDATE agent SET locale = 'en' WHERE id = %s", (agent_id,))
    assert "NAME:My shifts\r\n" in get(secret["url"]).text


def test_robots_may_read_feeds(net):
    text = get(net.service.base + "/robots.txt").text
    assert "Allow: /cal/" in text


# ---- real clients on the live feed

def clock_change():
    """The instant of the Santiago clock change that lies within the feed's window."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    offset = (now - timedelta(days=30)).astimezone(ZONE).utcoffset()
    for hours in range(-30 * 24, 178 * 24):
        t = now + timedelta(hours=hours)
        if t.astimezone(ZONE).utcoffset() != offset:
            return t
    pytest.fail("no clock change within the window; the window is 211 days, changes are at most 210 apart")


@pytest.fixture(scope="module")
def over_change(net):
    """Short shifts through the night of the change, and whole nights on both sides."""
    agent_id, client = net.agent()
    change = clock_change()
    wanted = {}
    starts = [(change + timedelta(hours=h), 0.75) for h in range(-14, 15)]
    starts += [(change + timedelta(days=d) - timedelta(hours=5), 9) for d in (-3, -2, 2, 3)]
    for start, hours in starts:
        wanted[start, start + timedelta(hours=hours)] = net.shift(agent_id, start, hours) if hours > 2 else \
            net.sql("INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, "
                    "cost_cents, published) VALUES (1, %s, 1, %s, %s, %s, 45, 0, true) RETURNING uid::text",
                    (agent_id, start.astimezone(ZONE).date(), start, start + timedelta(hours=hours)))[0][0]
    off = tomorrow(0, days=3).date()
    reply = client.post("/me/absences", json={"kind": "paternity", "first_day": off.isoformat(),
                                              "last_day": (off + timedelta(days=1)).isoformat()})
    assert reply.status_code == 201, reply.text
    net.sql("UPDATE absence SET state = 'approved' WHERE agent_id = %s", (agent_id,))
    wanted[off, off + timedelta(days=2)] = f"absence-{reply.json()['id']}"
    return subscribe(client), wanted, change, off


def test_python_icalendar_and_javascript(over_change):
    secret, wanted, _, off = over_change
    text = get(secret["url"]).text
    read = {"python3-icalendar": clients.read_icalendar(text), **clients.read_javascript(text)}
    assert len(read) == 3
    for client, got in read.items():
        assert {key: e["uid"] for key, e in got.items()} == wanted, client
        away = got[off, off + timedelta(days=2)]
        assert away["transparency"] == "TRANSPARENT" and away["summary"] == "Tiempo libre"
    assert "aternity" not in text


def test_khal_behind_vdirsyncer(over_change, tmp_path):
    secret, wanted, change, off = over_change
    subscription = clients.Subscription(secret["url"], tmp_path)
    subscription.sync()
    got = subscription.read(change.date() - timedelta(days=5), 10)
    assert set(got) == {k for k in wanted if isinstance(k[0], datetime)}
    night = next(e for k, e in got.items() if k[1] - k[0] == timedelta(hours=9))
    assert "Comida" in night["description"]
    assert set(subscription.read(off, 1)) >= {(off, off + timedelta(days=2))}


def test_khal_follows_changes(net, tmp_path):
    agent_id, client = net.agent()
    start = tomorrow(9).astimezone(UTC)
    net.shift(agent_id, start)
    net.shift(agent_id, start + timedelta(days=1))
    subscription = clients.Subscription(subscribe(client)["url"], tmp_path)
    subscription.sync()
    hours = timedelta(hours=8)
    assert set(subscription.read(date.today(), 5)) == {(start, start + hours),
                                                       (start + timedelta(days=1), start + timedelta(days=1) + hours)}
    net.sql("UPDATE shift SET published = false WHERE agent_id = %s AND start_at = %s", (agent_id, start))
    subscription.sync()
    assert set(subscription.read(date.today(), 5)) == {(start + timedelta(days=1),
                                                        start + timedelta(days=1) + hours)}


# ---- the agent's own page

def test_my_shifts(net):
    agent_id, client = net.agent()
    other, _ = net.agent()
    start = tomorrow(22)
    net.shift(agent_id, start)
    net.shift(agent_id, start + timedelta(days=10))
    net.shift(other, start)
    net.sql("INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents) "
            "VALUES (1, %s, 1, %s, %s, %s, 60, 0)", (agent_id, start.date(), start, start + timedelta(hours=1)))
    rows = client.get("/me/shifts", params={"from": start.date().isoformat(),
                                            "to": start.date().isoformat()}).json()["items"]
    assert len(rows) == 1
    row = rows[0]
    assert row["day"] == start.date().isoformat() and row["zone"] == "America/Santiago"
    assert datetime.fromisoformat(row["start"].replace("Z", "+00:00")) == start
    assert [a["kind"] for a in row["activities"]] == ["work", "meal", "work"]
    assert row["activities"][0]["queue"] == "Voz; ventas" and row["activities"][1]["queue"] is None
    assert len(client.get("/me/shifts").json()["items"]) == 2
    assert client.get("/me/shifts", params={"from": "tomorrow"}).status_code == 422
