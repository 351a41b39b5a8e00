# SPDX-License-Identifier: GPL-3.0-or-later
"""The published day-level algorithm as a rival: published_dlm.py METHOD TRAIN FUTURE OUT DAY WEEK COUNTRY

A dynamic linear model of the day's total, a profile a weekday, two factors of the day's shape:
the steps are numbered as where they are published, and written from there, not from ours. Only a
training file and the times to forecast are seen; METHOD, COUNTRY and the periods say nothing to it.
Where the publication leaves a choice, the comment beside it says which one was taken.
"""
import csv
import resource
import sys
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
from scipy.optimize import minimize

EPOCH = date(1970, 1, 1)
Z = [NormalDist().inv_cdf(q) for q in (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)]
CLASSES, MONTH_DAYS, FLAGS = 12, 31, 3
CENTRES = np.array([0.3, 0.03, 0.3, 0.002, 1.0, 2.0])  # of r, q_l, q_a, q_s, tau_m, tau_h; times v
PRIOR_SD = np.array([2.0, 1.5, 1.5, 1.5, 1.5, 1.5, 1.0])
PHI_CENTRE = 1.0  # of its logit


def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime


def weekday(day):
    return (EPOCH + timedelta(days=int(day))).weekday()


def read(path):
    """(days, slots, counts with NaN for holes, closed days); closed days before the first row with
    a count are only named, not part of the history."""
    with open(path, encoding="ascii") as f:
        rows = list(csv.DictReader(f))
    closed = {int(r["day"]) for r in rows if r["closed"] == "1"}
    seen = [int(r["day"]) for r in rows if r["offered"]]
    first = min(seen) if seen else int(rows[0]["day"])
    rows = [r for r in rows if int(r["day"]) >= first]
    days = sorted({int(r["day"]) for r in rows})
    slots = sorted({int(r["slot"]) for r in rows})
    y = np.full((len(days), len(slots)), np.nan)
    at_day, at_slot = ({v: i for i, v in enumerate(values)} for values in (days, slots))
    for r in rows:
        if r["offered"] and int(r["day"]) not in closed:
            y[at_day[int(r["day"])], at_slot[int(r["slot"])]] = float(r["offered"])
    return np.array(days), y, closed


# Step 1
def clean(days, y):
    """Outliers and single holes replaced; a day of which less than half is there stays missing."""
    week = np.array([weekday(d) for d in days])
    x, y = np.sqrt(y + 0.25), y.copy()
    for w in set(week):
        rows = np.flatnonzero((week == w) & (np.isnan(y).mean(axis=1) < 0.5))
        if len(rows) == 0:
            y[week == w] = np.nan
            continue
        m = np.nanmedian(x[rows], axis=0)
        s = np.maximum(0.5, 1.4826 * np.nanmedian(np.abs(x[rows] - m), axis=0))
        busy = m >= np.nanmedian(m)  # busy: the upper half
        for i in np.flatnonzero(week == w):
            if i not in rows:
                y[i] = np.nan
                continue
            expected = np.nanmedian(x[i, busy] / m[busy]) * m
            rest = x[i] - expected
            odd = (rest > 5 * s) | (rest < -6 * s)
            if odd.sum() > max(2, 0.1 * len(m)):
                odd[:] = False
            odd |= np.isnan(y[i])
            y[i, odd] = np.maximum(0, expected[odd] ** 2 - 0.25)
    return y


