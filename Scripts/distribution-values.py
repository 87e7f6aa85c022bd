#!/usr/bin/env python3
"""Writes Tests/SEMNumericsTests/DistributionsValueTable.swift: values of distributions with 50 or more digits.

Independent of the library: every number is a plain power series with positive terms (DLMF 8.7.1/8.11.4, 8.17.8) or a
plain Poisson sum in mpmath's multiple precision; a complement is taken with as many extra digits as it loses.
Points are chosen with SciPy (only to know where the tails are) and rounded to 8 digits before use.

Run from the root of the package:  python3 Scripts/distribution-values.py
"""

import math
import sys

import mpmath
import scipy
import scipy.stats as st
from mpmath import mp, mpf

BASE = 50


def gamma_pair(a, x, extra=0):
    """P(a, x), Q(a, x); `extra` digits are carried for the complement."""
    mp.dps = BASE + 20 + extra
    a, x = mpf(a), mpf(x)
    term = total = mpf(1)
    shape = a
    small = mpf(10) ** (-mp.dps)
    while True:
        shape += 1
        term *= x / shape
        total += term
        if term < small * total and shape > x:
            break
    lower = total * mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))
    return lower, 1 - lower


def exact(pair, log10p, *args):
    """Evaluates with enough digits for the smaller tail."""
    return pair(*args, extra=int(max(0, -log10p)) + 10)


def beta_pair(a, b, x, y, extra=0):
    """I_x(a, b) and its complement from the side whose series is short."""
    mp.dps = BASE + 20 + extra
    a, b, x, y = mpf(a), mpf(b), mpf(x), mpf(y)
    flip = x > y
    if flip:
        a, b, x, y = b, a, y, x
    term = total = mpf(1)
    n = 0
    small = mpf(10) ** (-mp.dps)
    while True:
        ratio = (a + b + n) / (a + 1 + n) * x
        term *= ratio
        n += 1
        total += term
        if ratio < 1 and term / (1 - ratio) < small * total:
            break
    log_front = a * mp.log(x) + b * mp.log(y) - mp.log(a) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b)
    value = total * mp.exp(log_front)
    return (1 - value, value) if flip else (value, 1 - value)


def f_pair(d1, d2, x, extra=0):
    mp.dps = BASE + 30 + extra
    d1, d2, x = mpf(d1), mpf(d2), mpf(x)
    den = d1 * x + d2
    return beta_pair(d1 / 2, d2 / 2, d1 * x / den, d2 / den, extra)


def t_pair(nu, t, extra=0):
    mp.dps = BASE + 30 + extra
    lower, upper = f_pair(1, nu, mpf(t) ** 2, extra)
    return (upper / 2, 1 - upper / 2) if t < 0 else (1 - upper / 2, upper / 2)


def noncentral_pair(nu, lam, x, extra=0):
    """Plain Poisson sum from j = 0, downward recurrence of P replaced by extra digits."""
    mp.dps = BASE + 30 + extra
    a, w, h = mpf(nu) / 2, mpf(lam) / 2, mpf(x) / 2
    lower, _ = gamma_pair(a, h, extra + 20)
    mp.dps = BASE + 30 + extra
    step = mp.exp(a * mp.log(h) - h - mp.loggamma(a + 1))
    mass = mp.exp(-w)
    total = mass * lower
    j = 0
    small = mpf(10) ** (-(BASE + 10 + extra))
    while True:
        lower -= step
        j += 1
        step *= h / (a + j)
        mass *= w / j
        total += mass * lower
        if j > w and mass < small:
            break
    return total, 1 - total


def noncentral_density(nu, lam, x):
    mp.dps = BASE + 30
    a, w, h = mpf(nu) / 2, mpf(lam) / 2, mpf(x) / 2
    term = mp.exp(-w + (a - 1) * mp.log(h) - h - mp.loggamma(a)) / 2
    total = term
    j = 0
    peak = mp.sqrt(w * h)
    while True:
        j += 1
        term *= w * h / (j * (a + j - 1))
        total += term
        if j > peak and term < mpf(10) ** -(BASE + 10) * total:
            break
    return total


