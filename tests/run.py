#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds and tests everything; the last line is "N passed, N failed", exit 1 when any failed.

make check calls it after installing what is missing. Run from the project root. Words choose parts:
    tests/run.py [build gates clang unit fuzz install api browser]
After build and gates all parts run together, the longest first, two more at once than there are processors:
the two chains of the browser, and much of what talks to a service, wait half of the time. Logs are kept in build/check/. A skipped test says why on a
"# SKIP" line and counts as neither.
"""
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ET
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

LOGS = Path("build/check")
JOBS = str(os.cpu_count() or 1)
RELEASE, SANITIZED = "build/release", "build/san"
PROGRAM_TIMEOUT_S, API_TIMEOUT_S, BROWSER_TIMEOUT_S = 600, 1800, 1800
# About how many seconds the longest take, so that none of them is left for the end; others: SHORT_S. The
# figures are printed with each result.
SHORT_S = 5
SECONDS = {"browser": 330, "browser-beside": 310, "templates": 300, "test_replanning": 95,
           "prop_schedule_sessions": 90, "test_calendar_clients": 60, "test_planning": 65, "test_waiting": 60,
           "test_requirement": 55, "test_together": 55, "test_real_data": 50, "test_wishes": 50,
           "prop_explain": 50, "test_schedule": 45, "prop_schedule_deferrable": 45, "clang": 45, "test_sites":
           40, "test_cli": 40, "test_events": 40, "test_schedule_blocks": 40, "test_schedule_solve": 35,
           "test_guard": 34, "test_service": 30, "test_network": 30, "test_roster_trials": 30, "prop_skills":
           30, "test_published": 28, "prop_explain_duties": 25, "test_reports": 25, "test_planned_sessions":
           25, "test_workers": 25, "test_schedule_duties": 22, "test_schedule_sites": 22, "test_queue": 22,
           "test_counters": 20, "test_fair": 20, "prop_simulate": 20, "prop_scenarios": 20, "prop_deferred":
           20, "test_forecasts": 20, "test_cross_training": 20, "prop_forecast_invariance": 18, "test_replan":
           18, "test_session": 15, "prop_schedule_moved": 15, "prop_schedule_anneal": 15,
           "prop_schedule_sites": 15, "test_feed": 15, "test_outlook": 14, "test_skills": 14, "test_abort": 14,
           "test_db": 14, "test_offline_volume": 14}
# Walks of the page that need none of the others; together they take about as long as the rest.
BROWSER_BESIDE = ["forecast", "forecast-phone", "requirement", "replay", "replay-phone", "training", "calendar",
                  "lending"]

passed = failed = 0
failures = []
running = set()  # process groups to end with us


def say(text):
    print(text, flush=True)


def count(good, bad, what=""):
    global passed, failed
    passed += good
    failed += bad
    if bad:
        failures.append(what)


def environment(binary):
    env = dict(os.environ)
    env.setdefault("CUADRANTE_SHARED_DATA", str(Path("../shared/data").resolve()))
    env.update(
        CUADRANTE_BIN=str(Path(binary).resolve()),
        CMOCKA_MESSAGE_OUTPUT="TAP",
        PYTHONDONTWRITEBYTECODE="1",
        # A report of any process, however deep, lands in a file of its own and is counted below.
        ASAN_OPTIONS=f"log_path={LOGS.resolve()}/sanitizer:detect_leaks=1:abort_on_error=0",
        UBSAN_OPTIONS=f"log_path={LOGS.resolve()}/sanitizer:print_stacktrace=1",
    )
    return env


class Spent:
    """Seconds by the clock, and of processors: of a child and of all whose end it waited for, a database
    cluster too."""

    def __init__(self, clock=0.0, processor=0.0):
        self.clock, self.processor = clock, processor

    def __str__(self):
        return f"({self.clock:.0f} s, {self.processor:.0f} s of processors)"


def run(command, log, env=None, timeout=None):
    """Output to the log; (code, output, Spent). The code is -1 after a timeout."""
    start, late = time.monotonic(), threading.Event()
    with open(log, "wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env,
                                 stdin=subprocess.DEVNULL, start_new_session=True)
        running.add(child.pid)
        timer = threading.Timer(timeout, lambda: (late.set(), os.killpg(child.pid, signal.SIGKILL)))
        if timeout:
            timer.start()
        # The child stays a zombie until the timer is gone, lest that kills who has its number next.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        timer.cancel()
        if timeout:
            timer.join()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        running.discard(child.pid)
    spent = Spent(time.monotonic() - start, used.ru_utime + used.ru_stime)
    return -1 if late.is_set() else child.returncode, Path(log).read_text(errors="replace"), spent


def give_up(number, _frame):
    """Ctrl-C ends everything that was started, at once."""
    for group in list(running):
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass
    os._exit(128 + number)


def crash_word(code):
    if code == -1:
        return "took too long"
    return f"died of signal {-code}" if code < 0 else f"exit code {code}"


def tap(name, code, text, spent):
    """One TAP program: every ok and not ok, and a crash or a short plan is one more failure."""
    good = bad = skipped = 0
    planned = None
    before = "1.."
    for line in text.splitlines():
        m = re.match(r"(not )?ok\b\s*(.*)", line)
        plan = re.match(r"1\.\.(\d+)$", line)
        if plan:
            planned = (planned or 0) + int(plan.group(1))
        elif m and "# SKIP" in line:
            skipped += 1
            test = m.group(2).rpartition("# SKIP")[2].strip()
            why = "" if re.match(r"(not )?ok|1\.\.", before) else f" ({before.lstrip('# ')})"
            say(f"# SKIP {name}: {test}{why}")
        elif m:
            good, bad = (good, bad + 1) if m.group(1) else (good + 1, bad)
        elif line.startswith("# skip"):
            say(f"# SKIP {name}: {line[2:]}")
        before = line
    done = good + bad + skipped
    if planned is None or done < planned or (code != 0 and bad == 0):
        bad += 1
        text += f"\n{name}: {crash_word(code)}, {done} of {planned} tests reported\n"
    say(f"{'FAIL' if bad else 'ok  '} {name}: {good} passed" + (f", {bad} failed" if bad else "") + f" {spent}")
    if bad:
        say("\n".join("    " + line[:300] for line in telling_lines(text)))
    count(good, bad, name)


def telling_lines(text):
    """Each "not ok" with the comment under it, and how the output ends."""
    lines, kept, wanted = text.splitlines(), [], 0
    for line in lines[:-15]:
        wanted = 8 if line.startswith("not ok") else wanted - 1 if line.startswith("#") else 0
        if wanted > 0:
            kept.append(line)
    return kept[:80] + lines[-15:]


def run_step(name, command, env=None, timeout=None):
    return name, *run(command, LOGS / (re.sub("[ /]", "-", name) + ".log"), env, timeout)


def tell_step(name, code, text, spent):
    """A command that is itself one test: good when it returns 0."""
    say(f"{'FAIL' if code else 'ok  '} {name} {spent}")
    if code:
        lines = [x for x in text.splitlines() if re.search(r"error|\*\*\*|undefined", x)]
        say("\n".join("    " + line[:300] for line in (lines or text.splitlines())[-30:]))
    count(int(code == 0), int(code != 0), name)
    return code == 0


def step(name, command, env=None, timeout=None):
    return tell_step(*run_step(name, command, env, timeout))


def do_build():
    """The C tests need this; when it fails the rest still runs on what there is."""
    step("build release", ["make", "-j" + JOBS, "all"])
    step("build sanitized", ["make", "-k", "-j" + JOBS, "SAN=1", "tests"])


def do_gates():
    tap("gates", *run([sys.executable, "scripts/gates.py", RELEASE + "/libwfm.a"], LOGS / "gates.log"))


class Task:
    """What can run beside others: work() in a thread of its own, tell(*its result) when it has ended.
    after: the name of another that must have ended before."""

    def __init__(self, name, work, tell, after=None):
        self.name, self.work, self.tell, self.after = name, work, tell, after
        self.seconds = SECONDS.get(name, SHORT_S)


def clang_tasks():
    yield Task("clang", lambda: run_step("clang -Werror", ["make", "-k", "clang"]), tell_step)


def programs(pattern):
    return sorted(Path(p).with_suffix("") for p in Path().glob(pattern))


def run_program(source, arguments=()):
    binary = Path(SANITIZED) / source
    name = str(source)
    log = LOGS / (name.replace("/", "-") + ".log")
    if not binary.exists():
        return name, 127, f"{binary} was not built", Spent()
    return name, *run([str(binary), *arguments], log, environment(SANITIZED + "/cuadrante"), PROGRAM_TIMEOUT_S)


def unit_tasks():
    for folder in ("unit", "property", "db"):
        for source in programs(f"tests/{folder}/*.c"):
            yield Task(source.name, lambda source=source: run_program(source), tap)


def fuzz_tasks():
    for source in programs("tests/fuzz/fuzz_*.c"):
        corpus = Path("tests/fuzz/corpus") / source.name
        if corpus.is_dir():
            yield Task(source.name, lambda source=source, corpus=corpus: run_program(source, [str(corpus)]), tap)
        else:
            say(f"FAIL {source}: no saved inputs in {corpus}")
            count(0, 1, str(source))


def run_install():
    """make install into a folder, then somebody else's programs against what was installed."""
    with tempfile.TemporaryDirectory() as root:
        steps = [run_step("install", ["make", "install", f"DESTDIR={root}", "prefix=/usr"])]
        env = dict(os.environ, PKG_CONFIG_PATH=f"{root}/usr/lib/pkgconfig")
        sources = [Path("tests/install/consumer.c"), *sorted(Path().glob("docs/examples/*.c"))]
        for source in sources if steps[0][1] == 0 else []:
            line = (f"cc -Wall -Wextra -Werror {source} -o {root}/consumer "
                    f"$(pkg-config --define-variable=prefix={root}/usr --static --cflags --libs wfm) && "
                    f"{root}/consumer")
            steps.append(run_step(f"install: {source.stem} of its own against libwfm", ["sh", "-ec", line], env))
    return steps


