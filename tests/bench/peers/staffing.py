#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same requirements by us and by the Erlang packages that are installed; make bench-peers calls it.

    staffing.py build/release/tests/bench/peers/staffing docs/bench-staffing-peers.md
    staffing.py peer PACKAGE MODEL VOLUME AHT SHARE WITHIN PATIENCE      (one requirement, in a peer)

A package that is absent is named. Environment: PEERS_PYTHON (an interpreter with pyworkforce,
erlanglib; python3), PEERS_STAFF_LIMIT_S (60: processor seconds a requirement may take).
"""
import math
import os
import subprocess
import sys
import time
from pathlib import Path

LIMIT_S = int(os.environ.get("PEERS_STAFF_LIMIT_S", "60"))
PEERS = ("pyworkforce", "erlanglib")
# model, erlangs, share, within s, patience s; handling 240 s, half hours
CASES = [("C", 10, .8, 20, 0), ("C", 100, .8, 20, 0), ("C", 500, .8, 20, 0), ("C", 0.1, .8, 20, 0),
         ("A", 10, .8, 20, 180), ("A", 50, .8, 20, 180), ("A", 100, .8, 20, 180),
         ("A", 200, .8, 20, 180), ("A", 200, .6, 60, 120), ("B", 100, .01, 0, 0),
         ("B", 500, .01, 0, 0)]
AHT_S = 240
NAMES = {"A": "Erlang A", "B": "Erlang B", "C": "Erlang C"}


def pyworkforce(model, volume, aht, share, within, patience):
    from pyworkforce import queuing
    if model == "C":
        station = queuing.ErlangC(transactions=volume, aht=aht / 60, asa=within / 60, interval=30)
        return station.required_positions(service_level=share)["raw_positions"]
    if model == "A":
        station = queuing.ErlangA(transactions=volume, aht=aht / 60, asa=within / 60, interval=30,
                                  patience=patience / 60)
        return station.required_positions(service_level=share)["raw_positions"]
    station = queuing.ErlangB(transactions=volume, aht=aht / 60, interval=30)
    return station.required_positions(max_blocking=share)["raw_positions"]


def erlanglib(model, volume, aht, share, within, patience):
    import erlanglib as lib
    load = volume * aht / 1800
    if model == "B":
        return lib.required_channels(load, share)
    if model == "A":
        raise NotImplementedError("has no Erlang A")
    agents = math.floor(load) + 1
    while lib.service_level(agents, load, lib.erlang_c(agents, load), within, aht) < share:
        agents += 1
    return agents


def peer(package, model, *numbers):
    ask = {"pyworkforce": pyworkforce, "erlanglib": erlanglib}[package]
    ask("B", 10, 180, .5, 0, 0)  # loading is not its time
    start = time.process_time()
    agents = ask(model, *map(float, numbers))
    print(agents, time.process_time() - start)


def installed(python):
    code = ("import importlib.metadata as m, sys\nfor p in sys.argv[1:]:\n try: print(p, m.version(p))\n"
            " except m.PackageNotFoundError: pass")
    done = subprocess.run([python, "-c", code, *PEERS], capture_output=True, text=True, check=False)
    return dict(line.split() for line in done.stdout.splitlines())


def ask_peer(python, package, case):
    command = [python, __file__, "peer", package, *map(str, case)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S * 3 + 30,
                              check=False)
    except subprocess.TimeoutExpired:
        return None, f"stopped after {LIMIT_S * 3 + 30} s"
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["failed"])[-1].split(": ", 1)[-1]
    agents, seconds = done.stdout.split()
    return int(agents), float(seconds)


def cell(agents, seconds, want, ours_us):
    if agents is None:
        return str(seconds)
    text = f"{agents}" if agents == want else f"**{agents}, wrong**"
    return f"{text}, {1e3 * seconds:.2f} ms ({1e6 * seconds / ours_us:,.0f} times)"


def main():
    ours, page = sys.argv[1:3]
    python = os.environ.get("PEERS_PYTHON", "python3")
    versions = installed(python)
    lines, asked = [], []
    for model, erlangs, share, within, patience in CASES:
        asked.append((model, erlangs * 1800 / AHT_S, AHT_S, share, within, patience))
    text = "\n".join(" ".join(map(str, a)) for a in asked)
    done = subprocess.run([ours], input=text, capture_output=True, text=True, check=True)
    for case, wanted, row in zip(CASES, asked, done.stdout.splitlines()):
        agents, _, micros = row.split()
        model, erlangs, share, within, patience = case
        what = (f"at most {100 * share:g} % blocked" if model == "B" else
                f"{100 * share:g} % in {within} s" + (f", patience {patience} s" if patience else ""))
        cells = [cell(*ask_peer(python, p, wanted), int(agents), float(micros)) if p in versions
                 else "not installed" for p in PEERS]
        lines.append(f"| {NAMES[model]}, {erlangs:g} erlangs, {what} | {agents}, "
                     f"{float(micros) / 1e3:.4f} ms | " + " | ".join(cells) + " |")
    head = " | ".join(f"{p} {versions.get(p, '(absent)')}" for p in PEERS)
    out = ["# Requirements beside other Erlang packages", "",
           "`make bench-peers` writes this page: fewest people, processor time of one requirement and how",
           "many times ours that is. Ours meets the target and one fewer does not, by figures checked to",
           "1e-12 (tests/unit/test_erlang.c); another number is wrong. erlangccmath, also on the registry,",
           "sends every question to a service of its maker and computes nothing here.", "",
           f"| | Cuadrante | {head} |", "|---|---|" + "---|" * len(PEERS), *lines, ""]
    Path(page).write_text("\n".join(out), encoding="utf-8")
    print("\n".join(out))
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "peer":
        peer(*sys.argv[2:])
    else:
        sys.exit(main())
