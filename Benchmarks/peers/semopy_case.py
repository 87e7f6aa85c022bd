"""Times semopy on one case, on request: reads a line "moments", "estimates", "whole" or "result" from standard input.

    python semopy_case.py FOLDER    FOLDER holds model.lav, data.csv and estimates.json (swift-sem-bench --export)

Data are read before.  "moments" fits a model made once to a covariance matrix; "estimates" is the model's text to point estimates; "whole" adds standard errors, fit measures and the
standardised solution.
"""
import json, os, sys, time, warnings

warnings.filterwarnings("ignore")
import pandas, semopy

folder = sys.argv[1]
export = json.load(open(os.path.join(folder, "estimates.json")))
data = pandas.read_csv(os.path.join(folder, "data.csv"))
lines = []
for line in open(os.path.join(folder, "model.lav")):
    line = line.split("#")[0].strip()
    if line and ":=" not in line:
        # semopy reads "0*a + 0*b" after ~~ as lavaan does, but knows no defined parameters.
        lines.append(line)
text = "\n".join(lines)


prepared = semopy.Model(text)
prepared.load(data)
observed = prepared.vars["observed"]
covariance = data[list(observed)].cov(ddof=0)


def moments():
    prepared.fit(cov=covariance, n_samples=len(data), clean_slate=True)


def estimates():
    model = semopy.Model(text)
    model.fit(data)
    return model


def whole():
    model = estimates()
    return model.inspect(std_est=True), semopy.calc_stats(model)


def result():
    model = estimates()
    table = model.inspect(se_robust=False)
    return ";".join("%s %s %s %.12g" % (r["lval"], r["op"], r["rval"], r["Estimate"]) for _, r in table.iterrows())


print("ready semopy %s, Python %s" % (semopy.__version__, sys.version.split()[0]), flush=True)
for line in sys.stdin:
    task = line.strip()
    if task == "result":
        print(result(), flush=True)
        continue
    begin = time.process_time()
    times = 0
    while True:
        globals()[task]()
        times += 1
        if time.process_time() - begin > 0.15:
            break
    print("%.9f" % ((time.process_time() - begin) / times), flush=True)