def install_tasks():
    yield Task("install", run_install, lambda *steps: [tell_step(*s) for s in steps])


def run_api(path):
    """One file of API tests, with a service of its own."""
    report = LOGS / f"{path.stem}.xml"
    report.unlink(missing_ok=True)
    code, text, spent = run(["/usr/bin/python3", "-m", "pytest", "-q", "-rs", "--durations=5",
                             "-p", "no:cacheprovider", f"--junitxml={report}", str(path)],
                            LOGS / f"{path.stem}.log", environment(SANITIZED + "/cuadrante"), API_TIMEOUT_S)
    good = bad = 0
    if report.exists():
        for suite in ET.parse(report).getroot().iter("testsuite"):
            n = {k: int(suite.get(k, 0)) for k in ("tests", "failures", "errors", "skipped")}
            bad += n["failures"] + n["errors"]
            good += n["tests"] - n["failures"] - n["errors"] - n["skipped"]
    if code != 0 and bad == 0:
        bad = 1
        text += f"\npytest: {crash_word(code)}"
    return str(path), good, bad, text, spent


def tell_api(name, good, bad, text, spent):
    for line in text.splitlines():
        if line.startswith("SKIPPED"):
            say(f"# SKIP {name}: {line[8:]}")
    say(f"{'FAIL' if bad else 'ok  '} {name}: {good} passed" + (f", {bad} failed" if bad else "") + f" {spent}")
    if bad:
        say("\n".join("    " + line for line in text.splitlines()[-60:]))
    count(good, bad, name)


