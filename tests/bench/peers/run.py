#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the forecasting protocol over us and the peers that are installed; make bench-peers calls it.

    run.py build/release/tests/bench/peers/ours docs/bench-forecast-peers.md

Nothing is installed and nothing of the product depends on a peer: one that is absent is named in
the table. Environment: PEERS_PYTHON (an interpreter with statsforecast and prophet; python3),
RSCRIPT (Rscript), PEERS_LIMIT_S (processor seconds an origin may take; 300), PEERS_BUDGET_S (those
after which a method goes to no further origin of a series; 600), PEERS_SERIES and PEERS_METHODS
(comma lists, to run some), PEERS_RESUME=1 (keep what an earlier run left in build/bench/peers)
or only (add nothing to it but our own), PEERS_COLD=only (write just the page's last section, of
little history, anew), CUADRANTE_SHARED_DATA. One process at a time, one thread.
"""
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import protocol
import table

HERE = Path(__file__).parent
WORK = Path("build/bench/peers")
LIMIT_S = int(os.environ.get("PEERS_LIMIT_S", "300"))
BUDGET_S = int(os.environ.get("PEERS_BUDGET_S", "600"))
START_UP_S = 30  # loading packages is not the method's time


@dataclass
class Method:
    name: str
    title: str
    kind: str          # ours, R, or a Python package
    only: tuple = ()   # series; empty = all
    results: dict = field(default_factory=dict)   # (series name, origin) -> (rows, seconds)
    trouble: dict = field(default_factory=dict)   # series name -> why it stopped


NOT_RUN = "not run"
BANKS = ("A30", "A5", "B30")  # the rest is out of reach for four years of hours
METHODS = [
    Method("judge", "**Cuadrante** (default: the judge and its backtest)", "ours"),
    Method("state_space", "Cuadrante, state space alone, no backtest", "ours"),
    Method("seasonal_naive", "statsforecast SeasonalNaive (last week)", "statsforecast"),
    Method("mstl", "statsforecast MSTL (AutoETS)", "statsforecast"),
    Method("mstl_arima", "statsforecast MSTL (AutoARIMA)", "statsforecast"),
    Method("automfles", "statsforecast AutoMFLES", "statsforecast"),
    Method("autoces", "statsforecast AutoCES (week)", "statsforecast"),
    Method("prophet", "Prophet, country holidays", "prophet"),
    Method("prophet_multiplicative", "Prophet, country holidays, multiplicative", "prophet"),
    Method("mstl_default", "R stlf (MSTL + ETS), as it comes", "R"),
    Method("mstl_ets", "R MSTL + ETS, roots, robust", "R"),
    Method("mstl_arima_r", "R MSTL + ARIMA, roots, robust", "R"),
    Method("harmonics", "R auto.arima, harmonics K = 10, 10", "R", BANKS),
    Method("harmonics_aicc", "R auto.arima, harmonics by AICc", "R", BANKS),
    Method("tbats", "R TBATS", "R", BANKS),
    Method("tbats_2000", "R TBATS, last 2,000 intervals", "R", ("A5", "B30", "ED")),
]
# The algorithm of our own starting point, with little history: tables of its own.
COLD = [METHODS[0], Method("published", "published day-level algorithm", "published")]
COLD_SERIES, COLD_WEEKS = ("A30", "B30"), (2, 4, 8, 0)
PACKAGES = {"R": "R's forecast", "statsforecast": "statsforecast", "prophet": "Prophet"}


def commands(ours):
    return {"ours": [ours], "R": [os.environ.get("RSCRIPT", "Rscript"), str(HERE / "peer_r.R")],
            "python": [os.environ.get("PEERS_PYTHON", "python3"), str(HERE / "peer_python.py")],
            "published": [os.environ.get("PEERS_PYTHON", "python3"),
                          str(HERE / "published_dlm.py")]}


def installed(command):
    """What "version" says, or nothing."""
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run([*command, "version"], capture_output=True, text=True, check=False)
    return " ".join(done.stdout.split()) if done.returncode == 0 else ""


def environment():
    one = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                                  "NUMBA_NUM_THREADS", "STAN_NUM_THREADS")}
    return dict(os.environ, **one)


def limit():
    seconds = LIMIT_S + START_UP_S
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def arguments(method, command, series, train, future, out):
    name = method.name.removesuffix("_r")
    if method.kind == "ours":
        return [*command, name, str(series.interval_min), train, future, out]
    periods = [str(series.slots), str(series.slots * series.weekdays)]
    return [*command, name, train, future, out, *periods, series.country]


def forecast(method, command, series, k, weeks=0):
    """One origin in its own process; "" or why it failed. weeks: of history, 0 = all."""
    stem = protocol.stem(series, k, weeks)
    out = WORK / f"{stem}-{method.name}.csv"
    why = out.with_suffix(".failed")
    resume = os.environ.get("PEERS_RESUME")
    if resume and (out.exists() or why.exists()) and (resume == "1" or method.kind != "ours"):
        return why.read_text(encoding="utf-8") if why.exists() else ""
    if resume == "only" and method.kind != "ours":
        return NOT_RUN
    out.unlink(missing_ok=True)
    why.unlink(missing_ok=True)
    train, future = (WORK / f"{stem}-{part}.csv" for part in ("train", "future"))
    part = out.with_suffix(".part")
    done = subprocess.run(arguments(method, command, series, str(train), str(future), str(part)),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", check=False, env=environment(), preexec_fn=limit)
    said = ""
    if done.returncode in (-24, -9):
        said = f"stopped at {LIMIT_S} s of processor time"
    elif done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        said = "failed: " + (lines[-1].strip()[:120] if lines else f"exit {done.returncode}")
    else:
        seconds = protocol.read_forecast(part)[1]
        if seconds > LIMIT_S:
            said = f"stopped at {LIMIT_S} s of processor time"
    if said:
        why.write_text(said, encoding="utf-8")
        part.unlink(missing_ok=True)
    else:
        part.replace(out)
    return said


def run_method(method, command, series):
    spent = 0.0
    for k in series.order():
        if spent > BUDGET_S:
            method.trouble[series.name] = f"no further origin after {spent:.0f} s of processor time"
            return
        said = forecast(method, command, series, k)
        if said == NOT_RUN:
            method.trouble[series.name] = "cut short by hand, on the origins counted above"
            continue
        if said:
            method.trouble[series.name] = f"origin {k + 1}: {said}"
            print(f"{series.name} {method.name}: {method.trouble[series.name]}", flush=True)
            return
        rows, seconds, note = protocol.read_forecast(WORK / f"{series.name}-{k}-{method.name}.csv")
        method.results[series.name, k] = (rows, seconds)
        spent += seconds
        print(f"{series.name} {method.name} origin {k + 1}: {seconds:.2f} s {note}", flush=True)


def run_cold(series, with_what):
    """(method, weeks) -> scores, one an origin; without those that failed."""
    found = {}
    for method in COLD:
        if not chosen(method.name, "PEERS_METHODS"):
            continue
        for weeks in COLD_WEEKS:
            for k in range(series.count):
                protocol.write_origin(series, k, WORK, weeks)
                said = forecast(method, with_what[method.kind], series, k, weeks)
                if said:
                    print(f"{protocol.stem(series, k, weeks)} {method.name}: {said}", flush=True)
                    continue
                out = WORK / f"{protocol.stem(series, k, weeks)}-{method.name}.csv"
                found.setdefault((method.name, weeks), {})[k] = protocol.read_forecast(out)[:2]
    return found


def chosen(name, variable):
    only = os.environ.get(variable)
    return not only or name in only.split(",")


def run_all(series, with_what, versions):
    """The page but for its last section."""
    for s in series:
        for k in range(s.count):
            protocol.write_origin(s, k, WORK)
    absent = set()
    for method in METHODS:
        found = method.kind == "ours" or method.kind in versions["python"] or (
            method.kind == "R" and versions["R"])
        if not found:
            absent.add(method.kind)
            continue
        command = with_what["python" if method.kind in ("statsforecast", "prophet")
                            else method.kind]
        for s in series:
            if chosen(method.name, "PEERS_METHODS") and (not method.only or s.name in method.only):
                run_method(method, command, s)
    return table.page(series, METHODS, versions, sorted(PACKAGES[kind] for kind in absent),
                      LIMIT_S, BUDGET_S)


def main():
    ours, page = sys.argv[1:3]
    WORK.mkdir(parents=True, exist_ok=True)
    shared = os.environ.get("CUADRANTE_SHARED_DATA", "../shared/data")
    series = [s for s in protocol.SERIES
              if chosen(s.name, "PEERS_SERIES") and protocol.load(s, shared)]
    if not series:
        print("# skipped: none of the series is on this machine")
        return 0
    with_what = commands(ours)
    versions = {"R": installed(with_what["R"]), "python": installed(with_what["python"])}
    if os.environ.get("PEERS_COLD") == "only":
        text = Path(page).read_text(encoding="utf-8").split(table.COLD_TITLE)[0]
    else:
        text = run_all(series, with_what, versions)
    rival = installed(with_what["published"])
    cold = {s.name: run_cold(s, with_what) for s in series if rival and s.name in COLD_SERIES}
    text += table.cold([s for s in series if cold.get(s.name)], COLD, COLD_WEEKS, cold, rival)
    Path(page).write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
