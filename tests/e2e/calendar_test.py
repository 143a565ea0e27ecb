"""Opening days and phasing through the two programs, on the small demo network.

Usage: calendar_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import os
import sys
import tempfile
import unittest

import simulate_test
from simulate_test import Server

BANK = {
    "manifest.txt": "[network]\nid = banque\n",
    "units.csv": "id;parent;level;kind\nsiege;;reseau;\nest;siege;region;\n"
                 "metz;est;agence;proximite\nnancy;est;agence;conseil\n",
    "indicators.csv": "id;kind;exposure\ncomptes;count;opening_days\n",
    "realisations.csv": "unit;indicator;period;value\n" + "".join(
        f"{unit};comptes;{year}-{month:02};{100 + month}\n"
        for unit in ("metz", "nancy") for year in (2025, 2026) for month in range(1, 13)),
    "calendars.csv": "unit;kind;week;holidays\n;;mon_fri;france\nmetz;;;alsace_moselle\n"
                     ";proximite;tue_sat;\n",
    "opening_dates.csv": "date;open\n2027-05-07;non\n",
    "opening_days.csv": "unit;period;days\nnancy;2027-08;10\n",
    "phasing.csv": "indicator;month;share\n" + "".join(
        f"comptes;{month};{share}\n" for month, share in zip(range(1, 13), ["0,1"] * 8 + ["0,05"] * 4)),
}


def write_bank(folder, **changes):
    for name, text in {**BANK, **changes}.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return folder


class Calendars(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = Server(cls.folder.name, "--demo=small")
        cls.addClassCleanup(cls.server.stop)

    def demo(self, *arguments):
        return self.server.rows("--network", "demo", *arguments)

    def run_ok(self, *arguments):
        done = self.server.run(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def test_may_2027_gains_days_for_one_week_and_loses_one_for_the_other(self):
        rows = self.demo("network", "calendar", "--window", "2027-05", "--against", "2026-05")
        changes = {row["week"]: float(row["change"]) for row in rows}
        self.assertEqual(round(100 * changes["mon_fri"], 1), 11.8)
        self.assertEqual(round(100 * changes["tue_sat"], 1), -5.3)
        self.assertEqual(sum(int(row["branches"]) for row in rows), 40)

    def test_the_third_region_keeps_the_holidays_of_alsace_moselle(self):
        days = {row["unit"]: row for row in
                self.demo("network", "calendar", "--window", "2027-03")}
        self.assertEqual(days["r03-b001"]["holidays"], "alsace_moselle")
        self.assertEqual(float(days["r02-b002"]["days"]), 22)
        self.assertEqual(float(days["r01-b001"]["days"]) - float(days["r03-b001"]["days"]), 1)

    def test_a_change_is_split_exactly(self):
        rows = self.demo("network", "calendar", "--window", "2026-05", "--against", "2025-05",
                         "--split", "--depth", "2")
        self.assertGreater(len(rows), 45 * 5)
        for row in rows:
            if not row["window"] or not row["against"]:
                continue
            parts = float(row["against"]) + float(row["calendar_effect"]) + float(row["rest"])
            self.assertAlmostEqual(parts, float(row["window"]), delta=1e-6 * abs(parts) + 1e-9)

    def test_a_year_becomes_months_whose_attainment_is_simulated(self):
        source = self.demo("objectives", "list")[-1]["objective_set"]
        done = self.run_ok("--network", "demo", "objectives", "phase", "months", "--from", source,
                           "--method", "model", "--model", "truth", "--indicator", "housing-loans")
        self.assertIn("next: jalon simulate --objectives months", done.stderr)
        wanted = [row for row in self.demo("objectives", "show", source, "--unit", "r01-b001",
                                           "--indicator", "housing-loans") if row["window"] == "2027"]
        months = [row for row in self.demo("objectives", "show", "months", "--unit", "r01-b001")
                  if row["window"].startswith("2027")]
        values = [float(row["value"]) for row in months]
        self.assertEqual(len(months), 12)
        self.assertEqual(values, sorted(values))
        self.assertEqual(months[-1]["window"], "2027")
        self.assertEqual(values[-1], float(wanted[0]["value"]))
        rows = [row for row in self.demo("simulate", "--objectives", "months", "--model", "truth",
                                         "--paths", "1024", "--seed", "3", "--unit", "r01-b001")
                if row["window"].startswith("2027")]
        chances = {row["window"]: float(row["p_attain"]) for row in rows}
        self.assertEqual(len(chances), 12)
        self.assertEqual(set(chances), {row["window"] for row in months})
        for chance in chances.values():
            self.assertTrue(0 <= chance <= 1)

    def test_linear_months_ignore_the_season_that_the_model_knows(self):
        source = self.demo("objectives", "list")[-1]["objective_set"]
        for method in ("linear", "model"):
            extra = ("--model", "truth") if method == "model" else ()
            self.run_ok("--network", "demo", "objectives", "phase", "by-" + method, "--from",
                        source, "--method", method, "--indicator", "housing-loans", *extra)
        august = {}
        for method in ("linear", "model"):
            until = {"2027-01..2027-07": 0.0, "2027-01..2027-08": 0.0}
            for row in self.demo("objectives", "show", "by-" + method):
                if row["window"] in until:
                    until[row["window"]] += float(row["value"])
            august[method] = until["2027-01..2027-08"] - until["2027-01..2027-07"]
        # A third fewer loans than usual are sold in August.
        self.assertGreater(august["model"], 0.5 * august["linear"])
        self.assertLess(august["model"], 0.85 * august["linear"])

    def test_a_bank_of_files_brings_its_calendar(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_ok("--network", "banque", "import", write_bank(folder))
        days = {(row["unit"], row["period"]): row for row in self.server.rows(
            "--network", "banque", "network", "calendar", "--window", "2027")}
        self.assertEqual(float(days["nancy", "2027-05"]["days"]), 18)
        self.assertEqual(float(days["nancy", "2027-08"]["days"]), 10)
        self.assertEqual(days["nancy", "2027-08"]["source"], "imported")
        self.assertEqual(float(days["metz", "2027-05"]["days"]), 17)
        fitted = self.run_ok("--network", "banque", "fit", "--id", "premier")
        self.assertIn("1 indicators are proportional to opening days", fitted.stdout + fitted.stderr)
        self.run_ok("--network", "banque", "objectives", "create", "plan", "--base", "2026",
                    "--window", "2027", "--growth", "5%")
        self.run_ok("--network", "banque", "objectives", "phase", "mois", "--from", "plan",
                    "--method", "shares")
        values = [float(row["value"]) for row in self.server.rows(
            "--network", "banque", "objectives", "show", "mois", "--unit", "nancy")]
        # The year before plus 5 %, rounded up, and every month within half a step of its share.
        self.assertEqual(values[-1], 1342)
        cumulated = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0]
        for value, share in zip(values, cumulated):
            self.assertLessEqual(abs(value - 1342 * share), 0.5 + 1e-9)
        self.run_ok("--network", "banque", "objectives", "phase", "mois-2026", "--from", "plan",
                    "--method", "last_year")

    def test_a_bad_calendar_is_refused_with_its_lines_and_nothing_is_stored(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.server.run("--network", "mauvaise", "import", write_bank(
                folder, **{"opening_days.csv": "unit;period;days\nnancy;2027-02;29\n"
                                               "ailleurs;2027-02;3\n"}))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("opening_days.csv:2:3", done.stdout + done.stderr)
        self.assertIn("DAYS_BEYOND_PERIOD", done.stdout + done.stderr)
        self.assertIn("opening_days.csv:3:1", done.stdout + done.stderr)
        listed = [row["network"] for row in self.server.rows("network", "list")]
        self.assertNotIn("mauvaise", listed)


if __name__ == "__main__":
    simulate_test.JALOND, simulate_test.JALON = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
