"""Weights in files, scores out of a run: every number against the run's own paths, replayed one by
one and scored here from the tables that were imported.

Usage: scores_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import collections
import csv
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

JALOND = JALON = ""
# Seconds after which something that should have happened is a failure.
BOUND = 60
PATHS = 16
UNITS = {"siege": "network", "nord": "region", "n1": "branch", "n2": "branch", "n3": "branch"}
# n3 is a remote branch, where home loans do not apply.
REMOTE = "n3"
FILES = {
    "manifest.txt": "[network]\nid = bank\n",
    "units.csv": "id;parent;level;kind\nsiege;;network;\nnord;siege;region;\n"
                 "n1;nord;branch;proximity\nn2;nord;branch;proximity\nn3;nord;branch;remote\n",
    "indicators.csv": "id;kind;direction;basis;scale;unit_kinds\n"
                      "accounts;count;higher;level;;\n"
                      "lost;count;lower;level;;\n"
                      "loans;amount;higher;level;;proximity\n"
                      "savings;net_flow;higher;scaled;2000;\n",
    "weights.csv": "unit;unit_kind;indicator;window;weight;floor;cap;complete\n"
                   ";;accounts;;0,4;0;1,2;yes\n;;lost;;0,1;0;1,2;yes\n"
                   ";;loans;;0,3;0;1,2;yes\n;;savings;;0,2;0,5;1,1;yes\n"
                   "n2;;accounts;2026;0,9;0;1,2;no\n",
    "quality.csv": "unit,factor\nn1,0.9\n",
    "ladder.csv": "threshold,payoff,shape\n0.6,0.6,linear\n1,1,step\n1.05,1.6,step\n",
}
WEIGHTS = {"accounts": 0.4, "lost": 0.1, "loans": 0.3, "savings": 0.2}
BOUNDS = collections.defaultdict(lambda: (0, 1.2), savings=(0.5, 1.1))
OBJECTIVES = {"accounts": 240, "lost": 120, "loans": 1200, "savings": -100}


def realisations():
    numbers = random.Random(7)
    lines = ["unit;indicator;period;value"]
    for unit in ("n1", "n2", "n3"):
        for index in range(36):
            period = f"{2023 + index // 12}-{index % 12 + 1:02}"
            lines.append(f"{unit};accounts;{period};{numbers.randint(12, 28)}")
            lines.append(f"{unit};lost;{period};{numbers.randint(5, 15)}")
            lines.append(f"{unit};savings;{period};{numbers.randint(-150, 130)}")
            if unit != REMOTE:
                lines.append(f"{unit};loans;{period};{numbers.randint(60, 140)}")
    return "\n".join(lines) + "\n"


def objectives():
    lines = ["unit;indicator;window;value"]
    branches = {"siege": 3, "nord": 3, "n1": 1, "n2": 1, "n3": 1}
    for unit, count in branches.items():
        for indicator, value in OBJECTIVES.items():
            if indicator == "loans" and unit == REMOTE:
                continue
            if unit == "n1" and indicator == "lost":
                continue  # no objective: its weight goes to the others
            places = count - 1 if indicator == "loans" and count > 1 else count
            lines.append(f"{unit};{indicator};2026;{value * places}")
    return "\n".join(lines) + "\n"


def ratio(indicator, value, objective):
    if indicator == "savings":
        return 1 + (value - objective) / 2000
    return 2 - value / objective if indicator == "lost" else value / objective


def attained(indicator, value, objective):
    return value <= objective if indicator == "lost" else value >= objective


def payoff(score):
    if score < 0.6:
        return 0
    if score < 1:
        return 0.6 + (score - 0.6)
    return 1 if score < 1.05 else 1.6


def until(ready):
    """Waits for what must happen soon."""
    deadline = time.monotonic() + BOUND
    while not ready():
        if time.monotonic() > deadline:
            raise AssertionError("nothing happened in time")
        time.sleep(0.02)


class Scores(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.write("bank", dict(FILES, **{"realisations.csv": realisations()}))
        cls.write("objectives", {"objectives.csv": objectives()})
        port_file = os.path.join(cls.folder.name, "port")
        cls.server = subprocess.Popen(
            [JALOND, "--data", cls.folder.name, "--listen", "127.0.0.1:0", "--port-file",
             port_file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.stop)
        until(lambda: os.path.exists(port_file) and os.path.getsize(port_file) > 0)
        with open(port_file, encoding="utf-8") as file:
            cls.address = "127.0.0.1:" + file.read().strip()
        cls.good("import", cls.path("bank"), "--network", "bank")
        cls.good("objectives", "import", cls.path("objectives", "objectives.csv"), "--id", "plan")
        cls.good("fit", "--id", "first")
        cls.simulated = cls.good("simulate", "--model", "first", "--paths", str(PATHS), "--seed",
                                 "3", "--id", "sixteen", "--joint", "head office and region=siege,nord",
                                 "--joint", "accounts everywhere=n1,n2,n3:accounts",
                                 "--score-levels", "0.9,1,1.1")
        cls.paths = cls.replayed_paths()

    @classmethod
    def stop(cls):
        cls.server.send_signal(signal.SIGTERM)
        cls.server.wait(timeout=BOUND)

    def test_scores_are_proposed_to_a_run_that_has_some(self):
        self.assertIn("next: jalon runs scores sixteen", self.simulated.stderr)

    def test_scores_are_not_proposed_to_a_run_of_a_part_of_the_indicators(self):
        part = self.good("simulate", "--model", "first", "--paths", "16", "--seed", "3",
                         "--indicator", "accounts")
        self.assertNotIn("runs scores", part.stderr)
        self.assertIn("next: jalon runs results", part.stderr)

    @classmethod
    def path(cls, *parts):
        return os.path.join(cls.folder.name, *parts)

    @classmethod
    def write(cls, name, files):
        os.mkdir(cls.path(name))
        for file, text in files.items():
            with open(cls.path(name, file), "w", encoding="utf-8") as out:
                out.write(text)

    @classmethod
    def run_jalon(cls, *arguments):
        return subprocess.run([JALON, "--server", cls.address, *arguments], capture_output=True,
                              text=True, timeout=BOUND, check=False)

    @classmethod
    def good(cls, *arguments):
        done = cls.run_jalon(*arguments)
        assert done.returncode == 0, done.stderr
        return done

    @classmethod
    def rows(cls, *arguments):
        return list(csv.DictReader(io.StringIO(cls.good(*arguments, "-o", "csv").stdout)))

    @classmethod
    def replayed_paths(cls):
        """For each path the value of each (unit, indicator) that has an objective."""
        paths = []
        for path in range(PATHS):
            rows = cls.rows("runs", "replay", "sixteen", "--path", str(path))
            paths.append({(row["unit"], row["indicator"]): float(row["value"]) for row in rows})
        return paths

    @classmethod
    def objectives_of(cls, unit):
        with open(cls.path("objectives", "objectives.csv"), encoding="utf-8") as file:
            return {row["indicator"]: float(row["value"])
                    for row in csv.DictReader(file, delimiter=";") if row["unit"] == unit}

    def shares_of(self, unit):
        weights = dict(WEIGHTS, accounts=0.9 if unit == "n2" else 0.4)
        counted = {k: w for k, w in weights.items() if k in self.objectives_of(unit)}
        total = sum(counted.values())
        return {k: w / total for k, w in counted.items()}

    def scores_of(self, unit):
        """The score of each path, and what each indicator adds to it."""
        wanted = self.objectives_of(unit)
        parts = []
        for path in self.paths:
            part = {}
            for indicator, share in self.shares_of(unit).items():
                low, high = BOUNDS[indicator]
                value = ratio(indicator, path[unit, indicator], wanted[indicator])
                part[indicator] = share * min(max(value, low), high)
            parts.append(part)
        return [sum(part.values()) for part in parts], parts

    def joint(self, keys):
        def all_attained(path):
            return all(attained(k, path[u, k], self.objectives_of(u)[k]) for u, k in keys)
        return sum(all_attained(path) for path in self.paths) / PATHS

    def test_scores_are_those_of_the_paths(self):
        rows = self.rows("runs", "scores", "sixteen")
        self.assertEqual([row["unit"] for row in rows], list(UNITS))
        for row in rows:
            scores, _ = self.scores_of(row["unit"])
            self.assertAlmostEqual(float(row["score_mean"]), sum(scores) / PATHS, places=9)
            for level in (0.9, 1.0, 1.1):
                share = sum(score >= level - 1e-12 for score in scores) / PATHS
                self.assertAlmostEqual(float(row[f"p_score_{level * 100:.0f}"]), share, places=9)
            quality = 0.9 if row["unit"] == "n1" else 1
            paid = sum(quality * payoff(score) for score in scores) / PATHS
            self.assertAlmostEqual(float(row["payoff_mean"]), paid, places=9)
            self.assertLessEqual(float(row["score_q10"]), float(row["score_q50"]))

    def test_joint_attainment_is_that_of_the_paths(self):
        for row in self.rows("runs", "scores", "sixteen"):
            keys = [(row["unit"], k) for k in self.objectives_of(row["unit"])]
            self.assertAlmostEqual(float(row["p_joint"]), self.joint(keys), places=9)
            self.assertEqual(float(row["objectives"]), len(keys))
            self.assertLessEqual(float(row["p_joint_low"]), float(row["p_joint"]))
            self.assertGreaterEqual(float(row["p_joint_high"]), float(row["p_joint"]))

    def test_stated_sets_are_attained_together(self):
        rows = {row["set"]: row for row in self.rows("runs", "scores", "sixteen", "--joint")}
        both = [(u, k) for u in ("siege", "nord") for k in self.objectives_of(u)]
        everywhere = [(u, "accounts") for u in ("n1", "n2", "n3")]
        for label, keys in (("head office and region", both), ("accounts everywhere", everywhere)):
            self.assertEqual(int(rows[label]["objectives"]), len(keys))
            self.assertAlmostEqual(float(rows[label]["p_joint"]), self.joint(keys), places=9)

    def test_effective_weights_are_shares_of_the_variance(self):
        seen = collections.defaultdict(float)
        for row in self.rows("runs", "scores", "sixteen", "--weights"):
            unit, indicator = row["unit"], row["indicator"]
            share = self.shares_of(unit).get(indicator, 0)
            self.assertAlmostEqual(float(row["weight"]), share, places=9)
            if share == 0:
                self.assertEqual(row["effective_weight"], "")
                continue
            scores, parts = self.scores_of(unit)
            mean = sum(scores) / PATHS
            variance = sum((score - mean) ** 2 for score in scores)
            product = sum(part[indicator] * (score - mean) for part, score in zip(parts, scores))
            self.assertAlmostEqual(float(row["effective_weight"]), product / variance, places=6)
            seen[unit] += float(row["effective_weight"])
        for unit, total in seen.items():
            self.assertAlmostEqual(total, 1, places=6, msg=unit)

    def test_weights_of_a_unit_say_what_became_of_each(self):
        rows = self.rows("network", "weights", "--unit", "n1", "--window", "2026", "--objectives",
                         "plan")
        states = {row["indicator"]: row["state"] for row in rows}
        self.assertEqual(states, {"accounts": "counted", "lost": "no objective",
                                  "loans": "counted", "savings": "counted"})
        remote = self.rows("network", "weights", "--unit", REMOTE, "--window", "2026")
        self.assertEqual([row["state"] for row in remote if row["indicator"] == "loans"],
                         ["not applicable"])
        own = self.rows("network", "weights", "--unit", "n2", "--window", "2026")
        self.assertEqual([row["from"] for row in own if row["indicator"] == "accounts"], ["n2"])

    def test_the_policy_is_shown_as_it_was_declared(self):
        rows = self.rows("network", "weights")
        self.assertEqual(len(rows), 5)
        screen = self.good("network", "weights").stdout
        self.assertIn("linear", screen)
        self.assertIn("n1", screen)

    def test_the_command_that_is_printed_gives_the_scores_again(self):
        again = [line for line in self.good("runs", "show", "sixteen").stdout.splitlines()
                 if "again: jalon " in line]
        self.assertEqual(len(again), 1, self.simulated.stdout)
        self.assertIn("--joint", again[0])
        self.assertIn("--score-levels 0.9,1,1.1", again[0])

    def test_scores_can_be_left_out(self):
        done = self.good("simulate", "--model", "first", "--paths", "256", "--seed", "3", "--id",
                         "quick", "--no-scores")
        self.assertNotIn("runs scores", done.stdout)
        self.assertIn("--no-scores", self.good("runs", "show", "quick").stdout)
        scores = self.run_jalon("runs", "scores", "quick")
        self.assertNotEqual(scores.returncode, 0, scores.stdout)

    def test_a_screen_says_that_scores_are_sampled(self):
        screen = self.good("runs", "scores", "sixteen", "--unit", "n1").stdout
        self.assertIn("sampled", screen)
        self.assertIn("Effective weight", screen)

    def test_bad_tables_are_listed_and_nothing_is_stored(self):
        bad = dict(FILES, **{"realisations.csv": realisations()})
        bad["weights.csv"] = ("unit_kind;indicator;weight;complete\nremote;loans;1;no\n"
                              ";accounts;0,5;yes\n;lost;-1;yes\n;karma;1;no\n")
        bad["ladder.csv"] = "threshold,payoff\n1,1\n0.9,2\n"
        self.write("bad", bad)
        before = self.rows("network", "revisions")
        done = self.run_jalon("import", self.path("bad"), "--network", "bank", "--mode",
                              "replace")
        self.assertNotEqual(done.returncode, 0)
        for reason in ("NOT_APPLICABLE", "NEGATIVE", "UNKNOWN_INDICATOR", "NOT_INCREASING",
                       "SUM_NOT_ONE", "weights.csv:2", "ladder.csv:3"):
            self.assertIn(reason, done.stderr)
        self.assertEqual(self.rows("network", "revisions"), before)


if __name__ == "__main__":
    JALOND, JALON = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
