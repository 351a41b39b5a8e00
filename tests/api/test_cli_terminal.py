# SPDX-License-Identifier: GPL-3.0-or-later
"""cuadrante solve with very many people, with far too many, and at a terminal."""
import fcntl
import json
import os
import pty
import re
import resource
import struct
import subprocess
import tempfile
import termios
from pathlib import Path

import pytest

from test_cli import BINARY, PROBLEMS, big_problem, problem, run


def crowd(people):
    p = problem("meal")
    p["agents"] = [dict(p["agents"][0], name=f"agent {i}") for i in range(people)]
    return json.dumps(p)


@pytest.mark.parametrize("text, words", [
    (lambda: crowd(50001), "/agents: must have 1 to 50000 entries, has 50001"),
    (lambda: '{"agents":[' + "{}," * 21_000_000 + "{}]}", "are more than are taken at once"),
    (lambda: '{"agents":[' + " " * (65 << 20) + "]}", "longer than 67108864 bytes"),
], ids=["people", "values", "bytes"])
def test_a_huge_problem_is_refused_early(tmp_path, text, words):
    path = tmp_path / "huge.json"
    path.write_text(text())
    limits = None
    if "san" not in Path(BINARY).parts:  # whose shadow memory is larger
        def limits():
            resource.setrlimit(resource.RLIMIT_AS, (500 << 20, 500 << 20))
            resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    done = subprocess.run([BINARY, "solve", path], capture_output=True, preexec_fn=limits, timeout=120)
    assert done.returncode == 2
    assert words in done.stderr.decode()


def test_a_plan_of_26000_people(tmp_path):
    """What the largest of the shared instances asks for, under easier rules."""
    path = tmp_path / "crowd.json"
    path.write_text(crowd(26000))
    done = run("solve", path, "--iteration-limit", "100", timeout=500)  # under sanitizers
    assert done.returncode in (0, 3), done.stderr
    (tmp_path / "roster.json").write_bytes(done.stdout)
    assert len(json.loads(done.stdout)["shifts"]) > 0
    judged = run("verify", path, tmp_path / "roster.json", timeout=500)
    assert judged.returncode == 0, judged.stdout


def at_a_terminal(*arguments, term="xterm", columns=100):
    """What a person sees of a command's standard error, and its standard output."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen([BINARY, *map(str, arguments)], stdout=out, stderr=slave,
                                 env={**os.environ, "TERM": term})
        os.close(slave)
        seen = b""
        while True:
            try:
                piece = os.read(master, 4096)
            except OSError:  # the other end has closed
                break
            seen += piece
            if not piece:
                break
        os.close(master)
        assert child.wait(60) in (0, 3), seen
        out.seek(0)
        return seen.decode(), out.read()


def test_a_terminal_shows_a_bar(tmp_path):
    path = tmp_path / "big.json"
    path.write_text(json.dumps(big_problem()))
    seen, out = at_a_terminal("solve", path, "--time-limit", "4")
    bars = re.findall(r"\r\[(#*)(\.*)\] +(\d+) % (\w+), \d+ s:([^\r]*)\x1b\[K", seen)
    assert len(bars) >= 3 and all(len(full) + len(rest) == 24 for full, rest, *_ in bars), seen
    shares = [int(share) for _, _, share, _, _ in bars]
    assert shares == sorted(shares) and bars[-1][2:4] == ("100", "done")
    assert re.search(r" cost \d+ bound \d+ gap [\d.]+ %", bars[-1][4])
    assert max(len(piece) for piece in re.split(r"\r|\x1b\[K|\n", seen) if piece.startswith("[")) < 100
    after = seen.rsplit("\r\x1b[K", 1)[1]  # wiped, then the last words as ever
    assert after.startswith("cost ") and "[" not in after
    assert json.loads(out)["status"] == "limit"
    narrow, _ = at_a_terminal("solve", path, "--time-limit", "1", columns=40)
    assert max(len(piece) for piece in re.split(r"\r|\x1b\[K|\n", narrow) if piece.startswith("[")) <= 39


def test_where_no_bar_belongs():
    path = PROBLEMS / "meal.json"
    assert "\x1b" not in at_a_terminal("solve", path, term="dumb")[0]
    lines = at_a_terminal("solve", path, "--progress")[0]
    assert "\x1b" not in lines and "% done" in lines
    assert b"\x1b" not in run("solve", path).stderr