def run_browser(name, walks):
    env = environment(RELEASE + "/cuadrante")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium:
        env.setdefault("CHROMIUM", chromium)
    return name, *run(["node", "tests/browser/run.mjs", *walks], LOGS / f"{name}.log", env, BROWSER_TIMEOUT_S)


def install_packages(folder):
    """What its package.json asks for, once for each lockfile."""
    lock, stamp = Path(folder, "package-lock.json"), Path(folder, "node_modules/.installed")
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    if step(f"npm ci in {folder}", ["npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit",
                                    "--no-fund", "--loglevel=error"]):
        stamp.touch()


def make_templates():
    """The data directories every service of the API tests begins with (tests/lib/templates.py), so that
    those tests need not wait for each other's."""
    text = ("import service\n"
            "for demo in (True, False):\n"
            "    with service.Service(demo=demo, workers=0):\n"
            "        pass\n")
    env = dict(environment(SANITIZED + "/cuadrante"), PYTHONPATH="tests/lib")
    return run_step("templates", ["/usr/bin/python3", "-c", text], env, API_TIMEOUT_S)


def api_tasks():
    install_packages("tests")
    yield Task("templates", make_templates, tell_step)
    for path in Path("tests/api").glob("test_*.py"):
        yield Task(path.stem, lambda path=path: run_api(path), tell_api, after="templates")


