# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what Python's zoneinfo says of many instants and wall-clock times, for test_zones.c.

    O zone utc offset_s                          the offset at an instant
    L zone date minute first_utc second_utc      wall-clock to instants; skipped times give the jump
"""
import random
import zoneinfo
from datetime import date, datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
DAY0 = date(1970, 1, 1).toordinal()
CLOSE = ["America/Santiago", "America/New_York", "Europe/Madrid", "America/El_Salvador",
         "Asia/Jerusalem", "America/Guatemala", "America/Managua", "Europe/Dublin", "Asia/Tehran",
         "America/Nuuk", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "America/Asuncion",
         "Africa/Casablanca", "Africa/Cairo", "Asia/Gaza", "Antarctica/Troll"]


def offset(zone, utc):
    return int((EPOCH + timedelta(seconds=utc)).astimezone(zone).utcoffset().total_seconds())


def changes(zone, start, end):
    """Instants at which the offset changes, by bisection between six-hourly samples."""
    step = 6 * 3600
    before = offset(zone, start)
    for t in range(start + step, end, step):
        after = offset(zone, t)
        if after != before:
            lo, hi = t - step, t
            while hi - lo > 1:
                mid = (lo + hi) // 2
                if offset(zone, mid) == before:
                    lo = mid
                else:
                    hi = mid
            yield hi
        before = after


def to_utc(zone, day, minute, jump):
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    found = set()
    for fold in (0, 1):
        aware = local.replace(tzinfo=zone, fold=fold)
        utc = aware.astimezone(timezone.utc)
        if utc.astimezone(zone).replace(tzinfo=None) == local:
            found.add(int((utc - EPOCH).total_seconds()))
    return (min(found), max(found)) if found else (jump, jump)


def main():
    rng = random.Random(20260309)
    span = (-2208988800 + 86400, 7258118400)  # 1900 .. 2200
    for name in sorted(zoneinfo.available_timezones()):
        if not name[0].isupper() or name == "Factory":
            continue
        zone = zoneinfo.ZoneInfo(name)
        for _ in range(60):
            utc = rng.randrange(*span)
            print("O", name, utc, offset(zone, utc))
    for name in CLOSE:
        zone = zoneinfo.ZoneInfo(name)
        for start, end in ((0, 86400 * 365 * 20 + 1), (915148800, 951782400),
                           (1672531200, 2240611200), (4102444800, 4165516800)):
            for at in changes(zone, start, end):
                for utc in (at - 3600, at - 1, at, at + 1, at + 3600):
                    print("O", name, utc, offset(zone, utc))
                wall = (EPOCH + timedelta(seconds=at)).astimezone(zone)
                for shift in range(-130, 131, 10):
                    # The wall clock as it was before the change, stepped over the change.
                    local = (EPOCH + timedelta(seconds=at + offset(zone, at - 1) + 60 * shift))
                    if wall.second or local.second:
                        continue
                    minute = local.hour * 60 + local.minute
                    first, second = to_utc(zone, local.date(), minute, at)
                    print("L", name, local.toordinal() - DAY0, minute, first, second)


main()
