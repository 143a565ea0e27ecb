"""What the checks share: which files are looked at, C++ without comments and strings, findings."""

import argparse
import os
import re
import subprocess
import sys

CPP = (".h", ".cc")
# Planted violations live in the tests of the checks; the checks themselves name what they forbid.
ABOUT_CHECKS = ("scripts/checks/", "tests/checks/")


def parse_root(doc):
    """Reads the command line `[--root DIR]` and moves to that folder (default: the repository)."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), "..", ".."),
                        help="the tree to check (default: this repository)")
    os.chdir(parser.parse_args().root)


def files(*suffixes, under=("",)):
    """Paths of the tree's own files (git's view; every file where git is not at hand), sorted."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], check=True, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = [os.path.relpath(os.path.join(folder, name), ".")
                  for folder, _, names in os.walk(".") for name in names]
        listed = [path for path in listed if not path.startswith("build/")]
    return sorted(path for path in listed
                  if os.path.isfile(path) and path.endswith(suffixes or "")
                  and path.startswith(tuple(under)) and not path.startswith(ABOUT_CHECKS))


def read(path):
    """The text of a file; bytes that are not UTF-8 become U+FFFD."""
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()


def numbered(text):
    """Pairs (line number, line), from 1."""
    return enumerate(text.split("\n"), 1)


_COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'',
    re.DOTALL)
_INCLUDE_LINE = re.compile(r'^[ \t]*#[ \t]*include[^\n]*', re.MULTILINE)


def code_only(text):
    """C++ source with comments, strings and #include lines blanked; line numbers are kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return _COMMENT_OR_STRING.sub(blank, _INCLUDE_LINE.sub(blank, text))


def includes(text):
    """Triples (line number, name, is_quoted) of the #include lines of a C++ source."""
    for number, line in numbered(text):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(2), match.group(1) == '"'


class Findings:
    """Collects `file:line: rule` and ends the check."""

    def __init__(self):
        self._lines = []

    def add(self, path, line, rule):
        self._lines.append((path, line, rule))

    def finish(self, looked_at):
        """Prints all findings and exits: 1 when there are any, 2 when nothing was looked at."""
        for path, line, rule in sorted(self._lines):
            print(f"{path}:{line}: {rule}")
        name = os.path.basename(sys.argv[0])
        if not looked_at:
            print(f"{name}: found no file to look at: wrong folder?")
            sys.exit(2)
        print(f"{name}: {looked_at} files, {len(self._lines)} findings")
        sys.exit(1 if self._lines else 0)
