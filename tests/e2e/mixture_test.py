"""A scenario of several regimes through the two programs: made, run by both estimators, replayed.

Usage: mixture_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import json
import os
import random
import sys
import unittest

from one_server import OneServer

BRANCHES = [f"b{i:02d}" for i in range(20)]
WEIGHTS = {"calm": 0.7, "crisis": 0.3}


def months(first_year, last_year):
    return [f"{year}-{month:02d}" for year in range(first_year, last_year + 1)
            for month in range(1, 13)]


def bank():
    """Twenty branches that sell about forty accounts a month."""
    draw = random.Random(11)
    values = "unit,indicator,period,value\n"
    for branch in BRANCHES:
        for month in months(2023, 2025):
            values += f"{branch},accounts,{month},{max(0, round(draw.gauss(40, 6)))}\n"
    return {
        "manifest.txt": "[network]\nid = bank\ncurrency = EUR\nfrequency = month\n",
        "units.csv": "id,parent,level\nhq,,network\n" + "".join(f"{b},hq,branch\n" for b in BRANCHES),
        "indicators.csv": "id,kind,rounding,measure,aggregation\naccounts,count,1,count,sum\n",
        "realisations.csv": values,
    }


# Half of the sales from January on: no objective survives it.
CRISIS = """display_name: "Crisis"
events {
  id: "crisis"
  category: CATEGORY_ECONOMIC
  start: "2026-01"
  effect { kind: KIND_FIXED mode: -0.5 }
  source: "essai"
  size_is_assumption: true
}
"""


class Mixture(OneServer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write("bank", bank())
        # 20 x 12 x 40 = 9,600 are expected, 4,800 in a crisis.
        cls.write("plan", {"objectives.csv": "unit,indicator,window,value\nhq,accounts,2026,7200\n"})
        cls.write("worlds", {"calm.txt": 'display_name: "Calm"\n', "crisis.txt": CRISIS})
        cls.good("import", "bank", "--network", "bank")
        cls.good("objectives", "import", "plan/objectives.csv", "--id", "plan")
        cls.good("fit", "--id", "first")
        for world in WEIGHTS:
            cls.good("scenario", "create", world, "--file", f"worlds/{world}.txt")
        cls.made = cls.good("scenario", "create", "outlook", "--mix", "calm=0.7,crisis=0.3",
                            "--weight-confidence", "10")

    @classmethod
    def good(cls, *arguments):
        done = cls.jalon(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def simulate(self, run, scenario, *more):
        self.good("simulate", "--model", "first", "--objectives", "plan", "--scenario", scenario,
                  "--seed", "5", "--id", run, *more)
        return self.rows("runs", "results", run)[0]

    def test_a_mixture_is_listed_and_shown_in_the_form_that_create_reads(self):
        self.assertIn("2 regimes", self.made.stdout + self.made.stderr)
        listed = {row["scenario"]: row for row in self.rows("scenario", "list")}
        self.assertEqual(listed["outlook"]["regimes"], "2")
        self.assertEqual(listed["calm"]["regimes"], "0")
        shown = self.good("scenario", "show", "outlook", "-o", "json").stdout
        scenario = json.loads(shown)
        self.assertEqual([r["weight"] for r in scenario["mixture"]], [0.7, 0.3])
        self.assertEqual(scenario["mixture"][1]["display_name"], "Crisis")
        self.write("worlds", {"again.json": shown})
        self.good("scenario", "create", "again", "--file", "worlds/again.json")
        again = json.loads(self.good("scenario", "show", "again", "-o", "json").stdout)
        self.assertEqual(again["content_hash"], scenario["content_hash"])

    def test_both_estimators_attain_as_often_as_the_regimes_by_weight(self):
        for estimator in ("conditional", "sampled"):
            parts = {world: float(self.simulate(f"{world}-{estimator}", world, "--estimator",
                                                estimator)["p_attain"]) for world in WEIGHTS}
            row = self.simulate(f"mixed-{estimator}", "outlook", "--estimator", estimator)
            wanted = sum(WEIGHTS[world] * parts[world] for world in WEIGHTS)
            # 5 standard errors of 4,096 independent paths: false alarm 6e-7.
            self.assertAlmostEqual(float(row["p_attain"]), wanted, delta=0.036)
            self.assertGreater(parts["calm"], 0.9)
            self.assertLess(parts["crisis"], 0.1)

    def test_weights_that_are_not_known_widen_what_is_not_known(self):
        row = self.simulate("unsure", "outlook")
        # P10 and P90 of the beta law of 7 and 3 are 0.51 and 0.87.
        self.assertLess(float(row["p_known_low"]), 0.56)
        self.assertGreater(float(row["p_known_high"]), 0.82)
        self.good("scenario", "create", "certain", "--mix", "calm=0.7,crisis=0.3")
        known = self.simulate("sure", "certain")
        self.assertEqual(known["p_attain"], row["p_attain"])
        self.assertLess(float(known["p_known_high"]) - float(known["p_known_low"]), 0.15)

    def test_a_replayed_path_says_which_regime_came_true(self):
        for estimator in ("conditional", "sampled"):
            run = f"sixteen-{estimator}"
            self.simulate(run, "outlook", "--estimator", estimator, "--paths", "16")
            regimes = set()
            for path in range(16):
                row = self.rows("runs", "replay", run, "--path", str(path))[0]
                regimes.add(row["regime"])
                self.assertEqual(float(row["value"]) < 7200, row["regime"] == "crisis", row)
            self.assertEqual(regimes, set(WEIGHTS))
        self.simulate("alone", "calm", "--paths", "16")
        self.assertNotIn("regime", self.rows("runs", "replay", "alone", "--path", "0")[0])

    def test_a_run_says_what_it_mixed_and_comes_back_by_the_command_printed(self):
        first = self.simulate("told", "outlook")
        facts = {row["what"]: row["value"] for row in self.rows("runs", "show", "told")
                 if row["what"] != "note"}
        crisis = json.loads(self.good("scenario", "show", "crisis", "-o", "json").stdout)
        self.assertIn("crisis 0.3 " + crisis["content_hash"][:16], facts["regimes"])
        shown = self.good("runs", "show", "told").stdout
        self.assertIn("the scenario is a mixture: calm 70 %, crisis 30 %", shown)
        self.assertIn("event crisis: its size is an assumption", shown)
        self.good(*facts["again"].split()[1:], "--id", "told-again")
        self.assertEqual(self.rows("runs", "results", "told-again")[0], first)

    def test_forecasts_have_the_humps_of_their_regimes(self):
        self.good("forecast", "--model", "first", "--scenario", "outlook", "--window", "2026",
                  "--unit", "hq", "--seed", "5", "--quantiles", "0.1,0.9", "--id", "humps")
        row = self.rows("runs", "results", "humps")[0]
        low, high = float(row["q10"]), float(row["q90"])
        self.assertLess(low, 6000)
        self.assertGreater(high, 8000)

    def test_losses_are_those_of_each_regime(self):
        self.simulate("lost", "outlook", "--paths", "256")
        rows = self.rows("runs", "losses", "lost", "--depth", "0")
        self.assertEqual([row["regime"] for row in rows], ["crisis"])

    def test_a_mixture_outlives_the_scenarios_it_was_made_of(self):
        self.good("scenario", "create", "passing", "--file", "worlds/crisis.txt")
        self.good("scenario", "create", "kept", "--mix", "calm=0.5,passing=0.5")
        before = self.simulate("before", "kept")
        self.good("scenario", "delete", "passing")
        self.assertEqual(self.simulate("after", "kept"), before)

    def test_every_problem_of_a_mixture_is_named(self):
        bad = self.jalon("scenario", "create", "bad", "--mix", "calm=0.7,nobody=0.2,outlook=0.2")
        self.assertNotEqual(bad.returncode, 0)
        for words in ("mixture[1].scenario", "mixture[2].scenario", "sum to 1"):
            self.assertIn(words, bad.stderr)
        spelt = self.jalon("scenario", "create", "bad", "--mix", "calm")
        self.assertNotEqual(spelt.returncode, 0)
        self.assertIn("SCENARIO=WEIGHT", spelt.stderr)
        drawn = self.jalon("network", "drivers", "--plot", "--scenario", "outlook")
        self.assertNotEqual(drawn.returncode, 0)


if __name__ == "__main__":
    OneServer.jalond_program = os.path.abspath(sys.argv[1])
    OneServer.jalon_program = os.path.abspath(sys.argv[2])
    unittest.main(argv=sys.argv[:1], verbosity=2)
