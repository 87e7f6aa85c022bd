#!/usr/bin/env python3
"""Opens HTML reports in headless Chromium, as a reader on a phone and at a desk would.

  Scripts/check-html.py [--screenshots FOLDER] REPORT.html...

For each report, at 390 and 1280 pixels, light and dark: no message of error in the console, no request beyond the file
itself, no part wider than the window, identifiers unique, headings in order, and the copy buttons put each table on the
clipboard. Exits with 1 if something is wrong, with 77 where there is no Chromium.
"""

import argparse
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")

# What the page says of itself; a list of complaints.
PAGE_CHECKS = r"""
(() => {
  const found = [];
  const width = window.innerWidth;
  if (!document.querySelector('main section h2')) found.push('this is no report');
  const root = document.documentElement;
  if (root.scrollWidth > width) found.push(`the page is ${root.scrollWidth} pixels wide in a window of ${width}`);
  const scrolls = e => { for (let p = e; p; p = p.parentElement) if (/auto|scroll/.test(getComputedStyle(p).overflowX)) return true; return false; };
  for (const e of document.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect();
    if (box.width > 0 && box.right > width + 1 && !scrolls(e) && !e.classList.contains('skip'))
      found.push(`<${e.tagName.toLowerCase()}> ends at ${Math.round(box.right)} of ${width} pixels`);
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids)) if (ids.filter(x => x === id).length > 1) found.push(`two elements are called ${id}`);
  let level = 0;
  for (const h of document.querySelectorAll('h1,h2,h3,h4,h5,h6')) {
    const own = Number(h.tagName[1]);
    if (own > level + 1) found.push(`heading ${h.textContent} skips a level`);
    level = own;
  }
  if (!document.documentElement.lang) found.push('there is no language');
  for (const a of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(decodeURIComponent(a.hash.slice(1)))) found.push(`the link ${a.hash} leads nowhere`);
  for (const t of document.querySelectorAll('table'))
    if (!document.getElementById(t.getAttribute('aria-labelledby'))) found.push('a table has no caption');
  return found.slice(0, 20);
})()
"""

COPY_CHECK = r"""
(async () => {
  const found = [];
  for (const table of document.querySelectorAll('.table')) {
    const button = table.querySelector('.copy');
    if (!button || button.hidden) { found.push(table.id + ' has no copy button'); continue; }
    const label = button.textContent;
    window.focus(); button.focus(); button.click();
    for (let i = 0; i < 100 && button.textContent === label; i++) await new Promise(done => setTimeout(done, 10));
    const text = await navigator.clipboard.readText();
    const rows = text.replace(/\n$/, '').split('\n');
    const body = [...table.querySelectorAll('tbody tr')].filter(r => r.cells.length > 1);
    const last = [...body[body.length - 1].cells].map(c => c.textContent.replaceAll('\u2212', '-').replace(/\s+/g, ' ').trim());
    if (rows[rows.length - 1].split('\t').map(c => c.trim()).join('\t') !== last.join('\t'))
      found.push(`${table.id} copies its last row as ${JSON.stringify(rows[rows.length - 1])}`);
    const counts = new Set(rows.map(r => r.split('\t').length));
    if (counts.size !== 1) found.push(`${table.id} copies rows of ${[...counts]} columns`);
    const items = await navigator.clipboard.read();
    if (!items[0].types.includes('text/html')) found.push(`${table.id} copies no HTML`);
  }
  return found;
})()
"""


class Browser:
    """A Chromium that is spoken to through pipes (Chrome DevTools Protocol)."""

    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory()
        to_read, self.to = os.pipe()
        self.source, from_write = os.pipe()

        def connect():
            # Chromium reads commands from descriptor 3 and answers on 4.
            read, write = os.dup(to_read), os.dup(from_write)
            os.dup2(read, 3)
            os.dup2(write, 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
             f"--user-data-dir={self.profile.name}", "--no-first-run", "--disable-dev-shm-usage", "about:blank"],
            preexec_fn=connect, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.count, self.buffer, self.events = 0, b"", []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])

    def message(self):
        while b"\0" not in self.buffer:
            part = os.read(self.source, 1 << 16)
            if not part:
                raise RuntimeError("Chromium ended early")
            self.buffer += part
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def call(self, method, **parameters):
        self.count += 1
        command = {"id": self.count, "method": method, "params": parameters}
        if getattr(self, "session", None) and not method.startswith(("Target.", "Browser.")):
            command["sessionId"] = self.session
        os.write(self.to, json.dumps(command).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def wait_for(self, name):
        while not any(event["method"] == name for event in self.events):
            answer = self.message()
            if "method" in answer:
                self.events.append(answer)

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in result:
            return ["the check itself failed: " + json.dumps(result["exceptionDetails"])[:300]]
        return result["result"]["value"]

    def complaints(self, address):
        """Errors in the console and requests for anything but the file."""
        for event in self.events:
            parameters = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                yield "script: " + parameters["exceptionDetails"].get("text", "")
            elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                yield "console: " + str([argument.get("value") for argument in parameters["args"]])
            elif event["method"] == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                yield "log: " + parameters["entry"]["text"]
            elif event["method"] == "Network.requestWillBeSent":
                url = parameters["request"]["url"].partition("#")[0]
                if url != address and not url.startswith("data:"):
                    yield "request: " + url

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.profile.cleanup()


def check(browser, path, folder):
    address = path.resolve().as_uri()
    found = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            browser.events = []
            browser.call("Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=width < 600)
            browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            answer = browser.call("Page.navigate", url=address)
            if "errorText" in answer:
                return [f"{path}: {answer['errorText']}"]
            browser.wait_for("Page.loadEventFired")
            found += [f"{path.name}, {width} px, {scheme}: {text}" for text in browser.evaluate(PAGE_CHECKS)]
            found += [f"{path.name}, {width} px, {scheme}: {text}" for text in browser.complaints(address)]
            if folder:
                height = min(browser.evaluate("document.documentElement.scrollHeight"), 8000)
                browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
                picture = browser.call("Page.captureScreenshot", format="png")["data"]
                (folder / f"{path.stem}-{width}-{scheme}.png").write_bytes(base64.b64decode(picture))
    found += [f"{path.name}: {text}" for text in browser.evaluate(COPY_CHECK)]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", nargs="+", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path, help="write pictures of the pages to this folder")
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        print("check-html: there is no Chromium (Debian: apt install chromium)", file=sys.stderr)
        return 77
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    browser = Browser(program)
    try:
        found = [text for path in options.reports for text in check(browser, path, options.screenshots)]
    finally:
        browser.close()
    for text in found:
        print("error: " + text)
    print(f"check-html: {len(options.reports)} reports, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
