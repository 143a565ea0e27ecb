"""Completion, as bash itself asks for it; what zsh and fish get, by its text.

Usage: completion_test.py PATH_OF_JALON
"""

import os
import subprocess
import sys
import tempfile
import unittest

JALON = ""


def jalon(*arguments):
    return subprocess.run([JALON, *arguments], capture_output=True, text=True, timeout=20,
                          check=False)


def subcommands(*path):
    """Commands below `path`, read off its help."""
    lines = jalon(*path, "--help").stdout.split("Subcommands:")
    if len(lines) == 1:
        return []
    block = lines[1].split("\n\n")[0].splitlines()
    return [line.split()[0] for line in block if line.startswith("  ") and line[2] != " "]


def all_paths():
    paths = [(command,) for command in subcommands()]
    return paths + [(c, below) for (c,) in paths for below in subcommands(c)]


class Bash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = jalon("completion", "bash")
        assert done.returncode == 0, done.stderr
        cls.script = done.stdout

    def complete(self, *words, folder=None):
        """What bash offers for the last word, as readline would call the function."""
        quoted = " ".join("'" + word + "'" for word in ("jalon",) + words)
        ask = (f"{self.script}\nCOMP_WORDS=({quoted})\nCOMP_CWORD={len(words)}\n"
               "$(complete -p jalon | sed 's/.*-F //; s/ .*//')\n"
               "printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "--norc", "-c", ask], capture_output=True, text=True,
                              timeout=20, check=True, cwd=folder)
        self.assertEqual(done.stderr, "")
        return [line for line in done.stdout.splitlines() if line]

    def test_every_command_is_offered_where_it_belongs(self):
        self.assertEqual(self.complete(""), subcommands())
        for (command,) in [path for path in all_paths() if len(path) == 1]:
            below = subcommands(command)
            if below:
                with self.subTest(command=command):
                    self.assertEqual(self.complete(command, ""), below)

    def test_a_beginning_is_completed(self):
        self.assertEqual(self.complete("sim"), ["simulate"])
        self.assertEqual(self.complete("runs", "re"), ["results", "reliability", "replay"])

    def test_every_option_of_every_help_is_offered(self):
        for path in all_paths():
            with self.subTest(command=" ".join(path)):
                offered = self.complete(*path, "-")
                for line in jalon(*path, "--help").stdout.splitlines():
                    if line.startswith("  -"):
                        for name in line.split()[0].split(","):
                            self.assertIn(name, offered)
                self.assertIn("--locale", offered)

    def test_accepted_values_are_offered(self):
        self.assertEqual(self.complete("-o", ""), ["table", "json", "ndjson", "csv", "xlsx"])
        self.assertEqual(self.complete("runs", "list", "--locale", ""), ["en", "fr"])
        self.assertEqual(self.complete("runs", "list", "--locale", "=", "f"), ["fr"])
        self.assertEqual(self.complete("import", "--mode", "a"), ["append"])
        self.assertEqual(self.complete("completion", ""), ["bash", "zsh", "fish"])

    def test_a_value_is_no_command(self):
        self.assertEqual(self.complete("--network", "runs", "sim"), ["simulate"])
        self.assertEqual(self.complete("runs", "--no-progress", "li"), ["list"])

    def test_files_are_offered_where_a_file_is_meant(self):
        with tempfile.TemporaryDirectory() as folder:
            open(os.path.join(folder, "bank of brest.csv"), "w", encoding="utf-8").close()
            self.assertEqual(self.complete("import", "bank", folder=folder), ["bank of brest.csv"])
            self.assertEqual(self.complete("--output-file", "", folder=folder),
                             ["bank of brest.csv"])
            self.assertEqual(self.complete("runs", "show", "", folder=folder), [])

    def test_it_is_plain_bash(self):
        done = subprocess.run(["bash", "-n"], input=self.script, text=True, capture_output=True,
                              timeout=20, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class OtherShells(unittest.TestCase):
    def test_they_know_the_same_commands_and_values(self):
        for shell in ["zsh", "fish"]:
            script = jalon("completion", shell).stdout
            for path in all_paths():
                self.assertIn(" ".join(path), script, shell)
            self.assertIn("'table json ndjson csv xlsx'", script)

    def test_an_unknown_shell_is_refused_with_the_list(self):
        done = jalon("completion", "tcsh")
        self.assertEqual(done.returncode, 2)
        self.assertIn("fish", done.stderr)

    def test_it_says_where_to_put_it(self):
        self.assertIn("next: jalon completion fish --output-file", jalon("completion", "fish").stderr)


if __name__ == "__main__":
    JALON = sys.argv.pop(1)
    unittest.main()
