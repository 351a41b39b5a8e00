# SPDX-License-Identifier: GPL-3.0-or-later
"""Server-sent events: what is sent, when it ends, what a reconnect gets, and that waiting costs nothing."""
import json
import re
import threading
import time

import pytest
import requests


@pytest.fixture
def queued(service):
    """A job that no worker takes (its kind is nobody's); changed by SQL as a worker would."""
    made = []

    def make():
        made.append(service.sql("INSERT INTO job (kind, request) VALUES ('nobodys', '{}') RETURNING id")[0][0])
        return made[-1]

    yield make
    service.sql("DELETE FROM job WHERE id = ANY (%s)", (made,))


def run(service, job, progress):
    service.sql("UPDATE job SET state = 'running', progress = %s, lease_owner = 'test', attempts = 1,"
                " lease_until = now() + interval '1 hour', started_at = now() WHERE id = %s", (progress, job))


def finish(service, job):
    service.sql("UPDATE job SET state = 'done', progress = 1, result = '{}', lease_owner = NULL,"
                " lease_until = NULL, finished_at = now() WHERE id = %s", (job,))


def open_stream(service, client, job, last=None, timeout=40):
    headers = {"Cookie": client.cookie, "Accept": "text/event-stream"}
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    return requests.get(f"{service.base}/api/v1/jobs/{job}/events", headers=headers, stream=True, timeout=timeout)


def read_events(stream):
    """(seconds since the start, id, data) of each event; comments have id None and data None."""
    began, event_id = time.monotonic(), None
    for line in stream.iter_lines():
        at = time.monotonic() - began
        if line.startswith(b"id: "):
            event_id = int(line[4:])
        elif line.startswith(b"data: ") and event_id is not None:
            yield at, event_id, json.loads(line[6:])
            event_id = None
        elif line.startswith(b":"):
            yield at, None, None


def test_a_stream_tells_all_and_ends(service, planner, queued):
    job = queued()
    stream = open_stream(service, planner, job)
    assert stream.status_code == 200
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    assert stream.headers["X-Accel-Buffering"] == "no" and stream.headers["Cache-Control"] == "no-store"

    def work():
        time.sleep(1)
        run(service, job, 0.25)
        time.sleep(1)
        run(service, job, 0.75)
        time.sleep(1)
        finish(service, job)

    worker = threading.Thread(target=work)
    worker.start()
    events = [e for e in read_events(stream) if e[1] is not None]
    worker.join()
    assert [e[2]["state"] for e in events] == ["queued", "running", "running", "done"]
    assert [e[2]["progress"] for e in events] == [0, 0.25, 0.75, 1]
    ids = [e[1] for e in events]
    assert ids == sorted(set(ids))
    assert events[-1][0] < 6  # each arrived when it happened, not at the end
    assert events[1][0] < events[3][0] - 1
    rest = [e for e in read_events(open_stream(service, planner, job, ids[1])) if e[1] is not None]
    assert [e[1] for e in rest] == ids[2:]
    assert open_stream(service, planner, job, ids[-1]).status_code == 204
    assert open_stream(service, planner, job, "x").status_code == 400


def test_who_may_listen(service, planner, hr, queued):
    job = queued()
    assert open_stream(service, hr, job).status_code == 403
    assert open_stream(service, planner, 987654321).status_code == 404
    reply = planner.get(f"/jobs/{job}/events", headers={"Accept": "application/json"})
    assert reply.status_code == 406


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_waiting_streams_cost_no_core_block_nobody_and_have_a_cap(service, planner, admin, queued):
    job = queued()
    streams = [open_stream(service, planner, job) for _ in range(8)]
    assert [s.status_code for s in streams] == [200] * 8
    assert open_stream(service, planner, job).status_code == 429
    others = [open_stream(service, admin, job) for _ in range(2)]
    assert [s.status_code for s in others] == [200, 200]
    time.sleep(1)
    before, began = cpu_seconds(service.process.pid), time.monotonic()
    time.sleep(5)
    used = cpu_seconds(service.process.pid) - before
    assert used < 0.25 * (time.monotonic() - began), f"{used} s of CPU while ten streams waited"
    began = time.monotonic()
    assert planner.get("/regions").status_code == 200
    assert time.monotonic() - began < 3
    text = requests.get(f"http://127.0.0.1:{service.metrics_port}/metrics").text
    assert int(re.search(r"(?m)^cuadrante_event_streams (\d+)", text)[1]) >= 10
    run(service, job, 0.5)
    for stream in streams + others:
        assert any(e[2] and e[2]["progress"] == 0.5 for e in _until(read_events(stream), 0.5))
        stream.close()
    finish(service, job)
    deadline = time.monotonic() + 20  # closed ends are noticed at the next thing sent
    while time.monotonic() < deadline and open_stream(service, planner, job).status_code == 429:
        time.sleep(0.5)
    assert open_stream(service, planner, job).status_code == 200


def _until(events, progress):
    for event in events:
        yield event
        if event[2] and event[2]["progress"] == progress:
            return


def test_a_quiet_stream_has_a_heartbeat(service, planner, queued):
    job = queued()
    stream = open_stream(service, planner, job)
    for at, event_id, _ in read_events(stream):
        if event_id is None:
            assert 10 < at < 25
            break
    stream.close()


def test_stopping_the_service_ends_streams(start_service):
    # Single sign-on spares it the demo and a password.
    one = start_service(workers=0, extra=("--sso-header", "X-Remote-User", "--sso-proxy", "127.0.0.1"))
    one.sql("INSERT INTO app_user (login, role) VALUES ('ana', 'planner')")
    planner = one.client()
    reply = planner.post("/session", json={}, headers={"X-Remote-User": "ana"})
    planner.cookie = reply.headers["Set-Cookie"].split(";")[0]
    job = one.sql("INSERT INTO job (kind, request) VALUES ('nobodys', '{}') RETURNING id")[0][0]
    stream = open_stream(one, planner, job)
    assert stream.status_code == 200
    began = time.monotonic()
    assert one.stop() == 0
    assert time.monotonic() - began < 30
    try:
        list(stream.iter_lines())
    except requests.RequestException:
        pass  # cut rather than ended: also over
