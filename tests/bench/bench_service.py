#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running service on the demo network: import, jobs, feed polls, memory."""
import datetime
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))

from service import Service  # noqa: E402

IMPORT_ROWS = 300_000
WRK_SECONDS = 10


def row(name, figure, unit):
    print(f"{name}\t{figure}\t{unit}", flush=True)


def memory_mb(pid, key):
    """VmRSS now or VmHWM at its peak, of a process and its children that are cuadrante too."""
    pids, total = [pid], 0
    for child in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split():
        pids += [int(child)] + [int(p) for p in subprocess.run(["pgrep", "-P", child], capture_output=True,
                                                               text=True).stdout.split()]
    for each in pids:
        try:
            text = Path(f"/proc/{each}/status").read_text()
        except FileNotFoundError:
            continue
        if "Name:\tcuadrante" in text:
            total += int(re.search(rf"{key}:\s+(\d+)", text)[1])
    return total / 1024


def history(rows):
    start = datetime.datetime(2005, 1, 1, tzinfo=datetime.timezone.utc)
    step = datetime.timedelta(minutes=30)
    lines = ["queue,start,offered,handled,abandoned,answered_in_target,handle_time_s,wait_time_s"]
    lines += [f"SCL-SERVICE,{(start + i * step).isoformat()},{i % 97},{i % 90},0,0,{i % 977},{i % 7}"
              for i in range(rows)]
    return ("\n".join(lines) + "\n").encode()


def bench_import(planner):
    data = history(IMPORT_ROWS)
    for name in ("first time", "again, unchanged"):
        start = time.monotonic()
        reply = planner.post("/history/import", data=data, headers={"Content-Type": "text/csv"})
        assert reply.status_code == 200, reply.text
        row(f"import, {name}", f"{IMPORT_ROWS / (time.monotonic() - start):,.0f}", "rows/s")


def bench_jobs(planner, week):
    for path, what, site in (("/forecasts", "forecast job", 1), ("/schedules", "schedule job", 3)):
        start = time.monotonic()
        job = planner.wait_job(planner.post(path, json={"site_id": site, "week": week}))
        assert job["state"] == "done", job
        row(f"{what}, site {site}", f"{time.monotonic() - start:.2f}", "s")
    return job["result"]["roster_id"]


def bench_feed(service, planner, roster_id):
    roster = planner.get(f"/rosters/{roster_id}")
    planner.post(f"/rosters/{roster_id}/publish", headers={"If-Match": roster.headers["ETag"]})
    agent = service.log_in("agent")
    path = "/cal" + agent.post("/me/feeds", json={"name": "bench"}).json()["url"].split("/cal", 1)[1]
    etag = planner.get("/" + path).headers["ETag"]
    for name, header in (("whole", None), ("unchanged, 304", f"If-None-Match: {etag}")):
        command = ["wrk", "-t1", "-c16", f"-d{WRK_SECONDS}s"] + (["-H", header] if header else [])
        done = subprocess.run(command + [service.base + path], capture_output=True, text=True, timeout=60)
        found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
        row(f"feed, {name}", f"{float(found[1]):,.0f}" if found else done.stderr.strip(), "requests/s")


def main():
    week = "%d-W%02d" % (datetime.date.today() + datetime.timedelta(weeks=1)).isocalendar()[:2]
    with Service(demo=True) as service:
        row("memory, idle (serve and worker)", f"{memory_mb(service.process.pid, 'VmRSS'):.1f}", "MB")
        planner = service.log_in("planner")
        roster_id = bench_jobs(planner, week)
        bench_import(planner)
        bench_feed(service, planner, roster_id)
        row("memory, peak (serve and worker)", f"{memory_mb(service.process.pid, 'VmHWM'):.1f}", "MB")


main()
