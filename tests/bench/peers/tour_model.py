# SPDX-License-Identifier: GPL-3.0-or-later
"""A weekly tour instance of the shared data in two forms: as a problem of ours, and as the best compact
integer program that we could write for solvers that do not know about tours.

The compact program: a tour is a band of starts and a pattern of worked days; within a band the shifts of each
day are interchangeable, so shifts are counted by contract, band, day, start and length; breaks are placed by
counts a shift start (Aykin 1996), tied to no band and no agent. Classes count tours by band and pattern; named
agents have a binary a shift, a band and a pattern each, and their breaks are counted by contract and queues.
Shortage and surplus are columns a slot. Costs are in units of the instances (an hour's pay).
"""
import json
from itertools import combinations

T, DAY = 672, 96
MONDAY = "2026-01-05"
DAYS = ["2026-01-%02d" % (5 + d) for d in range(7)]
# worked days; length in quarters: [(earliest, latest, quarters off the work)]; pay a quarter of the paid time
REST = (4, 8, 1)
CONTRACTS = {
    "full_time": (5, {34: [REST, (12, 22, 2), (27, 30, 1)], 36: [REST, (12, 22, 4), (27, 30, 1)]}),
    "part_time_5": (5, {n: [(6, 10, 1)] for n in (16, 18, 20, 22, 24)}),
    "part_time_4": (4, {24: [(6, 10, 1)]}),
}
SHORT, SHORT_MORE, SURPLUS = 3 / 4, 12 / 4, .2 / 4  # a quarter-hour


def read(path):
    instance = json.loads(open(path, encoding="utf-8").read())
    many = isinstance(instance["required"][0], list)
    instance["cover"] = instance["required"] if many else [instance["required"]]
    instance["step"] = instance["first_step"] if many else [instance["first_step"]]
    instance["open"] = [any(q[t] > 0 for q in instance["cover"]) for t in range(T)]
    return instance


def paid_hours(contract, length):
    return 8 if contract == "full_time" else length / 4


# ---- our problem form

def instant(t):
    return f"2026-01-{5 + t // DAY:02d}T{t % DAY // 4:02d}:{15 * (t % 4):02d}:00Z"


def spans(free):
    """The maximal runs of slots for which free(t) holds."""
    runs, begin = [], None
    for t in range(T + 1):
        holds = t < T and free(t)
        if holds and begin is None:
            begin = t
        elif not holds and begin is not None:
            runs.append({"start": instant(begin), "end": instant(t)})
            begin = None
    return runs


def our_contract(name, named):
    days, lengths = CONTRACTS[name]
    rules = [{"rule": "week_shifts", "low": days, "high": days},
             {"rule": "start_spread", "high": 60}, {"rule": "rest", "low": 720},
             {"rule": "days_off_together", "low": 7 - days, "mode": "soft", "weight_cents": 100}]
    rules += [{"rule": "shift_minutes", "low": 15 * n, "high": 15 * n} for n in lengths]
    breaks = []
    if name == "full_time":
        breaks = [{"kind": "break", "minutes": 15, "paid": True, "earliest": 60, "latest": 120},
                  {"kind": "meal", "minutes": 30, "earliest": 180, "latest": 330, "shift_high": 510},
                  {"kind": "meal", "minutes": 60, "earliest": 180, "latest": 330, "shift_low": 540},
                  {"kind": "break", "minutes": 15, "paid": True, "earliest": 405, "latest": 450}]
    else:
        breaks = [{"kind": "break", "minutes": 15, "paid": True, "earliest": 90, "latest": 150}]
    return {"name": name, "hour_cents": 100, "salaried": named and name != "part_time_5",
            "optional": not named, "rules": rules, "breaks": breaks}


def our_agent(number, agent):
    def away(t):
        day, quarter = divmod(t, DAY)
        early = max(agent["earliest"], agent["monday_earliest"] if day == 0 else 0)
        return not agent["days"] >> day & 1 or quarter < early or quarter >= agent["latest"]

    wishes = [{"kind": "day_off", "date": DAYS[d], "weight_cents": 100} for d in range(7) if agent["wish_off"] >> d & 1]
    wish = 15 * agent["wish_start"]
    wishes.append({"kind": "start", "time": f"{wish // 60:02d}:{wish % 60:02d}", "weight_cents": 10})
    skills = [{"skill": f"s{q}", "speed": 1} for q in range(8) if agent["queues"] >> q & 1]
    return {"name": f"agent {number}", "contract": agent["contract"], "site": "site", "skills": skills,
            "unavailable": spans(away), "wishes": wishes}