def browser_tasks():
    """Two chains of walks, each with a service of its own."""
    install_packages("tests/browser")
    yield Task("browser", lambda: run_browser("browser", [f"-{w}" for w in BROWSER_BESIDE]), tap)
    yield Task("browser-beside", lambda: run_browser("browser-beside", BROWSER_BESIDE), tap)


def run_together(tasks):
    waiting = sorted(tasks, key=lambda t: (-t.seconds, t.name))
    at_once, under_way = int(JOBS) + 2, {}
    with ThreadPoolExecutor(at_once) as pool:
        while waiting or under_way:
            unfinished = {t.name for t in [*waiting, *under_way.values()]}
            for task in [t for t in waiting if t.after not in unfinished][:at_once - len(under_way)]:
                waiting.remove(task)
                under_way[pool.submit(task.work)] = task
            for ended in wait(under_way, return_when=FIRST_COMPLETED).done:
                under_way.pop(ended).tell(*ended.result())


def processor_s():
    """Of all that has ended so far; a database cluster counts with the test that stopped it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(title, do):
    say(f"== {title}")
    start, before = time.monotonic(), processor_s()
    do()
    say(f"== {title}: {time.monotonic() - start:.0f} s, {processor_s() - before:.0f} s of processors")


def sanitizer_reports():
    for report in sorted(LOGS.glob("sanitizer.*")):
        say(f"FAIL {report}")
        say("\n".join("    " + line for line in report.read_text(errors="replace").splitlines()[:40]))
        count(0, 1, report.name)


ALONE = {"build": do_build, "gates": do_gates}
TOGETHER = {"clang": clang_tasks, "unit": unit_tasks, "fuzz": fuzz_tasks, "install": install_tasks,
            "api": api_tasks, "browser": browser_tasks}


def main():
    words = sys.argv[1:] or [*ALONE, *TOGETHER]
    unknown = [w for w in words if w not in ALONE and w not in TOGETHER]
    if unknown:
        sys.exit(f"{unknown[0]}: not one of {' '.join([*ALONE, *TOGETHER])}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, give_up)
    LOGS.mkdir(parents=True, exist_ok=True)
    for old in LOGS.glob("sanitizer.*"):
        old.unlink()
    # A make above has its own flags and job server; the makes below are new.
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"):
        os.environ.pop(name, None)
    for word in words:
        if word in ALONE:
            timed(word, ALONE[word])
    together = [w for w in words if w in TOGETHER]
    if together:
        timed(" ".join(together), lambda: run_together(t for w in together for t in TOGETHER[w]()))
    sanitizer_reports()
    for what in failures:
        say(f"failed: {what}")
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
