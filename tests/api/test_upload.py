# SPDX-License-Identifier: GPL-3.0-or-later
"""Large bodies: kept out of memory, out of everybody else's way, and gone afterwards."""
import threading
import time
from pathlib import Path

import requests


def resident_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def wide_csv(queue, megabytes):
    """Sound rows of history of years far ahead, as one long file."""
    lines, size, hour = ["queue,start,offered\n"], 0, 0
    while size < megabytes << 20:
        line = f"{queue},{2100 + hour // 8000}-01-01T00:00:00Z,1\n"
        lines.append(line)
        size += len(line)
        hour += 1
    return "".join(lines).encode()


def test_sixty_megabytes_are_read_without_holding_up_others(service, planner):
    queue = planner.items("/queues")[0]["code"]
    data = wide_csv(queue, 62)  # every row lies in the future: refused, but read whole
    base = resident_mb(service.process.pid)
    seen, slowest, done = [], [0.0], threading.Event()

    def watch():
        while not done.is_set():
            began = time.monotonic()
            assert requests.get(f"{service.base}/healthz", timeout=60).status_code == 200
            slowest[0] = max(slowest[0], time.monotonic() - began)
            seen.append(resident_mb(service.process.pid))
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        reply = planner.post("/history/import?dry_run=1", data=data, headers={"Content-Type": "text/csv"})
    finally:
        done.set()
        watcher.join()
    assert reply.status_code == 200, reply.text[:300]
    assert reply.json()["rows"] == data.count(b"\n") - 1 == reply.json()["rejected"]
    assert not reply.json()["saved"]
    assert slowest[0] < 3, f"another request waited {slowest[0]:.1f} s"
    assert len(seen) > 3 and max(seen) - base < 400, f"{max(seen) - base:.0f} MB more than idle"
    opened = [p.resolve() for p in Path(f"/proc/{service.process.pid}/fd").iterdir()]
    assert not [p for p in opened if "deleted" in str(p)], "the temporary file is still open"


def test_the_limit_is_said_at_once_when_the_client_asks(service, planner):
    import socket
    head = (f"POST /api/v1/history/import HTTP/1.1\r\nHost: x\r\nCookie: {planner.cookie}\r\n"
            f"X-CSRF-Token: {planner.csrf}\r\nContent-Type: text/csv\r\nExpect: 100-continue\r\n"
            f"Content-Length: {1 << 40}\r\n\r\n")
    with socket.create_connection(("127.0.0.1", service.port)) as s:
        s.sendall(head.encode())
        s.settimeout(10)
        assert s.recv(65536).startswith(b"HTTP/1.1 413")
