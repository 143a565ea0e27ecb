"""Means of branches (advisers present), from files to the forecast they move, over both programs.

Usage: means_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import os
import sys
import unittest

from one_server import OneServer

BRANCHES = [f"{region}{i}" for region in "ns" for i in range(1, 7)]
MONTHS = [f"{2023 + m // 12}-{m % 12 + 1:02d}" for m in range(48)]
SEEN = 36
# What is true of the bank below.
ELASTICITY = 0.7


def advisers(place, month):
    """Four, and one more or one less from a month of the branch's own on."""
    return 4 + (0 if month < 3 + 2 * place else 1 if place % 2 == 0 else -1)


def accounts(place, month):
    """Follows advisers^0.7, with a season and a little that hangs on nothing."""
    season = 1.2 if month % 12 == 0 else 1.0
    return round(200 * season * (advisers(place, month) / 4) ** ELASTICITY) + (month * 7 + place * 3) % 9


def bank(plan):
    """Files of a bank whose branches plan `plan(place, seen)` advisers in 2026; None is no plan."""
    values = ["unit;indicator;period;value"]
    means = ["unit;mean;period;value;planned"]
    for place, branch in enumerate(BRANCHES):
        for month in range(SEEN):
            values.append(f"{branch};accounts;{MONTHS[month]};{accounts(place, month)}")
            means.append(f"{branch};advisers;{MONTHS[month]};{advisers(place, month)};")
        planned = plan(place, advisers(place, SEEN - 1))
        if planned is not None:
            means += [f"{branch};advisers;{p};{planned};oui" for p in MONTHS[SEEN:]]
    units = [f"{b};{'nord' if b[0] == 'n' else 'sud'};branch" for b in BRANCHES]
    return {
        "units.csv": "id;parent;level\nsiege;;network\nnord;siege;region\nsud;siege;region\n"
                     + "\n".join(units) + "\n",
        "indicators.csv": "id;kind\naccounts;count\n",
        "realisations.csv": "\n".join(values) + "\n",
        "means.csv": "\n".join(means) + "\n",
        "mean_effects.csv": "mean;indicator;elasticity;sd;source\nadvisers;accounts;0,4;0,3;essai\n",
    }


class Means(OneServer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The same bank with the advisers it has, with twice as many in n1, and without any plan.
        cls.load("steady", bank(lambda place, seen: seen))
        cls.load("twice", bank(lambda place, seen: 2 * seen if place == 0 else seen))
        cls.load("unplanned", bank(lambda place, seen: None if place < 2 else seen))

    @classmethod
    def load(cls, name, files):
        cls.write(name, files)
        for arguments in (["import", name, "--network", name], ["fit", "--network", name, "--id", "m"]):
            done = cls.jalon(*arguments)
            assert done.returncode == 0, done.stderr

    def effect(self, network):
        rows = self.rows("model", "means", "--network", network)
        self.assertEqual(len(rows), 1)
        return rows[0]

    def medians(self, network):
        rows = self.rows("forecast", "--network", network, "--model", "m", "--window", "2026", "--seed",
                         "7", "--paths", "2048", "--quantiles", "0.5", codes=(0, 3))
        return {r["unit"]: float(r["value"]) for r in rows}

    def test_the_elasticity_is_found_and_shown_with_its_interval(self):
        effect = self.effect("steady")
        self.assertEqual((effect["mean"], effect["indicator"]), ("advisers", "accounts"))
        self.assertEqual((effect["prior_mean"], effect["source"]), ("0.4", "essai"))
        self.assertAlmostEqual(float(effect["elasticity"]), ELASTICITY, delta=0.05)
        self.assertLess(float(effect["p5"]), float(effect["elasticity"]))
        self.assertGreater(float(effect["information"]), 0.9)
        self.assertEqual(effect["branches"], "12")
        shown = self.jalon("model", "show", "--network", "steady", "-o", "table")
        self.assertEqual(shown.returncode, 0, shown.stderr)

    def test_twice_the_advisers_planned_move_the_forecast_by_the_fitted_effect(self):
        beta = float(self.effect("twice")["elasticity"])
        steady, twice = self.medians("steady"), self.medians("twice")
        # 2,048 paths: a median within 0.3 %; the year's own doubt is the same on both sides.
        self.assertAlmostEqual(twice["n1"] / steady["n1"], 2 ** beta, delta=0.03)
        for branch in BRANCHES[1:]:
            self.assertAlmostEqual(twice[branch] / steady[branch], 1.0, delta=1e-9)
        self.assertGreater(twice["siege"], steady["siege"])

    def test_a_branch_without_a_plan_holds_its_last_value_and_the_run_says_so(self):
        steady, unplanned = self.medians("steady"), self.medians("unplanned")
        self.assertEqual(steady, unplanned)
        run = self.rows("runs", "list", "--network", "unplanned")[0]["run"]
        shown = self.jalon("runs", "show", run, "--network", "unplanned", "-o", "json")
        self.assertIn("mean advisers acts on accounts: after 2025-12, 2 of 12 branches have periods "
                      "without a planned value (24 in all); the last value is held", shown.stdout)

    def test_every_problem_of_the_files_is_listed_at_once(self):
        files = bank(lambda place, seen: seen)
        files["means.csv"] += ("nowhere;advisers;2025-01;3;\nsiege;advisers;2025-01;3;\n"
                               "n1;rooms;2025-01;-2;\nn1;desks;2025-01;2;oui\nn1;desks;2025-02;2;non\n")
        files["mean_effects.csv"] += ("robots;nothing;0,5;0,1;\nadvisers;accounts;0,5;0,1;\n"
                                      "desks;accounts;40;0;\n")
        self.write("wrong", files)
        done = self.jalon("import", "wrong", "--network", "wrong")
        self.assertNotEqual(done.returncode, 0)
        for words in ("must be the id of a unit", "must be a branch", "must be >= 0",
                      "must not be planned: the mean was seen up to 2025-02",
                      "must be a mean of some branch", "must be the id of an indicator",
                      "must act once on an indicator", "must be in [-5, 5]", "must be in [1e-06, 5]",
                      "mean_effects.csv:3", "mean_effects.csv:5"):
            self.assertIn(words, done.stderr)
        listed = self.jalon("network", "list")
        self.assertNotIn("wrong", listed.stdout, "nothing is stored")

    def test_a_network_exported_and_imported_again_says_the_same(self):
        done = self.jalon("network", "export", "again", "--network", "steady")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(self.folder, "again", "mean_effects.csv"), encoding="utf-8") as file:
            self.assertIn("advisers;accounts;0.4;0.3;essai", file.read())


if __name__ == "__main__":
    OneServer.jalond_program, OneServer.jalon_program = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