# Step 2
def calendar(days, closed):
    """Of each day: class of the open day of the month (or -1) and flags of closures around."""
    weekdays = {weekday(d) for d in days}
    lo, hi = int(days[0]) - 40, int(days[-1]) + 40
    open_days = [d for d in range(lo, hi) if weekday(d) in weekdays and d not in closed]
    order = {d: i for i, d in enumerate(open_days)}
    months = {}
    for d in open_days:
        when = EPOCH + timedelta(days=d)
        months.setdefault((when.year, when.month), []).append(d)
    found = []
    for d in map(int, days):
        if d not in order:
            found.append((-1, []))
            continue
        when = EPOCH + timedelta(days=d)
        month = months[when.year, when.month]
        at, left = month.index(d), len(month) - month.index(d)
        # Four classes before the end of a month, eight after its start, side by side.
        kind = 4 - left if left <= 4 else 4 + at if at < 8 else -1

        def closed_between(a, b):
            return any(c in closed and weekday(c) in weekdays for c in range(a + 1, b))
        i = order[d]
        before = [open_days[i - k] for k in (0, 1, 2) if i - k >= 0]
        flags = [k for k in (0, 1) if len(before) > k + 1 and
                 closed_between(before[k + 1], before[k])]
        if i + 1 < len(open_days) and closed_between(d, open_days[i + 1]):
            flags.append(2)
        found.append((kind, flags))
    return found


