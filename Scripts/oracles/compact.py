#!/usr/bin/env python3
"""Make Tests/SEMTests/Fixtures/lavaan-reference.json from a folder of reference cases.

usage: compact.py REFERENCE-FOLDER DATA-FOLDER FIXTURES-FOLDER

Keeps what the tests need, numbers with ten significant digits, and copies the data files the kept cases use.
"""
import json, math, os, shutil, sys

KEEP = {"core", "mean", "cov", "fixedx", "constraint", "group", "robust", "ls", "fiml"}
DROP = {"ordinal", "twolevel", "efa"}
COLUMNS = ["lhs", "op", "rhs", "block", "free", "est", "se", "std.lv", "std.all", "ci.lower", "ci.upper"]


def short(value):
    """Numbers with ten significant digits, whole numbers as integers; containers elementwise."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        rounded = float("%.10g" % value)
        return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded
    if isinstance(value, list):
        return [short(v) for v in value]
    return {k: short(v) for k, v in value.items()}


def field(p, column):
    """One column of a parameter row; `free` is reduced to 0 or 1, `block` counts from 1."""
    if column == "free":
        return 1 if p.get("free") else 0
    return short(p.get(column, 1 if column == "block" else None))


def compact(case):
    expect = case["expect"]
    out = {k: case[k] for k in ("id", "tags", "model", "data", "options", "reference") if k in case}
    if case.get("sample_cov"):
        out["sample_cov"] = case["sample_cov"]          # input: untouched
    out["npar"] = expect["npar"]
    out["nobs"] = expect["nobs"]
    rows = []
    for p in expect["parameters"]:
        if p["op"] in ("==", "<", ">"):
            continue
        rows.append([field(p, c) for c in COLUMNS] + [p.get("label") or ""])
    out["parameters"] = rows
    out["fit_measures"] = short(expect.get("fit_measures", {}))
    if expect.get("modification_indices"):
        mi = expect["modification_indices"][:60]
        columns = [c for c in ("lhs", "op", "rhs", "block", "mi", "epc", "sepc.lv", "sepc.all") if c in mi[0]]
        out["modification_indices"] = {"columns": columns, "rows": [[short(m[c]) for c in columns] for m in mi]}
    if expect.get("factor_scores"):
        scores = expect["factor_scores"]
        out["factor_scores"] = {"columns": scores["columns"], "first_rows": short(scores["first_rows"][:5])}
    return out


def main(reference, data, fixtures):
    cases, files = [], set()
    for name in sorted(os.listdir(reference)):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(reference, name)) as f:
            case = json.load(f)
        tags = set(case.get("tags", []))
        if not tags & KEEP or tags & DROP:
            continue
        cases.append(compact(case))
        if case.get("data"):
            files.add(case["data"])
    os.makedirs(os.path.join(fixtures, "data"), exist_ok=True)
    target = os.path.join(fixtures, "lavaan-reference.json")
    head = {"about": "Reference answers of lavaan 0.7 (see README.md); ten significant digits.",
            "parameter_columns": COLUMNS + ["label"]}
    with open(target, "w") as f:
        f.write("{\n")
        for k, v in head.items():
            f.write(f"{json.dumps(k)}: {json.dumps(v)},\n")
        f.write('"cases": [\n')
        f.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases))
        f.write("\n]\n}\n")
    for name in sorted(files):
        shutil.copyfile(os.path.join(data, name), os.path.join(fixtures, "data", name))
    print(len(cases), "cases,", os.path.getsize(target), "bytes; data:", ", ".join(sorted(files)))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
