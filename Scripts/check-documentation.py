#!/usr/bin/env python3
"""Checks that each public declaration has a doc comment.

  Scripts/check-documentation.py FOLDER...   folders of symbol graphs; prints FILE:LINE for each one that lacks it

An enumeration's case without associated values may speak for itself.
"""

import json
import pathlib
import sys


def speaks_for_itself(symbol):
    return symbol["kind"]["identifier"] == "swift.enum.case" and "(" not in symbol["names"]["title"]


def relative(uri):
    path = pathlib.Path(uri.removeprefix("file://"))
    return path.relative_to(pathlib.Path.cwd()) if path.is_relative_to(pathlib.Path.cwd()) else path


def main(folders):
    count, missing = 0, set()
    for file in (file for folder in folders for file in pathlib.Path(folder).glob("*.symbols.json")):
        for symbol in json.loads(file.read_text())["symbols"]:
            if "location" not in symbol or speaks_for_itself(symbol):
                continue
            count += 1
            if not any(line["text"].strip() for line in symbol.get("docComment", {}).get("lines", [])):
                line = symbol["location"]["position"]["line"] + 1
                missing.add((str(relative(symbol["location"]["uri"])), line, ".".join(symbol["pathComponents"])))
    for path, line, name in sorted(missing):
        print(f"error: {path}:{line}: {name} is public and has no doc comment")
    print(f"documentation: {count} public declarations, {len(missing)} without a doc comment")
    return 1 if missing or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
