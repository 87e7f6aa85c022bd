#!/usr/bin/env python3
"""Time swift-sem, lavaan, semopy and OpenMx on the same cases in the same run, taking turns.

usage: compare.py [--quick] [--only TEXT] [--json FILE] [--markdown FILE] [--no-install] [--without lavaan,semopy,OpenMx]

Each program runs in a process of its own that reads model and data once; then the programs take turns. A turn is at
least 0.15 s of calls. Rows end after `ROUNDS` turns, and a program's after its budget of seconds, but not before one.
One thread each; one BLAS thread. Before any time is taken the results are compared: the objective F, all free
parameters, and the numbers of the task. A program that disagrees is named and not timed.

Times are of the processor: on an idle machine that is the time on the clock, on a busy one it is what the clock would
have shown. The rows of `command` are on the clock.
"""
import argparse, json, os, statistics, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, "Benchmarks", ".build")
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# How near estimates must be, relative to max(1, |ours|), and F; semopy and OpenMx stop early.
ESTIMATES = {"lavaan": 1e-3, "semopy": 2e-2, "OpenMx": 5e-3}
OBJECTIVE = {"lavaan": 1e-6, "semopy": 1e-4, "OpenMx": 1e-5}

SMALL = ["9-indicators", "11-indicators", "MIMIC-fixed-x", "30-indicators-P2P"]
# id, case, task, the least ratio wanted of each program.
ROWS = (
    [("moments", case, "moments", {"lavaan": 500, "semopy": 150}) for case in SMALL]
    + [("moments", "100-indicators", "moments", {"lavaan": 100, "semopy": None})]
    + [("refit", case, "refit", {"lavaan": None, "semopy": None, "OpenMx": None}) for case in SMALL + ["100-indicators"]]
    + [("whole", case, "whole", {"lavaan": 300, "semopy": None}) for case in SMALL]
    + [("whole", "100-indicators", "whole", {"lavaan": None, "semopy": None})]
    + [("mi", "100-indicators", "mi", {"lavaan": None})]
    + [("fiml", "9-indicators-missing", "whole", {"lavaan": 300}), ("fiml", "20-variables-missing", "whole", {"lavaan": 300})]
    + [("robust", "100-indicators-robust", task, {"lavaan": None}) for task in ("mlr", "mlm")]
    + [("bootstrap", case, "bootstrap", {"lavaan": 1000}) for case in ("9-indicators", "30-indicators-P2P")]
    + [("simulate", "30-indicators-P2P", "simulate", {"lavaan": None})]
)


def installed(command):
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:  # the program itself is not there yet
        return False


def install(without):
    """What is missing; a program that cannot be installed is left out, and said so."""
    packages = {"lavaan": "r-cran-lavaan", "OpenMx": "r-cran-openmx"}
    for program, package in packages.items():
        if program in without or installed(["Rscript", "-e", "library(%s)" % program]):
            continue
        print("installing " + package, file=sys.stderr)
        sudo = ["sudo"] if os.geteuid() else []
        if not installed(sudo + ["apt-get", "install", "-y", package]):
            installed(sudo + ["apt-get", "update"])
            if not installed(sudo + ["apt-get", "install", "-y", package]):
                print("cannot install %s: %s is left out" % (package, program), file=sys.stderr)
                without.append(program)
    python = os.path.join(BUILD, "semopy", "bin", "python")
    if "semopy" not in without and not installed([python, "-c", "import semopy"]):
        print("installing semopy into Benchmarks/.build/semopy", file=sys.stderr)
        if not (installed([sys.executable, "-m", "venv", os.path.join(BUILD, "semopy")])
                and installed([python, "-m", "pip", "install", "-q", "semopy"])):
            print("cannot install semopy: it is left out", file=sys.stderr)
            without.append("semopy")


class Program:
    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | THREADS)
        self.version = self.answer()
        if not self.version.startswith("ready "):
            raise RuntimeError("%s does not start: %s" % (name, " ".join(command)))
        self.version = self.version[6:]

    def answer(self):
        return self.process.stdout.readline().strip()

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = self.answer()
        if not answer:
            raise RuntimeError("%s gave up on: %s" % (self.name, request))
        return answer

    def estimates(self):
        objective, *items = self.ask("estimates").split(";")
        table = {}
        for item in filter(None, items):
            lhs, op, rhs, value = (item.split() + [""])[:4]
            if value not in ("", "-", "NA"):
                table[key(lhs, op, rhs)] = float(value)
        return float(objective), table

    def numbers(self, request):
        return [float(word) for word in self.ask(request).split()]

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def key(lhs, op, rhs):
    if op == "=~":  # semopy writes loadings as regressions of indicators
        return (rhs, "~", lhs)
    return (min(lhs, rhs), op, max(lhs, rhs)) if op == "~~" else (lhs, op, rhs)


