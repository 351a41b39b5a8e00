# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes on the wire that two parties could read differently, and clients that are slow on purpose."""
import re
import socket
import threading
import time

import pytest

SMUGGLED = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def talk(service, data, seconds=2.0):
    """Sends bytes; everything that came back, and whether the server closed."""
    with socket.create_connection(("127.0.0.1", service.port)) as s:
        s.sendall(data)
        s.settimeout(seconds)
        got = b""
        try:
            while part := s.recv(65536):
                got += part
        except socket.timeout:
            return got, False
        except ConnectionResetError:
            pass
        return got, True


def statuses(got):
    return [int(x) for x in re.findall(rb"HTTP/1\.1 (\d+) ", got)]


# The body of the first request is followed by a second one: it must never be answered.
SMUGGLING = {
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "two equal lengths": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "length and chunked": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "negative length": POST + b"Content-Length: -2\r\n\r\n{}",
    "signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "gzip, chunked": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two codings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "space before colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "folded length": POST + b"X-A: a\r\n Content-Length: 2\r\n\r\n{}",
    "bad chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "huge chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "chunked in 1.0": POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", SMUGGLING)
def test_a_second_request_is_never_smuggled(service, name):
    got, closed = talk(service, SMUGGLING[name] + SMUGGLED)
    assert closed
    # The library's own refusals may repeat their head; none of them is a success.
    assert statuses(got) and set(statuses(got)) <= {400, 413}, got


@pytest.mark.parametrize("data", [
    b"GET /healthz HTTP/1.1\r\n\r\n",
    GET + b"Host: y\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n",
    b"GET /healthz%00x HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /api/v1/agents?q=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /healthz%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://x/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n",
    GET + b"X-A: a\rContent-Length: 5\r\n\r\n",
    GET + b"X A: a\r\n\r\n",
])
def test_unsound_requests_end_the_connection(service, data):
    got, closed = talk(service, data)
    assert closed and set(statuses(got)) == {400}, got


@pytest.mark.parametrize("data,status", [
    (GET + b"X-A: " + b"a" * 40000 + b"\r\n\r\n", 431),
    (GET + b"".join(b"X-%d: a\r\n" % i for i in range(3000)) + b"\r\n", 431),
    (b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    (b"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n", 505),
])
def test_oversized_or_foreign_requests(service, data, status):
    got, closed = talk(service, data)
    assert closed and set(statuses(got)) == {status}


@pytest.mark.parametrize("data", [b"\x16\x03\x01\x02\x00\x01" * 40, b"\0" * 4000, b"\r\n" * 2000, b"A" * 70000])
def test_garbage_gets_no_success(service, data):
    got, _ = talk(service, data, 1.0)
    assert all(s >= 400 for s in statuses(got))
    assert talk(service, GET + b"Connection: close\r\n\r\n")[0].startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("data,expected", [
    (b"PATCH /api/v1/nope HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED, [404]),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED, [400]),
    (b"DELETE /api/v1/nope HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
     b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n", [404]),
    (GET + b"\r\n" + SMUGGLED, [200, 200]),
])
def test_a_refused_body_is_not_read_as_a_request(service, data, expected):
    got, _ = talk(service, data)
    assert statuses(got) == expected


def test_expect_continue_is_refused_before_the_body(service):
    got, closed = talk(service, POST + b"Expect: 100-continue\r\nContent-Length: 900000\r\n\r\n")
    assert statuses(got) == [413] and closed
    got, _ = talk(service, POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}")
    assert statuses(got) == [100, 422]


def drip(service, start, part, seconds):
    """Sends a byte now and then; how long the server bore it."""
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", service.port)) as s:
        s.sendall(start)
        s.settimeout(0.5)
        while time.monotonic() - begin < seconds:
            try:
                s.sendall(part)
                if s.recv(1000) == b"":
                    break
            except socket.timeout:
                continue
            except OSError:
                break
    return time.monotonic() - begin


def test_a_header_drip_is_cut_off_and_others_go_on(service):
    borne = []
    drips = [threading.Thread(target=lambda: borne.append(drip(service, GET, b"X", 30))) for _ in range(20)]
    for t in drips:
        t.start()
    while any(t.is_alive() for t in drips):
        began = time.monotonic()
        assert talk(service, GET + b"Connection: close\r\n\r\n")[0].startswith(b"HTTP/1.1 200")
        assert time.monotonic() - began < 2
        time.sleep(1)
    assert max(borne) < 20, borne


def test_security_headers_on_every_kind_of_reply(service):
    import requests
    for method, path in (("GET", "/healthz"), ("GET", "/"), ("GET", "/docs"), ("GET", "/api/v1/nope"),
                         ("PUT", "/api/v1/session"), ("GET", "/api/v1/sites")):
        reply = requests.request(method, service.base + path)
        csp = reply.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'",
                     "require-trusted-types-for 'script'"):
            assert part in csp
        assert "unsafe" not in csp
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert re.fullmatch("[0-9a-f]{32}", reply.headers["X-Request-Id"])


def test_the_log_holds_no_secret(service, planner):
    import requests
    token = "A" * 42 + "E"
    requests.get(f"{service.base}/cal/v1/{token}/shifts.ics")
    requests.get(f"{service.base}/cal/v1/{token}/nothing")
    requests.get(f"{service.base}/cal/{token}")
    requests.get(f"{service.base}/api/v1/sites", headers={"Authorization": f"Bearer {token}"})
    log = service.log()
    assert token not in log and planner.csrf not in log and planner.cookie.split("=")[1] not in log
    assert "shifts.ics" in log
