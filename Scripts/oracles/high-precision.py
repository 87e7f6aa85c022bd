#!/usr/bin/env python3
"""Normal-theory ML solutions with many digits, by an implementation of its own.

usage: high-precision.py FIXTURES-FOLDER [case ...]

Reads lavaan-reference.json and lavaan-0.6-14.json of the folder for models, fixed values, labels and starting values,
takes the sample moments exactly (fractions) from the CSV files or the given matrix, and runs Newton's method with the
exact gradient and a Hessian by central differences of it (step 1e-30 at 100 digits, so good to about 60) until
max |dF/dθ| < 1e-45. Writes high-precision.json. Model: v = α + A v + u, Cov(u) = S; Σ = F B S B' F', B = (I − A)⁻¹.
"""
import csv, json, os, re, sys
from fractions import Fraction
import mpmath
from mpmath import mp, mpf

mp.dps = 100
CASES = ["hs-cfa", "hs-cfa-meanstructure", "pd-sem", "pd-sem-equal-loadings", "wheaton-cov", "growth-linear",
         "growth-covariates", "hs-mimic-fixedx", "hs-higher-order", "hs-fixed-and-labels",
         "hs-cfa-observed-info", "pd-nonrecursive", "pd-scaled", "pd-scaled-1000", "sim-latent-equal-paths",
         "mtcars-nonrecursive-feedback", "longley-three-mediators", "sim-growth-quadratic", "hs-40-heywood",
         "pd-observed-information", "pd-intercepts-fixed"]

# the same model on rescaled variables: markers and their latent carry the unit; starts are the rescaled estimates
RESCALED = {"pd-scaled-1000": ("pd-sem", "pd-scaled-1000.csv", {"y1": 1000.0, "dem60": 1000.0, "x2": 0.01})}


def rescaled(case, columns, ident):
    _, data, unit = RESCALED[ident]
    col = {c: i for i, c in enumerate(columns)}
    out = dict(case, id=ident, data=data, parameters=[])
    for row in case["parameters"]:
        row = list(row)
        l, r = unit.get(row[col["lhs"]], 1.0), unit.get(row[col["rhs"]], 1.0)
        f = {"=~": r / l, "~": l / r, "~~": l * r}.get(row[col["op"]], 1.0)
        for k in ("est", "se"):
            row[col[k]] = row[col[k]] * f
        out["parameters"].append(row)
    return out


def exact(text):
    return Fraction(str(text))


def to_mp(fraction):
    return mpf(fraction.numerator) / mpf(fraction.denominator)


# ---- small dense algebra on lists of rows (mpmath's own matrices are slower)
def matmul(a, b):
    bt = list(zip(*b))
    return [[mpmath.fdot(r, c) for c in bt] for r in a]


def inverse_and_logdet(a):
    """Inverse and log-determinant by Gauss-Jordan with partial pivoting."""
    n = len(a)
    w = [list(r) + [mpf(i == j) for j in range(n)] for i, r in enumerate(a)]
    logdet = mpf(0)
    for k in range(n):
        piv = max(range(k, n), key=lambda i: abs(w[i][k]))
        w[k], w[piv] = w[piv], w[k]
        d = w[k][k]
        logdet += mpmath.log(abs(d))
        w[k] = [v / d for v in w[k]]
        for i in range(n):
            if i != k and w[i][k] != 0:
                f = w[i][k]
                w[i] = [x - f * y for x, y in zip(w[i], w[k])]
    return [r[n:] for r in w], logdet


