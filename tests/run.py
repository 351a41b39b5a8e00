#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds and tests everything; the last line is "N passed, N failed", exit 1 when any failed.

make check calls it after installing what is missing. Run from the project root. Words choose parts:
    tests/run.py [build gates clang unit fuzz install live | api browser]
Logs are kept in build/check/. A skipped test says why on a "# SKIP" line and counts as neither.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LOGS = Path("build/check")
JOBS = str(os.cpu_count() or 1)
RELEASE, SANITIZED = "build/release", "build/san"
PROGRAM_TIMEOUT_S, API_TIMEOUT_S, BROWSER_TIMEOUT_S = 300, 900, 900

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


def run(command, log, env=None, timeout=None):
    """Output to the log and back as text; the return code is -1 after a timeout."""
    with open(log, "wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env,
                                 stdin=subprocess.DEVNULL, start_new_session=True)
        running.add(child.pid)
        try:
            code = child.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            code = -1
        running.discard(child.pid)
    return code, Path(log).read_text(errors="replace")


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


def tap(name, code, text):
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
    say(f"{'FAIL' if bad else 'ok  '} {name}: {good} passed" + (f", {bad} failed" if bad else ""))
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


def step(name, command, env=None, timeout=None):
    """A command that is itself one test: good when it returns 0."""
    start = time.monotonic()
    code, text = run(command, LOGS / f"{name.replace(' ', '-')}.log", env, timeout)
    seconds = time.monotonic() - start
    say(f"{'FAIL' if code else 'ok  '} {name} ({seconds:.0f} s)")
    if code:
        lines = [x for x in text.splitlines() if re.search(r"error|\*\*\*|undefined", x)]
        say("\n".join("    " + line[:300] for line in (lines or text.splitlines())[-30:]))
    count(int(code == 0), int(code != 0), name)
    return code == 0


def do_build():
    """The C tests need this; when it fails the rest still runs on what there is."""
    step("build release", ["make", "-j" + JOBS, "all"])
    step("build sanitized", ["make", "-k", "-j" + JOBS, "SAN=1", "tests"])


def do_gates():
    code, text = run([sys.executable, "scripts/gates.py", RELEASE + "/libwfm.a"], LOGS / "gates.log")
    tap("gates", code, text)


def do_clang():
    step("clang -Werror", ["make", "-k", "-j" + JOBS, "clang"])


def programs(pattern):
    return sorted(Path(p).with_suffix("") for p in Path().glob(pattern))


def run_program(source, arguments=()):
    binary = Path(SANITIZED) / source
    name = str(source)
    log = LOGS / (name.replace("/", "-") + ".log")
    if not binary.exists():
        return name, 127, f"{binary} was not built"
    return (name, *run([str(binary), *arguments], log, environment(SANITIZED + "/cuadrante"),
                       PROGRAM_TIMEOUT_S))


def do_unit():
    sources = [p for d in ("unit", "property", "db") for p in programs(f"tests/{d}/*.c")]
    with ThreadPoolExecutor(int(JOBS)) as pool:
        for name, code, text in pool.map(run_program, sources):
            tap(name, code, text)


def do_fuzz():
    for source in programs("tests/fuzz/fuzz_*.c"):
        corpus = Path("tests/fuzz/corpus") / source.name
        if corpus.is_dir():
            tap(*run_program(source, [str(corpus)]))
        else:
            say(f"FAIL {source}: no saved inputs in {corpus}")
            count(0, 1, str(source))


def do_install():
    """make install into a folder, then somebody else's program against what was installed."""
    with tempfile.TemporaryDirectory() as root:
        if not step("install", ["make", "install", f"DESTDIR={root}", "prefix=/usr"]):
            return
        env = dict(os.environ, PKG_CONFIG_PATH=f"{root}/usr/lib/pkgconfig")
        for source in [Path("tests/install/consumer.c"), *sorted(Path().glob("docs/examples/*.c"))]:
            line = (f"cc -Wall -Wextra -Werror {source} -o {root}/consumer "
                    f"$(pkg-config --define-variable=prefix={root}/usr --static --cflags --libs wfm) && "
                    f"{root}/consumer")
            step(f"install: {source.stem} of its own against libwfm", ["sh", "-ec", line], env)


