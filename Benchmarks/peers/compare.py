#!/usr/bin/env python3
"""Time swift-sem, lavaan and semopy on the same cases in the same run, alternating.

usage: compare.py [--rounds 7] [--only TEXT] [--json FILE] [--markdown FILE] [--no-install] [--without lavaan,semopy]

Each program runs in a process of its own that reads model and data once; then the programs take turns, `rounds` times: each
answers with processor seconds per call, averaged over at least 0.15 s (wall-clock time would measure the neighbours on a
shared machine; with one thread both are the same on an idle one).  One thread each, the BLAS of the system for lavaan and us.
Before a time is printed the estimates are compared: all free parameters within 1e-3 of ours relative to max(1, |ours|) (semopy
within 1e-2: it stops early); a program that differs is named and its times are left out.
"""
import argparse, json, os, statistics, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, "Benchmarks", ".build")
TASKS = {
    "moments": "sample moments to point estimates",
    "estimates": "model text and data in memory to point estimates",
    "whole": "the same with standard errors, all fit measures, standardised solution",
}
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
TOLERANCE = {"lavaan": 1e-3, "semopy": 1e-2}


def install(without):
    if "lavaan" not in without and subprocess.run(
            ["Rscript", "-e", "library(lavaan)"], capture_output=True).returncode != 0:
        print("installing r-cran-lavaan", file=sys.stderr)
        subprocess.run((["sudo"] if os.geteuid() else []) + ["apt-get", "install", "-y", "r-cran-lavaan"], check=True)
    python = os.path.join(BUILD, "semopy", "bin", "python")
    if "semopy" not in without and not os.path.exists(python):
        print("installing semopy into Benchmarks/.build/semopy", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", os.path.join(BUILD, "semopy")], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "semopy"], check=True)


class Program:
    def __init__(self, name, command):
        self.name, self.times = name, {task: [] for task in TASKS}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | THREADS)
        self.version = self.answer()
        if not self.version.startswith("ready "):
            raise RuntimeError(self.process.stderr.read()[-2000:])
        self.version = self.version[6:]

    def answer(self):
        return self.process.stdout.readline().strip()

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        return self.answer()

    def estimates(self):
        table = {}
        for item in filter(None, self.ask("result").split(";")):
            lhs, op, rhs, value = item.split()
            table[key(lhs, op, rhs)] = float(value)
        return table

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def key(lhs, op, rhs):
    if op == "=~":  # semopy writes loadings as regressions of indicators
        return (rhs, "~", lhs)
    return (min(lhs, rhs), op, max(lhs, rhs)) if op == "~~" else (lhs, op, rhs)


def difference(ours, theirs):
    """The largest relative difference, and how many of our parameters they have."""
    shared = [k for k in ours if k in theirs]
    worst = max((abs(ours[k] - theirs[k]) / max(1, abs(ours[k])) for k in shared), default=float("inf"))
    return worst, len(shared)


def seconds(value):
    for factor, unit in ((1e6, "µs"), (1e3, "ms"), (1, "s")):
        if value * factor < 1000 or unit == "s":
            return "%.3g %s" % (value * factor, unit)


def machine():
    name = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
    return "%s, %d cores, Linux, %s" % (name, os.cpu_count(), time.strftime("%Y-%m-%d"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="")
    parser.add_argument("--json")
    parser.add_argument("--markdown")
    parser.add_argument("--no-install", action="store_true")
    parser.add_argument("--without", default="")
    args = parser.parse_args()
    without = args.without.split(",")
    if not args.no_install:
        install(without)
    bench = os.path.join(BUILD, "release", "swift-sem-bench")
    if not os.path.exists(bench):
        subprocess.run(
            ["swift", "build", "-c", "release", "--package-path", os.path.join(ROOT, "Benchmarks")], check=True)
    folder = os.path.join(BUILD, "cases")
    subprocess.run([bench, "--export", folder], check=True)

    rows, versions = [], {}
    for case in sorted(os.listdir(folder), key=lambda c: os.path.getsize(os.path.join(folder, c, "model.lav"))):
        if args.only not in case:
            continue
        place = os.path.join(folder, case)
        programs = [Program("swift-sem", [bench, "--serve", case])]
        if "lavaan" not in without:
            programs.append(Program("lavaan", ["Rscript", os.path.join(HERE, "lavaan.R"), place]))
        if "semopy" not in without:
            python = os.path.join(BUILD, "semopy", "bin", "python")
            programs.append(Program("semopy", [python, os.path.join(HERE, "semopy_case.py"), place]))
        ours = programs[0].estimates()
        checks, timed = {}, []
        for program in programs:
            versions[program.name] = program.version
            worst, shared = difference(ours, program.estimates())
            checks[program.name] = worst
            agrees = worst <= TOLERANCE.get(program.name, 0) and shared >= 0.9 * len(ours)
            print("%s: %s agrees to %.1e on %d of %d parameters%s" % (
                case, program.name, worst, shared, len(ours), "" if agrees else ": NOT TIMED"), file=sys.stderr)
            if agrees:
                timed.append(program)
        for round in range(args.rounds):
            for task in TASKS:
                for program in timed:
                    program.times[task].append(float(program.ask(task)))
        for task in TASKS:
            row = {"case": case, "task": task, "agreement": checks}
            for program in timed:
                times = program.times[task]
                row[program.name] = {"minimum": min(times), "median": statistics.median(times)}
            rows.append(row)
        for program in programs:
            program.close()

    text = "%s. %s. Processor time, one thread each; medians of %d turns.\n\n" % (
        machine(), "; ".join("%s: %s" % v for v in versions.items()), args.rounds)
    text += "| case | from … to | swift-sem | lavaan | semopy | lavaan ÷ ours | semopy ÷ ours |\n"
    text += "|---|---|--:|--:|--:|--:|--:|\n"
    for row in rows:
        cells = [row[p]["median"] if p in row else None for p in ("swift-sem", "lavaan", "semopy")]
        ratios = ["" if c is None else "%.0f" % (c / cells[0]) for c in cells[1:]]
        text += "| %s | %s | %s |\n" % (
            row["case"], TASKS[row["task"]], " | ".join(["" if c is None else seconds(c) for c in cells] + ratios))
    print(text)
    if args.json:
        with open(args.json, "w") as f:
            json.dump({"schema": "swift-sem/peers/1", "machine": machine(), "versions": versions, "rows": rows}, f, indent=1)
    if args.markdown:
        with open(args.markdown, "w") as f:
            f.write(text)


if __name__ == "__main__":
    main()
