# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of results: one table a series, and what was asked of us beside what came out."""
import os
import subprocess
from datetime import datetime, timezone

import protocol

ASKED_ADVANTAGE, ASKED_TIMES = 10, 20
ORIGINS_TO_JUDGE = 4  # fewer are in the table, but no verdict hangs on a week or two

HEAD = """# Forecasts beside the peers

Written by `make bench-peers` on {date}; source {commit}. Machine: {machine}. {versions}.
{absent}
Protocol: eight development origins, one a week; training on everything before an origin;
horizon two weeks. Closures known in advance are given: closed days and holes are filled for
training only (the same interval of the nearest weeks on both sides, before the origin; Prophet
leaves the rows out, as it wants) and never scored. The Monday-Friday bank keeps its grid. Nobody
is told about paydays, month ends or days after a closure; Prophet has its own holidays of the
country. Everyone runs alone, one thread, niced; times are processor seconds of fit, forecast and
quantiles, without loading packages; an origin may take {limit} s, and after {budget} s a method goes
to no further origin of a series (they are taken in the order 1, 5, 3, 7, 2, 6, 4, 8).

Settings: statsforecast, Prophet and `stlf` as they come, both seasonal periods given; the other R
methods on the root scale as their authors' textbook has it for call volumes, TBATS on the last
2,000 intervals where the whole series takes too long (also theirs). AutoCES knows one period: the
week. Quantiles: the tools' own intervals at 20, 40, 60, 80 and 95 %, their point forecast as the
middle; AutoMFLES has none of its own, so its split-conformal ones of two windows, and its time
holds their fits; Prophet's of its own 1,000 draws (seed 1). Ours: normal on the root scale between
the quantiles that the library gives. Errors are pooled over origins and intervals: WAPE = Σ|e|/Σy;
wQL = 2 × mean pinball of the deciles ÷ mean y; wQL and coverage of the first week. "Ours there" is
our default on the same origins, "ahead" = 1 − ours ÷ theirs in WAPE of week 1, "× time" = their
seconds ÷ ours, and "alone" ÷ those of our state space without the backtest, which no peer makes
either. ED: mean pinball of the quantiles .05, .10 to .95 over all 48 hours, the intermediate
ones drawn on the normal scale between those that the peers hand in.
"""


def machine():
    model = "unknown"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
        for line in f:
            if line.startswith("model name"):
                model = " ".join(line.split(":", 1)[1].split())
                break
    return f"{os.cpu_count()} cores, {model}"


