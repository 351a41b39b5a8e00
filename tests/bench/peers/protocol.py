# SPDX-License-Identifier: GPL-3.0-or-later
"""The forecasting protocol for whoever takes part: grids, origins, training files, scores.

Development origins, one a week, eight of them; training on everything before an origin; horizon
two weeks; closures known in advance are marked; holes and closed days are filled for training only
(mean of the same interval of the nearest weeks on both sides, before the origin) and never scored.
The Monday-Friday bank keeps its grid: a missing weekday is a hole, not a shift.
Emergency arrivals have a protocol of their own, of which this is a sample; see Emergency.
"""
import csv
import gzip
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import NormalDist

EPOCH = date(1970, 1, 1)
ORIGINS, HORIZON_DAYS = 8, 14
QUANTILES = [0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975]


@dataclass
class Series:
    name: str
    file: str
    interval_min: int
    weekdays: int        # 5: Monday to Friday; 7: every day
    first_slot: int
    slots: int           # a day
    origin: date
    closed: list
    country: str
    offered: dict = None  # (day number, slot) -> contacts
    count: int = ORIGINS

    def origin_of(self, k):
        """(day number, slot) of the first interval that is forecast from origin k."""
        return (self.origin - EPOCH).days + 7 * k, self.first_slot

    def future_of(self, k):
        day = self.origin_of(k)[0]
        return keys_of(self, day, day + HORIZON_DAYS)

    def score(self):
        return Score()

    def order(self):
        """Origins in an order spread over the months, however early it ends."""
        return [0, 4, 2, 6, 1, 5, 3, 7]


