# SPDX-License-Identifier: GPL-3.0-or-later
"""The page's files: embedded or from a folder; caching, codings, and no way out of the folder."""
import gzip
import re
import socket

import pytest
import requests


@pytest.fixture(scope="module")
def index(service):
    reply = requests.get(f"{service.base}/")
    if reply.status_code == 404:
        pytest.skip("this binary was built without the web page")
    return reply


def test_the_page_is_revalidated_and_its_files_are_for_ever(service, index):
    assert index.headers["Content-Type"].startswith("text/html") and index.headers["Cache-Control"] == "no-cache"
    again = requests.get(f"{service.base}/", headers={"If-None-Match": index.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""
    files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', index.text)
    assert any(f.endswith(".js") for f in files) and any(f.endswith(".css") for f in files)
    for name in files:
        plain = requests.get(service.base + name, headers={"Accept-Encoding": "identity"})
        assert plain.status_code == 200 and "immutable" in plain.headers["Cache-Control"]
        assert plain.headers["Vary"] == "Accept-Encoding" and "Content-Encoding" not in plain.headers
        packed = requests.get(service.base + name, headers={"Accept-Encoding": "gzip"}, stream=True)
        if packed.headers.get("Content-Encoding") == "gzip":
            assert gzip.decompress(packed.raw.read()) == plain.content
            assert packed.headers["ETag"] != plain.headers["ETag"]
        brotli = requests.get(service.base + name, headers={"Accept-Encoding": "br, gzip"}, stream=True)
        if brotli.headers.get("Content-Encoding") == "br":
            assert len(brotli.raw.read()) < len(plain.content)
        refused = requests.get(service.base + name, headers={"Accept-Encoding": "br;q=0, identity"})
        assert "Content-Encoding" not in refused.headers


def test_pages_of_the_application_are_the_page(service, index):
    assert requests.get(f"{service.base}/planner/week/2026-W48").content == index.content
    for path in ("/assets/nothing.js", "/nothing.png", "/api/", "/api/v2/sites", "/cal/", "/cal/v1/x"):
        reply = requests.get(service.base + path)
        assert reply.status_code == 404 and reply.headers["Content-Type"] == "application/problem+json", path
    assert requests.post(f"{service.base}/").status_code == 405


def raw_get(port, path):
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        got = b""
        while part := s.recv(65536):
            got += part
    return got


def test_a_folder_instead_of_the_embedded_files(start_service, tmp_path):
    root = tmp_path / "web"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<title>from the folder</title>")
    (root / "assets" / "app.js").write_text("let x")
    (root / ".hidden.txt").write_text("secret")
    (tmp_path / "outside.txt").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    one = start_service(workers=0, extra=("--web-root", str(root)))
    first = requests.get(f"{one.base}/")
    assert "from the folder" in first.text and first.headers["Cache-Control"] == "no-cache"
    assert requests.get(f"{one.base}/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    (root / "index.html").write_text("<title>changed since</title>")
    assert "changed since" in requests.get(f"{one.base}/").text
    assert requests.get(f"{one.base}/assets/app.js").headers["Content-Type"].startswith("text/javascript")
    for path in (b"/../outside.txt", b"/%2e%2e/outside.txt", b"/..%2foutside.txt", b"/assets/../../outside.txt",
                 b"/.hidden.txt", b"/link.txt", b"//etc/passwd", b"/assets/", b"/assets", b"/..\\outside.txt"):
        got = raw_get(one.port, path)
        assert b"secret" not in got and b"root:" not in got, path
