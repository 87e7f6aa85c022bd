#!/usr/bin/env python3
"""Checks that the source tree keeps the rules of Docs/Architecture.md that the compiler cannot keep.

  Scripts/check-layering.py [ROOT]      prints FILE:LINE: MESSAGE for each violation; exit 1 if there is one
  Scripts/check-layering.py --self-test proves that each rule catches a file that breaks it

Rules
  * A folder of Sources/SEM mentions no type that a later folder declares.
  * Each module imports only the modules below it; only SEMNumerics opens the door to LAPACK, only SEMStudy that to
    libyaml; SEMNumerics has no Foundation, the others only its essentials where there are such.
  * No source file is longer than 1000 lines; over 700 there is a warning.
  * No force try, no unfinished work, and in no tracked file a path of somebody's machine.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

# The folders of Sources/SEM, in the order in which data flows. Files beside the folders may know all of them.
FOLDERS = ["Syntax", "Specification", "Data", "ImpliedMoments", "Estimation", "Inference", "FitMeasures"]

# Our modules, and which of ours each may import. Others (the command line, examples) may import any but the C doors.
IMPORTS = {
    "SEMNumerics": {"CLinearAlgebra"},
    "SEM": {"SEMNumerics"},
    "SEMStudy": {"SEM", "SEMNumerics", "CYAML"},
    "SEMReport": {"SEM", "SEMNumerics", "SEMStudy"},
}
C_DOORS = {"CLinearAlgebra", "CYAML"}
OURS = set(IMPORTS) | C_DOORS

LONG, TOO_LONG = 700, 1000

TYPE = re.compile(r"\b(?:struct|class|enum|protocol|actor|typealias)\s+(\w+)")
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |fileprivate |private )?"
                    r"import\s+(?:struct |class |enum |protocol |func |var |let |typealias )?(\w+)", re.M)
UNFINISHED = re.compile(r"\bTODO\b|\bFIXME\b|fatalError\(\"not implemented", re.I)
QUOTE = re.compile(r'#*"""|#*"')
MACHINE_PATH = re.compile(r"(?<![\w.~$})\]*/:-])/(?:work|root|opt/swift|home/\w+|Users/\w+|tmp/\w+)\b")


def code_only(text):
    """Blanks comments and string literals, keeping line breaks and the code inside interpolations."""
    out, i, end = [], 0, len(text)

    def blank(start, stop):
        out.extend(c if c == "\n" else " " for c in text[start:stop])

    def skip_comment(i):
        if text.startswith("//", i):
            stop = text.find("\n", i)
            stop = end if stop < 0 else stop
        else:
            depth, stop = 1, i + 2
            while stop < end and depth:
                if text.startswith("/*", stop):
                    depth, stop = depth + 1, stop + 2
                elif text.startswith("*/", stop):
                    depth, stop = depth - 1, stop + 2
                else:
                    stop += 1
        blank(i, stop)
        return stop

    def skip_string(i, opening):
        hashes = opening.rstrip('"').count("#")
        quotes = opening[hashes:]
        closing, escape = quotes + "#" * hashes, "\\" + "#" * hashes
        blank(i, i + len(opening))
        i += len(opening)
        while i < end:
            if text.startswith(closing, i):
                blank(i, i + len(closing))
                return i + len(closing)
            if text.startswith(escape + "(", i):
                blank(i, i + len(escape))
                i = scan(i + len(escape), inside_parentheses=True)
            elif text.startswith(escape, i):
                blank(i, i + len(escape) + 1)
                i += len(escape) + 1
            elif text[i] == "\n" and quotes == '"':
                return i
            else:
                blank(i, i + 1)
                i += 1
        return i

    def scan(i, inside_parentheses=False):
        depth = 0
        while i < end:
            if text.startswith(("//", "/*"), i):
                i = skip_comment(i)
                continue
            opening = QUOTE.match(text, i)
            if opening:
                i = skip_string(i, opening.group())
                continue
            depth += {"(": 1, ")": -1}.get(text[i], 0)
            out.append(text[i])
            i += 1
            if inside_parentheses and depth == 0:
                return i
        return i

    while i < end:
        i = scan(i)
    return "".join(out)