def commit():
    done = subprocess.run(["git", "describe", "--always"], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip() or "unknown"


def scored(series, method, origins):
    score = series.score()
    for k in origins:
        rows, seconds = method.results[series.name, k]
        score.add(series, k, rows, seconds)
    return score.figures()


def seconds_text(s):
    return f"{s:.3f}" if s < 1 else f"{s:.1f}"


def measure(series):
    """The figure that decides, and the columns between the origins and the coverage."""
    if isinstance(series, protocol.Emergency):
        return "pinball", {"mean pinball": ("pinball", 3)}
    return "wape1", {"WAPE week 1": ("wape1", 2), "weeks 1-2": ("wape2", 2), "wQL": ("wql", 2)}


def row(series, method, f, there, alone):
    decides, columns = measure(series)
    cells = [method.title, str(f["origins"])]
    cells += [f"{f[key]:.{places}f}" for key, places in columns.values()]
    cells += [f"{f['cover80']:.0f}/{f['cover95']:.0f}", seconds_text(f["seconds"])]
    if there is None:
        return cells + [""] * 4
    places = next(iter(columns.values()))[1]
    return cells + [f"{there[decides]:.{places}f}", f"{ahead_of(f, there, decides):.0f} %",
                    f"{f['seconds'] / there['seconds']:.1f}",
                    f"{f['seconds'] / alone['seconds']:.1f}" if alone else ""]


def ahead_of(f, there, decides):
    return 100 * (1 - there[decides] / f[decides])


def verdict(series, peers):
    """The asked figures against the peer that comes nearest to us on its own origins."""
    peers = [p for p in peers if p[1]["origins"] >= ORIGINS_TO_JUDGE]
    if not peers:
        return f"{series.name}: no peer ran."
    ahead = {m.title: ahead_of(f, t, measure(series)[0]) for m, f, t, _ in peers}
    times = {m.title: f["seconds"] / t["seconds"] for m, f, t, _ in peers}
    alone = {m.title: f"{f['seconds'] / a['seconds']:.1f}" if a else "?" for m, f, _, a in peers}
    best = min(ahead, key=ahead.get)
    if isinstance(series, protocol.Emergency):
        return f"Best peer: {best}; ours ahead by {ahead[best]:.1f} %, {times[best]:.1f} × its speed."
    slow = [title for title in times if times[title] >= ASKED_TIMES]
    return (f"Asked: ahead of the best by {ASKED_ADVANTAGE} % or more, at {ASKED_TIMES} × less time. "
            f"Best peer of those with {ORIGINS_TO_JUDGE} origins or more: {best}. Ahead by {ahead[best]:.1f} %: "
            f"{'met' if ahead[best] >= ASKED_ADVANTAGE else '**not met**'}. Its time "
            f"{times[best]:.1f} × ours: {'met' if times[best] >= ASKED_TIMES else '**not met**'}; "
            f"{alone[best]} × ours without the backtest. Of {len(times)} peers {len(slow)} take "
            f"{ASKED_TIMES} × our time or more.")


def one_series(series, methods):
    head = ["method", "origins", *measure(series)[1], "cover 80/95", "s/origin", "ours there",
            "ahead", "× time", "× time alone"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" + "---:|" * (len(head) - 1)]
    default, single = (next(m for m in methods if m.name == name)
                       for name in ("judge", "state_space"))
    peers, notes = [], []
    for m in methods:
        origins = [k for k in range(series.count) if (series.name, k) in m.results]
        said = m.trouble.get(series.name, "" if origins else "not run")
        if not origins and "by hand" in said:
            said = "not run"
        if said and (not m.only or series.name in m.only):
            notes.append(f"- {m.title}: {said}")
        if not origins:
            continue
        f = scored(series, m, origins)
        there, alone = (scored(series, ours, origins) if m.kind != "ours" and all(
            (series.name, k) in ours.results for k in origins) else None
            for ours in (default, single))
        lines.append("| " + " | ".join(row(series, m, f, there, alone)) + " |")
        if there is not None:
            peers.append((m, f, there, alone))
    if notes:
        notes = ["Not on every origin:", "", *notes, ""]
    body = "\n".join(lines + ["", verdict(series, peers), ""] + notes)
    about = (f"a sample of its own protocol: {series.count} origins spread over the last development "
             f"year, 48 hours ahead" if isinstance(series, protocol.Emergency)
             else f"{series.interval_min} minutes, {series.slots} intervals a day")
    return f"\n## {series.name}: {about}\n\n{body}"


def page(series, methods, versions, absent, limit, budget):
    named = "; ".join(v for v in versions.values() if v) or "no peer installed"
    if os.environ.get("PEERS_RESUME") == "only":
        named += ". Ours run anew beside the peers' figures of an earlier run on the same machine"
    missing = f"Not installed, so not run: {', '.join(absent)}.\n" if absent else ""
    text = HEAD.format(date=datetime.now(timezone.utc).strftime("%Y-%m-%d"), commit=commit(),
                       machine=machine(), versions=named, absent=missing, limit=limit,
                       budget=budget)
    return text + "".join(one_series(s, methods) for s in series)


COLD_TITLE = "\n## With little history, beside the published algorithm\n"
COLD_HEAD = """
Written on {date}; source {commit}; {rival}. Ours (the default, with what backtest so short a
history allows) and the algorithm that ours began from (`published_dlm.py`, written from its
description alone) at the same eight origins, given only the last weeks before each; closures and
the calendar are known to both. That it is what was described, its figures with all history say;
as published for these origins: {published}.
Asked at later origins, whose data nobody tunes on: WAPE of 7.9 / 23.2 % (A30/B30) with 2 weeks,
6.3 / 20.8 % with 4, 5.5 / 19.7 % with 8; and that 80 % intervals cover 70 % or more.

| series | history | origins | method | WAPE week 1 | weeks 1-2 | wQL | cover 80/95 |
|---|---|---:|---|---:|---:|---:|---:|
"""
PUBLISHED = {"A30": "A30 WAPE 5.52 % in week 1 and 5.58 % in both, wQL 4.36 %, cover 79/94",
             "B30": "B30 WAPE 21.96 % and 22.90 %, wQL 17.4 %"}


def cold_row(series, method, weeks, results):
    score = series.score()
    for k in sorted(results):
        score.add(series, k, *results[k])
    f = score.figures()
    cells = [series.name, f"{weeks} weeks" if weeks else "all", str(f["origins"]), method.title]
    cells += [f"{f[key]:.2f}" for key in ("wape1", "wape2", "wql")]
    return "| " + " | ".join([*cells, f"{f['cover80']:.0f}/{f['cover95']:.0f}"]) + " |\n"


def cold(series, methods, all_weeks, found, rival):
    """found: series -> (method, weeks) -> origin -> (rows, seconds); on the origins all have."""
    if not series:
        return ""
    text = COLD_TITLE + COLD_HEAD.format(
        date=datetime.now(timezone.utc).strftime("%Y-%m-%d"), commit=commit(), rival=rival,
        published="; ".join(PUBLISHED[s.name] for s in series))
    for s in series:
        for weeks in all_weeks:
            ran = [m for m in methods if (m.name, weeks) in found[s.name]]
            shared = set(range(s.count)).intersection(*(found[s.name][m.name, weeks] for m in ran))
            for m in ran if shared else ():
                results = found[s.name][m.name, weeks]
                text += cold_row(s, m, weeks, {k: results[k] for k in shared})
    return text
