# SPDX-License-Identifier: GPL-3.0-or-later
"""One solver on one instance, one thread, in a process of its own; schedule.py calls it.

    tour_peer.py SOLVER INSTANCE.json SEED SECONDS [CUADRANTE]

Prints a JSON line an improvement, {"cpu": s, "objective": cost without fixed pay}, and at the end
{"cpu", "objective", "bound", "peak_mb", "status"}. Processor time counts from the solver's own start; writing
and reading the model, which a user would keep in memory, does not. SOLVER: cuadrante, highs, cpsat, cbc, glpsol.
"""
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import tour_model


def say(**what):
    print(json.dumps({k: v for k, v in what.items() if v is not None}), flush=True)


def peak_mb():
    return max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def program_file(instance, folder):
    path = str(Path(folder) / "tours.mps")
    tour_model.compact(instance).write_mps(path)
    return path


def watch_time(start, limit, at_limit):
    """Calls at_limit once the process has used its processor time; solvers know only the clock on the wall."""
    def watch():
        while time.process_time() - start < limit:
            time.sleep(.2)
        at_limit()

    threading.Thread(target=watch, daemon=True).start()


def highs(instance, seed, limit, folder):
    import highspy
    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", seed), ("mip_rel_gap", 1e-6)):
        solver.setOptionValue(name, value)
    solver.readModel(program_file(instance, folder))
    best, bound = [None], [None]
    start = time.process_time()

    def improved(event):
        best[0] = event.data_out.objective_function_value
        say(cpu=time.process_time() - start, objective=best[0])

    def look(event):
        bound[0] = event.data_out.mip_dual_bound

    def end(status="limit"):
        known = bound[0] if bound[0] is not None and abs(bound[0]) < 1e30 else None
        say(cpu=time.process_time() - start, objective=best[0], bound=known, status=status)

    def give_up():  # its interrupt is heeded minutes late
        end()
        say(peak_mb=peak_mb())
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    solver.cbMipImprovingSolution.subscribe(improved)
    solver.cbMipInterrupt.subscribe(look)
    watch_time(start, limit, give_up)
    solver.run()
    bound[0] = solver.getInfo().mip_dual_bound
    end("ended")


def cpsat(instance, seed, limit, _):
    from ortools.sat.python import cp_model
    program = tour_model.compact(instance)
    scale = 40  # costs are multiples of 1/40: so all numbers are whole
    model = cp_model.CpModel()
    most = sum(map(sum, instance["cover"])) + 100
    columns = [model.new_int_var(0, most if up is None else up, "") for up in program.upper]
    for terms, low, high in program.rows:
        total = cp_model.LinearExpr.weighted_sum([columns[j] for j, _ in terms], [a for _, a in terms])
        if low == high:
            model.add(total == low)
        elif low is None:
            model.add(total <= high)
        else:
            model.add(total >= low)
    model.minimize(cp_model.LinearExpr.weighted_sum(columns, [round(scale * c) for c in program.cost]))
    start = time.process_time()

    class Watch(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self):
            say(cpu=time.process_time() - start, objective=self.objective_value / scale)

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    watch_time(start, limit, solver.stop_search)
    status = solver.solve(model, Watch())
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    say(cpu=time.process_time() - start, objective=solver.objective_value / scale if found else None,
        bound=solver.best_objective_bound / scale, status=solver.status_name(status))


def child(command, read_line, limit):
    """Runs a program under a limit of processor time and hands on its lines with the time they came."""
    def limited():
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 20, int(limit) + 30))

    ticks = os.sysconf("SC_CLK_TCK")
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", preexec_fn=limited)
    spent = 0.0
    for line in running.stdout:
        try:
            fields = Path(f"/proc/{running.pid}/stat").read_text().rsplit(")", 1)[1].split()
            spent = (int(fields[11]) + int(fields[12])) / ticks
        except (OSError, IndexError):
            pass
        read_line(line, spent)
        if spent > limit + 15:  # some end by the clock on the wall only
            running.terminate()
    running.wait()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cbc(instance, seed, limit, folder):
    best, bound = [None], [None]

    def read_line(line, cpu):
        found = re.search(r"(?:[Ii]nteger solution of|Solution found of|Found solution of)\s+([-+.\de]+)", line)
        if found:
            best[0] = float(found.group(1))
            say(cpu=cpu, objective=best[0])
        low = re.search(r"(?:best possible|Lower bound:|Continuous objective value is)\s+([-+.\de]+)", line)
        if low:
            bound[0] = float(low.group(1))

    command = ["cbc", program_file(instance, folder), "-threads", "0", "-randomCbcSeed", str(seed), "-timeMode",
               "cpu", "-seconds", str(limit), "-ratioGap", "1e-6", "-solve", "-quit"]
    say(cpu=child(command, read_line, limit), objective=best[0], bound=bound[0], status="ended")


def glpsol(instance, seed, limit, folder):
    best, bound = [None], [None]

    def read_line(line, cpu):
        found = re.match(r"\+\s*\d+: (?:mip =|>>>>>)\s+([-+.\de]+) >=\s+([-+.\de]+|-inf)", line)
        if found:
            bound[0] = float(found.group(2))
            if best[0] is None or float(found.group(1)) < best[0]:
                best[0] = float(found.group(1))
                say(cpu=cpu, objective=best[0])

    command = ["glpsol", "--mps", program_file(instance, folder), "--cuts", "--fpump", "--seed", str(seed),
               "--tmlim", str(50 * int(limit)), "--mipgap", "1e-6"]
    say(cpu=child(command, read_line, limit), objective=best[0], bound=bound[0], status="ended")


def cuadrante(instance, seed, limit, folder, binary):
    problem = str(Path(folder) / "problem.json")
    Path(problem).write_text(json.dumps(tour_model.ours(instance)), encoding="utf-8")
    roster = str(Path(folder) / "roster.json")
    lines = []

    def read_line(line, cpu):
        found = re.search(r"cost ([-.\d]+) bound", line)
        if found and (not lines or float(found.group(1)) < lines[-1][1]):
            lines.append((cpu, float(found.group(1))))

    clock = str(Path(folder) / "cpu_clock.so")  # its time limit is of the clock on the wall
    subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-fPIC", "-shared", "-o", clock,
                    str(Path(__file__).parent / "cpu_clock.c")], check=True)
    command = ["env", f"LD_PRELOAD={clock}", "sh", "-c",
               'exec "$0" solve "$1" --progress --seed "$2" --time-limit "$3" > "$4"', binary, problem,
               str(seed), str(limit), roster]
    cpu = child(command, read_line, limit)
    result = json.loads(Path(roster).read_text(encoding="utf-8"))
    judged = subprocess.run([binary, "verify", problem, roster], capture_output=True, text=True, check=False)
    fixed = result["cost"]["fixed_pay"]
    for at, cost in lines:
        say(cpu=at, objective=cost / 100)  # progress leaves fixed pay out
    say(cpu=cpu, objective=(result["cost"]["total"] - fixed) / 100,
        bound=(result["bound"] - fixed) / 100,
        status=result["status"] if judged.returncode == 0 else "REFUSED BY THE JUDGE")


SOLVERS = {f.__name__: f for f in (cuadrante, highs, cpsat, cbc, glpsol)}


def main():
    name, path, seed, limit = sys.argv[1:5]
    instance = tour_model.read(path)
    with tempfile.TemporaryDirectory() as folder:
        SOLVERS[name](instance, int(seed), float(limit), folder, *sys.argv[5:])
    say(peak_mb=peak_mb())


if __name__ == "__main__":
    main()