def file_level_types(code):
    """The types that a file declares at its top level and shows to other files."""
    depth = 0
    for line in code.split("\n"):
        if depth == 0 and not re.match(r"\s*(?:@\w+\s+)*(?:private|fileprivate)\b", line):
            match = TYPE.search(line.split("{")[0])
            if match:
                yield match.group(1)
        depth += line.count("{") - line.count("}")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Tree:
    """A source tree and the violations found in it."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.errors, self.warnings = [], []
        self.text = {}
        for path in sorted(self.root.glob("Sources/**/*")):
            if path.suffix in {".swift", ".c", ".h"}:
                self.text[path] = path.read_text()
        self.code = {path: code_only(text) for path, text in self.text.items() if path.suffix == ".swift"}

    def error(self, path, line, message):
        self.errors.append(f"{path.relative_to(self.root)}:{line}: {message}")

    def module(self, path):
        return path.relative_to(self.root).parts[1]

    def folder(self, path):
        parts = path.relative_to(self.root).parts
        return parts[2] if parts[1] == "SEM" and len(parts) > 3 else None

    def check(self):
        self.check_folders()
        self.check_imports()
        self.check_sources()
        self.check_machine_paths()
        return self

    def check_folders(self):
        owner = {}
        for path, code in self.code.items():
            folder = self.folder(path)
            if folder is None:
                continue
            if folder not in FOLDERS:
                self.error(path, 1, f"folder {folder}/ has no place in the order of Scripts/check-layering.py")
                continue
            for name in file_level_types(code):
                rank = FOLDERS.index(folder)
                owner[name] = min(rank, owner.get(name, rank))
        if not owner:
            return
        mention = re.compile(r"(?<!\.)\b(" + "|".join(map(re.escape, sorted(owner))) + r")\b|\bSEM\.(\w+)")
        for path, code in self.code.items():
            folder = self.folder(path)
            if folder not in FOLDERS:
                continue
            own = set(TYPE.findall(code))
            for match in mention.finditer(code):
                name = match.group(1) or match.group(2)
                rank = owner.get(name, 0)
                if rank > FOLDERS.index(folder) and (name not in own or match.group(2)):
                    self.error(path, line_of(code, match.start()),
                               f"{folder}/ must not know {name}, which {FOLDERS[rank]}/ declares")

    def check_imports(self):
        for path, code in self.code.items():
            module = self.module(path)
            allowed = IMPORTS.get(module, OURS - C_DOORS)
            for match in IMPORT.finditer(code):
                name, line = match.group(1), line_of(code, match.start(1))
                if name in OURS and name not in allowed:
                    self.error(path, line, f"{module} must not import {name}")
                if module == "SEMNumerics" and name.startswith("Foundation"):
                    self.error(path, line, f"{module} must not import {name}")
                elif name == "Foundation" and code.splitlines()[line - 2].strip() != "#else":
                    self.error(path, line, "import FoundationEssentials where it can be: all of Foundation takes "
                               "the command two milliseconds to start")

    def check_sources(self):
        for path, text in self.text.items():
            count = len(text.splitlines())
            if count > TOO_LONG:
                self.error(path, count, f"{count} lines; the limit is {TOO_LONG}. Give the second subject its own file")
            elif count > LONG:
                self.warnings.append(f"{path.relative_to(self.root)}:{count}: {count} lines; aim below {LONG}")
            for match in UNFINISHED.finditer(text):
                self.error(path, line_of(text, match.start()), f"unfinished work: {match.group()}")
            for match in re.finditer(r"\btry!", self.code.get(path, "")):
                self.error(path, line_of(text, match.start()), "force try")

    def check_machine_paths(self):
        for path in self.tracked_files():
            try:
                text = path.read_text()
            except (UnicodeDecodeError, OSError):
                continue
            for match in MACHINE_PATH.finditer(text):
                self.error(path, line_of(text, match.start()), f"a path of one machine: {match.group()}")

    def tracked_files(self):
        listing = subprocess.run(["git", "-C", str(self.root), "ls-files", "-z"], capture_output=True, text=True)
        if listing.returncode == 0:
            return [self.root / name for name in listing.stdout.split("\0") if name]
        return [path for path in self.root.rglob("*") if path.is_file()]


# ---- Self-test ----

SOUND = {
    "Sources/SEM/Syntax/Statement.swift": 'struct Statement {\n  var note = "a FittedModel"  // like FittedModel\n}\n',
    "Sources/SEM/Estimation/FittedModel.swift": "public struct FittedModel { var first: Statement }\n",
    "Sources/SEM/Model.swift": "extension Statement { func fit() -> FittedModel }\n",
    "Sources/SEMNumerics/Matrix.swift": "internal import CLinearAlgebra\n",
}
VIOLATIONS = {
    "a later type": ("Sources/SEM/Syntax/Late.swift", "struct A {\n  var fit: FittedModel?\n}\n", "2: Syntax/ must not know"),
    "in an interpolation": ("Sources/SEM/Data/Late.swift", 'let s = "\\(FittedModel("x"))"\n', "1: Data/ must not know"),
    "after a tricky string": ("Sources/SEM/Data/Late.swift", 'let s = #"\\"#; let t: FittedModel\n', "1: Data/ must not know"),
    "by its module": ("Sources/SEM/Data/Late.swift", "let t: SEM.FittedModel\n", "1: Data/ must not know"),
    "an unknown folder": ("Sources/SEM/Misc/A.swift", "\n", "folder Misc/"),
    "numerics know models": ("Sources/SEMNumerics/A.swift", "import SEM\n", "1: SEMNumerics must not import SEM"),
    "numerics with Foundation": ("Sources/SEMNumerics/A.swift", "\nimport Foundation\n", "2: SEMNumerics must not"),
    "models know reports": ("Sources/SEM/Data/A.swift", "public import SEMReport\n", "1: SEM must not import SEMReport"),
    "all of Foundation": ("Sources/SEM/Data/A.swift", "\nimport Foundation\n", "2: import FoundationEssentials"),
    "a second C door": ("Sources/SEM/Data/A.swift", "internal import CLinearAlgebra\n", "1: SEM must not import CLin"),
    "YAML for models": ("Sources/SEM/Data/A.swift", "import CYAML\n", "1: SEM must not import CYAML"),
    "C in the command line": ("Sources/swift-sem/A.swift", "import CLinearAlgebra\n", "1: swift-sem must not import"),
    "a long file": ("Sources/SEM/Data/A.swift", "//\n" * (TOO_LONG + 1), "the limit is"),
    "a reminder": ("Sources/SEM/Data/A.swift", "// TO" + "DO: later\n", "1: unfinished work"),
    "a hole": ("Sources/SEM/Data/A.swift", 'func f() { fatal' + 'Error("not implemented") }\n', "1: unfinished work"),
    "a force try": ("Sources/SEM/Data/A.swift", "let a = try! f()\n", "1: force try"),
    "a machine path": ("Docs/A.md", "See `/" + "work/shared`.\n", "1: a path of one machine"),
}


def self_test():
    failures = 0
    for title, (path, text, expected) in [("a sound tree", (None, "", None)), *VIOLATIONS.items()]:
        with tempfile.TemporaryDirectory() as root:
            for name, content in [*SOUND.items(), *([(path, text)] if path else [])]:
                file = pathlib.Path(root, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content)
            errors = Tree(root).check().errors
        passed = not errors if expected is None else len(errors) == 1 and expected in errors[0]
        failures += not passed
        if not passed:
            print(f"self-test: {title}: expected {expected!r}, found {errors}")
    print(f"layering self-test: {failures} of {len(VIOLATIONS) + 1} cases went wrong")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    tree = Tree(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent).check()
    for warning in tree.warnings:
        print(f"warning: {warning}")
    for error in tree.errors:
        print(f"error: {error}")
    print(f"layering: {len(tree.text)} source files, {len(tree.errors)} violations, {len(tree.warnings)} warnings")
    return 1 if tree.errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