class Model:
    def __init__(self, case, columns, folder):
        col = {c: i for i, c in enumerate(columns)}
        rows = [{c: r[i] for c, i in col.items()} for r in case["parameters"]]
        self.rows = [r for r in rows if r["op"] in ("=~", "~", "~~", "~1")]
        self.defined = [r for r in rows if r["op"] == ":="]
        latent = list(dict.fromkeys(r["lhs"] for r in self.rows if r["op"] == "=~"))
        names = list(dict.fromkeys(v for r in self.rows for v in (r["lhs"], r["rhs"]) if v))
        self.observed = [v for v in names if v not in latent]
        self.names = self.observed + latent
        self.means = any(r["op"] == "~1" for r in self.rows)
        self.at = {v: i for i, v in enumerate(self.names)}
        self.moments(case, folder)
        # cells and the parameters they belong to
        self.cells, self.start, groups = [], [], {}
        for k, r in enumerate(self.rows):
            kind, i, j = self.place(r)
            if r["free"]:
                key = r["label"] or k
                if key not in groups:
                    groups[key] = len(self.start)
                    self.start.append(mpf(repr(r["est"])))
                self.cells.append((kind, i, j, groups[key], None))
            else:
                v = mpf(repr(r["est"]))
                if r["est"] != int(r["est"]) and kind == "S" and max(i, j) < len(self.observed):
                    v = self.S[i][j]                    # fixed covariate: its sample moment
                elif r["est"] != int(r["est"]) and kind == "m":
                    v = self.m[i]
                self.cells.append((kind, i, j, None, v))
        self.t = len(self.start)

    def place(self, r):
        a = self.at
        if r["op"] == "=~":
            return "A", a[r["rhs"]], a[r["lhs"]]
        if r["op"] == "~":
            return "A", a[r["lhs"]], a[r["rhs"]]
        if r["op"] == "~~":
            return "S", a[r["lhs"]], a[r["rhs"]]
        return "m", a[r["lhs"]], 0

    def moments(self, case, folder):
        ov = self.observed
        if case.get("sample_cov"):
            sc = case["sample_cov"]
            n, ix = sc["nobs"], [sc["names"].index(v) for v in ov]
            self.n = n
            self.S = [[to_mp(exact(sc["matrix"][i][j]) * (n - 1) / n) for j in ix] for i in ix]
            self.m = [mpf(0)] * len(ov)
            return
        with open(os.path.join(folder, "data", case["data"])) as f:
            data = [[exact(r[v]) for v in ov] for r in csv.DictReader(f)]
        n = self.n = len(data)
        # integers over one common denominator per column keep the sums exact and quick
        cols = []
        for c in zip(*data):
            d = 1
            for v in c:
                d = d * v.denominator // __import__("math").gcd(d, v.denominator)
            cols.append((d, [int(v * d) for v in c]))
        mean = [Fraction(sum(c), n * d) for d, c in cols]
        self.m = [to_mp(v) for v in mean]
        self.S = [[to_mp(Fraction(sum(x * y for x, y in zip(a, b)), n * da * db) - mean[i] * mean[j])
                   for j, (db, b) in enumerate(cols)] for i, (da, a) in enumerate(cols)]

    def matrices(self, theta):
        k, p = len(self.names), len(self.observed)
        A = [[mpf(0)] * k for _ in range(k)]
        S = [[mpf(0)] * k for _ in range(k)]
        alpha = [mpf(0)] * k
        for kind, i, j, q, v in self.cells:
            v = theta[q] if q is not None else v
            if kind == "A":
                A[i][j] = v
            elif kind == "S":
                S[i][j] = S[j][i] = v
            else:
                alpha[i] = v
        B, _ = inverse_and_logdet([[mpf(i == j) - A[i][j] for j in range(k)] for i in range(k)])
        C = matmul(matmul(B, S), list(zip(*B)))
        nu = [mpmath.fdot(r, alpha) for r in B]
        return B[:p], C, nu

    def state(self, theta):
        G, C, nu = self.matrices(theta)
        p = len(self.observed)
        Sigma = [r[:p] for r in C[:p]]
        W, logdet = inverse_and_logdet(Sigma)
        d = [self.m[i] - nu[i] if self.means else mpf(0) for i in range(p)]
        M = [[self.S[i][j] + d[i] * d[j] for j in range(p)] for i in range(p)]
        return G, C, nu, W, logdet, d, M, Sigma

    def objective(self, theta):
        *_, W, logdet, d, M, Sigma = self.state(theta)
        _, logS = inverse_and_logdet(self.S)
        p = len(M)
        return logdet + sum(mpmath.fdot(W[i], M[i]) for i in range(p)) - logS - p

    def gradient(self, theta):
        G, C, nu, W, _, d, M, Sigma = self.state(theta)
        p = len(M)
        H = C[:p]
        D = [[Sigma[i][j] - M[i][j] for j in range(p)] for i in range(p)]
        Q = matmul(matmul(W, D), W)
        QH, QG = matmul(Q, H), matmul(Q, G)
        Gt = list(zip(*G))
        GQH, GQG = matmul(Gt, QH), matmul(Gt, QG)
        Wd = [mpmath.fdot(r, d) for r in W]
        Gw = [mpmath.fdot(c, Wd) for c in Gt]
        g = [mpf(0)] * self.t
        for kind, i, j, q, _ in self.cells:
            if q is None:
                continue
            if kind == "A":
                g[q] += 2 * GQH[i][j] - 2 * Gw[i] * nu[j]
            elif kind == "S":
                g[q] += 2 * GQG[i][j] if i != j else GQG[i][i]
            else:
                g[q] -= 2 * Gw[i]
        return g

    def hessian(self, theta):
        h = mpf(10) ** -30
        Hs = []
        for a in range(self.t):
            up, down = list(theta), list(theta)
            up[a] += h
            down[a] -= h
            Hs.append([(x - y) / (2 * h) for x, y in zip(self.gradient(up), self.gradient(down))])
        return [[(Hs[i][j] + Hs[j][i]) / 2 for j in range(self.t)] for i in range(self.t)]

    def expected_information(self, theta):
        """N/2 tr(W Σ_a W Σ_b) + N μ_a' W μ_b, from the full derivative matrices."""
        G, C, nu, W, *_ = self.state(theta)
        p = len(W)
        dS = [[[mpf(0)] * p for _ in range(p)] for _ in range(self.t)]
        dm = [[mpf(0)] * p for _ in range(self.t)]
        for kind, i, j, q, _ in self.cells:
            if q is None:
                continue
            for r in range(p):
                if kind == "m":
                    dm[q][r] += G[r][i]
                    continue
                if kind == "A":
                    dm[q][r] += G[r][i] * nu[j]
                for c in range(p):
                    if kind == "A":
                        dS[q][r][c] += G[r][i] * C[c][j] + C[r][j] * G[c][i]
                    else:
                        dS[q][r][c] += G[r][i] * G[c][j] + (G[r][j] * G[c][i] if i != j else 0)
        WS = [matmul(W, x) for x in dS]
        WSt = [[v for c in zip(*x) for v in c] for x in WS]
        flat = [[v for r in x for v in r] for x in WS]
        Wm = [[mpmath.fdot(r, x) for r in W] for x in dm]
        return [[self.n * (mpmath.fdot(flat[a], WSt[b]) / 2 + (mpmath.fdot(dm[a], Wm[b]) if self.means else 0))
                 for b in range(self.t)] for a in range(self.t)]


