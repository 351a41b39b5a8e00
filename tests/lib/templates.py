# SPDX-License-Identifier: GPL-3.0-or-later
"""Data directories made once and copied: what a first start leaves, empty or with the demo network.

A first start runs initdb, every migration and, for the demo, some seconds of loading. Each test file
wants a service of its own, but not that again: the binary makes it once by a real first start, which
must end cleanly, and each service begins with a copy of its own.

A template belongs to one content of the binary and to one hour (the demo's days end with today), or to
the next too if it is the same day, lest a run of all tests past the hour make them anew. It is kept in
build/check/templates; older ones are removed. Processes agree by a lock file.
"""
import datetime
import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build/check/templates"
KEEP_S = 2 * 3600
FRESH_S = 45 * 60  # of one made in the hour before
DEMO_OFFSETS_H = (-6, -5, -4, -3)  # from UTC, of the demo's sites


def _days(at):
    """The dates that tests may take for today."""
    utc = datetime.datetime.fromtimestamp(at, datetime.timezone.utc)
    return [datetime.date.fromtimestamp(at), utc.date(),
            *((utc + datetime.timedelta(hours=h)).date() for h in DEMO_OFFSETS_H)]


def _hour(at):
    return time.strftime("%Y%m%dT%H", time.gmtime(at))


def _name(binary, demo):
    content = hashlib.sha256(Path(binary).read_bytes()).hexdigest()[:16]
    kind, now = f"{'demo' if demo else 'empty'}-{content}", time.time()
    before = f"{kind}-{_hour(now - 3600)}"
    try:
        made = (FOLDER / before).stat().st_mtime
        if now - made < FRESH_S and _days(made) == _days(now):
            return before
    except FileNotFoundError:
        pass
    return f"{kind}-{_hour(now)}"


def _copy(source, target):
    """With owners and modes: the files belong to the database's user."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)


def _remove_old():
    for entry in FOLDER.iterdir():
        try:
            if time.time() - entry.stat().st_mtime > KEEP_S:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        except FileNotFoundError:
            pass  # another process removed it


def put_copy(binary, demo, target, make):
    """Puts a copy at target. make() gives the folder of a service that has
    started for the first time and ended."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = _name(binary, demo)
    place = FOLDER / name
    with open(FOLDER / f"{name}.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            _remove_old()
            shutil.rmtree(FOLDER / f"{name}.new", ignore_errors=True)
            with make() as made:
                _copy(made, FOLDER / f"{name}.new")
            os.utime(FOLDER / f"{name}.new")
            (FOLDER / f"{name}.new").rename(place)
    _copy(place, target)
