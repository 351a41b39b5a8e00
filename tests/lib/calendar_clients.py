# SPDX-License-Identifier: GPL-3.0-or-later
"""Real calendar clients, each asked what it understands of our feed.

Every reader gives {(start, end): event} with UTC datetimes, or dates for whole days. vdirsyncer renames the
UIDs of what it fetches over HTTP, so events are told apart by their times.
"""
import contextlib
import http.server
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import icalendar

HERE = Path(__file__).resolve().parent
NODE_READER = HERE / "read_ics.mjs"
NODE_MODULES = HERE.parent / "node_modules"


def as_utc(value):
    if isinstance(value, datetime):
        assert value.tzinfo is not None, f"floating time {value}"
        return value.astimezone(timezone.utc)
    return value


def read_icalendar(text):
    """python3-icalendar."""
    found = {}
    for event in icalendar.Calendar.from_ical(text).walk("VEVENT"):
        found[as_utc(event["DTSTART"].dt), as_utc(event["DTEND"].dt)] = {
            "uid": str(event["UID"]), "summary": str(event["SUMMARY"]),
            "description": str(event.get("DESCRIPTION", "")), "sequence": int(event["SEQUENCE"]),
            "transparency": str(event["TRANSP"])}
    return found


def _from_js(text):
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def read_javascript(text, zone="UTC"):
    """ical.js and node-ical, on a machine in the given zone: {client: events}."""
    assert NODE_MODULES.is_dir(), "run `npm ci` in tests/ first"
    done = subprocess.run(["node", str(NODE_READER)], input=text.encode(), capture_output=True, timeout=120,
                          env={**os.environ, "TZ": zone}, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return {client: {(_from_js(e["start"]), _from_js(e["end"])): {"uid": uid, **e}
                     for uid, e in events.items()}
            for client, events in json.loads(done.stdout).items()}


class Subscription:
    """khal reading what vdirsyncer fetched from a URL, in a folder of its own."""

    def __init__(self, url, folder):
        self.folder = Path(folder)
        (self.folder / "vdir").mkdir()
        self.vdirsyncer = self.folder / "vdirsyncer.conf"
        self.vdirsyncer.write_text(f'''
[general]
status_path = "{folder}/status"
[pair feed]
a = "remote"
b = "local"
collections = null
conflict_resolution = "a wins"
[storage remote]
type = "http"
url = "{url}"
[storage local]
type = "filesystem"
path = "{folder}/vdir"
fileext = ".ics"
''')
        self.khal = self.folder / "khal.conf"
        self.khal.write_text(f'''
[calendars]
[[feed]]
path = {folder}/vdir
readonly = True
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M
longdatetimeformat = %Y-%m-%dT%H:%M
[sqlite]
path = {folder}/khal.db
''')
        self.run(["vdirsyncer", "-c", self.vdirsyncer, "discover"], "y\n" * 9)

    def run(self, command, text=""):
        done = subprocess.run([str(c) for c in command], input=text, capture_output=True, text=True,
                              timeout=120, env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
                              check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sync(self):
        self.run(["vdirsyncer", "-c", self.vdirsyncer, "sync", "--force-delete"])

    def read(self, first, days):
        """Events that touch the days from first, as khal lists them."""
        mark, between = "@@", "||"
        out = self.run(["khal", "-c", self.khal, "list", "--once", "--day-format", "", "--format",
                        mark + between.join(["{start-end-time-style}", "{start-long-full}", "{end-long-full}", "{title}",
                                             "{description}"]),
                        first.isoformat(), f"{days}d"])
        found = {}
        for entry in out.split(mark)[1:]:
            hours, start, end, title, description = entry.rstrip("\n").split(between)
            if ":" not in hours:
                # khal names the last day of a whole-day event, iCalendar the day after it
                key = (date.fromisoformat(start[:10]), date.fromisoformat(end[:10]) + timedelta(days=1))
            else:
                key = tuple(datetime.fromisoformat(t).replace(tzinfo=timezone.utc) for t in (start, end))
            found[key] = {"summary": title, "description": description}
        return found


def _pair(start, end):
    return tuple(datetime.fromtimestamp(t, timezone.utc) for t in (start, end))


def has_evolution():
    return (shutil.which("dbus-run-session") is not None and
            Path("/usr/libexec/evolution-calendar-factory").exists() and
            subprocess.run(["/usr/bin/python3", "-c", "import gi; gi.require_version('ECal', '2.0'); "
                            "gi.require_version('EDataServer', '1.2')"], capture_output=True,
                           check=False).returncode == 0)


def read_evolution(url, folder):
    """evolution-data-server (GNOME Calendar and Evolution) subscribed to a URL."""
    done = subprocess.run(["dbus-run-session", "--", "/usr/bin/python3", str(HERE / "read_evolution.py"), url],
                          capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder),
                               "XDG_CONFIG_HOME": f"{folder}/config", "XDG_CACHE_HOME": f"{folder}/cache",
                               "XDG_DATA_HOME": f"{folder}/data", "GSETTINGS_BACKEND": "memory"})
    assert done.returncode == 0, done.stderr
    return {_pair(start, end): {"uid": uid} for uid, start, end in json.loads(done.stdout)}


def read_thunderbird(url, folder, expected):
    """Thunderbird, headless, with a fresh profile subscribed to a URL; read from its cache once it has ended,
    since it holds the file locked while it runs. On a busy machine it may seem to have ended before it began:
    with fewer events than expected it is started again and given longer."""
    calendar = "calendar.registry.11111111-2222-3333-4444-555555555555"
    settings = {f"{calendar}.name": "Feed", f"{calendar}.type": "ics", f"{calendar}.uri": url,
                f"{calendar}.cache.enabled": True, f"{calendar}.readOnly": True,
                "calendar.timezone.local": "UTC", "calendar.timezone.useSystemTimezone": False,
                "mail.provider.suppress_dialog_on_startup": True, "mailnews.start_page.enabled": False,
                "app.update.enabled": False, "network.proxy.type": 0,
                "datareporting.policy.dataSubmissionEnabled": False}
    profile = Path(folder) / "profile"
    profile.mkdir()
    (profile / "user.js").write_text("".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n"
                                             for k, v in settings.items()))
    cache = profile / "calendar-data" / "cache.sqlite"
    rows = []
    for quiet_s in (4, 15, 45):
        _run_thunderbird(profile, cache, quiet_s)
        with contextlib.closing(sqlite3.connect(cache)) as conn:
            rows = conn.execute("SELECT id, event_start, event_end FROM cal_events").fetchall()
        if len(rows) >= expected:
            break
    return {_pair(start // 1000000, end // 1000000): {"uid": uid} for uid, start, end in rows}


def _run_thunderbird(profile, cache, quiet_s, seconds=120):
    """Until the journal beside the cache stops growing: once everything is in."""
    with open(profile.parent / "thunderbird.log", "ab") as log:
        process = subprocess.Popen(["thunderbird", "--headless", "--no-remote", "--profile", str(profile),
                                    "-calendar"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env={**os.environ, "HOME": str(profile.parent)}, start_new_session=True)
    try:
        end, size, quiet = time.monotonic() + seconds, -1, 0
        while time.monotonic() < end and quiet < 2 * quiet_s:
            time.sleep(0.5)
            now = sum(f.stat().st_size for f in cache.parent.glob("cache.sqlite*")) if cache.exists() else 0
            quiet = quiet + 1 if now == size and now > 300000 else 0
            size = now
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@contextlib.contextmanager
def serving(text):
    """A web server on loopback that answers every path with one calendar."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/calendar; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/feed.ics"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
