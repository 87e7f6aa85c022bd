"""Times semopy on one case, on request: see lavaan.R.

    python semopy_case.py FOLDER

"moments" is the model's text and a covariance matrix to point estimates, "refit" the same for a model made once; "whole" is the model's text and the data to estimates, standard
errors, fit measures and the standardised solution.
"""
import os, sys, time, warnings

warnings.filterwarnings("ignore")
import pandas, semopy

folder = sys.argv[1]
data = pandas.read_csv(os.path.join(folder, "data.csv"))
lines = []
for line in open(os.path.join(folder, "model.lav")):
    line = line.split("#")[0].strip()
    if line and ":=" not in line:  # semopy knows no defined parameters
        lines.append(line)
text = "\n".join(lines)
prepared = semopy.Model(text)
prepared.load(data)
covariance = data[list(prepared.vars["observed"])].cov(ddof=0)


def moments():
    model = semopy.Model(text)
    model.fit(cov=covariance, n_samples=len(data))
    return [model.last_result.fun]


def refit():
    result = prepared.fit(cov=covariance, n_samples=len(data), clean_slate=True)
    return [result.fun]


def whole():
    model = semopy.Model(text)
    model.fit(data)
    model.inspect(std_est=True)
    measures = semopy.calc_stats(model)
    return [float(measures[name].iloc[0]) for name in ("chi2", "CFI", "RMSEA")]


def estimates():
    model = semopy.Model(text)
    result = model.fit(data)
    table = model.inspect(se_robust=False)
    rows = ["%s %s %s %.12g" % (r["lval"], r["op"], r["rval"], r["Estimate"]) for _, r in table.iterrows()]
    return ";".join(["%.12g" % result.fun] + rows)


print("ready semopy %s, Python %s" % (semopy.__version__, sys.version.split()[0]), flush=True)
for line in sys.stdin:
    words = line.split()
    if words[0] == "estimates":
        print(estimates(), flush=True)
    elif words[0] == "values":
        print(" ".join("%.12g" % v for v in globals()[words[1]]()), flush=True)
    else:
        processor, clock, times = time.process_time(), time.perf_counter(), 0
        while True:
            globals()[words[1]]()
            times += 1
            if time.perf_counter() - clock > 0.15:
                break
        print("%.9f %.9f" % ((time.process_time() - processor) / times, (time.perf_counter() - clock) / times), flush=True)