def ours(instance):
    named = "agents" in instance
    queues = [{"name": f"queue {q}", "skill": f"s{q}" if named else None, "step1_share": .05,
               "required": [{"start": instant(0), "people": people}], "short1_cents": 300, "short2_cents": 1200,
               "surplus_cents": 20, "open": spans(lambda t: instance["open"][t])}
              for q, people in enumerate(instance["cover"])]
    if named:
        agents = [our_agent(i, a) for i, a in enumerate(instance["agents"])]
    else:
        kinds = [c for c, n in instance["pool"].items() for _ in range(n)]
        agents = [{"name": f"agent {i}", "contract": c, "site": "site"} for i, c in enumerate(kinds)]
    return {"start": MONDAY, "days": 7, "slot_min": 15, "tail_min": 0, "cyclic": True,
            "sites": [{"name": "site", "zone": "UTC"}], "skills": [f"s{q}" for q in range(8)] if named else [],
            "queues": queues, "contracts": [our_contract(c, named) for c in CONTRACTS], "agents": agents}


# ---- the compact integer program

class Program:
    """Minimise cost x, low <= A x <= high, 0 <= x <= upper, all integer."""

    def __init__(self):
        self.cost, self.upper, self.rows = [], [], []

    def column(self, cost=0.0, upper=None):
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.cost) - 1

    def row(self, terms, low, high):
        self.rows.append((terms, low, high))

    def write_mps(self, path):
        """Fixed columns, which every reader takes; infinite sides only where a row or column has them."""
        def line(kind, first, second="", value=""):
            return f" {kind:<2} {first:<8}  {second:<8}  {value:>12}".rstrip() + "\n"

        with open(path, "w", encoding="ascii") as out:
            kinds = ["E" if low == high else "G" if high is None else "L" for _, low, high in self.rows]
            out.write("NAME          tours\nROWS\n" + line("N", "cost"))
            out.writelines(line(k, f"r{i}") for i, k in enumerate(kinds))
            by_column = [[] for _ in self.cost]
            for i, (terms, _, _) in enumerate(self.rows):
                for j, a in terms:
                    by_column[j].append((i, a))
            out.write("COLUMNS\n    begin     'MARKER'                 'INTORG'\n")
            for j, entries in enumerate(by_column):
                out.write(line("", f"x{j}", "cost", f"{self.cost[j]:.10g}"))
                out.writelines(line("", f"x{j}", f"r{i}", f"{a:.10g}") for i, a in entries)
            out.write("    end       'MARKER'                 'INTEND'\nRHS\n")
            for i, (_, low, high) in enumerate(self.rows):
                side = high if kinds[i] == "L" else low
                if side:
                    out.write(line("", "rhs", f"r{i}", f"{side:.10g}"))
            out.write("BOUNDS\n")
            out.writelines(line("PL", "bnd", f"x{j}") if up is None else line("UP", "bnd", f"x{j}", f"{up}")
                           for j, up in enumerate(self.upper))
            out.write("ENDATA\n")


def patterns(days, allowed=127):
    """(days worked, cost): days off that do not stand together round the week cost 1."""
    out = []
    for worked in combinations(range(7), days):
        if any(not allowed >> d & 1 for d in worked):
            continue
        off = [d for d in range(7) if d not in worked]
        runs = sum((d + 1) % 7 not in off for d in off)
        out.append((worked, 0 if runs == 1 else 1))
    return out


