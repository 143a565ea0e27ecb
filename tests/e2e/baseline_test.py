"""Differences to a baseline through the two programs, on the small demo network.

Usage: baseline_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import json
import math
import re
import shlex
import sys
import tempfile
import unittest

import simulate_test
from simulate_test import Server


class Baselines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = Server(cls.folder.name, "--demo=small")
        cls.addClassCleanup(lambda: cls.server.stop())
        done = cls.server.run("simulate", "--model", "truth", "--seed", "5", "--paths", "1024",
                              "--indicator", "home-insurance", "--indicator", "housing-loans",
                              "--id", "plan")
        assert done.returncode == 0, done.stderr
        for name, arguments in (("event", ("--scenario", "phone-signature")),
                                ("nothing", ())):
            done = cls.server.run("simulate", "--baseline", "plan", "--id", name, *arguments)
            assert done.returncode == 0, done.stderr

    def rows(self, run):
        return self.server.rows("runs", "results", run)

    def test_the_difference_is_that_of_the_answers_and_known_better_than_either(self):
        paired = apart = 0.0
        for without, with_event in zip(self.rows("plan"), self.rows("event")):
            self.assertEqual(without["unit"], with_event["unit"])
            for delta, value in (("d_p", "p_attain"), ("d_mean", "mean")):
                difference = float(with_event[value]) - float(without[value])
                scale = 1 + abs(float(with_event[value]))
                self.assertAlmostEqual(float(with_event[delta]), difference, delta=1e-6 * scale)
                self.assertLessEqual(float(with_event[delta + "_low"]), float(with_event[delta]))
                self.assertGreaterEqual(float(with_event[delta + "_high"]),
                                        float(with_event[delta]))
            paired += (float(with_event["d_mean_high"]) - float(with_event["d_mean_low"])) ** 2
            # Student's factor of 95 % with 15 degrees of freedom, both sides.
            apart += (2 * 2.131) ** 2 * (float(without["mean_se"]) ** 2 +
                                         float(with_event["mean_se"]) ** 2)
        self.assertLess(math.sqrt(paired), math.sqrt(apart))

    def test_what_is_known_of_the_effect_is_said_in_a_word(self):
        words = set()
        for row in self.rows("event"):
            if row["law"] == "sampled":
                self.assertEqual(row["effect"], "")
                continue
            low, high = float(row["d_p_known_low"]), float(row["d_p_known_high"])
            self.assertLessEqual(low, high)
            words.add("down" if high < 0 else "up" if low > 0 else "either")
        done = self.server.run("simulate", "--baseline", "plan", "--scenario", "phone-signature")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Effect", done.stdout)
        self.assertIn("down", done.stdout)
        self.assertIn("less baseline networks/demo/runs/plan", done.stdout)
        self.assertIn("down", words)

    def test_a_run_that_changes_nothing_differs_by_nothing(self):
        done = self.server.run("simulate", "--baseline", "plan", "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)
        self.assertGreater(len(rows), 10)
        for row in rows:
            for key in ("d_p", "d_p_low", "d_p_high", "d_mean", "d_mean_low", "d_mean_high"):
                self.assertEqual(row[key], 0, key)
            self.assertIn(row["effect"], ("none", "" if row["law"] == "sampled" else "none"))

    def test_the_command_that_is_printed_gives_the_difference_again(self):
        first = self.server.run("simulate", "--baseline", "plan", "--scenario", "phone-signature",
                                "-o", "csv")
        again = re.search(r"again: jalon (.*)", first.stderr).group(1)
        self.assertIn("--baseline plan", again)
        second = self.server.run(*shlex.split(again), "-o", "csv")
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertEqual(first.stdout, second.stdout)

    # The block of the baseline lives in memory: after a restart it is computed again.
    def test_a_server_that_forgot_the_baseline_gives_the_same_bytes(self):
        question = ("simulate", "--baseline", "plan", "--scenario", "phone-signature", "-o", "csv")
        before = self.server.run(*question)
        self.assertEqual(self.server.stop(), 0)
        type(self).server = Server(self.folder.name, "--demo=small")
        after = self.server.run(*question)
        self.assertEqual(after.returncode, 0, after.stderr)
        self.assertEqual(before.stdout, after.stdout)

    def test_a_shift_of_a_driver_is_a_scenario_like_another(self):
        done = self.server.run("scenario", "create", "up", "--set", "driver.mortgage-rate=1",
                               "--from", "2026-11")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.server.run("simulate", "--baseline", "plan", "--scenario", "up", "--id", "up")
        self.assertEqual(done.returncode, 0, done.stderr)
        change = 0.0
        for without, shifted in zip(self.rows("plan"), self.rows("up")):
            difference = float(shifted["mean"]) - float(without["mean"])
            self.assertAlmostEqual(float(shifted["d_mean"]), difference,
                                   delta=1e-6 * (1 + abs(float(shifted["mean"]))))
            change += float(shifted["d_mean"])
        self.assertLess(change, 0, "dearer loans sell less")

    def test_what_the_baseline_decides_is_refused_all_at_once(self):
        done = self.server.run("simulate", "--baseline", "plan", "--seed", "6", "--paths", "64",
                               "--half-width", "0.01", "--estimator", "sampled")
        self.assertEqual(done.returncode, 64 + 3)
        for text in ("run.seed", "max_path_count", "target_half_width", "run.estimator"):
            self.assertIn(text, done.stderr)
        done = self.server.run("simulate", "--baseline", "event")
        self.assertEqual(done.returncode, 64 + 3)
        self.assertIn("without baseline of its own", done.stderr)
        done = self.server.run("simulate", "--baseline", "nowhere")
        self.assertEqual(done.returncode, 64 + 5)


if __name__ == "__main__":
    simulate_test.JALOND, simulate_test.JALON = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
