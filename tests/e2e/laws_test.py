"""Laws compared with whole paths through the two programs, on the small demo network.

Usage: laws_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import csv
import io
import json
import re
import shlex
import sys
import tempfile
import unittest

import simulate_test
from simulate_test import Server

QUESTION = ("simulate", "--model", "truth", "--seed", "5", "--paths", "1024")


def rows_of(done):
    return list(csv.DictReader(io.StringIO(done.stdout)))


class Laws(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = Server(cls.folder.name, "--demo=small")
        cls.addClassCleanup(lambda: cls.server.stop())
        cls.plain = cls.server.run(*QUESTION, "--id", "plain", "-o", "csv")
        assert cls.plain.returncode == 0, cls.plain.stderr
        cls.checked = cls.server.run(*QUESTION, "--check-laws", "256", "--id", "checked", "-o",
                                     "csv")
        assert cls.checked.returncode == 0, cls.checked.stderr

    def laws(self, run):
        done = self.server.run("runs", "laws", run, "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_every_class_of_laws_is_found_right_or_sampled(self):
        found = self.laws("checked")
        self.assertGreater(len(found), 3)
        for row in found:
            self.assertGreater(row["thresholds"], 0)
            self.assertGreater(row["error_points"], 0)
            # Six errors: one row in 10^9 of a law that is right.
            if row["done"] == "kept":
                self.assertLess(abs(row["bias_points"]), 0.1 + 6 * row["error_points"], row)
        self.assertIn("exact", {row["law"] for row in found})

    def test_the_answer_is_that_of_a_run_that_trusts_its_laws_but_for_what_is_sampled(self):
        found = self.laws("checked")
        kept = {row["law"] for row in found} - {row["law"] for row in found
                                                if row["done"] == "sampled"}
        count = 0
        for before, after in zip(rows_of(self.plain), rows_of(self.checked)):
            if before["law"] in kept:
                self.assertEqual(before, after)
                count += 1
        self.assertGreater(count, 10)

    def test_a_table_is_shown_beside_the_answer(self):
        self.assertIn("laws against 256 whole paths", self.checked.stderr)
        self.assertIn("Bias, points", self.checked.stderr)
        self.assertNotIn("laws against", self.plain.stderr)
        screen = self.server.run(*QUESTION, "--check-laws", "64", "--locale", "fr")
        self.assertIn("Biais, points", screen.stdout)

    def test_the_resource_holds_what_was_found(self):
        done = self.server.run("runs", "show", "checked", "-o", "json")
        run = json.loads(done.stdout)
        self.assertEqual(run["law_check_paths"], 256)
        self.assertEqual({check["law"] for check in run["law_checks"]} & {"LAW_EXACT"},
                         {"LAW_EXACT"})

    def test_a_run_that_did_not_compare_says_how_to(self):
        done = self.server.run("runs", "laws", "plain")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--check-laws", done.stderr)
        self.assertEqual(self.laws("plain"), [])

    def test_the_command_that_is_printed_gives_the_same_again(self):
        again = re.search(r"again: jalon (.*)", self.checked.stderr).group(1)
        self.assertIn("--check-laws 256", again)
        second = self.server.run(*shlex.split(again), "-o", "csv")
        self.assertEqual(second.stdout, self.checked.stdout)

    def test_a_variant_takes_what_its_baseline_found(self):
        done = self.server.run("simulate", "--baseline", "checked", "--scenario",
                               "phone-signature", "--id", "variant")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.laws("variant"), self.laws("checked"))

    def test_the_help_shows_how(self):
        self.assertIn("jalon simulate --check-laws 256",
                      self.server.run("simulate", "--help").stdout)

    def test_everything_wrong_is_listed_at_once(self):
        done = self.server.run(*QUESTION, "--check-laws", "20000", "--half-width", "0.9")
        self.assertEqual(done.returncode, 64 + 3)
        self.assertIn("run.law_check_paths", done.stderr)
        self.assertIn("target_half_width", done.stderr)
        done = self.server.run(*QUESTION, "--check-laws", "64", "--estimator", "sampled")
        self.assertEqual(done.returncode, 64 + 3)
        self.assertIn("run.law_check_paths", done.stderr)


if __name__ == "__main__":
    simulate_test.JALOND, simulate_test.JALON = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
