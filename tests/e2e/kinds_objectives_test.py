"""Objectives on stocks, ratios and derived indicators through the two programs: a bank of two
regions and four branches with three years of history, whose year 2027 is simulated.

Usage: kinds_objectives_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import csv
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

JALOND = JALON = ""
# Seconds after which something that should have happened is a failure.
BOUND = 60
BRANCHES = ["lille", "amiens", "nimes", "arles"]
MONTHS = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)]

UNITS = """id;parent;level
siege;;network
nord;siege;region
sud;siege;region
lille;nord;branch
amiens;nord;branch
nimes;sud;branch
arles;sud;branch
"""

INDICATORS = """id;kind;measure;aggregation;basis;scale;direction;rounding;inflows;outflows;numerator;denominator;expression
opened;count;count;sum;level;;higher;1;;;;;
closed;count;count;sum;level;;lower;1;;;;;
customers;stock;count;last;variation;;higher;1;opened;closed;;;
churn;ratio;ratio;ratio;variation;;lower;0.001;;;closed;customers;
savings;net_flow;money;sum;scaled;1000;higher;1;;;;;
deposits;stock;money;last;variation;;higher;1;savings;;;;
income;derived;money;sum;level;;higher;1;;;;;"mean(deposits) * (market_rate - 0.5) / 1200"
"""


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def cells():
    """Realisations by (unit, indicator, month)."""
    made = {}
    for b, branch in enumerate(BRANCHES):
        customers, deposits = 1000 + 100 * b, 50000 + 1000 * b
        for t, month in enumerate(MONTHS):
            opened, closed = 12 + (t * 7 + b * 3) % 9, 8 + (t * 5 + b) % 7
            savings = 400 * ((t * 3 + b) % 5) - 700
            customers += opened - closed
            deposits += savings + (t + b) % 3
            for indicator, value in (("opened", opened), ("closed", closed),
                                     ("customers", customers), ("savings", savings),
                                     ("deposits", deposits)):
                made[branch, indicator, month] = value
    return made


CELLS = cells()


def total(indicator, month):
    return sum(CELLS[branch, indicator, month] for branch in BRANCHES)


def write_bank(folder):
    write(folder, "manifest.txt", "[network]\nid = kinds\nfrequency = month\n")
    write(folder, "units.csv", UNITS)
    write(folder, "indicators.csv", INDICATORS)
    rows = [f"{u};{k};{m};{value}" for (u, k, m), value in CELLS.items()]
    write(folder, "realisations.csv", "unit;indicator;period;value\n" + "\n".join(rows) + "\n")
    write(folder, "driver_list.csv", "id;unit;class;frequency\nmarket_rate;%;economic;month\n")
    rates = [f"market_rate;{m};{2 + 0.05 * (t % 7)}" for t, m in enumerate(MONTHS)]
    write(folder, "drivers.csv", "driver;period;value\n" + "\n".join(rates) + "\n")


class Server:
    """A jalond on a folder of its own."""

    def __init__(self, folder):
        port_file = os.path.join(folder, "port")
        self.process = subprocess.Popen(
            [JALOND, "--data", folder, "--listen", "127.0.0.1:0", "--port-file", port_file],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + BOUND
        while not (os.path.exists(port_file) and os.path.getsize(port_file) > 0):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the server did not start in time")
            time.sleep(0.02)
        with open(port_file, encoding="utf-8") as file:
            self.address = "127.0.0.1:" + file.read().strip()

    def run(self, *arguments):
        done = subprocess.run([JALON, "--server", self.address, *arguments], capture_output=True,
                              text=True, timeout=BOUND, check=False)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done

    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.run(*arguments, "-o", "csv").stdout)))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=BOUND)


class Kinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        bank = os.path.join(cls.folder.name, "bank")
        os.mkdir(bank)
        write_bank(bank)
        cls.server = Server(cls.folder.name)
        cls.addClassCleanup(cls.server.stop)
        cls.server.run("import", bank, "--network", "kinds")
        cls.server.run("fit", "--network", "kinds", "--id", "first")
        cls.customers = total("customers", "2026-12")
        objectives = os.path.join(cls.folder.name, "objectives.csv")
        write(cls.folder.name, "objectives.csv",
              "unit;indicator;window;value\n"
              f"siege;customers;2027;{cls.customers + 60}\n"
              f"nord;customers;2027;{cls.customers}\n"
              "siege;churn;2027;0.09\n"
              "siege;savings;2027;0\n"
              "nord;savings;2027;-5000\n"
              "siege;income;2027;300\n"
              f"siege;deposits;2027;{total('deposits', '2026-12') + 1000}\n")
        cls.server.run("objectives", "import", objectives, "--network", "kinds", "--id", "plan")
        cls.answer = cls.server.rows(
            "simulate", "--network", "kinds", "--model", "first", "--objectives", "plan",
            "--seed", "1", "--paths", "1024", "--id", "year", "--ro", "0.9,1,1.1")

    def row(self, unit, indicator):
        return next(r for r in self.answer if r["unit"] == unit and r["indicator"] == indicator)

    def test_every_kind_has_a_chance(self):
        self.assertEqual(len(self.answer), 7)
        for row in self.answer:
            self.assertTrue(0 <= float(row["p_low"]) <= float(row["p_attain"]) <= 1, row)
            self.assertEqual(row["p_ro_100"], row["p_attain"], row)

    def test_a_variation_starts_from_the_realised_level(self):
        row = self.row("siege", "customers")
        self.assertEqual(float(row["opening"]), self.customers)
        self.assertEqual(float(row["p_ro_undefined"]), 0)
        self.assertLessEqual(float(row["p_ro_110"]), float(row["p_attain"]))
        self.assertLessEqual(float(row["p_attain"]), float(row["p_ro_90"]))

    def test_levels_of_whole_things_are_whole(self):
        row = self.row("siege", "customers")
        for column in (c for c in row if c.startswith("q")):
            self.assertEqual(float(row[column]), int(float(row[column])), column)

    def test_objectives_at_and_below_zero_have_their_ladder(self):
        for unit in ("siege", "nord"):
            row = self.row(unit, "savings")
            self.assertLess(float(row["p_ro_110"]), float(row["p_ro_90"]))
            self.assertEqual(row["opening"], "")

    def test_a_ratio_is_compared_with_the_year_before(self):
        row = self.row("siege", "churn")
        closed = sum(total("closed", m) for m in MONTHS if m.startswith("2026"))
        self.assertAlmostEqual(float(row["opening"]), closed / self.customers, places=9)
        self.assertEqual(float(row["p_no_ratio"]), 0)
        # Lower is better, and the objective asks for less than last year.
        self.assertLessEqual(float(row["p_ro_110"]), float(row["p_attain"]))

    def test_a_replayed_path_is_a_path_of_the_run(self):
        paths = [self.server.rows("runs", "replay", "year", "--network", "kinds", "--path", str(i))
                 for i in range(3)]
        for i in range(len(self.answer)):
            self.assertEqual(len({path[i]["value"] for path in paths}), 3)

    def test_a_landing_keeps_the_levels_realised_so_far(self):
        rows = self.server.rows("forecast", "--network", "kinds", "--as-of", "2026-12",
                                "--window", "2026", "--level", "network", "--paths", "256",
                                "--indicator", "customers", "--indicator", "churn")
        closed = sum(total("closed", m) for m in MONTHS if m.startswith("2026"))
        expected = {"customers": self.customers, "churn": closed / self.customers}
        self.assertGreater(len(rows), 0)
        for row in rows:
            self.assertAlmostEqual(float(row["value"]), expected[row["indicator"]], places=9)

    def test_growth_starts_from_the_last_level_and_from_sum_over_sum(self):
        self.server.run("objectives", "create", "grown", "--network", "kinds", "--base", "2026",
                        "--window", "2027", "--growth", "0.1", "--level", "network",
                        "--indicator", "customers", "--indicator", "churn")
        rows = {r["indicator"]: float(r["value"])
                for r in self.server.rows("objectives", "show", "grown", "--network", "kinds")}
        self.assertEqual(rows["customers"], -(-self.customers * 11 // 10))
        closed = sum(total("closed", m) for m in MONTHS if m.startswith("2026"))
        # Lower is better: 10 % less, rounded down to a thousandth.
        self.assertAlmostEqual(rows["churn"], int(closed / self.customers * 900) / 1000, places=9)


if __name__ == "__main__":
    JALOND, JALON = sys.argv[1:3]
    del sys.argv[1:3]
    unittest.main()
