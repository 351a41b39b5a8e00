# SPDX-License-Identifier: GPL-3.0-or-later
"""Each calendar client must read from our document the very instants that went into it: around both clock
changes, over midnight, in years whose rule falls otherwise, and with nothing but our own VTIMEZONE to go by."""
import os
import shutil
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import calendar_clients as clients  # noqa: E402

BINARY = Path(os.environ.get("CUADRANTE_BIN", ROOT / "build/release/cuadrante"))
PRINTER = BINARY.parent / "tests/unit/test_feed"

# zone, first instant, days, step and length of the shifts in minutes
SPANS = [
    ("America/Santiago", "2026-04-03T00:00:00Z", 4, 30, 30),     # back, Saturday 24:00
    ("America/Santiago", "2026-04-01T01:00:00Z", 6, 720, 600),   # nights over the change
    ("America/Santiago", "2026-09-04T00:00:00Z", 4, 30, 30),     # forward, Saturday 24:00
    ("America/Santiago", "2026-09-02T02:00:00Z", 6, 720, 510),
    ("America/Santiago", "2030-09-06T00:00:00Z", 3, 30, 30),     # Sunday the 8th, not the first Sunday
    ("America/Santiago", "2029-03-31T00:00:00Z", 9, 60, 60),
    ("America/New_York", "2026-11-01T00:00:00Z", 2, 30, 30),
    ("America/New_York", "2003-04-05T00:00:00Z", 3, 60, 45),     # the rule of 2003 was another
    ("Asia/Jerusalem", "1999-03-31T00:00:00Z", 4, 60, 45),
    ("Asia/Jerusalem", "2026-03-26T00:00:00Z", 3, 30, 30),
    ("Europe/Madrid", "2027-03-27T00:00:00Z", 3, 30, 30),
    ("America/El_Salvador", "2026-04-04T00:00:00Z", 2, 60, 60),
]


def document(zone, start, days, step, length):
    first = datetime.fromisoformat(start.replace("Z", "+00:00"))
    until = first + timedelta(days=days)
    done = subprocess.run([str(PRINTER), "--print", zone, start, until.strftime("%Y-%m-%dT%H:%M:%SZ"), str(step),
                           str(length)], capture_output=True, check=True, timeout=60)
    wanted = set()
    t = first
    while t < until:
        wanted.add((t, t + timedelta(minutes=length)))
        t += timedelta(minutes=step)
    return done.stdout.decode(), wanted


def assert_same(client, got, wanted):
    assert set(got) == wanted, (f"{client}: {len(set(got) - wanted)} moved, first "
                                f"{sorted(set(got) - wanted)[:2]} instead of {sorted(wanted - set(got))[:2]}")


@pytest.fixture(scope="module", params=SPANS, ids=lambda s: f"{s[0]}-{s[1][:10]}-{s[3]}")
def span(request):
    return (*document(*request.param), request.param)


def test_python_icalendar(span):
    text, wanted, _ = span
    assert_same("python3-icalendar", clients.read_icalendar(text), wanted)


def test_python_icalendar_by_our_vtimezone_alone(span):
    text, wanted, parameters = span
    # The 1970 form says nothing true of 1999 or 2003 but for what it is right about: those are in UTC.
    # A name of its own a zone, since the client keeps what it read under a name.
    renamed = text.replace(parameters[0], "Unknown/" + parameters[0].replace("/", "-"))
    assert_same("python3-icalendar, unknown zone", clients.read_icalendar(renamed), wanted)


@pytest.mark.parametrize("machine_zone", ["UTC", "America/Santiago", "Asia/Tokyo"])
def test_javascript_clients(span, machine_zone):
    text, wanted, _ = span
    for client, got in clients.read_javascript(text, machine_zone).items():
        assert_same(client, got, wanted)


def test_khal_behind_vdirsyncer(span, tmp_path):
    text, wanted, parameters = span
    with clients.serving(text) as url:
        subscription = clients.Subscription(url, tmp_path)
        subscription.sync()
    first = datetime.fromisoformat(parameters[1].replace("Z", "+00:00")).date()
    assert_same("khal", subscription.read(first, parameters[2] + 2), wanted)


# Both changes of 2026 in one document.
BOTH_CHANGES = ("America/Santiago", "2026-04-02T01:30:00Z", 159, 240, 210)


@pytest.mark.skipif(not clients.has_evolution(), reason="evolution-data-server is not installed")
def test_evolution_data_server(tmp_path):
    text, wanted = document(*BOTH_CHANGES)
    with clients.serving(text) as url:
        assert_same("evolution-data-server", clients.read_evolution(url, tmp_path), wanted)


@pytest.mark.skipif(not shutil.which("thunderbird"), reason="thunderbird is not installed")
def test_thunderbird(tmp_path):
    text, wanted = document(*BOTH_CHANGES)
    with clients.serving(text) as url:
        assert_same("thunderbird", clients.read_thunderbird(url, tmp_path, len(wanted)), wanted)


def test_most_times_are_local(span):
    """Falling back to UTC is for the few that need it; else a phone shows the wrong zone's hours."""
    text, wanted, parameters = span
    by_rule = parameters[1] >= "2007"
    local = text.count("DTSTART;TZID=")
    assert local >= len(wanted) * (0.7 if by_rule else 0), f"only {local} of {len(wanted)}"