def defined_value(text, values):
    names = {"exp": mpmath.exp, "log": mpmath.log, "sqrt": mpmath.sqrt, "abs": abs}
    return eval(re.sub(r"\^", "**", text), {"__builtins__": {}}, {**names, **values})


def defined_values(rows, values):
    """All defined parameters, each of which may use those before it, as functions of the labelled ones."""
    found, values = {}, dict(values)
    for r in rows:
        found[r["lhs"]] = values[r["lhs"]] = defined_value(r["rhs"], values)
    return found


def solve(case, columns, folder):
    model = Model(case, columns, folder)
    theta = list(model.start)
    for step in range(40):
        g = model.gradient(theta)
        size = max(abs(v) for v in g)
        if size < mpf(10) ** -45 and step > 0:
            break
        inv, _ = inverse_and_logdet(model.hessian(theta))
        theta = [x - mpmath.fdot(r, g) for x, r in zip(theta, inv)]
    assert size < mpf(10) ** -45, (case["id"], size)
    expected, _ = inverse_and_logdet(model.expected_information(theta))
    observed, _ = inverse_and_logdet([[v * model.n / 2 for v in r] for r in model.hessian(theta)])
    F = model.objective(theta)
    out = {"id": case["id"], "model": case["model"], "options": case["options"]}
    if case.get("sample_cov"):
        out["sample_cov"] = case["sample_cov"]
    else:
        out["data"] = case["data"]
    text = lambda v, digits: mpmath.nstr(v, digits, strip_zeros=False, min_fixed=-40, max_fixed=40)
    worst = ("", mpf(0))
    worst_se = mpf(0)
    rows = []
    labels = {}
    for r, cell in zip(model.rows, model.cells):
        q = cell[3]
        est = theta[q] if q is not None else cell[4]
        if r["label"] and q is not None:
            labels[r["label"]] = q
        row = {"lhs": r["lhs"], "op": r["op"], "rhs": r["rhs"], "est": text(est, 30)}
        if q is not None:
            row["se.expected"] = text(mpmath.sqrt(expected[q][q]), 20)
            row["se.observed"] = text(mpmath.sqrt(observed[q][q]), 20)
            kind = "se.observed" if case["options"].get("information") == "observed" else "se.expected"
            worst_se = max(worst_se, abs(mpf(row[kind]) - mpf(repr(r["se"]))))
        diff = abs(est - mpf(repr(r["est"])))
        if diff > worst[1]:
            worst = (r["lhs"] + r["op"] + r["rhs"], diff)
        rows.append(row)
    definitions = lambda point: defined_values(model.defined, {k: point[q] for k, q in labels.items()})
    found = definitions(theta)
    h, slopes = mpf(10) ** -30, {}
    for q in set(labels.values()):
        above, below = ([x + d if a == q else x for a, x in enumerate(theta)] for d in (h, -h))
        above, below = definitions(above), definitions(below)
        slopes[q] = {k: (above[k] - below[k]) / (2 * h) for k in found}
    for r in model.defined:
        v = found[r["lhs"]]
        grad = [slopes[q][r["lhs"]] if q in slopes else mpf(0) for q in range(model.t)]
        var = lambda V: sum(grad[a] * V[a][b] * grad[b] for a in range(model.t) for b in range(model.t)
                            if grad[a] != 0 and grad[b] != 0)
        rows.append({"lhs": r["lhs"], "op": ":=", "rhs": r["rhs"], "est": text(v, 30),
                     "se.expected": text(mpmath.sqrt(var(expected)), 20),
                     "se.observed": text(mpmath.sqrt(var(observed)), 20)})
        worst = max(worst, (r["lhs"], abs(v - mpf(repr(r["est"])))), key=lambda w: w[1])
    out.update(nobs=model.n, parameters=rows, objective=text(F, 30), chisq=text(model.n * F, 30),
               max_abs_gradient=mpmath.nstr(size, 3))
    ref = case["fit_measures"]["chisq"]
    print("%-24s t=%2d  steps %d  |g| %s  est diff %s (%s)  se diff %s  chisq diff %s" % (
        case["id"], model.t, step, mpmath.nstr(size, 2), mpmath.nstr(worst[1], 2), worst[0],
        mpmath.nstr(worst_se, 2), mpmath.nstr(abs(model.n * F - mpf(repr(ref))), 2)), flush=True)
    return out


def main(folder, wanted):
    cases = {}
    for name in ("lavaan-0.6-14.json", "lavaan-reference.json"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path) as f:
                book = json.load(f)
            for case in book["cases"]:
                cases[case["id"]] = (case, book["parameter_columns"])
    for i, (source, _, _) in RESCALED.items():
        if source in cases:
            cases[i] = (rescaled(*cases[source], i), cases[source][1])
    out = [solve(*cases[i], folder) for i in wanted if i in cases or print("no such case:", i)]
    head = {"about": "Normal-theory ML solutions: estimates to 30 digits, standard errors to 20. F = log|Sigma| + "
                     "tr(S Sigma^-1) - log|S| - p + (m - mu)' Sigma^-1 (m - mu), S divided by N; chisq = N F. Moments exact from the data.",
            "tool": "Scripts/oracles/high-precision.py, mpmath %s, %d digits; starts: lavaan's estimates" % (mpmath.__version__, mp.dps)}
    with open(os.path.join(folder, "high-precision.json"), "w") as f:
        f.write("{\n")
        for k, v in head.items():
            f.write(f"{json.dumps(k)}: {json.dumps(v)},\n")
        f.write('"cases": [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in out) + "\n]\n}\n")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:] or CASES)
