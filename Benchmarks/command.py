#!/usr/bin/env python3
"""Time whole runs of the command: process start, CSV, fit, finished report.

usage: command.py [--cli PATH] [--runs 100] [--json FILE]

Runs are repeated like hyperfine does: five to warm up, then the minimum, median and ninth decile of the wall-clock time,
and the processor time of the middle run.  Needs only Python's standard library.
"""
import argparse, json, os, statistics, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(command):
    """Seconds of wall clock and of the processor."""
    null = os.open(os.devnull, os.O_WRONLY)
    begin = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    _, status, usage = os.wait4(pid, 0)
    end = time.perf_counter()
    os.close(null)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit("failed: " + " ".join(command))
    return end - begin, usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default=os.path.join(ROOT, ".build", "release", "swift-sem"))
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--json")
    args = parser.parse_args()
    cases, data = os.path.join(ROOT, "Benchmarks", "Cases"), os.path.join(ROOT, "Examples", "Data")
    fit = lambda model, table, *more: [
        os.path.abspath(args.cli), "fit", os.path.join(cases, model + ".lav"),
        "--data", os.path.join(data, table + ".csv"), *more]
    commands = {
        "--help (process start)": [os.path.abspath(args.cli), "--help"],
        "9 indicators, text": fit("three-factors", "HolzingerSwineford1939", "--preset", "cfa"),
        "9 indicators, JSON": fit("three-factors", "HolzingerSwineford1939", "--preset", "cfa", "--format", "json"),
        "30 indicators (P2P), text": fit("p2p", "p2p-survey", "--no-fixed-x"),
    }
    results = []
    print("| command | minimum | median | 90 % below | processor time |\n|---|--:|--:|--:|--:|")
    for name, command in commands.items():
        for _ in range(5):
            run(command)
        walls, processor = zip(*sorted(run(command) for _ in range(args.runs)))
        result = {
            "group": "command", "name": name, "minimum": walls[0], "median": statistics.median(walls),
            "p90": walls[min(len(walls) - 1, len(walls) * 9 // 10)], "processor": processor[len(processor) // 2],
            "calls": args.runs}
        results.append(result)
        print("| %s | %s ms |" % (name, " ms | ".join(
            "%.1f" % (1e3 * result[k]) for k in ("minimum", "median", "p90", "processor"))))
    if args.json:
        with open(args.json, "w") as f:
            json.dump({"schema": "swift-sem/bench/1", "measurements": results}, f, indent=1)


if __name__ == "__main__":
    main()
