#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weekly tours by us and by general solvers on the same machine in one run; make bench-peers calls it.

    schedule.py build/release/cuadrante docs/bench-schedule-peers.md

Environment: CUADRANTE_SHARED_DATA, PEERS_PYTHON (an interpreter with highspy and ortools; python3),
PEERS_TOURS_LIMIT_S (processor seconds a solve may take, 300), PEERS_TOURS_OURS_S (less for ours), PEERS_TOURS_SEEDS (1,2),
PEERS_TOURS (names of instances), PEERS_RESUME=1 (keep what the others did in an earlier run on this machine; ours runs
anew) or all (nothing runs: the page of what was kept, each instance with the seeds that everyone has done).
"""
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

INSTANCES = ("classes-08-22-50-seed1,classes-08-22-200-seed1,classes-08-22-1000-seed1,classes-08-22-200-seed2,"
             "classes-24x7-200-seed1,named-08-22-50-queues1-seed1,named-08-22-200-queues1-seed1,"
             "named-08-22-200-queues4-seed1")
LIMIT_S = float(os.environ.get("PEERS_TOURS_LIMIT_S", "300"))
OURS_S = float(os.environ.get("PEERS_TOURS_OURS_S", LIMIT_S))
SEEDS = os.environ.get("PEERS_TOURS_SEEDS", "1,2").split(",")
RESUME = os.environ.get("PEERS_RESUME", "")
DATA = Path(os.environ.get("CUADRANTE_SHARED_DATA", "../shared/data")) / "tours"
PYTHON = os.environ.get("PEERS_PYTHON", "python3")
KEPT = Path("build/bench/peers/tours")
HERE = Path(__file__).parent
NAMES = {"cuadrante": "**Cuadrante**", "highs": "HiGHS", "cpsat": "OR-Tools CP-SAT", "cbc": "CBC", "glpsol": "GLPK's own MIP"}


def version_of(solver):
    """None when it is not installed."""
    if solver in ("highs", "cpsat"):
        package = "highspy" if solver == "highs" else "ortools"
        done = subprocess.run([PYTHON, "-c", f"import importlib.metadata as m; print(m.version('{package}'))"],
                              capture_output=True, text=True, check=False)
        return done.stdout.strip() or None
    if not shutil.which(solver):
        return None
    done = subprocess.run([solver, "--version"] if solver == "glpsol" else [solver, "-quit"], text=True,
                          capture_output=True, check=False)
    words = [w.strip(",.") for w in done.stdout.split()]
    return next((w for w in words if w[:1].isdigit() and "." in w), "?")


def kept_run(solver, instance, seed):
    return KEPT / f"{solver}-{instance}-{seed}-{LIMIT_S:g}.jsonl"


def solve(solver, instance, seed, binary):
    kept = kept_run(solver, instance, seed)
    if RESUME != "all" and (solver == "cuadrante" or not (RESUME and kept.exists())):
        limit = OURS_S if solver == "cuadrante" else LIMIT_S
        command = [PYTHON, str(HERE / "tour_peer.py"), solver, str(DATA / f"{instance}.json"), seed, f"{limit:g}"]
        print(f"{solver} {instance} seed {seed}", file=sys.stderr, flush=True)
        done = subprocess.run(command + ([binary] if solver == "cuadrante" else []), capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            return {"failed": (done.stderr.strip().splitlines() or ["failed"])[-1]}
        kept.write_text(done.stdout, encoding="utf-8")
    lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    end = next(line for line in lines if "status" in line)
    peak = next(line["peak_mb"] for line in lines if "peak_mb" in line)
    return {"steps": [line for line in lines if line.get("objective") is not None], "peak_mb": peak, **end}


def seconds_until(run, objective):
    at = [s["cpu"] for s in run["steps"] if s["objective"] <= objective + 1e-6]
    return min(at, default=None)


def span(values, form):
    """One figure for all seeds, or from the least to the most; with how many seeds there is one, if not all."""
    known = [v for v in values if v is not None]
    if not known:
        return "none"
    low, high = form.format(min(known)), form.format(max(known))
    return (low if low == high else f"{low}-{high}") + (f" in {len(known)} of {len(values)}" if len(known) < len(values) else "")


def row(solver, runs, bound):
    failed = [r["failed"] for r in runs if "failed" in r]
    if failed:
        return f"| {NAMES[solver]} | failed: {failed[0]} | | | | | | |"
    best = [r.get("objective") for r in runs]
    gaps = [None if b is None else 100 * (b - bound) / b for b in best]
    own = [None if r.get("bound") is None else 100 * (bound - r["bound"]) / bound for r in runs]
    return (f"| {NAMES[solver]} | {span(best, '{:.2f}')} | {span(gaps, '{:.3f} %')} | "
            f"{span([seconds_until(r, 1e300) for r in runs], '{:.1f}')} | "
            f"{span([seconds_until(r, bound / .99) for r in runs], '{:.1f}')} | "
            f"{span([r['cpu'] for r in runs], '{:.0f}')} | {span(own, '{:.3f} %')} | "
            f"{span([r['peak_mb'] for r in runs], '{:.0f}')} |")


def section(instance, solvers, binary):
    seeds = [n for n in SEEDS if RESUME != "all" or all(kept_run(s, instance, n).exists() for s in solvers)]
    if not seeds:
        return []
    runs = {s: [solve(s, instance, seed, binary) for seed in seeds] for s in solvers}
    bounds = [r["bound"] for all_seeds in runs.values() for r in all_seeds if r.get("bound") is not None]
    bound = max(bounds)
    lines = [f"## {instance}", "",
             f"Greatest lower bound of all: {bound:.3f}. Seed{'s' * (len(seeds) > 1)} {', '.join(seeds)}.", "",
             "| solver | cost | gap | first roster, s | within 1 %, s | ended, s | own bound below it | peak MB |",
             "|---|---:|---:|---:|---:|---:|---:|---:|"]
    return lines + [row(s, runs[s], bound) for s in solvers] + [""]


def main():
    binary, page = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2])
    wanted = os.environ.get("PEERS_TOURS", INSTANCES).split(",")
    present = [i for i in wanted if (DATA / f"{i}.json").exists()]
    if not present:
        print("# skipped: no tour instances in the shared data")
        return 0
    versions = {s: version_of(s) for s in NAMES if s != "cuadrante"}
    solvers = ["cuadrante"] + [s for s, v in versions.items() if v]
    KEPT.mkdir(parents=True, exist_ok=True)
    source = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    out = ["# Weekly tours beside general solvers", "",
           f"Written by `make bench-peers` on {time.strftime('%Y-%m-%d', time.gmtime())}; source {source.stdout.strip()}. "
           f"Machine: {os.cpu_count()} cores, {platform.machine()}. "
           + "; ".join(f"{NAMES[s]} {v or 'not installed'}" for s, v in versions.items()) + ".", "",
           f"Everyone one thread, {LIMIT_S:g} s of processor time (ours: {OURS_S:g} s). Ours solves the general problem",
           "form and its rosters pass `cuadrante verify`. The others solve a compact integer program",
           "(tests/bench/peers/tour_model.py) whose relaxation is as tight as that over all tours: bands of starts,",
           "patterns of days and breaks counted apart; their time does not hold building or reading it. Cost is",
           "without fixed pay; gap = (cost − greatest bound) ÷ cost; \"within 1 %\" = first roster within 1 % of that",
           "bound. A range is over seeds.", ""]
    for instance in present:
        out += section(instance, solvers, binary)
    page.write_text("\n".join(out), encoding="utf-8")
    print("\n".join(out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