class Builder:
    def __init__(self, instance):
        self.instance, self.program = instance, Program()
        self.around = all(instance["open"])  # round the clock: starts run past midnight
        self.supply = {}   # (queues mask, slot): terms of people on the work
        self.shifts = {}   # (contract, queues mask, day, start, length): terms that count them

    def fits(self, day, start, length):
        slots = range(DAY * day + start, DAY * day + start + length)
        return all(self.instance["open"][t % T] for t in slots)

    def starts(self, day, length):
        last = DAY + 4 if self.around else DAY
        return [s for s in range(last) if self.fits(day, s, length)]

    def bands(self, contract):
        """First starts of bands: any quarter round the clock; else none that only repeats part of another."""
        if self.around:
            return list(range(DAY))
        first = min(min(self.starts(d, n)) for d in range(7) for n in CONTRACTS[contract][1])
        last = max(max(self.starts(d, n)) for d in range(7) for n in CONTRACTS[contract][1])
        return list(range(first, max(first, last - 4) + 1))

    def count_shift(self, contract, mask, day, start, length, column):
        self.shifts.setdefault((contract, mask, day, start, length), []).append((column, 1))

    def classes(self):
        p = self.program
        for contract, pool in self.instance["pool"].items():
            days, lengths = CONTRACTS[contract]
            tours = []
            for band in self.bands(contract):
                mine = [(worked, p.column(cost, pool)) for worked, cost in patterns(days)]
                tours += [(c, 1) for _, c in mine]
                for d in range(7):
                    link = [(c, -1) for worked, c in mine if d in worked]
                    for s in range(band, band + 5):
                        for n in lengths:
                            if not self.fits(d, s, n):
                                continue
                            column = p.column(paid_hours(contract, n))
                            self.count_shift(contract, 1, d, s, n, column)
                            link.append((column, 1))
                    p.row(link, 0, 0)
            p.row(tours, None, pool)

    def named(self):
        for agent in self.instance["agents"]:
            self.agent(agent)

    def agent(self, agent):
        p, contract = self.program, agent["contract"]
        days, lengths = CONTRACTS[contract]
        choices = patterns(days, agent["days"])
        mine = [(worked, p.column(cost + sum(agent["wish_off"] >> d & 1 for d in worked), 1))
                for worked, cost in choices]
        shifts = {}
        for d in range(7):
            early = max(agent["earliest"], agent["monday_earliest"] if d == 0 else 0)
            for n in lengths:
                for s in range(early, agent["latest"] - n + 1):
                    if not agent["days"] >> d & 1 or not self.fits(d, s, n):
                        continue
                    pay = paid_hours(contract, n) if contract == "part_time_5" else 0
                    column = p.column(pay + .1 * abs(s - agent["wish_start"]) / 4, 1)
                    shifts.setdefault((d, s), []).append((column, 1))
                    self.count_shift(contract, agent["queues"], d, s, n, column)
        if not mine or not shifts:
            return  # no tour at all: at home
        first, last = min(s for _, s in shifts), max(s for _, s in shifts)
        bands = {b: p.column(0, 1) for b in range(first, max(first, last - 4) + 1)}
        p.row([(c, 1) for c in bands.values()], 1, 1)
        p.row([(c, 1) for _, c in mine], 1, 1)
        for d in range(7):
            today = [t for (day, _), terms in shifts.items() if day == d for t in terms]
            p.row(today + [(c, -1) for worked, c in mine if d in worked], 0, 0)
        for (_, s), terms in shifts.items():
            p.row(terms + [(bands[b], -1) for b in range(s - 4, s + 1) if b in bands], None, 0)

    def place_breaks(self):
        """A column a shift start and break start; lengths with the same window share it."""
        p, windows = self.program, {}
        for (contract, mask, d, s, n), terms in self.shifts.items():
            for t in range(n):
                self.supply.setdefault((mask, (DAY * d + s + t) % T), []).extend(terms)
            for window in CONTRACTS[contract][1][n]:
                windows.setdefault((mask, d, s, window, contract), []).extend(terms)
        for (mask, d, s, (early, late, size), _), terms in windows.items():
            breaks = [p.column() for _ in range(early, late + 1)]
            p.row([(c, 1) for c in breaks] + [(c, -a) for c, a in terms], 0, 0)
            for k, c in enumerate(breaks):
                for t in range(size):
                    self.supply.setdefault((mask, (DAY * d + s + early + k + t) % T), []).append((c, -1))

    def cover(self):
        p, queues = self.program, len(self.instance["cover"])
        on = {}  # (queue, slot): terms
        for (mask, t), terms in self.supply.items():
            if queues == 1:
                on.setdefault((0, t), []).extend(terms)
                continue
            able = [q for q in range(queues) if mask >> q & 1]
            flow = [p.column() for _ in able]
            p.row(terms + [(c, -1) for c in flow], 0, 0)
            for q, c in zip(able, flow):
                on.setdefault((q, t), []).append((c, 1))
        for q in range(queues):
            for t in range(T):
                if not self.instance["open"][t]:
                    continue
                short = p.column(SHORT, self.instance["step"][q][t])
                more, over = p.column(SHORT_MORE), p.column(SURPLUS)
                need = self.instance["cover"][q][t]
                p.row(on.get((q, t), []) + [(short, 1), (more, 1), (over, -1)], need, need)


def compact(instance):
    builder = Builder(instance)
    if "pool" in instance:
        builder.classes()
    else:
        builder.named()
    builder.place_breaks()
    builder.cover()
    return builder.program
