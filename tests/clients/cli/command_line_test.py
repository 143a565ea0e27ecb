"""The command line without a server: help, slips of the pen, exit codes.

Usage: command_line_test.py PATH_OF_JALON
"""

import subprocess
import sys
import unittest

JALON = ""
COMMANDS = (
    "status doctor import network indicators series fit model scenario objectives simulate runs "
    "forecast completion"
).split()


def jalon(*arguments):
    return subprocess.run(
        [JALON, *arguments], capture_output=True, text=True, timeout=20, check=False
    )


def subcommands(*path):
    """Commands below `path`, read off its help."""
    lines = jalon(*path, "--help").stdout.split("Subcommands:")
    if len(lines) == 1:
        return []
    block = lines[1].split("\n\n")[0].splitlines()
    return [line.split()[0] for line in block if line.startswith("  ") and line[2] != " "]


class Help(unittest.TestCase):
    def test_the_program_lists_every_command(self):
        self.assertEqual(subcommands(), COMMANDS)

    def test_every_help_ends_with_an_example(self):
        paths = [()] + [(c,) for c in COMMANDS]
        paths += [(c, below) for c in COMMANDS for below in subcommands(c)]
        for path in paths:
            with self.subTest(command=" ".join(path)):
                done = jalon(*path, "--help")
                self.assertEqual(done.returncode, 0)
                self.assertIn("\n  jalon ", done.stdout)

    def test_the_version_is_said(self):
        self.assertRegex(jalon("--version").stdout, r"^jalon \d+\.\d+\.\d+\n$")


class Usage(unittest.TestCase):
    def check(self, arguments, message):
        done = jalon(*arguments)
        self.assertEqual(done.returncode, 2)
        self.assertIn(message, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_slip_in_a_command_is_recognised(self):
        self.check(["simulte"], "did you mean `simulate`?")

    def test_a_slip_below_a_command_is_recognised(self):
        self.check(["runs", "lst"], "did you mean `list`?")

    def test_a_slip_in_an_option_is_recognised(self):
        self.check(["simulate", "--path", "3"], "did you mean `--paths`?")

    def test_an_unknown_command_gets_the_list(self):
        self.check(["runs", "xyzzy"], "commands: ")

    def test_a_number_must_be_a_number(self):
        self.check(["simulate", "--paths", "many"], "--paths = many")

    def test_a_number_out_of_range_is_told_the_range(self):
        self.check(["forecast", "--horizon", "99"], "--horizon: 99 is not in 1..60")


class NoServer(unittest.TestCase):
    # Port 1 is reserved and refuses connections at once on the loopback interface.
    def test_a_missing_server_is_named_with_what_to_do(self):
        done = jalon("--server", "127.0.0.1:1", "status")
        self.assertEqual(done.returncode, 64 + 14)
        self.assertIn("127.0.0.1:1", done.stderr)
        self.assertIn("jalond", done.stderr)


if __name__ == "__main__":
    JALON = sys.argv.pop(1)
    unittest.main()
