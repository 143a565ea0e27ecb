"""A network whose branches close, merge and move, over both programs; and a network that travels
from one server to another as files.

Usage: perimeter_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import csv
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

JALOND = JALON = ""
BOUND = 120
BANK = {
    "units.csv": "id;parent;level\nsiege;;network\nnord;siege;region\nlille;nord;branch\n"
                 "amiens;nord;branch\narras;nord;branch\n",
    "indicators.csv": "id;kind\naccounts;count\n",
    "realisations.csv": "unit;indicator;period;value\n" + "".join(
        f"{unit};accounts;2026-{month:02};{value}\n" for unit, value in
        [("lille", 40), ("amiens", 20), ("arras", 9)] for month in range(1, 13)),
    "perimeter.csv": "type;date;unit;receiver;share;source\n"
                     "transfer;2026-07;lille;amiens;0,1;secteur sud\n"
                     "merger;2027-07;arras;lille;;comité du 3 novembre\n",
}


class Server:
    def __init__(self, test, *flags):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.folder = folder.name
        port_file = os.path.join(self.folder, "port")
        process = subprocess.Popen([JALOND, "--data", os.path.join(self.folder, "data"), "--listen",
                                    "127.0.0.1:0", "--port-file", port_file, *flags],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        test.addCleanup(lambda: process.poll() is None and (process.kill(), process.wait()))
        end = time.monotonic() + BOUND
        while not (os.path.exists(port_file) and os.path.getsize(port_file)):
            test.assertIsNone(process.poll(), "jalond ended before it served")
            test.assertLess(time.monotonic(), end, "jalond does not serve")
            time.sleep(0.02)
        with open(port_file, encoding="utf-8") as file:
            self.address = "127.0.0.1:" + file.read().strip()

    def write(self, name, files):
        os.mkdir(os.path.join(self.folder, name))
        for file, text in files.items():
            with open(os.path.join(self.folder, name, file), "w", encoding="utf-8") as out:
                out.write(text)

    def jalon(self, *arguments):
        return subprocess.run([JALON, "--server", self.address, *arguments], cwd=self.folder,
                              text=True, capture_output=True, timeout=BOUND, check=False)

    def rows(self, *arguments):
        done = self.jalon(*arguments, "-o", "csv")
        return list(csv.DictReader(io.StringIO(done.stdout.lstrip("\ufeff"))))

    def data_hash(self):
        return next(row["value"] for row in self.rows("network", "show") if row["what"] == "data hash")


class Perimeter(unittest.TestCase):
    def bank(self, **changed):
        server = Server(self)
        server.write("bank", {**BANK, **changed})
        return server

    def sums(self, server, view):
        """Accounts of each branch over 2026 on a perimeter."""
        sums = {}
        for row in server.rows("series", "--leaves", "--window", "2026", "--perimeter", view):
            sums[row["unit"]] = sums.get(row["unit"], 0) + float(row["value"] or 0)
        return sums

    def test_a_dry_run_says_what_changes_do_and_stores_nothing(self):
        server = self.bank()

        done = server.jalon("import", "bank", "--network", "fr", "--dry-run")

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"perimeter +as of 2027-01: 1 of 2 changes")
        self.assertRegex(done.stdout, r"restated cells +12")
        self.assertNotIn("fr", server.jalon("network", "list", "-o", "csv").stdout)

    def test_each_branch_is_read_on_both_perimeters_and_totals_are_kept(self):
        server = self.bank()
        self.assertEqual(server.jalon("import", "bank", "--network", "fr").returncode, 0)

        self.assertEqual(self.sums(server, "original"), {"lille": 480, "amiens": 240, "arras": 108})
        self.assertEqual(self.sums(server, "target"), {"lille": 456, "amiens": 264, "arras": 108})
        self.assertEqual(self.sums(server, "effect"), {"lille": -24, "amiens": 24, "arras": 0})
        changes = server.rows("network", "perimeter")
        self.assertEqual([(c["date"], c["type"], c["in_target"]) for c in changes],
                         [("2026-07", "transfer", "yes"), ("2027-07", "merger", "no")])

    def test_an_objective_of_a_branch_that_merges_goes_to_its_receiver(self):
        server = self.bank()
        self.assertEqual(server.jalon("import", "bank", "--network", "fr").returncode, 0)
        server.write("plan", {"plan.csv": "unit;indicator;window;value\nlille;accounts;2027;480\n"
                                          "amiens;accounts;2027;240\narras;accounts;2027;109\n"})
        done = server.jalon("objectives", "import", "plan/plan.csv", "--id", "plan")
        self.assertEqual(done.returncode, 0, done.stderr)

        restated = server.jalon("objectives", "restate", "plan", "--id", "plan-2")

        self.assertEqual(restated.returncode, 0, restated.stderr)
        self.assertIn("3 objectives, 2 of them changed", restated.stdout)
        self.assertIn("next:", restated.stderr)
        rows = {row["unit"]: row for row in server.rows("objectives", "show", "plan-2")}
        values = {unit: float(row["value"]) for unit, row in rows.items()}
        self.assertEqual(sum(values.values()), 480 + 240 + 109)
        self.assertIn(values, [{"lille": 534, "amiens": 240, "arras": 55},
                               {"lille": 535, "amiens": 240, "arras": 54}])
        self.assertEqual(rows["arras"]["reason"], "was 109; closes in 2027-07: 100 % goes to lille; months by the season of past years")
        self.assertIn("years cut by the season of past years: 1", restated.stdout)
        self.assertEqual(rows["amiens"]["reason"], "")

    def test_a_year_is_cut_by_imported_shares_and_regions_follow_their_branches(self):
        shares = "indicator;month;share\n" + "".join(
            f"accounts;{month};{'0,05' if month <= 6 else '0,1' if month <= 10 else '0,15'}\n"
            for month in range(1, 13))
        server = self.bank(**{
            "units.csv": BANK["units.csv"].replace("arras;nord", "sud;siege;region\narras;sud"),
            "phasing.csv": shares})
        done = server.jalon("import", "bank", "--network", "fr")
        self.assertEqual(done.returncode, 0, done.stderr)
        server.write("plan", {"plan.csv": "unit;indicator;window;value\nlille;accounts;2027;480\n"
                                          "arras;accounts;2027;100\nnord;accounts;2027;700\n"
                                          "sud;accounts;2027;110\nsiege;accounts;2027;810\n"})
        done = server.jalon("objectives", "import", "plan/plan.csv", "--id", "plan")
        self.assertEqual(done.returncode, 0, done.stderr)

        restated = server.jalon("objectives", "restate", "plan", "--id", "plan-2")

        self.assertEqual(restated.returncode, 0, restated.stderr)
        rows = {row["unit"]: row for row in server.rows("objectives", "show", "plan-2")}
        values = {unit: float(row["value"]) for unit, row in rows.items()}
        # arras merges in July: 30 of its 100 are asked before.
        self.assertEqual(values, {"siege": 810, "nord": 770, "lille": 550, "sud": 40, "arras": 30})
        self.assertIn("years cut by imported shares: 1", restated.stdout)
        self.assertEqual(rows["sud"]["reason"], "was 110; its branches hand over 70")

    def test_advisers_follow_their_customers_unless_the_change_says_otherwise(self):
        months = [f"2026-{month:02}" for month in range(1, 13)]
        means = "unit;mean;period;value;adds\n" + "".join(
            f"{unit};{mean};{month};{value};{adds}\n" for unit, advisers in
            [("lille", 6), ("amiens", 3), ("arras", 2)] for month in months
            for mean, value, adds in [("advisers", advisers, ""), ("hours", 35, "non")])
        server = self.bank(**{"means.csv": means, "manifest.txt":
                              "[network]\nid = fr\nperimeter_date = 2027-07\n"})
        done = server.jalon("import", "bank", "--network", "fr")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3 series of means follow the customers", done.stdout + done.stderr)

        def in_month(mean, month, *perimeter):
            return {r["unit"]: float(r["value"])
                    for r in server.rows("network", "means", "--mean", mean, *perimeter)
                    if r["period"] == month}

        original = in_month("advisers", "2026-01", "--perimeter", "original")
        self.assertEqual(original, {"lille": 6, "amiens": 3, "arras": 2})
        # lille gave a tenth to amiens in July and takes over arras in July 2027.
        restated = in_month("advisers", "2026-01")
        self.assertAlmostEqual(restated["lille"], 5.4 + 2)
        self.assertAlmostEqual(restated["amiens"], 3.6)
        self.assertNotIn("arras", restated)
        self.assertEqual(in_month("advisers", "2026-12"), {"lille": 8, "amiens": 3})
        self.assertEqual(in_month("hours", "2026-01"), {"lille": 35, "amiens": 35, "arras": 35})

        changes = BANK["perimeter.csv"].replace("share;source", "share;means_share;source").replace(
            "0,1;", "0,1;0;").replace("lille;;comit", "lille;;0,5;comit")
        server.write("stay", {**BANK, "means.csv": means, "perimeter.csv": changes, "manifest.txt":
                              "[network]\nid = fr\nperimeter_date = 2027-07\n"})
        done = server.jalon("import", "stay", "--network", "fr", "--mode", "replace")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(in_month("advisers", "2026-01"), {"lille": 7, "amiens": 3, "arras": 1})

    def test_attributes_mean_what_is_declared(self):
        units = ("id;parent;level;attribute.population;attribute.seniors;attribute.zone\n"
                 "siege;;network;;;\nnord;siege;region;;;\nlille;nord;branch;236000;0,18;urbaine\n"
                 "amiens;nord;branch;134000;0,2;urbaine\narras;nord;branch;42000;0,23;rurale\n")
        declared = ("name;kind;unit;label_fr\npopulation;number;habitants;Population\n"
                    "seniors;share;;Part des 65 ans et plus\nzone;text;;Zone\n")
        server = self.bank(**{"units.csv": units, "attributes.csv": declared})
        done = server.jalon("import", "bank", "--network", "fr")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = server.rows("network", "attributes")
        self.assertEqual([(r["attribute"], r["kind"], r["unit"]) for r in rows],
                         [("population", "number", "habitants"), ("seniors", "share", ""),
                          ("zone", "text", "")])
        arras = next(r for r in server.rows("network", "units") if r["unit"] == "arras")
        self.assertEqual(arras["attributes"], "population=42000 seniors=0.23 zone=rurale")

        done = server.jalon("network", "export", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        other = Server(self)
        again = other.jalon("import", os.path.join(server.folder, "out"), "--network", "fr")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(other.data_hash(), server.data_hash())

        server.write("wrong", {**BANK, "attributes.csv": declared, "units.csv": units.replace(
            "0,23", "23").replace("134000", "beaucoup").replace("attribute.zone", "attribute.zones")})
        done = server.jalon("import", "wrong", "--network", "wrong")
        self.assertEqual(done.returncode, 67, done.stderr)
        for place in [r"units.csv:6:5: .*OUT_OF_RANGE", r"units.csv:5:4: ",
                      r"units.csv:4:6: .*UNDECLARED_ATTRIBUTE"]:
            self.assertRegex(done.stderr, place)
        self.assertNotIn("wrong", server.jalon("network", "list", "-o", "csv").stdout)

    def test_bad_changes_are_all_listed_with_their_lines(self):
        server = self.bank(**{"perimeter.csv": BANK["perimeter.csv"] +
                              "transfer;2026-07;lille;arras;0,95;\nmerger;2026-05;amiens;amiens;;\n"
                              "transfer;2028-01;arras;lille;0,1;\nclosure;2026-09;nord;;;\n"})

        done = server.jalon("import", "bank", "--network", "fr")

        self.assertEqual(done.returncode, 67, done.stderr)
        for place in [r"perimeter.csv:4:5: .*SHARES_ABOVE_ONE", r"perimeter.csv:5:4: .*TO_ITSELF",
                      r"perimeter.csv:6:3: .*UNIT_CLOSED", r"perimeter.csv:7:3: .*NOT_A_LEAF",
                      r"perimeter.csv:2:4: .*UNIT_CLOSED"]:
            self.assertRegex(done.stderr, place)
        self.assertNotIn("fr", server.jalon("network", "list", "-o", "csv").stdout)

    def test_an_exported_network_is_the_same_revision_on_another_server(self):
        one = self.bank()
        self.assertEqual(one.jalon("import", "bank", "--network", "fr").returncode, 0)
        done = one.jalon("network", "export", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        other = Server(self)

        again = other.jalon("import", os.path.join(one.folder, "out"), "--network", "fr")

        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(other.data_hash(), one.data_hash())

    def test_the_demo_knows_what_its_branches_did(self):
        one = Server(self, "--demo=small")
        done = one.jalon("network", "perimeter", "--network", "demo", "-o", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        changes = {row["type"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
        self.assertEqual(sorted(changes), ["closure", "merger", "opening", "transfer"])
        totals = []
        for perimeter in ("original", "target"):
            done = one.jalon("series", "--network", "demo", "--perimeter", perimeter, "--unit",
                             "head-office", "--indicator", "appointments", "-o", "csv")
            self.assertEqual(done.returncode, 0, done.stderr)
            totals.append(done.stdout)
        self.assertEqual(totals[0], totals[1])

    def test_the_demo_travels_too(self):
        one = Server(self, "--demo=small")
        done = one.jalon("network", "export", "out", "--network", "demo")
        self.assertEqual(done.returncode, 0, done.stderr)
        sent = re.search(r"data hash ([0-9a-f]{64})", done.stdout).group(1)
        self.assertEqual(sent, one.data_hash())
        other = Server(self)

        again = other.jalon("import", os.path.join(one.folder, "out"), "--network", "demo")

        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(other.data_hash(), sent)


if __name__ == "__main__":
    JALOND, JALON = (os.path.abspath(path) for path in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
