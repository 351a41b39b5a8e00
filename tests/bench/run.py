#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs bench programs and prints one table. make bench calls it.

A bench program (tests/bench/bench_*.c or .py) prints one line a figure: name TAB figure TAB unit.
Its other lines are kept in build/bench/PROGRAM.log. A line "# skipped: why" becomes a row of its own.
Environment: CUADRANTE_BIN (release binary), CUADRANTE_SHARED_DATA.
"""
import os
import subprocess
import sys
import time
from pathlib import Path

LOGS = Path("build/bench")
TIMEOUT_S = 600


def rows_of(program):
    name = Path(program).stem
    env = dict(os.environ, CUADRANTE_BIN=str(Path("build/release/cuadrante").resolve()))
    env.setdefault("CUADRANTE_SHARED_DATA", str(Path("../shared/data").resolve()))
    command = ["/usr/bin/python3", program] if program.endswith(".py") else [program]
    start = time.monotonic()
    try:
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=TIMEOUT_S)
        text, bad = done.stdout + done.stderr, done.returncode != 0
        why = f"exit code {done.returncode}"
    except subprocess.TimeoutExpired:
        text, bad, why = "", True, f"more than {TIMEOUT_S} s"
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / f"{name}.log").write_text(text)
    rows = [tuple(line.split("\t")) for line in text.splitlines() if line.count("\t") == 2]
    rows += [(f"{name}", "skipped", line[11:]) for line in text.splitlines()
             if line.startswith("# skipped: ")]
    rows.append((f"{name}: the program itself", f"{time.monotonic() - start:.1f}", "s"))
    if bad:
        rows.append((name, "FAILED", why))
    return rows, bad


def main():
    rows, failed = [], False
    for program in sys.argv[1:]:
        print(f"running {program}", file=sys.stderr, flush=True)
        more, bad = rows_of(program)
        rows += more
        failed |= bad
    wide = max((len(r[0]) for r in rows), default=4)
    figures = max((len(r[1]) for r in rows), default=6)
    for name, figure, unit in rows:
        print(f"{name:<{wide}}  {figure:>{figures}}  {unit}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