def gamma_density(a, x):
    mp.dps = BASE + 30
    a, x = mpf(a), mpf(x)
    return mp.exp((a - 1) * mp.log(x) - x - mp.loggamma(a))


def f_density(d1, d2, x):
    mp.dps = BASE + 30
    a, b, x = mpf(d1) / 2, mpf(d2) / 2, mpf(x)
    den = a * x + b
    return mp.exp(a * mp.log(a * x / den) + b * mp.log(b / den) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b)) / x


def t_density(nu, t):
    mp.dps = BASE + 30
    nu, t = mpf(nu), mpf(t)
    return mp.exp(mp.loggamma((nu + 1) / 2) - mp.loggamma(nu / 2) - (nu + 1) / 2 * mp.log(1 + t * t / nu)) / mp.sqrt(nu * mp.pi)


def show(value):
    return mpmath.nstr(value, 20, min_fixed=0, max_fixed=0)


rows = []


def add(name, parameters, x, density, pair):
    lower, upper = pair
    if not (mpf(10) ** -305 < lower and mpf(10) ** -305 < upper):
        return
    if not mpf(10) ** -300 < density < mpf(10) ** 300:
        return
    first, second = (list(parameters) + [0, 0])[:2]
    rows.append(f"{name} {first!r} {second!r} {x!r} {show(density)} {show(lower)} {show(upper)}")


def rounded(x):
    return float(f"{float(x):.8g}")


TAILS = [1e-300, 1e-150, 1e-40, 1e-12, 1e-4, 0.05, 0.3, 0.5]


def points(dist):
    """Points over the whole range, 0 and infinity left out."""
    found = set()
    for p in TAILS:
        for x in (dist.ppf(p), dist.isf(p)):
            x = rounded(x)
            if math.isfinite(x) and x != 0 and abs(x) < 1e250 and abs(x) > 1e-250:
                found.add(x)
    return sorted(found)


def deep(log_tail):
    return -log_tail if math.isfinite(log_tail) else 330


def progress(text):
    print(text, len(rows), file=sys.stderr, flush=True)


def normal():
    for x in [0.0, 1e-9, 0.01, 0.3, 0.6744, 0.9, 1.0, 1.0001, 1.7, 1.959963984540054, 2.5, 3.3, 5.1, 8.0, 11.7, 20.3, 30.123, 37.0]:
        for sign in (1, -1):
            mp.dps = BASE + 330
            z = mpf(sign * x)
            add("normal", [], sign * x, mp.npdf(z), (mp.erfc(-z / mp.sqrt(2)) / 2, mp.erfc(z / mp.sqrt(2)) / 2))
    progress("normal")


def chi_square():
    xs = {}
    for nu in [0.1, 0.37, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 24.0, 29.0, 30.0, 31.0, 55.5, 100.0, 297.0, 1000.0, 12345.0, 1e5, 1e6]:
        d = st.chi2(nu)
        ps = points(d)
        if nu > 14 and nu < 1e5:
            ps += [rounded(nu * r) for r in (0.2, 0.349, 0.351, 0.9, 0.9999, 1.0, 1.0001, 1.1, 1.6, 2.19, 2.21, 3.0)]
        if nu < 14:
            ps += [rounded(nu * r) for r in (1e-6, 0.01, 0.5, 1.0, 1.9)] + [1.4, 1.6, 3.1, 700.0]
        if nu == 24:
            ps += [85.3055, 36.4150285018073]
        for x in sorted(set(ps)):
            extra = max(deep(d.logsf(x) / math.log(10)), 0)
            if extra > 320:
                continue
            add("chisquare", [nu], x, gamma_density(nu / 2, mpf(x) / 2) / 2, gamma_pair(mpf(nu) / 2, mpf(x) / 2, int(extra) + 10))
        progress(f"chi-square {nu}")


