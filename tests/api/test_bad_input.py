# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever arrives, the answer is problem+json that names the place, nothing is saved, and the service lives."""
import base64
import json
import os
import random
import re
import socket

import pytest
import requests


def send(planner, data, path="/sites", kind="application/json", **kwargs):
    reply = planner.post(path, data=data, headers={"Content-Type": kind}, **kwargs)
    assert reply.headers["Content-Type"] == "application/problem+json", reply.text
    body = reply.json()
    assert body["status"] == reply.status_code and body["request_id"] == reply.headers["X-Request-Id"]
    return reply.status_code, body


@pytest.mark.parametrize("data,status,words", [
    (b'{"code":"X","na', 400, "byte 12"),
    (b'{"code":"X"', 400, "byte 11"),
    (b'{"code":"X"}}', 400, "byte 12"),
    (b'{"code":"X"} {"code":"Y"}', 400, "byte 13"),
    (b"", 422, None),
    (b"   ", 400, "byte"),
    (b"[" * 100000, 400, "deep"),
    (b'{"a":' * 50 + b"1" + b"}" * 50, 400, "deep"),
    (b'{"code":"\xff\xfe"}', 400, "byte 9"),
    (b'{"code":"\xed\xa0\x80"}', 400, "byte 9"),
    (b'{"code":"a\x00b"}', 400, "byte"),
    (b'{"code":"\\ud800"}', 400, "byte"),
    (b'{"code":"X","code":"Y"}', 400, "code"),
    (b'{"region_id":9007199254740993}', 400, "byte"),
    (b'{"region_id":1e999}', 400, "byte"),
    (b'{"region_id":NaN}', 400, "byte"),
    (b"null", 422, "object"),
    (b"[]", 422, "object"),
    (b"7", 422, "object"),
    (b"\xef\xbb\xbf{}", None, None),
])
def test_broken_json(planner, data, status, words):
    got, body = send(planner, data)
    assert status is None and got in (400, 422) or got == status, body
    said = body["detail"] + " ".join(f"{x['pointer']} {x['message']}" for x in body["errors"])
    assert words is None or words in said, said


def test_ten_megabytes_of_garbage(service, planner):
    garbage = os.urandom(10 << 20)
    code, body = send(planner, garbage)
    assert code == 413 and "bytes" in body["detail"]
    code, body = send(planner, garbage, "/history/import", "text/csv")
    assert code in (400, 422) and body["errors"], body
    assert "line" in body["errors"][0]["pointer"]
    code, _ = send(planner, garbage, "/nope", "text/csv")
    assert code == 404
    assert requests.get(f"{service.base}/readyz").status_code == 200


def test_garbage_in_chunks_of_unknown_length(planner):
    code, _ = send(planner, (os.urandom(65536) for _ in range(64)))
    assert code == 413


def test_a_body_without_end_is_cut_off(service):
    with socket.create_connection(("127.0.0.1", service.port)) as s:
        s.sendall(b"POST /api/v1/sites HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent, part = 0, b"10000\r\n" + b"x" * 65536 + b"\r\n"
        with pytest.raises(OSError):
            while sent < 400 << 20:
                s.sendall(part)
                sent += 65536
    assert sent < 100 << 20


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                                  "application/jsonp", "text/csv"])
def test_other_media_types(planner, kind):
    assert send(planner, b"{}", kind=kind)[0] == 415


def test_a_coded_body_is_refused(planner):
    reply = planner.post("/sites", data=b"{}", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert reply.status_code == 415


@pytest.mark.parametrize("query,pointer", [
    ("site_id=x", "?site_id"), ("site_id=0", "?site_id"), ("site_id=1.5", "?site_id"), ("site_id=1e3", "?site_id"),
    ("site_id=99999999999999999999", "?site_id"), ("limit=0", "?limit"), ("limit=1001", "?limit"),
    ("limit=-1", "?limit"), ("surprise=1", "?surprise"), ("site_id=1&site_id=2", "?site_id"),
    ("format=xml", "?format"), ("q=%FF", "?"), ("left=maybe", "?left"), ("q=" + "x" * 200, "?q"),
])
def test_bad_queries_name_the_parameter(planner, query, pointer):
    reply = planner.get("/agents?" + query)
    assert reply.status_code in (400, 422), reply.text
    assert [x["pointer"] for x in reply.json()["errors"]] == [pointer]


@pytest.mark.parametrize("query", ["", "&", "q=", "limit=1&", "&&limit=1", "q=%41", "q=a+b", "q=%25"])
def test_odd_but_sound_queries(planner, query):
    assert planner.get("/agents?" + query).status_code == 200


@pytest.mark.parametrize("path", ["/agents/0", "/agents/-1", "/agents/x", "/agents/1/", "//agents", "/agents/1%2F2",
                                  "/agents/9007199254740993", "/agents/%31x", "/../v1/agents/x", "/agents/1;v=2"])
def test_paths_that_are_none(service, planner, path):
    assert requests.get(service.base + "/api/v1" + path, headers={"Cookie": planner.cookie}).status_code == 404


def test_quotes_and_wildcards_are_only_text(planner):
    for q in ("'", "''; DROP TABLE agent;--", "%25", "_", "\\\\", "%E2%80%AE", "{}", "$1"):
        assert planner.get(f"/agents?q={q}").status_code == 200
    assert planner.items("/agents?q=%25") == [] == planner.items("/agents?q=_")


FORGED = [b"x", b"1", b"9000000000000000000 9000000000000000000", b"-9000000000000000000 1", b"99999999999999999999999",
          b"1 2 3", b"2026-11-11 999999999999999999999999 x", b"9999-99-99 1 x", b"1 \xc3\xa9", b"-1", b"1.5", b" ", b"1 "]


def test_forged_cursors_at_every_list(service, admin):
    """A cursor is only text that somebody sends: whatever is in it, the service answers and lives on."""
    lists = 0
    for path, methods in service.openapi["paths"].items():
        taken = {p["name"] for p in methods.get("get", {}).get("parameters", [])}
        if "cursor" not in taken or "{" in path or "admin" not in methods["get"]["x-roles"]:
            continue
        lists += 1
        for text in FORGED:
            cursor = base64.urlsafe_b64encode(text).decode().rstrip("=")
            reply = admin.get(path.removeprefix("/api/v1"), params={"cursor": cursor, **({"site_id": 1} if "site_id" in taken else {})})
            assert reply.status_code in (200, 400, 422), f"{path} {text}: {reply.status_code} {reply.text}"
    assert lists > 8
    assert requests.get(f"{service.base}/readyz").status_code == 200


def test_random_bytes_at_every_json_route(service, planner, admin):
    rng = random.Random(7)
    for path, methods in service.openapi["paths"].items():
        for method, operation in methods.items():
            if "application/json" not in operation.get("requestBody", {}).get("content", {}):
                continue
            client = admin if "planner" not in operation["x-roles"] else planner
            url = re.sub(r"\{[^}]+\}", "1", path).removeprefix("/api/v1")
            for _ in range(5):
                data = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 400)))
                reply = client.request(method.upper(), url, data=data, headers={"Content-Type": "application/json"})
                assert 400 <= reply.status_code < 500, (method, path, reply.text)
    assert requests.get(f"{service.base}/readyz").status_code == 200


def test_many_mistakes_are_counted_beyond_those_shown(planner):
    hours = [{"weekday": 9, "open": "x", "close": "y"} for _ in range(30)]
    code, body = send(planner, json.dumps({"hours": hours}).encode())
    assert code == 422 and len(body["errors"]) < body["errors_found"] and body["errors_found"] >= 90
