#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the house that a compiler does not make; TAP out, exit 1 on any breach.

    scripts/gates.py build/release/libwfm.a

1 layers    every #include against the table below: arrows point down only
2 symbols   what libwfm's objects want from outside against an allow-list
3 banned    functions nobody may call
4 lengths   files of at most 600 lines, functions of at most 100
5 sql       no SQL text in C: it lives in sql/queries
6 licence   the SPDX line opens every C file
"""
import re
import subprocess
import sys
from pathlib import Path

FILE_LINES_MAX, FUNCTION_LINES_MAX = 600, 100

# Folder -> what of ours it may include, by prefix. The longest matching folder decides.
OURS = {
    "include/wfm/": ["wfm/"],
    "solver/": ["wfm/", "solver/"],
    "server/base/": ["server/base/", "wfm/status.h"],
    "server/store/": ["server/base/", "server/store/", "sql_ids.h"],
    "server/calendar/": ["server/base/", "server/calendar/"],
    "server/domain/": ["server/base/", "server/store/", "server/calendar/", "wfm/",
                       "server/domain/", "server/jobs/", "sql_ids.h"],
    "server/jobs/": ["server/base/", "server/store/", "server/calendar/", "wfm/",
                     "server/domain/", "server/jobs/", "sql_ids.h"],
    "server/http/": ["server/base/", "server/store/", "server/calendar/", "wfm/",
                     "server/domain/", "server/jobs/", "server/http/", "sql_ids.h",
                     "web_assets.h"],
    "server/demo/": ["server/base/", "server/store/", "server/calendar/", "wfm/", "server/domain/",
                     "server/demo/", "sql_ids.h"],
    "server/cli/": ["server/base/", "server/calendar/", "wfm/", "server/cli/"],
    "server/service/": ["server/"],
    "server/main.c": ["server/"],
    "tests/": ["server/", "wfm/", "solver/", "tests/", "sql_ids.h"],
}

# Headers of libraries -> the only places that may see them (tests aside).
LIBRARIES = {
    "glpk.h": ["solver/lp_glpk.c"],
    "gsl/": ["solver/", "server/demo/"],
    "libical/": ["server/calendar/"],
    "cJSON.h": ["server/base/json.c", "server/base/json_cjson.h", "server/base/field.c"],
    "cjson/": [],
    "libpq-fe.h": ["server/store/"],
    "microhttpd.h": ["server/http/"],
    "sodium.h": ["server/base/", "server/store/", "server/http/"],
    "utf8proc.h": ["server/"],
    "csv.h": ["server/base/csv.c"],
    "ini.h": ["server/base/config.c"],
    "curl/": ["server/jobs/"],
    "zlib.h": ["server/http/", "server/calendar/"],
    "qrencode.h": ["server/http/", "server/domain/"],
    "xlsxwriter.h": ["server/http/", "server/domain/"],
}
TEST_LIBRARIES = {"cmocka.h"}

ISO_C = {h + ".h" for h in """assert complex ctype errno fenv float inttypes iso646 limits locale math
    setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string
    tgmath threads time uchar wchar wctype""".split()}
POSIX = {h + ".h" for h in """arpa/inet dirent fcntl grp glob netdb netinet/in netinet/tcp poll pthread
    pwd regex sched semaphore spawn strings sys/epoll sys/eventfd sys/file sys/ioctl sys/mman sys/prctl
    sys/random sys/resource sys/select sys/socket sys/stat sys/statvfs sys/syscall sys/time sys/types
    sys/uio sys/un sys/wait syslog termios unistd""".split()}
# libwfm knows no clock and no files; stdio is there for snprintf (the symbols gate sees the rest).
SOLVER_SYSTEM = ISO_C - {"time.h", "locale.h", "signal.h", "threads.h"} | {"pthread.h"}

BANNED = "strcpy strcat sprintf vsprintf strtok atoi atol atof gets gmtime localtime ctime " \
         "asctime rand srand alloca tmpnam mktemp"
BANNED_IN_PRODUCT = "system popen exit_group"

SYMBOLS = re.compile(r"""^(
    _*(malloc|calloc|realloc|free|aligned_alloc|abort)
    | __?(mem|str|stp)\w+_chk | (mem|str|stp)\w+ | bcmp
    | _*v?snprintf(_chk)? | _*isoc99_sscanf
    | qsort | bsearch | _?setjmp | __?sigsetjmp | (__)?longjmp(_chk)? | _longjmp
    | __cpu_model | __cpu_indicator_init  # the compiler's choice among target_clones
    | __stack_chk_fail | __assert_fail | __errno_location | _GLOBAL_OFFSET_TABLE_
    | __ctype_\w+_loc | __fdelt_chk | __tls_get_addr
    | pthread_\w+
    | glp_\w+ | gsl_\w+
    | (acos|asin|atan|atan2|cbrt|ceil|cos|cosh|erf|erfc|exp|exp2|expm1|fabs|fdim|floor|fma|fmax|fmin
      |fmod|frexp|hypot|ilogb|ldexp|lgamma|lgamma_r|llrint|llround|log|log10|log1p|log2|logb|lrint
      |lround|modf|nearbyint|nextafter|pow|remainder|rint|round|scalbn|sin|sinh|sqrt|tan|tanh|tgamma
      |trunc|sincos|__\w+_finite|__signbit|__isnan|__isinf|__finite)[fl]?
)$""", re.X)

SQL = re.compile(r"""
    \bselect\b[^"]*\bfrom\b | ^\s*select\s+\w+\( | \binsert\s+into\b | \bupdate\s+\w+\s+set\b
    | \bdelete\s+from\b | \btruncate\s+table\b
    | \b(create|alter|drop)\s+(table|index|database|role|user|schema|type|view|function|extension)\b
    | ^\s*copy\s+\S+.*\b(from|to)\s+std(in|out)\b
    | ^\s*(begin|commit|rollback|savepoint\s+\w+)\s*;?\s*$ | ^\s*(listen|notify)\s+\w+\s*;?\s*$
    | ^\s*set\s+(local\s+)?\w+\s*(=|to)\s""", re.X | re.I)

COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def c_files():
    roots = ["include", "solver", "server", "tests"]
    return sorted(p for r in roots for p in Path(r).rglob("*.[ch]") if "node_modules" not in p.parts)


def blank(match):
    """Keeps line numbers and the quotes, drops the words."""
    text = match.group(0)
    return re.sub(r"[^\n]", " ", text) if text[0] == "/" else '""' if text[0] == '"' else "' '"


def rule_for(path, table):
    best = max((k for k in table if path.startswith(k)), key=len, default=None)
    return table[best] if best else None


def check_system(path, header):
    if path.startswith("tests/"):
        return None
    for name, places in LIBRARIES.items():
        if header == name or (name.endswith("/") and header.startswith(name)):
            if not any(path.startswith(p) for p in places):
                return f"<{header}> belongs to {', '.join(places) or 'nobody'} only"
            return None
    allowed = SOLVER_SYSTEM if path.startswith(("solver/", "include/")) else ISO_C | POSIX
    return None if header in allowed else f"<{header}> is not on the list of system headers"


def gate_layers():
    for p in c_files():
        path = p.as_posix()
        allowed = rule_for(path, OURS)
        for n, line in enumerate(p.read_text().splitlines(), 1):
            m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not m:
                continue
            kind, header = m.groups()
            if kind == "<":
                why = check_system(path, header)
            elif "/" not in header and (p.parent / header).exists():
                why = None  # of the same folder
            elif allowed is None:
                why = "no layer is known for this folder"
            elif not any(header == a or (a.endswith("/") and header.startswith(a)) for a in allowed):
                why = f'"{header}" is not below this layer'
            else:
                why = None
            if why:
                yield f"{path}:{n}: {why}"


def gate_symbols(library):
    out = subprocess.run(["nm", "-A", "--format=posix", library], capture_output=True, text=True,
                         check=True).stdout
    defined, wanted = set(), []
    for line in out.splitlines():
        where, name, kind = line.split()[:3]
        if kind in "Uw":
            wanted.append((where, name))
        else:
            defined.add(name)
    for where, name in wanted:
        if name not in defined and not SYMBOLS.match(name):
            yield f"{where} wants {name}"


def gate_banned():
    everywhere = re.compile(r"(?<![\w.>])(" + "|".join(BANNED.split()) + r")\s*\(")
    product = re.compile(r"(?<![\w.>])(" + "|".join(BANNED_IN_PRODUCT.split()) + r")\s*\(")
    for p in c_files():
        code = COMMENT_OR_STRING.sub(blank, p.read_text())
        for n, line in enumerate(code.splitlines(), 1):
            m = everywhere.search(line) or (p.parts[0] != "tests" and product.search(line))
            if m:
                yield f"{p}:{n}: {m.group(1)}"


def gate_lengths():
    others = [p for d in ("scripts", "tests", "web/src") for e in ("py", "sh", "js", "mjs", "ts", "tsx", "awk")
              for p in Path(d).rglob("*." + e) if "node_modules" not in p.parts]
    for p in c_files() + sorted(others):
        lines = p.read_text().splitlines()
        if len(lines) > FILE_LINES_MAX:
            yield f"{p}: {len(lines)} lines"
        if p.suffix != ".c":
            continue
        start = None
        for n, line in enumerate(lines, 1):
            if line == "{":
                start = n
            elif line == "}" and start is not None:
                if n - start - 1 > FUNCTION_LINES_MAX:
                    yield f"{p}:{start}: a function of {n - start - 1} lines"
                start = None


def gate_sql():
    for p in c_files():
        if p.parts[0] == "tests":
            continue
        text = re.sub(r"^\s*#\s*include.*$", "", p.read_text(), flags=re.M)
        text = re.sub(r"/\*.*?\*/|//[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.S)
        for m in re.finditer(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*', text):
            literal = re.sub(r'"\s*"', "", m.group(0))[1:-1]
            before = text[text.rfind("\n", 0, m.start()) + 1:m.start()]
            if SQL.search(literal) and "strcmp(" not in before:
                yield f"{p}:{text.count(chr(10), 0, m.start()) + 1}: {literal[:60]}"


def gate_licence():
    for p in c_files():
        if not p.read_text().startswith("/* SPDX-License-Identifier: GPL-3.0-or-later */\n"):
            yield f"{p}: does not open with the SPDX line"


def main():
    library = sys.argv[1] if len(sys.argv) > 1 else "build/release/libwfm.a"
    gates = [("layers", gate_layers), ("symbols of libwfm", lambda: gate_symbols(library)),
             ("banned functions", gate_banned), ("lengths", gate_lengths), ("no SQL in C", gate_sql),
             ("licence lines", gate_licence)]
    print(f"1..{len(gates)}")
    failed = False
    for n, (name, gate) in enumerate(gates, 1):
        breaches = list(gate())
        print(f"{'not ok' if breaches else 'ok'} {n} - {name}")
        for b in breaches:
            print(f"# {b}")
        failed |= bool(breaches)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
