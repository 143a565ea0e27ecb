"""Stocks, ratios and derived indicators through the two programs, on the small demo network.

Usage: kinds_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import sys
import tempfile
import unittest

import simulate_test
from simulate_test import Server


class Kinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = Server(cls.folder.name, "--demo=small")
        cls.addClassCleanup(cls.server.stop)
        fitted = cls.server.run("fit", "--id", "first")
        assert fitted.returncode == 0, fitted.stderr

    def values(self, indicator, unit, window):
        rows = self.server.rows("series", "--indicator", indicator, "--unit", unit, "--window",
                                window)
        return [float(row["value"]) for row in rows]

    def test_every_kind_is_shown_with_what_it_is_made_of(self):
        rows = {row["indicator"]: row for row in self.server.rows("indicators")}
        self.assertEqual(len(rows), 15)
        self.assertEqual(rows["customers"]["kind"], "stock")
        self.assertEqual(rows["customers"]["made_of"], "in customers-won")
        self.assertEqual(rows["equipment-rate"]["made_of"], "home-insurance / customers")
        self.assertIn("mean(savings-outstandings)", rows["nbi"]["made_of"])

    def test_fewer_complaints_are_better(self):
        """More ambition is a lower objective, less likely to be attained on the same paths."""
        asked = {}
        for growth in ("0%", "20%"):
            name = "complaints" + growth.strip("%")
            done = self.server.run("objectives", "create", name, "--base", "2025", "--window",
                                   "2027", "--growth=" + growth, "--level", "branch",
                                   "--indicator", "service-complaints")
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = self.server.rows("simulate", "--objectives", name, "--model", "truth", "--paths",
                                    "256", "--seed", "1")
            asked[growth] = {row["unit"]: row for row in rows}
        self.assertGreater(len(asked["0%"]), 30)
        for unit, row in asked["0%"].items():
            less = asked["20%"][unit]
            self.assertLess(float(less["objective"]), float(row["objective"]))
            self.assertLessEqual(float(less["p_attain"]), float(row["p_attain"]))

    def test_a_ratio_of_a_region_is_sum_over_sum(self):
        ratio = self.values("equipment-rate", "r01", "2026-01..2026-06")
        sold = self.values("home-insurance", "r01", "2026-01..2026-06")
        customers = self.values("customers", "r01", "2026-01..2026-06")
        for t in range(6):
            self.assertAlmostEqual(ratio[t], sold[t] / customers[t], places=12)

    def test_series_of_a_ratio_are_refused_with_the_rule(self):
        done = self.server.run("series", "--leaves", "--indicator", "equipment-rate")
        self.assertEqual(done.returncode, 64 + 3)
        self.assertIn("ratios and derived indicators", done.stderr)

    def test_effects_add_up_to_the_change_at_every_region(self):
        done = self.server.rows("indicators", "effects", "--indicator", "nbi", "--window",
                                "2025-06..2026-05", "--against", "2024-06..2025-05", "--depth", "1")
        self.assertEqual(len(done), 5)
        for row in done:
            effects = sum(float(row[name]) for name in ("volume", "reference_rate", "margin"))
            self.assertAlmostEqual(effects, float(row["change"]), delta=1e-6 * abs(effects) + 1e-6)
        children = sum(float(row["reference_rate"]) for row in done[1:])
        self.assertAlmostEqual(children, float(done[0]["reference_rate"]),
                               delta=1e-6 * abs(children))

    def test_effects_tell_what_comes_next(self):
        done = self.server.run("indicators", "effects", "--indicator", "nbi", "--window", "2025",
                               "--against", "2024")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("next: jalon indicators effects", done.stderr)

    def test_the_fit_says_how_stocks_move(self):
        shown = self.server.run("model", "show", "first").stdout
        self.assertIn("savings-outstandings: its flows explain every known move", shown)
        self.assertIn("customers: moves beyond its flows", shown)

    def test_stocks_and_ratios_have_chances_of_their_objectives(self):
        for indicator in ("customers", "savings-outstandings", "equipment-rate"):
            done = self.server.run("simulate", "--objectives", "plan", "--model", "first", "--seed",
                                   "1", "--paths", "256", "--indicator", indicator, "--id",
                                   f"run-{indicator}")
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = self.server.rows("runs", "results", f"run-{indicator}", "--window", "2027")
            self.assertGreater(len(rows), 30)
            for row in rows:
                self.assertLessEqual(float(row["q05"]), float(row["q50"]))
                self.assertLessEqual(float(row["q50"]), float(row["q95"]))

    def test_a_stock_goes_on_from_where_it_stands(self):
        now = self.values("customers", "r01", "2026-10")[0]
        rows = self.server.rows("forecast", "--model", "first", "--seed", "1", "--paths", "256",
                                "--horizon", "1", "--level", "region", "--indicator", "customers",
                                "--quantiles", "0.5")
        segments = {row["segment"]: float(row["value"]) for row in rows if row["unit"] == "r01"}
        median = segments.get("all", sum(segments.values()))
        self.assertLess(abs(median / now - 1), 0.01, segments)

    def test_a_derived_indicator_has_a_future(self):
        rows = self.server.rows("forecast", "--model", "first", "--seed", "1", "--paths", "256",
                                "--horizon", "12", "--level", "network", "--indicator", "nbi",
                                "--quantiles", "0.1,0.9")
        self.assertEqual(len(rows), 24)
        self.assertGreater(float(rows[-1]["value"]), float(rows[-2]["value"]))


if __name__ == "__main__":
    simulate_test.JALOND, simulate_test.JALON = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