def noncentral():
    for nu in [0.1, 1.0, 3.0, 24.0, 100.0, 1275.0, 1e6]:
        for lam in [1e-8, 0.03, 1.0, 7.5, 61.3055, 400.0, 5000.0, 1e5]:
            if nu == 1e6 and lam not in (0.03, 400.0, 1e5):
                continue
            if lam == 1e5 and nu not in (0.1, 24.0, 1275.0, 1e6):
                continue
            mean, spread = nu + lam, math.sqrt(2 * nu + 4 * lam)
            ps = {rounded(mean * r) for r in (1e-9, 0.01, 0.3, 0.999, 1.0, 1.001)}
            ps |= {rounded(mean + spread * z) for z in (-20, -9, -4, -2, -1, 1, 2.5, 6, 12, 24, 36)}
            if lam >= 5000:
                ps = {rounded(mean + spread * z) for z in (-30, -9, -2, 0, 0.01, 1, 6, 36)}
            for x in sorted(p for p in ps if p > 0):
                density = noncentral_density(nu, lam, x)
                depth = int(-mp.log10(density)) if density > 0 else 400
                if depth > 300:
                    continue
                pair = noncentral_pair(nu, lam, x, max(depth, 0) + 20)
                add("noncentral", [nu, lam], x, density, pair)
        progress(f"noncentral {nu}")


def student_t():
    for nu in [0.1, 0.5, 1.0, 2.0, 3.3, 7.0, 19.9, 20.1, 30.0, 99.0, 1000.0, 54321.0, 1e6]:
        d = st.t(nu)
        ps = [rounded(d.isf(p)) for p in TAILS[:-1]] + [1e-8, 0.01, 0.7, 1.0, 1.2, 5.0, 300.0]
        for x in sorted({abs(p) for p in ps if math.isfinite(p) and abs(p) < 1e250}):
            for t in (x, -x):
                extra = max(deep(d.logsf(x) / math.log(10)), 0)
                if extra > 320:
                    continue
                add("t", [nu], t, t_density(nu, t), t_pair(nu, t, int(extra) + 10))
        progress(f"t {nu}")


def fisher():
    shapes = [(0.1, 0.1), (0.1, 1e6), (1e6, 0.1), (1.0, 1.0), (1.0, 10.0), (2.0, 2.0), (3.0, 7.5), (10.0, 1.0), (24.0, 300.0),
              (19.0, 21.0), (55.5, 4.2), (100.0, 100.0), (1000.0, 30.0), (12345.0, 5432.0), (0.7, 2000.0), (1e5, 1.0),
              (1e5, 1e5), (1e6, 1e6), (3.0, 1e6)]
    for d1, d2 in shapes:
        d = st.f(d1, d2)
        ps = points(d) + [0.5, 0.99, 1.0, 1.01, 2.0]
        for x in sorted({p for p in ps if p > 0}):
            density = f_density(d1, d2, x)
            depth = int(-mp.log10(density * x)) if density > 0 else 400
            if depth > 305:
                continue
            add("f", [d1, d2], x, density, f_pair(d1, d2, x, max(depth, 0) + 30))
        progress(f"F {d1} {d2}")


def main():
    normal()
    chi_square()
    student_t()
    fisher()
    noncentral()
    path = "Tests/SEMNumericsTests/DistributionsValueTable.swift"
    with open(path, "w") as out:
        out.write("// Written by Scripts/distribution-values.py with mpmath %s (50 or more digits), Python %s, SciPy %s (choice of\n"
                  "// points only). Do not edit; run the script.\n\n" % (mpmath.__version__, sys.version.split()[0], scipy.__version__))
        out.write("/// One row a line: distribution, first parameter, second parameter (or 0), x, density, lower tail, upper tail.\n")
        out.write('let distributionsValueTable = """\n')
        for row in rows:
            out.write("  " + row + "\n")
        out.write('  """\n')
    print(len(rows), "rows", file=sys.stderr)


main()
