"""Every success says what to do next, on standard error; standard output holds the answer alone.

Usage: answers_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import csv
import io
import json
import re
import sys
import unittest

from server import Server

JALOND = JALON = ""
BANK = {
    "units.csv": "id;parent;level\nsiege;;network\nn1;siege;branch\nn2;siege;branch\n",
    "indicators.csv": "id;kind\naccounts;count\n",
    "realisations.csv": "unit;indicator;period;value\nn1;accounts;2026-01;12\n",
}
RUN = ["--paths", "16", "--indicator", "housing-loans", "--level", "region"]


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(JALOND, JALON, "--demo=small")
        cls.addClassCleanup(cls.server.stop)
        for name, text in BANK.items():
            cls.server.write("bank/" + name, text)
        done = cls.server.run("simulate", *RUN, "--network", "demo", "--id", "known")
        assert done.returncode == 0, done.stderr

    def check(self, *arguments, answer="csv", least=1):
        """Runs a command twice: once for people, once for programs, with `least` rows at least."""
        with self.subTest(command=" ".join(arguments)):
            done = self.server.run(*arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stderr, r"(?m)^next: \S.*   # \S")
            self.assertNotIn("next:", done.stdout)
            self.check_machine(arguments, answer, least)

    def check_machine(self, arguments, answer, least):
        done = self.server.run(*arguments, "-o", "csv" if answer == "csv" else "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"(?m)^next: ")
        if answer == "csv":
            rows = list(csv.reader(io.StringIO(done.stdout)))
            self.assertGreater(len(rows), least, done.stdout)
            self.assertEqual({len(row) for row in rows}, {len(rows[0])}, done.stdout)
        else:
            json.loads(done.stdout)

    def test_of_the_server(self):
        for words in ["status", "doctor", "network list"]:
            self.check(*words.split())

    def test_of_a_network(self):
        for words in ["network show", "network units", "network segments", "network drivers",
                      "network revisions", "indicators", "series --depth 1", "series --leaves"]:
            self.check(*words.split(), "--network", "demo")
        self.check("indicators", "effects", "--network", "demo", "--indicator", "nbi", "--window",
                   "2025", "--against", "2024")
        self.check("network", "export", "taken", "--network", "demo")

    def test_of_what_hangs_on_a_network(self):
        self.check("network", "calendar", "--network", "demo", "--window", "2027-05")
        self.check("network", "calendar", "--network", "demo", "--window", "2027-05", "--against",
                   "2026-05")
        done = self.server.run("network", "drivers", "--plot", "--network", "demo")
        self.assertIn("next: jalon scenario create", done.stderr)
        for words in ["network perimeter", "network channels", "network means",
                      "network attributes", "network weights", "network drivers --formulas"]:
            self.check(*words.split(), "--network", "demo", least=0)

    def test_of_totals_that_agree(self):
        self.server.write("totals/parent_totals.csv",
                          "unit;indicator;period;value\nsiege;accounts;2026-01;12\n")
        for name, text in BANK.items():
            self.server.write("totals/" + name, text)
        done = self.server.run("import", "totals", "--network", "totals")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check("network", "reconcile", "--network", "totals")

    def test_of_an_import(self):
        self.check("import", "bank", "--network", "new", "--mode", "replace")
        self.check("import", "bank", "--network", "new", "--mode", "replace", "--dry-run")
        self.check("network", "list", answer="json")
        done = self.server.run("network", "delete", "--network", "new", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("next: jalon network list", done.stderr)

    def test_of_models(self):
        for words in ["model list", "model show truth", "model elasticities truth", "model means truth", "fit"]:
            self.check(*words.split(), "--network", "demo")
        done = self.server.run("model", "export", "truth", "--to", "model.textproto", "--network",
                               "demo")
        self.assertIn("next: jalon model import", done.stderr)
        self.check("model", "import", "model.textproto", "--reason", "a try", "--network", "demo")

    def test_of_scenarios(self):
        made = ["--set", "driver.mortgage-rate=0.5", "--from", "2027-01", "--network", "demo"]
        self.check("scenario", "create", "tried", *made, "--dry-run")
        for name in ["first", "second"]:
            done = self.server.run("scenario", "create", name, *made, "-o", "json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("next: jalon simulate --scenario " + name, done.stderr)
            self.assertIn(name, json.loads(done.stdout)[0]["name"])
        self.check("scenario", "list", "--network", "demo")
        self.check("scenario", "show", "first", "--network", "demo", answer="json")
        paths = self.server.write("paths.csv",
                                  "driver;period;value\nmortgage-rate;2027-01;3,5\n")
        self.check("scenario", "import", paths, "--network", "demo")
        self.check("scenario", "import", paths, "--network", "demo", "--dry-run")
        done = self.server.run("scenario", "delete", "first", "--network", "demo", "-o", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("next: jalon scenario list", done.stderr)

    def test_of_objectives(self):
        rule = ["--base", "2025", "--window", "2027", "--growth", "5%", "--network", "demo"]
        self.check("objectives", "create", "tried", *rule, "--dry-run")
        done = self.server.run("objectives", "create", "next-plan", *rule)
        self.assertIn("next: jalon simulate --objectives next-plan", done.stderr)
        self.check("objectives", "list", "--network", "demo")
        for name in ["months", "more-months"]:
            done = self.server.run("objectives", "phase", name, "--from", "next-plan", "--method",
                                   "linear", "--network", "demo", "-o", "csv")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("next: jalon simulate --objectives " + name, done.stderr)
        self.check("objectives", "restate", "next-plan", "--network", "demo")
        self.check("objectives", "restate", "next-plan", "--network", "demo", "--dry-run")
        self.check("objectives", "show", "next-plan", "--network", "demo")
        done = self.server.run("objectives", "publish", "next-plan", "--author", "anne", "--reason",
                               "agreed", "--network", "demo", "-o", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("next: jalon simulate --objectives next-plan", done.stderr)

    def test_of_imported_objectives(self):
        plan = self.server.write("plan.csv", "unit;indicator;window;value\n"
                                 "head-office;housing-loans;2027;5000\n")
        self.check("objectives", "import", plan, "--network", "demo")

    def test_of_runs(self):
        for command in ["simulate", "forecast"]:
            self.check(command, *RUN, "--network", "demo")
            done = self.server.run(command, *RUN, "--network", "demo", "--dry-run")
            self.assertIn("next: the same without --dry-run", done.stderr)
        for words in ["runs list", "runs results known", "runs watch known", "runs cancel known",
                      "runs replay known --path 3"]:
            self.check(*words.split(), "--network", "demo")
        for words in ["runs scores known", "runs scores known --weights", "runs losses known",
                      "runs laws known"]:
            self.check(*words.split(), "--network", "demo", least=0)
        self.check("runs", "show", "known", "--network", "demo", answer="json")
        self.check("runs", "show", "known", "--network", "demo")

    def test_of_a_run_that_can_be_judged(self):
        self.assertEqual(self.server.run("fit", "--network", "demo", "--as-of", "2024-12", "--id",
                                         "before").returncode, 0)
        made = self.server.run("objectives", "create", "past", "--base", "2024", "--window", "2025",
                               "--growth", "2%", "--level", "region", "--network", "demo")
        self.assertEqual(made.returncode, 0, made.stderr)
        done = self.server.run("simulate", "--model", "before", "--objectives", "past", "--paths",
                               "256", "--as-of", "2024-12", "--id", "judged", "--network", "demo")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check("runs", "reliability", "judged", "--network", "demo")
        self.check("objectives", "history", "--set", "past", "--level", "region", "--network",
                   "demo")

    def test_every_command_is_among_those_tried_here(self):
        with open(__file__, encoding="utf-8") as file:
            tried = re.sub(r'[",\s]+', " ", file.read())
        for path in self.leaves():
            if path == "completion":
                continue  # completion_test.py
            with self.subTest(command=path):
                self.assertRegex(tried, r"\b" + path + r"\b")

    def leaves(self, *path):
        """Commands below `path` that do something, read off the help."""
        parts = self.server.run(*path, "--help").stdout.split("Subcommands:")
        if len(parts) == 1:
            return [" ".join(path)]
        block = parts[1].split("\n\n")[0].splitlines()
        below = [line.split()[0] for line in block if line.startswith("  ") and line[2] != " "]
        return [leaf for name in below for leaf in self.leaves(*path, name)]

    def test_status_names_the_versions_of_both_estimators(self):
        done = self.server.run("status", "-o", "csv")
        self.assertRegex(done.stdout, r"(?m)^engine,conditional-\d+\+sampled-\d+\s*$")

    def test_in_french_too(self):
        self.assertIn("ensuite : jalon", self.server.run("status", "--locale", "fr").stderr)

    def test_a_failure_says_what_is_wrong_and_nothing_else(self):
        done = self.server.run("runs", "show", "nobody", "--network", "demo", "-o", "json")
        self.assertEqual(done.returncode, 64 + 5)
        self.assertNotIn("next:", done.stderr)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    JALON = sys.argv.pop(2)
    JALOND = sys.argv.pop(1)
    unittest.main()
