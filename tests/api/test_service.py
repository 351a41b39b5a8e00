# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as a process: start, stop, being killed, refusing, backup and restore."""
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from service import DEMO_PASSWORD, Service, binary, clean_environment, die_with_parent, processes_on


def run(*args, **kwargs):
    """One command to its end, without a data directory of a service."""
    return subprocess.run([binary(), *map(str, args)], capture_output=True, text=True, timeout=120,
                          env=clean_environment(), **kwargs)


def data_of(service):
    return Path(service.dir) / "data"


def wait_gone(folder, seconds):
    end = time.monotonic() + seconds
    while processes_on(folder):
        assert time.monotonic() < end, processes_on(folder)
        time.sleep(0.05)


def test_ready_and_whole(service):
    assert service.client().get("//healthz").status_code == 200
    assert service.client().get("//readyz").status_code == 200
    assert service.sql("SELECT count(*) FROM site")[0][0] == 8
    assert service.sql("SHOW data_checksums")[0][0] == "on"
    assert service.sql("SHOW listen_addresses")[0][0] == ""
    assert service.sql("SHOW fsync")[0][0] == "on"
    assert os.stat(data_of(service) / "run").st_mode & 0o777 == 0o700


def test_second_start_says_where_the_first_is(service):
    again = service.command("serve", "--demo")
    assert "already runs" in again.stdout and service.base in again.stdout and DEMO_PASSWORD in again.stdout
    plain = service.command("serve", check=False)
    assert plain.returncode == 1 and "already runs" in plain.stderr


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_clean_stop(start_service, sig):
    one = start_service()
    one.process.send_signal(sig)
    assert one.stop() == 0
    assert processes_on(one.dir) == []
    assert "database system is shut down" in (data_of(one) / "postgres.log").read_text()
    one.start()  # and again on the same data, without recovery
    assert "not properly shut down" not in (data_of(one) / "postgres.log").read_text()


def test_kill_9_leaves_no_process(start_service):
    one = start_service()
    assert len(processes_on(one.dir)) >= 3  # service, workers, postgres
    one.process.kill()
    one.process.wait()
    wait_gone(one.dir, 20)
    one.start()
    assert one.client().get("//readyz").status_code == 200


def test_interrupted_while_loading_the_demo():
    one = Service(demo=True)
    with open(one.log_path, "wb") as log:
        process = subprocess.Popen(one.args, stdout=log, stderr=log, env=clean_environment(),
                                   preexec_fn=die_with_parent)
    try:
        end = time.monotonic() + 60
        while "migration applied" not in one.log():
            assert time.monotonic() < end and process.poll() is None, one.log()
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT
        wait_gone(one.dir, 20)
        one.args.remove("--demo")
        one.start()
        assert one.sql("SELECT count(*) FROM site")[0][0] == 0
    finally:
        process.kill()
        one.close()


def test_service_ends_when_its_database_dies(start_service):
    one = start_service()
    os.kill(int((data_of(one) / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert one.process.wait(30) == 1
    wait_gone(one.dir, 20)
    assert "ended by itself" in one.log()


def test_bad_settings_are_refused():
    for args, words in ((("--port", "99999"), "--port"), (("--no-such", "1"), "no-such"),
                        (("--data-dir", "/tmp/" + "x" * 100), "too long"), (("extra",), "extra")):
        bad = run("serve", *args)
        assert bad.returncode == 2 and words in bad.stderr, bad
    wrong = run("serve", "--database-url", "postgresql://nobody@127.0.0.1:1/x")
    assert wrong.returncode == 1 and "cannot reach the database" in wrong.stderr


def test_cluster_of_another_version_is_refused(start_service):
    one = start_service()
    one.stop()
    (data_of(one) / "postgres/PG_VERSION").write_text("76\n")
    again = one.command("serve", check=False)
    assert again.returncode == 1 and "PostgreSQL 76" in again.stderr and "cuadrante backup" in again.stderr


def test_changed_migration_is_refused(start_service):
    one = start_service()
    one.sql("UPDATE schema_migration SET checksum = 'other' WHERE number = 1")
    assert one.client().get("//readyz").status_code == 503
    one.stop()
    again = one.command("serve", check=False)
    assert again.returncode == 1 and "migration 0001_schema" in again.stderr


def test_newer_database_is_refused(start_service):
    one = start_service()
    one.sql("INSERT INTO schema_migration (number, name, checksum) VALUES (9999, '9999_later', 'x')")
    one.stop()
    again = one.command("serve", check=False)
    assert again.returncode == 1 and "9999_later" in again.stderr and "newer version" in again.stderr


def test_backup_and_restore(service):
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="cuadrante-api-") as folder:
        dump, other = Path(folder) / "wfm.dump", Path(folder) / "other"
        service.command("backup", str(dump))
        os.chmod(folder, 0o755)  # the other cluster's user passes through here
        done = run("restore", dump, "--data-dir", other)
        assert done.returncode == 0, done.stderr
        twice = run("restore", dump, "--data-dir", other)
        assert twice.returncode == 1 and "--force" in twice.stderr
        assert run("restore", dump, "--force", "--data-dir", other).returncode == 0
        rows = "SELECT count(*), sum(offered)::bigint FROM history"
        shell = run("db", "shell", "--data-dir", other, input=f"\\t\n\\a\n{rows};\n")
        count, offered = service.sql(rows)[0]
        assert count > 100000 and f"{count}|{offered}" in shell.stdout
        assert processes_on(other) == []
        (Path(folder) / "half.dump").write_bytes(dump.read_bytes()[:5000])
        assert run("restore", Path(folder) / "half.dump", "--force", "--data-dir", other).returncode == 1
        again = run("db", "shell", "--data-dir", other, input=f"\\t\n\\a\n{rows};\n")
        assert f"{count}|{offered}" in again.stdout  # half a dump changed nothing


def test_work_needs_a_database(tmp_path):
    alone = run("work", "--data-dir", tmp_path)
    assert alone.returncode == 1 and "no database" in alone.stderr
