# SPDX-License-Identifier: GPL-3.0-or-later
"""Data directories made once and copied: what a first start leaves, empty or with the demo network.

A first start runs initdb, every migration and, for the demo, some seconds of loading. Each test file
wants a service of its own, but not that again: the binary makes it once by a real first start, which
must end cleanly, and each service begins with a copy of its own.

A template belongs to one content of the binary and to one hour (the demo's days end with today), and
is kept in build/check/templates; older ones are removed. Processes agree by a lock file.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build/check/templates"
KEEP_S = 2 * 3600


def _name(binary, demo):
    content = hashlib.sha256(Path(binary).read_bytes()).hexdigest()[:16]
    hour = time.strftime("%Y%m%dT%H", time.gmtime())
    return f"{'demo' if demo else 'empty'}-{content}-{hour}"


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