class DayModel:
    """z: a figure a day, NaN = missing; noise: the known part of its variance, by weekday."""

    def __init__(self, days, closed, past, z, noise):
        self.days, self.n = days, past
        self.week = np.array([weekday(d) for d in days])
        self.weekdays = sorted(set(self.week))
        self.centre = np.zeros(7)
        overall = np.nanmedian(z)
        for w in range(7):
            own = z[self.week[:past] == w]
            self.centre[w] = np.median(own[~np.isnan(own)]) if np.any(~np.isnan(own)) else overall
        self.z = z - self.centre[self.week[:past]]
        known = self.z[~np.isnan(self.z)]
        self.v = max((1.4826 * np.median(np.abs(np.diff(known)))) ** 2 / 2, 1e-8)
        self.noise, self.weight = noise, np.ones(7)
        self.lay_out(closed)

    def lay_out(self, closed):
        self.week_at, self.open_at = 2, 2 + len(self.weekdays)
        self.month_at = self.open_at + CLASSES
        self.flags_at = self.month_at + MONTH_DAYS
        self.states = self.flags_at + FLAGS
        self.H = np.zeros((len(self.days), self.states))
        self.H[:, :2] = 1
        for i, (kind, flags) in enumerate(calendar(self.days, closed)):
            self.H[i, self.week_at + self.weekdays.index(self.week[i])] = 1
            if self.days[i] in closed:
                continue
            if kind >= 0:
                self.H[i, self.open_at + kind] = 1
            self.H[i, self.month_at + (EPOCH + timedelta(days=int(self.days[i]))).day - 1] = 1
            for k in flags:
                self.H[i, self.flags_at + k] = 1
        i, j = np.arange(CLASSES), np.arange(MONTH_DAYS)
        self.open_kernel = 0.5 * np.exp(-np.abs(i[:, None] - i) / 4)
        apart = np.abs(j[:, None] - j)
        self.month_kernel = 0.5 * np.exp(-np.minimum(apart, MONTH_DAYS - apart) / 4)
        size = len(self.weekdays)
        self.zero_sum = np.eye(size) - 1 / size

    def natural(self, theta):
        return (*np.exp(np.clip(theta[:6], -30, 10)), 1 / (1 + np.exp(-theta[6])))

    def start(self, theta):
        """Unsaid where published: the level starts with variance 1, weekday effects with v."""
        _, _, q_a, _, tau_m, tau_h, phi = self.natural(theta)
        P = np.zeros((self.states, self.states))
        P[0, 0], P[1, 1] = 1, q_a / max(1 - phi * phi, 1e-6)
        a, b, c = self.week_at, self.open_at, self.month_at
        P[a:b, a:b] = self.v * self.zero_sum
        P[b:c, b:c] = tau_m * self.open_kernel
        P[c:self.flags_at, c:self.flags_at] = tau_m * self.month_kernel
        P[range(self.flags_at, self.states), range(self.flags_at, self.states)] = tau_h
        return np.zeros(self.states), P

    def moves(self, theta):
        _, q_l, q_a, q_s, _, _, phi = self.natural(theta)
        F, Q = np.ones(self.states), np.zeros((self.states, self.states))
        F[1] = phi
        Q[0, 0], Q[1, 1] = q_l, q_a
        a, b = self.week_at, self.open_at
        Q[a:b, a:b] = q_s * self.zero_sum
        return F, np.outer(F, F), Q

    def noise_of(self, theta, i):
        w = self.week[i]
        return (np.exp(min(theta[0], 10)) + self.noise[w]) * self.weight[w]

    def filter(self, theta, keep=False):
        """-log likelihood; with keep, also the states after each day and (weekday, e²/S)."""
        m, P = self.start(theta)
        F, FF, Q = self.moves(theta)
        R = [self.noise_of(theta, i) for i in range(self.n)]
        cost, states, ratios = 0.0, [], []
        for i in range(self.n):
            if i > 0:
                m, P = m * F, P * FF + Q
            if not np.isnan(self.z[i]):
                h = self.H[i]
                g = P @ h
                s, e = h @ g + R[i], self.z[i] - h @ m
                ratios.append((self.week[i], e * e / s))
                if self.days[i] - self.days[0] >= 14 and e * e > 9 * s:
                    s = e * e / 9
                cost += 0.5 * (np.log(s) + e * e / s)
                m = m + g * (e / s)
                P = P - np.outer(g / s, g)
            if keep:
                states.append((m, P))
        return (cost, states, ratios) if keep else cost

    # Step 3
    def fit(self):
        """Twice: with the weekdays' weights all one, then with those that the first fit gives."""
        centre = np.append(np.log(CENTRES * self.v), PHI_CENTRE)

        def cost(theta):
            return self.filter(theta) + 0.5 * np.sum(((theta - centre) / PRIOR_SD) ** 2)
        theta = centre
        for again in (False, True):
            simplex = np.vstack([theta, theta + np.diag(PRIOR_SD / (4 if again else 2))])
            theta = minimize(cost, theta, method="Nelder-Mead", options={
                "initial_simplex": simplex, "maxfev": 800, "xatol": 0.02, "fatol": 0.005}).x
            if again:
                break
            ratios = self.filter(theta, True)[2]
            for w in self.weekdays:
                own = [min(r, 9) for day, r in ratios if day == w]
                self.weight[w] = (10 + sum(own)) / (10 + len(own))
        self.theta = theta
        self.after = self.filter(theta, True)[1]

    def ahead(self, after, last):
        """Mean and variance of each day behind `after` up to `last`."""
        (m, P), (F, FF, Q) = self.after[after], self.moves(self.theta)
        mean, variance = [], []
        for i in range(after + 1, last + 1):
            m, P = m * F, P * FF + Q
            mean.append(self.H[i] @ m)
            variance.append(self.H[i] @ P @ self.H[i] + self.noise_of(self.theta, i))
        return np.array(mean), np.array(variance)

    # Step 4
    def kappa2(self, least):
        """Two weeks ahead of each of the last 12 weekly origins that has two weeks behind it."""
        total, n = 10.0, 10
        for back in range(1, 13):
            end = self.days[self.n - 1] + 1 - 7 * back
            past = np.flatnonzero(self.days[:self.n] < end)
            if end - self.days[0] < 14 or len(past) == 0:
                break
            last = np.flatnonzero(self.days[:self.n] < end + 14)[-1]
            mean, variance = self.ahead(past[-1], last)
            e = self.z[past[-1] + 1:last + 1] - mean
            ratio = (e * e / variance)[~np.isnan(e)]
            total, n = total + np.minimum(ratio, 16).sum(), n + len(ratio)
        return max(least, min(max(total / n, 1), 6))

    def forecast(self, least):
        mean, variance = self.ahead(self.n - 1, len(self.days) - 1)
        return mean + self.centre[self.week[self.n:]], variance * self.kappa2(least)


