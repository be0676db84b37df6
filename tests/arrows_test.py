#!/usr/bin/env python3
"""Fails when an #include breaks an arrow between modules.

The arrows are the DEPENDS lists of the root CMakeLists.txt; a module may include itself and what it depends on,
directly or through others. tests/ and examples/ may include anything.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def modules():
    text = (ROOT / "CMakeLists.txt").read_text()
    found = {}
    for line in re.findall(r"^drydock_module\(([^)]*)\)", text, re.M):
        words = line.split()
        depends, keyword = [], None
        for word in words[1:]:
            if word in ("DEPENDS", "LIBS", "EXCLUDE"):
                keyword = word
            elif keyword == "DEPENDS":
                depends.append(word)
        found[words[0]] = depends
    return found


def reachable(name, arrows):
    seen, todo = set(), [name]
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            todo += arrows.get(here, [])
    return seen


def module_of(path, names):
    best = max((n for n in names if path == n or path.startswith(n + "/")), key=len, default=None)
    return best


def main():
    arrows = modules()
    broken = 0
    checked = 0
    for source in sorted(ROOT.rglob("*")):
        rel = source.relative_to(ROOT).as_posix()
        if source.suffix not in (".h", ".cc") or rel.startswith(("build", "tests/", "examples/", "bench/")):
            continue
        home = module_of(rel, arrows)
        if home is None:
            continue
        checked += 1
        allowed = reachable(home, arrows)
        for number, line in enumerate(source.read_text().splitlines(), 1):
            match = re.match(r'\s*#include "([^"]+)"', line)
            target = match and module_of(match.group(1), arrows)
            if target and target not in allowed:
                print(f"{rel}:{number}: {home} may not include {target} ({match.group(1)})")
                broken += 1
    print(f"arrows: {checked} files of {len(arrows)} modules checked, {broken} broken")
    return 1 if broken or checked == 0 else 0


sys.exit(main())
