#!/usr/bin/env python3
"""Draw scale-p.svg and scale-n.svg from the results of run-all: plot.py results.json FOLDER

Both axes are logarithmic. Plain SVG that reads on white and in print: lines differ by dashes and marks, not by colour alone.
"""
import json, math, os, sys

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 84, 24, 44, 56
COLOURS = ["#1f4e9c", "#b3541e", "#666666"]
DASHES = ["", "7 4", "2 3"]


def ticks(low, high):
    return [10.0 ** k for k in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def chart(title, x_label, y_label, series, x_ticks, x_name, y_name):
    """series: (name, [(x, y)])."""
    xs = [x for _, points in series for x, _ in points]
    ys = [y for _, points in series for _, y in points]
    marks = ticks(min(ys), max(ys))
    low, high = math.log10(marks[0]), math.log10(marks[-1])
    left, right = math.log10(min(xs)), math.log10(max(xs))
    px = lambda x: LEFT + (math.log10(x) - left) / (right - left) * (WIDTH - LEFT - RIGHT)
    py = lambda y: HEIGHT - BOTTOM - (math.log10(y) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="Helvetica, Arial, sans-serif" font-size="13">' % (WIDTH, HEIGHT),
           '<title>%s</title>' % title, '<rect width="100%" height="100%" fill="white"/>',
           '<text x="%d" y="24" font-size="15" font-weight="bold">%s</text>' % (LEFT, title)]
    for y in marks:
        out.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#dddddd"/>' % (LEFT, WIDTH - RIGHT, py(y), py(y)))
        out.append('<text x="%d" y="%.1f" text-anchor="end">%s</text>' % (LEFT - 8, py(y) + 4, y_name(y)))
    for x in x_ticks:
        out.append('<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#999999"/>' % (px(x), px(x), HEIGHT - BOTTOM, HEIGHT - BOTTOM + 5))
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%s</text>' % (px(x), HEIGHT - BOTTOM + 20, x_name(x)))
    out.append('<text x="%.1f" y="%d" text-anchor="middle">%s</text>' % ((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_label))
    out.append('<text transform="translate(18 %.1f) rotate(-90)" text-anchor="middle">%s</text>' % ((TOP + HEIGHT - BOTTOM) / 2, y_label))
    for index, (name, points) in enumerate(series):
        path = " ".join("%.1f,%.1f" % (px(x), py(y)) for x, y in points)
        style = 'stroke="%s" stroke-width="2" stroke-dasharray="%s"' % (COLOURS[index], DASHES[index])
        out.append('<polyline points="%s" fill="none" %s/>' % (path, style))
        if index < 2:
            out += ['<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>' % (px(x), py(y), COLOURS[index]) for x, y in points]
        y = TOP + 14 + 18 * index
        out.append('<line x1="%d" x2="%d" y1="%d" y2="%d" %s/>' % (LEFT + 14, LEFT + 44, y, y, style))
        out.append('<text x="%d" y="%d">%s</text>' % (LEFT + 52, y + 4, name))
    return "\n".join(out + ["</svg>"]) + "\n"


def seconds(value):
    return "%g s" % value if value >= 1 else "%g ms" % (1e3 * value) if value >= 1e-3 else "%g µs" % (1e6 * value)


def draw(report, folder):
    """Writes both pictures."""
    rows = report["scaleP"]
    sizes = [row["indicators"] for row in rows]
    first = rows[0]["estimates"]["processor"]
    series = [("whole job", [(r["indicators"], r["whole"]["processor"]) for r in rows]),
              ("point estimates from moments", [(r["indicators"], r["estimates"]["processor"]) for r in rows]),
              ("growth with p³", [(p, first * (p / sizes[0]) ** 3) for p in sizes])]
    with open(os.path.join(folder, "scale-p.svg"), "w") as f:
        f.write(chart("Time by the number of indicators, 20 per factor", "indicators", "time of the processor",
                      series, sizes, lambda x: "%d" % x, seconds))
    rows = report["scaleN"]
    series = [("CSV file of 30 columns to moments", [(r["size"], r["processor"]) for r in rows]),
              ("150 MB/s", [(r["size"], r["bytes"] / 150e6) for r in rows])]
    with open(os.path.join(folder, "scale-n.svg"), "w") as f:
        f.write(chart("Time by the number of rows", "rows", "time of the processor", series, [r["size"] for r in rows],
                      lambda x: "10<tspan dy='-5' font-size='10'>%d</tspan>" % round(math.log10(x)), seconds))


if __name__ == "__main__":
    draw(json.load(open(sys.argv[1])), sys.argv[2])
