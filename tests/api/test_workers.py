# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers on other machines: `cuadrante work` with data directories of their own, one database, one killed."""
import datetime
import os
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

from service import Service, binary, clean_environment, die_with_parent, processes_on

SITE = 3  # a branch
PATIENCE_S = 400  # for the sanitized build on a busy machine


def week_ahead(weeks):
    day = datetime.date.today() + datetime.timedelta(weeks=weeks)
    return "%d-W%02d" % day.isocalendar()[:2]


class Machine:
    """One `cuadrante work` as if on another host."""

    def __init__(self, dsn, *args):
        self.dir = tempfile.mkdtemp(prefix="cuadrante-work-", dir="/tmp")
        self.log_path = os.path.join(self.dir, "work.log")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [binary(), "work", "--database-url", dsn, "--data-dir", self.dir, *args], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=clean_environment(), preexec_fn=die_with_parent)

    def pids(self):
        return [pid for pid, _ in processes_on(self.dir)]

    def lose_power(self):
        """Every process at once, the parent last to be told: nobody gives anything back."""
        for pid in self.pids():
            os.kill(pid, signal.SIGSTOP)
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(30) == 0
        assert self.pids() == []
        shutil.rmtree(self.dir)


@pytest.fixture(scope="module")
def alone():
    """A service with the demo network and no workers of its own."""
    with Service(demo=True, workers=0) as running:
        yield running


def wait_for(what, seconds, look):
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"no {what} within {seconds} s"
        time.sleep(0.05)


def test_a_machine_that_loses_power_mid_solve(alone):
    planner = alone.log_in("planner")
    first = Machine(alone.dsn, "--lease-s", "3")
    second = None
    try:
        made = planner.wait_job(planner.post("/forecasts", json={"site_id": SITE, "week": week_ahead(2)}),
                                seconds=PATIENCE_S)
        assert made["state"] == "done"
        reply = planner.post("/schedules", json={
            "site_id": SITE, "week": week_ahead(2), "forecast_id": made["result"]["forecast_id"], "seed": 3,
            "time_limit_s": 10, "trial_weeks": 20, "gap": 0})
        job_path = reply.headers["Location"].removeprefix("/api/v1")
        wait_for("solver at work", PATIENCE_S, lambda: planner.get(job_path).json()["objective"] is not None)
        worker = int(alone.sql("SELECT lease_owner FROM job WHERE state = 'running'")[0][0].split("/")[1])
        assert worker in first.pids()
        second = Machine(alone.dsn, "--lease-s", "3")
        first.lose_power()
        assert planner.get(job_path).json()["state"] == "running"  # nobody knows yet
        job = planner.wait_job(reply, seconds=PATIENCE_S)
        assert job["state"] == "done" and job["attempts"] == 2, job
        kept = alone.sql("SELECT count(*) FROM roster JOIN plan ON plan.id = plan_id WHERE job_id = %s", (job["id"],))
        assert kept[0][0] == 1, alone.sql("SELECT plan_id, site_id, monday, state FROM roster")
        roster = planner.get(f"/rosters/{job['result']['roster_id']}").json()
        assert roster["evidence"]["verified"]
        states = [row[0] for row in alone.sql("SELECT data->>'attempts' FROM job_event WHERE job_id = %s ORDER BY id",
                                             (job["id"],))]
        assert "1" in states and states[-1] == "2"
    finally:
        first.close()
        if second:
            second.close()


def test_a_job_waits_for_a_worker(alone):
    planner = alone.log_in("planner")
    reply = planner.post("/forecasts", json={"site_id": SITE, "week": week_ahead(3)})
    assert reply.status_code == 202 and reply.json()["state"] == "queued"
    gone = planner.delete(reply.headers["Location"].removeprefix("/api/v1"))
    assert gone.json()["state"] == "cancelled"


def test_machines_share_the_work(alone):
    planner = alone.log_in("planner")
    machines = [Machine(alone.dsn), Machine(alone.dsn)]
    try:
        replies = [planner.post("/forecasts", json={"site_id": site, "week": week_ahead(1)}) for site in range(3, 7)]
        jobs = [planner.wait_job(reply, seconds=PATIENCE_S) for reply in replies]
        assert [job["state"] for job in jobs] == ["done"] * 4
        assert all(job["attempts"] == 1 for job in jobs)
        logs = [open(machine.log_path).read().count("job ended") for machine in machines]
        assert sum(logs) == 4 and min(logs) > 0, logs
    finally:
        for machine in machines:
            machine.close()


def test_schema_mismatch_is_refused(alone):
    alone.sql("INSERT INTO schema_migration (number, name, checksum) VALUES (9999, '9999_later', 'x')")
    try:
        refused = alone.command("work", "--database-url", alone.dsn, check=False)
        assert refused.returncode == 1 and "9999_later" in refused.stderr
    finally:
        alone.sql("DELETE FROM schema_migration WHERE number = 9999")
