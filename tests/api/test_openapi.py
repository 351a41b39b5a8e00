# SPDX-License-Identifier: GPL-3.0-or-later
"""The document itself, and that live replies of every readable route are what it says."""
import re

import requests
from jsonschema import Draft202012Validator


def walk(node, found):
    if isinstance(node, dict):
        if "$ref" in node:
            found.add(node["$ref"])
        for value in node.values():
            walk(value, found)
    elif isinstance(node, list):
        for value in node:
            walk(value, found)
    return found


def test_the_document_is_openapi_31(service):
    reply = requests.get(f"{service.base}/openapi.json")
    assert reply.headers["Content-Type"] == "application/json"
    document = reply.json()
    assert document["openapi"] == "3.1.0" and document["info"]["title"] == "Cuadrante"
    ids = [o["operationId"] for p in document["paths"].values() for o in p.values()]
    assert len(ids) == len(set(ids))
    for ref in walk(document, set()):
        name = ref.removeprefix("#/components/schemas/")
        assert name in document["components"]["schemas"], ref
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for path, methods in document["paths"].items():
        named = set(re.findall(r"\{(\w+)\}", path))
        for operation in methods.values():
            assert named == {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert operation["summary"]


# Required query parameters of reads, so that each of them gives a real reply.
SAMPLES = {"queue_id": 1, "site_id": 1, "from": "2026-01-01", "to": "2026-01-03", "week": "2026-W02",
           "day": "2026-01-05", "period": "week", "by": "site", "first": "2026-01-01", "last": "2026-01-31",
           "country": "CL", "year": 2026, "volume": 40, "aht_s": 240}


def test_every_list_comes_as_the_document_says_and_as_csv(service, planner, hr, agent, admin, manager):
    people = {"planner": planner, "hr": hr, "agent": agent, "admin": admin, "site_manager": manager}
    walked = 0
    for path, methods in service.openapi["paths"].items():
        operation = methods.get("get")
        if not operation or "{" in path or not operation["x-roles"]:
            continue
        query = []
        for p in operation["parameters"]:
            if p["in"] == "query" and p["required"]:
                choice = p["schema"].get("enum", [SAMPLES.get(p["name"])])[0]
                assert choice is not None, f"{path}: no sample for {p['name']}"
                query.append(f"{p['name']}={choice}")
        client = people[operation["x-roles"][0]]
        url = path.removeprefix("/api/v1") + ("?" + "&".join(query) if query else "")
        reply = client.get(url)  # validated by the client
        assert reply.status_code == 200, (url, reply.text)
        if "text/csv" not in operation["responses"]["200"]["content"]:
            continue
        walked += 1
        csv = client.get(url, headers={"Accept": "text/csv"})
        assert csv.status_code == 200 and csv.headers["Content-Type"].startswith("text/csv")
        rows = csv.content.decode().splitlines()
        assert len(rows) >= 1 + len(reply.json()["items"]), url
        also = client.get(url + ("&" if query else "?") + "format=csv")
        assert also.headers["Content-Type"].startswith("text/csv")
        assert client.get(url, headers={"Accept": "image/png"}).status_code == 406
    assert walked > 12


def test_the_readable_page_needs_nothing_from_outside(service):
    reply = requests.get(f"{service.base}/docs")
    assert reply.status_code == 200 and reply.headers["Content-Type"].startswith("text/html")
    assert "<script" not in reply.text and "style=" not in reply.text
    links = re.findall(r'(?:src|href)="([^"]+)"', reply.text)
    anchors = set(re.findall(r'id="([^"]+)"', reply.text))
    for link in links:
        if link.startswith("#"):
            assert link[1:] in anchors, link
        else:
            assert link.startswith("/") and requests.get(service.base + link).status_code == 200, link
    for path in service.openapi["paths"]:
        assert re.sub(r"\{(\w+)\}", r"{\1:", path).split(":")[0] in reply.text, path


def test_problem_types_lead_to_the_page(service):
    page = requests.get(f"{service.base}/docs").text
    for kind in service.openapi["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]:
        assert f'id="{kind.split("#")[1]}"' in page


def test_health_and_robots(service):
    assert requests.get(f"{service.base}/healthz").json()["status"] == "ok"
    assert requests.get(f"{service.base}/readyz").json()["status"] == "ok"
    robots = requests.get(f"{service.base}/robots.txt")
    assert "Allow: /cal/" in robots.text and robots.headers["Content-Type"].startswith("text/plain")


def test_metrics_live_on_their_own_listener(service):
    assert requests.get(f"{service.base}/metrics", headers={"Accept": "text/plain"}).status_code != 200 or \
        "cuadrante_http_requests_total" not in requests.get(f"{service.base}/metrics").text
    requests.get(f"{service.base}/healthz")
    text = requests.get(f"http://127.0.0.1:{service.metrics_port}/metrics").text
    sample = re.compile(r'^[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? -?[0-9.e+]+$')
    for line in text.splitlines():
        assert line.startswith("#") or sample.match(line), line
    assert re.search(r'requests_total\{method="GET",route="/healthz",status="200"\} [1-9]', text)
    for name in ("cuadrante_http_request_seconds_bucket", "cuadrante_database_pool_open", "cuadrante_jobs",
                 "cuadrante_event_streams", "process_resident_memory_bytes"):
        assert name in text
    assert "cuadrante_database_up 1" in text
    assert requests.get(f"http://127.0.0.1:{service.metrics_port}/").status_code == 404


def test_the_database_gone_is_said_and_survived(start_service):
    one = start_service(workers=0)
    two = start_service(workers=0, database_url=one.dsn)
    assert requests.get(f"{two.base}/readyz").status_code == 200
    one.stop()
    assert requests.get(f"{two.base}/healthz").status_code == 200
    reply = requests.get(f"{two.base}/readyz")
    assert reply.status_code == 503 and reply.headers["Content-Type"] == "application/problem+json"
    text = requests.get(f"http://127.0.0.1:{two.metrics_port}/metrics").text
    assert "cuadrante_database_up 0" in text
    one.start()
    assert requests.get(f"{two.base}/readyz").status_code == 200
    two.close()  # before the one whose database it uses