class Emergency(Series):
    """Hourly, 48 hours ahead, an origin each twelve hours of every STEP-th day of the last year."""

    STEP, HOURS = 23, 48

    def origin_of(self, k):
        last = max(self.offered)[0] - 2
        return last - 364 + self.STEP * (k // 2), 12 * (k % 2)

    def future_of(self, k):
        day, hour = self.origin_of(k)
        return [(day + (hour + i) // 24, (hour + i) % 24) for i in range(self.HOURS)]

    def score(self):
        return EmergencyScore()

    def order(self):
        return list(range(0, self.count, 2)) + list(range(1, self.count, 2))


CLOSED_A = [date(2003, 5, 26), date(2003, 7, 4), date(2003, 9, 1)]
CLOSED_B = [date(1999, *d) for d in ((4, 1), (4, 7), (4, 21), (5, 21), (9, 11), (9, 12), (9, 20),
                                     (9, 25), (10, 2))]
SERIES = [
    Series("A30", "bank-us-2003/history.csv.gz", 30, 5, 14, 28, date(2003, 6, 23), CLOSED_A, "US"),
    Series("A5", "bank-us-2003/history.csv.gz", 5, 5, 84, 169, date(2003, 6, 23), CLOSED_A, "US"),
    Series("B30", "bank-il-1999/history.csv", 30, 7, 0, 48, date(1999, 6, 20), CLOSED_B, "IL"),
    Emergency("ED", "ed-arrivals/history.csv", 60, 7, 0, 24, None, [], "GB", count=32),
]


def load(series, folder):
    """False when the data are not on this machine."""
    path = Path(folder) / series.file
    if not path.exists():
        return False
    opener = gzip.open if path.suffix == ".gz" else open
    offered = {}
    with opener(path, "rt", encoding="ascii") as f:
        for row in csv.DictReader(f):
            t = datetime.fromisoformat(row["start"][:16])
            slot = (t.hour * 60 + t.minute) // series.interval_min
            if series.first_slot <= slot < series.first_slot + series.slots:
                key = ((t.date() - EPOCH).days, slot)
                offered[key] = offered.get(key, 0.0) + float(row["offered"])
    series.offered = offered
    return True


def open_days(series, first, last):
    """Day numbers of the grid from first up to but not including last."""
    return [d for d in range(first, last)
            if series.weekdays == 7 or (EPOCH + timedelta(days=d)).weekday() < 5]


def keys_of(series, first, last):
    return [(d, s) for d in open_days(series, first, last)
            for s in range(series.first_slot, series.first_slot + series.slots)]


def closed_of(series):
    return {(d - EPOCH).days for d in series.closed}


def fill(series, day, slot, origin, closed):
    """The same interval of the nearest week with data on each side, averaged."""
    found = []
    for side in (-7, 7):
        for k in range(1, 9):
            near = day + side * k, slot
            if near < origin and near[0] not in closed and near in series.offered:
                found.append(series.offered[near])
                break
    return sum(found) / len(found) if found else 0.0


def write_rows(path, series, keys, origin, past):
    closed = closed_of(series)
    with open(path, "w", encoding="ascii") as f:
        print("time,day,slot,closed,offered,filled", file=f)
        for day, slot in keys:
            when = datetime.combine(EPOCH + timedelta(days=day), datetime.min.time())
            when += timedelta(minutes=slot * series.interval_min)
            y = series.offered.get((day, slot)) if past and day not in closed else None
            full = y if y is not None else fill(series, day, slot, origin, closed)
            print(f"{when:%Y-%m-%dT%H:%M},{day},{slot},{int(day in closed)},"
                  f"{'' if y is None else f'{y:g}'},{f'{full:g}' if past else ''}", file=f)


def stem(series, k, weeks=0):
    """What the files of an origin begin with; weeks: all the history there is, 0 = everything."""
    return f"{series.name}-{k}" + (f"-{weeks}w" if weeks else "")


def write_origin(series, k, folder, weeks=0):
    """Writes TRAIN and FUTURE of origin k; nothing of FUTURE's own figures is in either. With few
    weeks of history, older days are in TRAIN only where they were closed: a calendar is known."""
    origin, closed = series.origin_of(k), closed_of(series)
    first = min(series.offered)
    cut = (origin[0] - 7 * weeks, 0) if weeks else first
    train, future = (folder / f"{stem(series, k, weeks)}-{part}.csv" for part in ("train", "future"))
    past = [key for key in keys_of(series, first[0], origin[0] + 1)
            if first <= key < origin and (key >= cut or key[0] in closed)]
    write_rows(train, series, past, origin, True)
    write_rows(future, series, series.future_of(k), origin, False)


def pinball(y, q, tau):
    return tau * (y - q) if y > q else (tau - 1) * (y - q)


class Score:
    """Pooled over origins: errors are added before they are divided."""

    def __init__(self):
        self.error, self.volume = [0.0, 0.0], [0.0, 0.0]
        self.pinball = self.inside80 = self.inside95 = 0.0
        self.n = self.origins = 0
        self.seconds = self.pinball19 = 0.0

    def add(self, series, k, rows, seconds):
        keys, closed = series.future_of(k), closed_of(series)
        first = keys[0][0]
        if len(rows) != len(keys):
            raise ValueError(f"{len(rows)} rows for {len(keys)} intervals")
        for (day, slot), row in zip(keys, rows):
            y = series.offered.get((day, slot))
            if y is not None and day not in closed:
                self.add_slot(y, row, day - first)
        self.origins += 1
        self.seconds += seconds

    def add_slot(self, y, row, ahead):
        for week in range(0 if ahead < 7 else 1, 2):
            self.error[week] += abs(y - row[0])
            self.volume[week] += y
        if ahead >= 7:
            return
        self.pinball += sum(pinball(y, row[1 + i], QUANTILES[i]) for i in range(1, 10)) / 9
        self.inside80 += row[2] <= y <= row[10]
        self.inside95 += row[1] <= y <= row[11]
        self.n += 1

    def figures(self):
        return {"wape1": 100 * self.error[0] / self.volume[0],
                "wape2": 100 * self.error[1] / self.volume[1],
                "wql": 200 * self.pinball / self.volume[0],
                "cover80": 100 * self.inside80 / self.n, "cover95": 100 * self.inside95 / self.n,
                "seconds": self.seconds / self.origins, "origins": self.origins}


class EmergencyScore(Score):
    """Mean pinball over .05, .10 to .95; those not handed in are drawn straight between their
    neighbours on the normal scale, which is exact for a normal."""

    LEVELS = [i / 20 for i in range(1, 20)]
    Z = [NormalDist().inv_cdf(q) for q in QUANTILES]

    def add_slot(self, y, row, ahead):
        super().add_slot(y, row, 0)
        for tau in self.LEVELS:
            z = NormalDist().inv_cdf(tau)
            i = min(max(j for j, known in enumerate(self.Z) if known <= z + 1e-9),
                    len(self.Z) - 2)
            share = (z - self.Z[i]) / (self.Z[i + 1] - self.Z[i])
            q = row[1 + i] + share * (row[2 + i] - row[1 + i])
            self.pinball19 += pinball(y, q, tau) / len(self.LEVELS)

    def figures(self):
        return dict(super().figures(), pinball=self.pinball19 / self.n)


def read_forecast(path):
    """(rows, processor seconds, note) of a file that a competitor wrote."""
    rows, seconds, note = [], None, ""
    for line in Path(path).read_text(encoding="ascii").splitlines():
        if line.startswith("# seconds "):
            seconds = float(line.split()[2])
        elif line.startswith("# note "):
            note = line[7:].strip()
        else:
            row = [float(x) for x in line.split(",")]
            if len(row) != 1 + len(QUANTILES):
                raise ValueError(f"{path}: {len(row)} columns")
            rows.append(row)
    if seconds is None or not rows:
        raise ValueError(f"{path}: no forecast")
    return rows, seconds, note