def node_packages():
    """What the tests need of npm (tests/package.json), anew when the lock file has changed."""
    lock, done = Path("tests/package-lock.json"), Path("tests/node_modules/.package-lock.json")
    if not lock.exists() or (done.exists() and done.stat().st_mtime >= lock.stat().st_mtime):
        return
    code, text = run(["npm", "ci", "--prefix", "tests", "--no-audit", "--no-fund", "--loglevel=error"],
                     LOGS / "npm.log", timeout=API_TIMEOUT_S)
    if code != 0:
        say(f"FAIL npm ci in tests: {crash_word(code)}\n{text}")
        count(0, 1, "npm ci in tests")


def run_api(path):
    """One file of API tests, with a service of its own."""
    report = LOGS / f"{path.stem}.xml"
    report.unlink(missing_ok=True)
    start = time.monotonic()
    code, text = run(["/usr/bin/python3", "-m", "pytest", "-q", "-rs", "--durations=5", "-p",
                      "no:cacheprovider", f"--junitxml={report}", str(path)],
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
    return str(path), good, bad, text, time.monotonic() - start


def tell_api(name, good, bad, text, seconds):
    for line in text.splitlines():
        if line.startswith("SKIPPED"):
            say(f"# SKIP {name}: {line[8:]}")
    say(f"{'FAIL' if bad else 'ok  '} {name}: {good} passed" + (f", {bad} failed" if bad else "") +
        f" ({seconds:.0f} s)")
    if bad:
        say("\n".join("    " + line for line in text.splitlines()[-60:]))
    count(good, bad, name)


def run_browser():
    env = environment(RELEASE + "/cuadrante")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium:
        env.setdefault("CHROMIUM", chromium)
    return run(["node", "tests/browser/run.mjs"], LOGS / "browser.log", env, BROWSER_TIMEOUT_S)


def install_packages():
    """The calendar libraries of tests/package.json, once for each lockfile."""
    lock, stamp = Path("tests/package-lock.json"), Path("tests/node_modules/.installed")
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    if step("npm ci in tests", ["npm", "ci", "--prefix", "tests", "--ignore-scripts", "--no-audit",
                                "--no-fund", "--loglevel=error"]):
        stamp.touch()


def do_live(api=True, browser=True):
    """What talks to a running service is mostly waiting: as many at once as there are processors."""
    if api:
        install_packages()
    files = sorted(Path("tests/api").glob("test_*.py"), key=lambda p: -p.stat().st_size) if api else []
    if api:
        node_packages()
    with ThreadPoolExecutor(int(JOBS)) as pool:
        walks = pool.submit(run_browser) if browser else None
        for result in pool.map(run_api, files):
            tell_api(*result)
        if walks:
            tap("tests/browser", *walks.result())


def sanitizer_reports():
    for report in sorted(LOGS.glob("sanitizer.*")):
        say(f"FAIL {report}")
        say("\n".join("    " + line for line in report.read_text(errors="replace").splitlines()[:40]))
        count(0, 1, report.name)


PARTS = {"build": do_build, "gates": do_gates, "clang": do_clang, "unit": do_unit, "fuzz": do_fuzz,
         "install": do_install, "live": do_live}
HALVES = {"api": lambda: do_live(browser=False), "browser": lambda: do_live(api=False)}


def main():
    words = sys.argv[1:] or list(PARTS)
    parts = {**PARTS, **HALVES}
    unknown = [w for w in words if w not in parts]
    if unknown:
        sys.exit(f"{unknown[0]}: not one of {' '.join(parts)}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, give_up)
    LOGS.mkdir(parents=True, exist_ok=True)
    for old in LOGS.glob("sanitizer.*"):
        old.unlink()
    # A make above has its own flags and job server; the makes below are new.
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"):
        os.environ.pop(name, None)
    for word in words:
        say(f"== {word}")
        parts[word]()
    sanitizer_reports()
    for what in failures:
        say(f"failed: {what}")
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
