"""Derived drivers, scenarios from files, plots and past objectives through the two programs.

Usage: drivers_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import csv
import io
import os
import random
import subprocess
import sys
import tempfile
import time
import unittest

JALOND = JALON = ""
BOUND = 120
BRANCHES = [f"b{i:02d}" for i in range(40)]


class Server:
    def __init__(self, folder):
        self.folder = folder
        port_file = os.path.join(folder, "port")
        self.process = subprocess.Popen(
            [JALOND, "--data", os.path.join(folder, "data"), "--listen", "127.0.0.1:0",
             "--port-file", port_file],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + BOUND
        while not (os.path.exists(port_file) and os.path.getsize(port_file) > 0):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the server does not start")
            time.sleep(0.02)
        with open(port_file, encoding="utf-8") as file:
            self.address = "127.0.0.1:" + file.read().strip()

    def run(self, *arguments):
        return subprocess.run([JALON, "--server", self.address, *arguments], capture_output=True,
                              text=True, timeout=BOUND, check=False)

    def done(self, *arguments):
        result = self.run(*arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        return result

    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.done(*arguments, "-o", "csv").stdout)))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=BOUND)


def months(first_year, last_year):
    return [f"{year}-{month:02d}" for year in range(first_year, last_year + 1)
            for month in range(1, 13)]


def bank(server, formula="0.5 * (mean(inflation, 6) + mean(estr, 6))"):
    """A folder of a bank whose savings rate is derived; 2022 to 2025."""
    draw = random.Random(5)
    units = "id,parent,level\nhq,,network\n" + "".join(f"{b},hq,branch\n" for b in BRANCHES)
    indicators = ("id,kind,rounding,measure,aggregation,expression\naccounts,count,1,count,sum,\n"
                  "interest,derived,1,money,sum,accounts * livret\n")
    values = "unit,indicator,period,value\n"
    for branch in BRANCHES:
        for month in months(2022, 2025):
            values += f"{branch},accounts,{month},{max(0, round(draw.gauss(40, 6)))}\n"
    drivers = "driver,period,value\n"
    for i, month in enumerate(months(2022, 2025)):
        drivers += f"inflation,{month},{2 + 1.5 * (i % 7) / 7:.2f}\n"
        drivers += f"estr,{month},{1 + 0.05 * i:.2f}\n"
        drivers += f"livret,{month},{1.0 if i < 24 else 3.0}\n"
    files = {
        "manifest.txt": "[network]\nid = bank\ncurrency = EUR\nfrequency = month\n",
        "units.csv": units,
        "indicators.csv": indicators,
        "realisations.csv": values,
        "drivers.csv": drivers,
        "driver_list.csv":
            "id;unit;formula;rounding;floor;effective_months;announcement_lag\n"
            "inflation;%;;;;;\nestr;%;;;;;\n"
            f"livret;%;{formula};0,1;0,5;2 8;2\nlep;%;max(livret + 0.5, inflation);0,1;;;\n",
        "elasticities.csv": "driver,indicator,mean,sd,source\nlep,accounts,0.05,0.02,essai\n",
    }
    for name, text in files.items():
        server.write("bank/" + name, text)
    return os.path.join(server.folder, "bank")


class DriversJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = Server(cls.folder.name)
        cls.addClassCleanup(cls.server.stop)
        cls.imported = cls.server.done("import", bank(cls.server), "--network", "bank")
        cls.server.done("fit", "--id", "first")

    def test_a_given_history_is_measured_against_its_formula(self):
        self.assertIn("decisions depart from its formula", self.imported.stdout)
        rows = {row["driver"]: row for row in self.server.rows("network", "drivers", "--formulas")}
        self.assertEqual(sorted(rows), ["lep", "livret"])
        self.assertEqual(rows["livret"]["history"], "given")
        self.assertGreater(int(rows["livret"]["dates"]), 4)
        self.assertGreater(int(rows["livret"]["departures"]), 0)
        self.assertEqual(rows["lep"]["history"], "computed")

    def test_formulas_that_are_wrong_are_listed_and_nothing_is_stored(self):
        folder = bank(self.server, formula="0.5 * (mean(inflation 6) + lep")
        result = self.server.run("import", folder, "--network", "broken")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("driver_list.csv:4:3", result.stderr)
        self.assertIn("BAD_FORMULA", result.stderr)
        self.assertNotIn("broken", self.server.done("network", "list").stdout)

    def test_history_is_drawn_as_text(self):
        drawn = self.server.done("network", "drivers", "--network", "bank", "--plot", "--driver",
                                 "estr", "--width", "60")
        self.assertIn("estr", drawn.stdout)
        self.assertIn("2022-01", drawn.stdout)
        self.assertTrue(all(len(line) <= 60 for line in drawn.stdout.splitlines()))
        plain = self.server.done("network", "drivers", "--network", "bank", "--plot", "--ascii")
        self.assertTrue(plain.stdout.isascii())
        self.assertNotIn("\x1b", drawn.stdout)

    def test_a_scenario_comes_from_a_file_and_says_where_it_is_off_the_formula(self):
        path = self.server.write("severe.csv", "Date,Rate\n2026-01-31,0.5\n2026-02-28,0.5\n")
        mapping = self.server.write(
            "severe.map", "[scenario]\nid = severe\n[paths]\nfile = severe.csv\n"
            "period = {Date}\nvalue.livret = {Rate}\n")
        made = self.server.done("scenario", "import", path, "--mapping", mapping, "--network",
                                "bank")
        self.assertIn("networks/bank/scenarios/severe", made.stdout)
        self.assertIn("next: jalon network drivers --plot", made.stderr)
        again = self.server.run("scenario", "import", path, "--mapping", mapping, "--network",
                                "bank")
        self.assertEqual(again.returncode, 64 + 6)
        drawn = self.server.done("network", "drivers", "--network", "bank", "--plot", "--ascii",
                                 "--scenario", "severe", "--driver", "livret")
        self.assertIn("o scenario severe: last 0.5", drawn.stdout)
        run = self.server.done("forecast", "--network", "bank", "--model", "first", "--scenario",
                               "severe", "--paths", "64", "--seed", "1", "--level", "network")
        self.assertIn("off its formula (hors formule)", run.stdout + run.stderr)

    def test_a_derived_indicator_follows_a_derived_driver(self):
        self.server.done("scenario", "create", "half", "--network", "bank", "--set",
                         "driver.livret==0.5", "--from", "2026-01")
        # On the same whole paths one is half of the other, path by path.
        rows = self.server.rows("forecast", "--network", "bank", "--model", "first", "--scenario",
                                "half", "--paths", "64", "--seed", "1", "--unit", "hq", "--level",
                                "network", "--quantiles", "0.5", "--estimator", "sampled")
        medians = {(row["indicator"], row["period"]): float(row["value"]) for row in rows}
        self.assertEqual(len(medians), 24)
        for (indicator, period), value in medians.items():
            if indicator == "interest":
                self.assertAlmostEqual(value, 0.5 * medians["accounts", period], places=6)

    def test_a_scenario_with_bad_rows_is_refused_whole(self):
        path = self.server.write("bad.csv", "driver,period,value\nnone,2026-01,1\nestr,soon,2\n")
        mapping = self.server.write("bad.map", "[scenario]\nid = bad\n[paths]\nfile = bad.csv\n")
        result = self.server.run("scenario", "import", path, "--mapping", mapping, "--network",
                                 "bank")
        self.assertEqual(result.returncode, 64 + 3)
        self.assertIn("bad.csv:2", result.stderr)
        self.assertIn("bad.csv:3", result.stderr)
        self.assertNotIn("bad", [row["scenario"] for row in
                                 self.server.rows("scenario", "list", "--network", "bank")])

    def test_past_objectives_are_judged_with_their_changes(self):
        draw = random.Random(7)
        for year in (2023, 2024, 2025):
            text = "unit,indicator,window,value,changed_on,old_value,change_reason\n"
            for i, branch in enumerate(BRANCHES):
                value = draw.randint(440, 520)
                change = f"{year}-07-01,{value + 30},fusion" if i == 0 else ",,"
                text += f"{branch},accounts,{year},{value},{change}\n"
            path = self.server.write(f"plan-{year}.csv", text)
            self.server.done("objectives", "import", path, "--network", "bank", "--id",
                             f"plan-{year}", "--fiscal-year", str(year), "--perimeter",
                             f"{year}-01", "--published-on", f"{year}-01-15")
        report = self.server.done("objectives", "history", "--network", "bank")
        self.assertIn("published 2023-01-15, perimeter 2023-01", report.stdout)
        rows = self.server.rows("objectives", "history", "--network", "bank")
        rows = [row for row in rows if row["indicator"] in ("accounts", "(all)")]
        self.assertEqual([row["window"] for row in rows],
                         ["2023", "2024", "2025", "(all)", "(all)"])
        for row in rows[:3]:
            self.assertEqual(row["objectives"], "40")
            self.assertEqual(row["changed"], "1")
            self.assertLessEqual(float(row["attained_low"]), float(row["attained"]))
        self.assertNotEqual(rows[3]["ratchet"], "")
        published = self.server.rows("objectives", "history", "--network", "bank",
                                     "--as-published")
        self.assertLessEqual(float(published[-1]["attained"]), float(rows[-1]["attained"]))
        one = self.server.rows("objectives", "history", "--network", "bank", "--set", "plan-2024")
        self.assertEqual(one[-1]["objectives"], "40")


if __name__ == "__main__":
    JALOND, JALON = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