def compare(case, programs, log):
    """Which programs agree with ours on F and the estimates."""
    incomplete = case.endswith("missing")
    objective, ours = programs[0].estimates()
    agreed, checks = [programs[0]], {}
    for program in programs[1:]:
        try:
            other, theirs = program.estimates()
        except RuntimeError as error:
            log(str(error))
            continue
        shared = [k for k in ours if k in theirs]
        worst = max((abs(ours[k] - theirs[k]) / max(1, abs(ours[k])) for k in shared), default=float("inf"))
        # lavaan's minimum for incomplete data is of another function; the tests compare it.
        gap = 0 if incomplete else other - objective
        checks[program.name] = {"estimates": worst, "objective": gap, "shared": len(shared), "parameters": len(ours)}
        agrees = (worst <= ESTIMATES[program.name] and abs(gap) <= OBJECTIVE[program.name] * max(1, abs(objective))
                  and len(shared) >= 0.9 * len(ours))
        log("%s: %s: estimates differ by %.1e (%d of %d), F by %.1e%s" % (
            case, program.name, worst, len(shared), len(ours), gap, "" if agrees else ": NOT TIMED"))
        if agrees:
            agreed.append(program)
    return agreed, checks


def time_row(row, programs, rounds, budget, log):
    """A row of the table: the programs' times, in turns."""
    identifier, case, task, targets = row
    result = {"id": identifier, "case": case, "task": task, "programs": {}}
    taking = [p for p in programs if p.name == "swift-sem" or p.name in targets]
    times = {p.name: [] for p in taking}
    spent = {p.name: 0.0 for p in taking}
    # Numbers of one draw or another differ; those of a fit must not.
    if task not in ("bootstrap", "simulate"):
        numbers = {}
        for program in list(taking):
            begin = time.time()
            try:
                numbers[program.name] = program.numbers("values " + task)
            except RuntimeError as error:
                log(str(error))
                taking.remove(program)
                continue
            spent[program.name] += time.time() - begin
            far = max((abs(a - b) / max(1, abs(a)) for a, b in zip(numbers["swift-sem"], numbers[program.name])), default=0)
            if far > 5e-3:
                log("%s %s: %s finds %s, we %s: NOT TIMED" % (
                    case, task, program.name, numbers[program.name], numbers["swift-sem"]))
                taking.remove(program)
        result["values"] = {p.name: numbers[p.name] for p in taking}
    for turn in range(rounds):
        for program in taking:
            if turn and spent[program.name] > budget:
                continue
            begin = time.time()
            times[program.name].append(program.numbers("time " + task))
            spent[program.name] += time.time() - begin
    for program in taking:
        # Two threads are timed on the clock.
        values = [t[1 if task == "simulate" else 0] for t in times[program.name]]
        result["programs"][program.name] = {
            "minimum": min(values), "median": statistics.median(values), "turns": len(values)}
    add_ratios(result, targets)
    return result


def add_ratios(result, targets):
    ours = result["programs"]["swift-sem"]["median"]
    result["ratios"] = {
        name: {"ratio": result["programs"][name]["median"] / ours, "target": target,
               "met": None if target is None else result["programs"][name]["median"] / ours >= target}
        for name, target in targets.items() if name in result["programs"]}


def command_row(rounds, without, log):
    """Process start to finished report."""
    model = os.path.join(ROOT, "Benchmarks", "Cases", "three-factors.lav")
    data = os.path.join(ROOT, "Examples", "Data", "HolzingerSwineford1939.csv")
    commands = {"swift-sem": [command_path(), "fit", model, "--data", data, "--preset", "cfa"]}
    if "lavaan" not in without:
        commands["lavaan"] = ["Rscript", os.path.join(HERE, "command.R"), model, data]
    if not os.path.exists(commands["swift-sem"][0]):
        log("command: %s is not built: left out" % commands["swift-sem"][0])
        return None
    texts = {name: subprocess.run(c, capture_output=True, text=True, env=os.environ | THREADS).stdout
             for name, c in commands.items()}
    result = {"id": "command", "case": "9-indicators", "task": "process start to report", "programs": {}}
    for name in list(commands):
        if "85.306" not in texts[name]:  # the test statistic
            log("command: %s does not report χ² = 85.306: NOT TIMED" % name)
            del commands[name]
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            for _ in range(20 if name == "swift-sem" else 1):
                begin = time.perf_counter()
                subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                times[name].append(time.perf_counter() - begin)
    if "swift-sem" not in times:
        return None
    for name, values in times.items():
        result["programs"][name] = {
            "minimum": min(values), "median": statistics.median(values), "turns": len(values)}
    add_ratios(result, {"lavaan": 50})
    return result


def command_path():
    return os.path.join(BUILD, "command", "installed", "swift-sem")


def build():
    """The benchmark program, and the command as `make install` builds and copies it.

    The copy matters: of a file that a linker has just written, which comes in pages of its own, a start takes 0.6 ms more.
    """
    static = ["--static-swift-stdlib"] if sys.platform == "linux" else []
    package = os.path.join(ROOT, "Benchmarks")
    command = ["swift", "build", "-c", "release", "--package-path", package]
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        # SwiftPM may have missed files that are new in the package above: plan anew, once.
        os.utime(os.path.join(package, "Package.swift"))
        subprocess.run(command, check=True, stdout=sys.stderr)
    subprocess.run(["swift", "build", "-c", "release", "--package-path", ROOT, "--scratch-path",
                    os.path.join(BUILD, "command"), *static, "--product", "swift-sem"], check=True, stdout=sys.stderr)
    os.makedirs(os.path.dirname(command_path()), exist_ok=True)
    subprocess.run(["install", "-m", "755", os.path.join(BUILD, "command", "release", "swift-sem"), command_path()],
                   check=True)


