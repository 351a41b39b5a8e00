# SPDX-License-Identifier: GPL-3.0-or-later
"""A running cuadrante for tests: its own data directory, a free port, gone at the end.

The data directory begins as a copy of what a first start makes (templates.py), unless fresh=True.

    with Service(demo=True) as service:
        planner = service.log_in("planner")
        planner.get("/sites").json()

A Client checks every JSON reply against the service's own OpenAPI document.
Environment: CUADRANTE_BIN (default build/release/cuadrante).
"""
import ctypes
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import requests
from jsonschema import Draft202012Validator, RefResolver

import templates

START_S = 300  # the sanitized build loads the demo slowly
PR_SET_PDEATHSIG = 1
DEMO_PASSWORD = "cuadrante-demo"


def binary():
    return str(Path(os.environ.get("CUADRANTE_BIN", "build/release/cuadrante")).resolve())


def clean_environment():
    """Settings of the person who runs the tests must not reach the service."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("CUADRANTE_", "PG"))}


def die_with_parent():
    """Runs in the child: should the test process die, the kernel stops the service, and that its database."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def processes_on(folder):
    """Living processes whose command line names the folder: the service, its workers, its postgres."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except (OSError, IndexError):
            continue
        if entry.name.isdigit() and str(folder) in line and state != "Z":
            found.append((int(entry.name), line.strip()))
    return found


class Service:
    def __init__(self, demo=True, workers=1, database_url=None, extra=(), fresh=False, env=None):
        self.dir = tempfile.mkdtemp(prefix="cuadrante-api-", dir="/tmp")
        os.chmod(self.dir, 0o755)
        self.log_path = Path(self.dir) / "serve.log"
        self.data = Path(self.dir) / "data"
        self.demo, self.fresh = demo, fresh or database_url is not None
        self.args = [binary(), "serve", "--data-dir", str(self.data), "--port", "0",
                     "--metrics-port", "0", "--workers", str(workers), *extra]
        if demo:
            self.args.append("--demo")
        if database_url:
            self.args += ["--database-url", database_url]
        self.env = env or {}  # beside the test's own
        self.process = None
        self.openapi = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def start(self):
        if not self.fresh and not self.data.exists():
            templates.put_copy(binary(), self.demo, self.data, self._first_start)
        with open(self.log_path, "ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(self.args, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**clean_environment(), **self.env},
                                            preexec_fn=die_with_parent)
        self.port, self.metrics_port = self._wait_listening(begin)
        self.base = f"http://127.0.0.1:{self.port}"
        self.openapi = requests.get(f"{self.base}/openapi.json", timeout=30).json()
        self._validators = {}

    @contextmanager
    def _first_start(self):
        """The data directory of a service that has started for the first time and ended in order."""
        first = Service(demo=self.demo, workers=0, fresh=True)
        try:
            first.start()
            code = first.stop()
            assert code == 0, f"cuadrante serve ended with {code}:\n{first.log()}"
            yield first.data
        finally:
            first.close()

    def _wait_listening(self, begin):
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            text = self.log_path.read_bytes()[begin:].decode(errors="replace")
            found = re.search(r"listening .*?port=(\d+) metrics_port=(-?\d+)", text)
            if found:
                return int(found[1]), int(found[2])
            if self.process.poll() is not None:
                raise RuntimeError(f"cuadrante serve ended:\n{text}")
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"cuadrante serve did not listen in {START_S} s")

    def stop(self):
        """As Ctrl-C would. Returns the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.process = None
        return code

    def close(self):
        """Stops it, checks that nothing of it is left, removes its folder."""
        self.stop()
        left = processes_on(self.dir)
        shutil.rmtree(self.dir, ignore_errors=True)
        assert not left, f"still running: {left}"

    @property
    def dsn(self):
        """Of the private database, for psycopg2 and --database-url."""
        return f"user=cuadrante dbname=cuadrante port=5432 host={self.dir}/data/run"

    def sql(self, text, values=None):
        """Runs one statement straight in the database and commits; the rows, if it gives any."""
        conn = psycopg2.connect(self.dsn)
        try:
            with conn, conn.cursor() as cursor:
                cursor.execute(text, values)
                return cursor.fetchall() if cursor.description else None
        finally:
            conn.close()

    def log(self):
        return self.log_path.read_text(errors="replace")

    def command(self, *args, check=True, **kwargs):
        """Runs another cuadrante command on the same data directory."""
        return subprocess.run([binary(), *args, "--data-dir", f"{self.dir}/data"], check=check,
                              capture_output=True, text=True, timeout=120, env=clean_environment(),
                              **kwargs)

    def client(self):
        return Client(self)

    def log_in(self, login, password=None):
        client = Client(self)
        client.log_in(login, password or DEMO_PASSWORD)
        return client

    def validate(self, method, path, reply):
        """A reply with a JSON body must be what the OpenAPI document says of its route."""
        template = self._template(path)
        if template is None:
            return
        operation = self.openapi["paths"][template].get(method.lower())
        if operation is None:
            return
        responses = operation["responses"]
        kind = reply.headers.get("Content-Type", "").split(";")[0]
        described = responses.get(str(reply.status_code), responses.get("default", {}))
        content = described.get("content", {})
        assert kind in content, f"{method} {path}: {reply.status_code} {kind} is not documented"
        key = (template, method, str(reply.status_code), kind)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(
                content[kind]["schema"], resolver=RefResolver("", self.openapi))
        self._validators[key].validate(reply.json())

    def _template(self, path):
        for template in self.openapi["paths"]:
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if re.fullmatch(pattern, path):
                return template
        return None


class Client:
    """One log-in. Paths are relative to /api/v1 unless they begin with // (from the root)."""

    def __init__(self, service):
        self.service = service
        self.cookie = self.csrf = self.user = None

    def request(self, method, path, headers=None, **kwargs):
        path = path[1:] if path.startswith("//") else "/api/v1" + path
        sent = dict(headers or {})
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.csrf and method not in ("GET", "HEAD"):
            sent.setdefault("X-CSRF-Token", self.csrf)
        reply = requests.request(method, self.service.base + path, headers=sent, timeout=120,
                                 allow_redirects=False, **kwargs)
        if "json" in reply.headers.get("Content-Type", "") and method != "HEAD":
            self.service.validate(method, path.split("?")[0], reply)
        return reply

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, path, **kwargs):
        return self.request("POST", path, **kwargs)

    def delete(self, path, **kwargs):
        return self.request("DELETE", path, **kwargs)

    def log_in(self, login, password):
        reply = self.post("/session", json={"login": login, "password": password})
        assert reply.status_code in (200, 201), reply.text
        # requests keeps Secure cookies from plain HTTP; a browser sends them to loopback.
        self.cookie = reply.headers["Set-Cookie"].split(";")[0]
        self.csrf = reply.json()["csrf"]
        self.user = reply.json()["user"]

    def items(self, path, **kwargs):
        reply = self.get(path, **kwargs)
        assert reply.status_code == 200, reply.text
        return reply.json()["items"]

    def wait_job(self, reply, seconds=120):
        """Follows a 202 to its end; returns the job."""
        assert reply.status_code == 202, reply.text
        path = reply.headers["Location"].removeprefix("/api/v1")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            job = self.get(path).json()
            if job["state"] in ("done", "failed", "cancelled"):
                return job
            time.sleep(0.1)
        raise AssertionError(f"{path} did not end in {seconds} s: {job}")