# Step 5
def profile(days, week, y, total, origin):
    """Share of a day's total by weekday and slot. How far two weekdays differ beyond their noise is
    taken over the hour either side of a slot."""
    slots = y.shape[1]
    share, behind = {}, {}
    for w in range(7):
        rows = np.flatnonzero((week == w) & (total > 0))
        if len(rows) == 0:
            continue
        omega = 2.0 ** (-(origin - days[rows]) / 7 / 8)
        share[w] = omega @ y[rows] / (omega @ total[rows])
        behind[w] = omega @ total[rows] * omega.sum() / (omega @ omega)
    reach = max(1, slots // 24)
    kernel = np.ones(2 * reach + 1)

    def around(values):
        return np.convolve(values, kernel, "same") / np.convolve(np.ones(slots), kernel, "same")
    out = np.full((7, slots), 1 / slots)
    for w in range(7):
        top = bottom = 0
        for u, p in share.items():
            se2 = (p + 0.2 / slots) / behind[u]
            tau2 = 0.0
            if u != w and w in share:
                noise = share[w] / behind[w] + p / behind[u]
                tau2 = np.maximum(0, around((share[w] - p) ** 2 - noise))
            weight = 1 / (4 * tau2 + se2)
            top, bottom = top + weight * p, bottom + weight
        if share:
            out[w] = top / bottom / np.sum(top / bottom)
    return out


# Step 6
def shape_factors(R, age_weeks, count):
    norms = np.linalg.norm(R, axis=1)
    cap = 3 * np.median(norms)
    R = R * np.minimum(1, cap / np.maximum(norms, 1e-9))[:, None]
    V = np.linalg.svd(R * np.sqrt(2.0 ** (-age_weeks / 26))[:, None], full_matrices=False)[2]
    return V[:count], R


# Step 7
def forecast(past_days, y, future_days, closed):
    origin = future_days[0]
    y = clean(past_days, y)
    total = y.sum(axis=1)
    week = np.array([weekday(d) for d in past_days])
    days = np.concatenate([past_days, future_days])
    weeks = round((origin - past_days[0]) / 7)
    least = 2.5 if weeks < 4 else 1.7 if weeks < 8 else 1.0
    medians = [np.nanmedian(total[week == w]) if np.any(~np.isnan(total[week == w])) else
               np.nanmedian(total) for w in range(7)]
    model = DayModel(days, closed, len(past_days), np.log(total + 0.5),
                     1 / np.maximum(medians, 1.0))
    model.fit()
    mean, variance = model.forecast(least)
    known = ~np.isnan(total)
    p = profile(past_days[known], week[known], y[known], total[known], origin)
    R = np.sqrt(y[known] + 0.25) - np.sqrt(total[known, None] * p[week[known]] + 0.25)
    age = (origin - past_days[known]) / 7
    V, capped = shape_factors(R, age, 2 if weeks >= 8 else 0)
    future_week = np.array([weekday(d) for d in future_days])
    x = np.sqrt(np.exp(mean)[:, None] * p[future_week] + 0.25)
    by_shape = np.zeros_like(x)
    for v in V:
        scores = np.full(len(past_days), np.nan)
        scores[known] = capped @ v
        m = DayModel(days, closed, len(past_days), scores, np.zeros(7))
        m.fit()
        c, c_variance = m.forecast(least)
        x = x + c[:, None] * v
        by_shape += c_variance[:, None] * v ** 2
        R = R - scores[known, None] * v
    omega = 2.0 ** (-age / 26)
    s2 = omega @ R ** 2 / omega.sum()
    return x, x ** 2 * variance[:, None] / 4 + by_shape + s2


def main():
    if sys.argv[1] == "version":
        import scipy
        print("numpy", np.__version__, "scipy", scipy.__version__)
        return
    train_path, future_path, out_path = sys.argv[2:5]
    past_days, y, closed = read(train_path)
    future_days, _, closed_ahead = read(future_path)
    start = cpu()
    x, variance = forecast(past_days, y, future_days, closed | closed_ahead)
    mean = np.maximum(0, x ** 2 + variance - 0.25).ravel()
    quantiles = [np.maximum(0.5, x + z * np.sqrt(variance)).ravel() ** 2 - 0.25 for z in Z]
    seconds = cpu() - start
    with open(out_path, "w", encoding="ascii") as out:
        print(f"# seconds {seconds:.4f}", file=out)
        np.savetxt(out, np.column_stack([mean, *quantiles]), fmt="%.5f", delimiter=",")


if __name__ == "__main__":
    main()