def run(quick=False, only="", without=(), log=lambda text: print(text, file=sys.stderr, flush=True)):
    """All rows; the programs are there."""
    bench = os.path.join(BUILD, "release", "swift-sem-bench")
    folder = os.path.join(BUILD, "cases")
    subprocess.run([bench, "--export", folder], check=True)
    rounds, budget = (3, 3) if quick else (7, 12)
    rows, checks, versions = [], {}, {}
    for case in dict.fromkeys(row[1] for row in ROWS):
        wanted = [row for row in ROWS if row[1] == case and only in "%s/%s/%s" % row[:3]]
        if quick:
            wanted = [row for row in wanted if row[1] != "20-variables-missing" and row[0] != "robust"]
        if not wanted:
            continue
        place = os.path.join(folder, case)
        peers = {name for row in wanted for name in row[3]} - set(without)
        programs = [Program("swift-sem", [bench, "--serve", case])]
        if "lavaan" in peers:
            programs.append(Program("lavaan", ["Rscript", os.path.join(HERE, "lavaan.R"), place]))
        if "semopy" in peers:
            python = os.path.join(BUILD, "semopy", "bin", "python")
            programs.append(Program("semopy", [python, os.path.join(HERE, "semopy_case.py"), place]))
        if "OpenMx" in peers:
            programs.append(Program("OpenMx", ["Rscript", os.path.join(HERE, "openmx.R"), place]))
        versions |= {p.name: p.version for p in programs}
        agreed, checks[case] = compare(case, programs, log)
        for row in wanted:
            begin = time.time()
            rows.append(time_row(row, agreed, rounds, budget, log))
            log("%s %s %s: %s  [%.0f s]" % (*row[:3], ", ".join(
                "%s %s" % (n, seconds(t["median"])) for n, t in rows[-1]["programs"].items()), time.time() - begin))
        for program in programs:
            program.close()
    if only in "command/9-indicators":
        row = command_row(rounds, without, log)
        if row:
            rows.append(row)
    return {"schema": "swift-sem/peers/2", "machine": machine(), "versions": versions, "checks": checks, "rows": rows}


def seconds(value):
    for factor, unit in ((1e6, "µs"), (1e3, "ms"), (1, "s")):
        if value * factor < 1000 or unit == "s":
            return ("%.3g %s" if value * factor < 1000 else "%.0f %s") % (value * factor, unit)


def machine():
    name = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
    system = next((l.split("=")[1].strip().strip('"') for l in open("/etc/os-release") if l.startswith("PRETTY_NAME")), "?")
    return {"processor": name, "cores": os.cpu_count(), "system": system, "date": time.strftime("%Y-%m-%d"),
            "load": os.getloadavg()[0]}


def markdown(report):
    """The table of a report."""
    names = ["lavaan", "semopy", "OpenMx"]
    text = "| row | case | swift-sem | %s | %s |\n" % (" | ".join(names), " | ".join(n + " ÷ ours" for n in names))
    text += "|---|---|--:|" + "--:|" * 6 + "\n"
    for row in report["rows"]:
        programs = row["programs"]
        cells = [cell(programs["swift-sem"])] + [cell(programs[n]) if n in programs else "" for n in names]
        for name in names:
            ratio = row["ratios"].get(name)
            if not ratio:
                cells.append("")
            elif ratio["target"] is None:
                cells.append("%.0f" % ratio["ratio"])
            else:
                cells.append("**%.0f** (≥ %d: %s)" % (ratio["ratio"], ratio["target"], "met" if ratio["met"] else "missed"))
        task = row["task"] if row["task"] not in (row["id"],) else ""
        text += "| %s | %s%s | %s |\n" % (row["id"], row["case"], ": " + task if task else "", " | ".join(cells))
    return text


def cell(times):
    return "%s<br>(%s)" % (seconds(times["median"]), seconds(times["minimum"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three turns, and the slow rows left out")
    parser.add_argument("--only", default="", help="rows whose id/case/task contains the text")
    parser.add_argument("--json")
    parser.add_argument("--markdown")
    parser.add_argument("--no-install", action="store_true")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--without", default="")
    args = parser.parse_args()
    without = [name for name in args.without.split(",") if name]
    if not args.no_install:
        install(without)
    if not args.no_build:
        build()
    report = run(args.quick, args.only, without)
    text = markdown(report)
    print(text)
    if args.json:
        with open(args.json, "w") as f:
            json.dump(report, f, indent=1)
    if args.markdown:
        with open(args.markdown, "w") as f:
            f.write(text)


if __name__ == "__main__":
    main()
