#!/usr/bin/env python3
"""The run scripts of clients/examples: their usage, and the tables they make of CSV answers."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

EXAMPLES = pathlib.Path(sys.argv.pop(1))
SCRIPTS = ("berka/run", "cooperatives/run", "cooperatives/run-stocks", "fed/run", "fed/run-demo",
           "hier/run")
UNITS = ("unit,label,level,kind,parent,opened,closed,subtree\r\n"
         "bank,,bank,,,,,3\r\n1,\"Mesto, stare\",district,,bank,,,1\r\n2,,district,,bank,,,1\r\n")


def run(*command, text=""):
    return subprocess.run([str(c) for c in command], input=text, capture_output=True, text=True,
                          timeout=30, check=False)


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = pathlib.Path(self.folder.name) / name
        path.write_text(text, newline="")
        return path


class RunScripts(unittest.TestCase):
    def test_each_says_what_it_needs_when_the_path_is_missing(self):
        for name in SCRIPTS:
            result = run(EXAMPLES / name)
            self.assertEqual(result.returncode, 1, name)
            self.assertIn(f"clients/examples/{name} PATH", result.stderr)

    def test_each_explains_itself(self):
        for name in SCRIPTS:
            result = run(EXAMPLES / name, "--help")
            self.assertEqual(result.returncode, 0, name)
            self.assertIn(f"clients/examples/{name} PATH", result.stdout)

    def test_a_folder_without_the_data_is_refused_before_a_server_starts(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in SCRIPTS:
                result = run(EXAMPLES / name, folder)
                self.assertEqual(result.returncode, 1, name)
                self.assertIn("is neither in", result.stderr)


class ChancesByUnit(Files):
    def test_one_line_per_unit_one_column_per_indicator(self):
        units = self.write("units.csv", UNITS)
        results = ("unit,segment,indicator,window,objective,p_attain,mean\r\n"
                   "1,all,accounts,1997,5,0.25,4\r\n2,all,accounts,1997,5,1,9\r\n"
                   "1,all,loans,1997,5,0.5,4\r\n2,all,loans,1997,,,4\r\n")
        script = f'. "{EXAMPLES}/lib/server.sh"; chances_by_unit "{units}"'
        lines = run("bash", "-c", script, text=results).stdout.splitlines()
        self.assertEqual(lines[0].split(), ["unit", "accounts", "loans"])
        self.assertEqual(lines[1].split(), ["Mesto,", "stare", "25.0", "%", "50.0", "%"])
        self.assertEqual(lines[2].split(), ["2", "100.0", "%", "-"])


class Coverage(Files):
    def test_counts_months_below_inside_and_above_by_level(self):
        units = self.write("units.csv", UNITS)
        realised = self.write("r.csv", "unit,segment,indicator,period,value\r\n"
                              "1,all,x,2015-01,5\r\n1,all,x,2015-02,50\r\n1,Hol,x,2015-01,2\r\n"
                              "2,all,x,2015-01,1\r\n2,all,x,2015-02,\r\n")
        quantiles = "unit,segment,indicator,period,quantile,value\r\n"
        for unit, segment, period in (("1", "all", "2015-01"), ("1", "all", "2015-02"),
                                      ("1", "Hol", "2015-01"), ("2", "all", "2015-01"),
                                      ("2", "all", "2015-02")):
            quantiles += f"{unit},{segment},x,{period},0.1,2\r\n{unit},{segment},x,{period},0.9,9\r\n"
        result = run(EXAMPLES / "hier" / "coverage", units, realised,
                     self.write("q.csv", quantiles))
        rows = [line.split() for line in result.stdout.splitlines()]
        self.assertIn(["district", "3", "33.3", "%", "33.3", "%", "33.3", "%"], rows)
        self.assertIn(["district", "x", "purpose", "1", "0.0", "%", "100.0", "%", "0.0", "%"], rows)


unittest.main()
