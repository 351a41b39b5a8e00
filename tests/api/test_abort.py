# SPDX-License-Identifier: GPL-3.0-or-later
"""GLPK aborts in the midst of a solve: the job or command fails in words, and nothing else does.

Under the sanitized build a leak of what the solver held is a report of its own, counted by make check.
"""
import datetime
import os
import subprocess
from pathlib import Path

import pytest

from service import Service, binary, processes_on

ROOT = Path(__file__).resolve().parents[2]
SITE = 3  # a branch
PATIENCE_S = 400  # for the sanitized build on a busy machine


class Abort:
    """A library to preload, and the file whose presence makes the next solve abort."""

    def __init__(self, folder):
        self.library, self.file = folder / "abort_glpk.so", folder / "abort"
        subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-fPIC", "-shared", "-o", self.library,
                        ROOT / "tests/inject/abort_glpk.c", "-lglpk"], check=True)
        folder.chmod(0o755)

    @property
    def env(self):
        options = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": str(self.library), "ABORT_GLPK": str(self.file),
                "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0"}


@pytest.fixture(scope="module")
def abort(tmp_path_factory):
    return Abort(tmp_path_factory.mktemp("abort"))


def solve(abort, folder):
    return subprocess.run([binary(), "solve", ROOT / "fixtures/problems/contact_centre.json",
                           "--iteration-limit", "3000"], cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S,
                          env={**os.environ, **abort.env})


def test_the_command_says_so_and_writes_nothing(abort, tmp_path):
    abort.file.touch()
    failed = solve(abort, tmp_path)
    assert failed.returncode == 4 and failed.stdout == "", failed
    assert "the LP library failed: an assertion failed; " in failed.stderr and failed.stderr.count("\n") == 1
    assert not abort.file.exists()
    good = solve(abort, tmp_path)
    assert good.returncode in (0, 3) and good.stdout.startswith("{"), good.stderr


def served_by(service):
    return {pid for pid, line in processes_on(service.dir) if " serve " in line}


def kept(service):
    return [service.sql(f"SELECT count(*) FROM {table}")[0][0]
            for table in ("plan", "requirement", "roster", "shift", "activity")]


def test_a_job_fails_and_its_worker_lives(abort):
    week = "%d-W%02d" % (datetime.date.today() + datetime.timedelta(weeks=2)).isocalendar()[:2]
    with Service(demo=True, env=abort.env) as service:
        planner = service.log_in("planner")
        made = planner.wait_job(planner.post("/forecasts", json={"site_id": SITE, "week": week}), seconds=PATIENCE_S)
        assert made["state"] == "done", made
        ask = {"site_id": SITE, "week": week, "forecast_id": made["result"]["forecast_id"], "seed": 3,
               "time_limit_s": 5, "trial_weeks": 20}
        before, processes = kept(service), served_by(service)
        abort.file.touch()
        failed = planner.wait_job(planner.post("/schedules", json=ask), seconds=PATIENCE_S)
        assert not abort.file.exists(), "GLPK was never called"
        assert failed["state"] == "failed" and failed["attempts"] == 1 and failed["result"] is None, failed
        assert failed["problem"]["status"] == 500, failed
        assert "LP library failed" in failed["problem"]["detail"], failed
        assert kept(service) == before
        good = planner.wait_job(planner.post("/schedules", json=ask), seconds=PATIENCE_S)
        assert good["state"] == "done" and good["attempts"] == 1, good
        assert kept(service)[2] == before[2] + 1
        log = service.log()
        assert "job ended without result" in log and "LP library failed" in log
        assert "worker ended" not in log and "worker died" not in log, log
        assert served_by(service) == processes
