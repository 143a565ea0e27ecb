"""Tables as workbooks and as French CSV, read back by Python's standard library and by `jalon`.

Usage: exports_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import csv
import datetime
import io
import os
import re
import shlex
import sys
import unittest
import xml.etree.ElementTree as xml
import zipfile

from server import Server

JALOND = JALON = ""
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RUN = ["--network", "demo", "--paths", "256", "--seed", "7", "--indicator", "housing-loans",
       "--level", "region"]


class Workbook:
    """What a spreadsheet would see: sheets by name, as rows of (value, number format)."""

    def __init__(self, data):
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        assert self.zip.testzip() is None
        formats = {int(f.get("numFmtId")): f.get("formatCode")
                   for f in self.part("xl/styles.xml").iter(MAIN + "numFmt")}
        # Formats that have a number of their own in the standard.
        formats |= {0: "", 3: "#,##0", 4: "#,##0.00"}
        self.formats = [formats[int(xf.get("numFmtId"))]
                        for xf in self.part("xl/styles.xml").find(MAIN + "cellXfs")]
        names = [s.get("name") for s in self.part("xl/workbook.xml").iter(MAIN + "sheet")]
        self.sheets = {name: self.part(f"xl/worksheets/sheet{i + 1}.xml")
                       for i, name in enumerate(names)}

    def part(self, name):
        return xml.fromstring(self.zip.read(name))

    def rows(self, name):
        return [{self.column(cell): self.cell(cell) for cell in row}
                for row in self.sheets[name].iter(MAIN + "row")]

    def table(self, name):
        """Rows after the heading, by heading."""
        heading, *rows = self.rows(name)
        return [{heading[c][0]: cell for c, cell in row.items()} for row in rows]

    @staticmethod
    def column(cell):
        return re.match(r"[A-Z]+", cell.get("r")).group()

    def cell(self, cell):
        shown = self.formats[int(cell.get("s", 0))]
        if cell.get("t") == "inlineStr":
            return "".join(t.text or "" for t in cell.iter(MAIN + "t")), shown
        assert cell.get("t") in (None, "n"), cell.get("t")
        return float(cell.find(MAIN + "v").text), shown


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(JALOND, JALON, "--demo=small")
        cls.addClassCleanup(cls.server.stop)
        done = cls.server.run("simulate", *RUN, "--id", "known")
        assert done.returncode == 0, done.stderr

    def workbook(self, *arguments):
        return Workbook(self.server.bytes_of(*arguments, "--network", "demo", "-o", "xlsx"))

    def rows(self, *arguments):
        text = self.server.bytes_of(*arguments, "--network", "demo", "-o", "csv").decode()
        return list(csv.DictReader(io.StringIO(text)))


class Xlsx(Exports):
    def test_a_workbook_holds_the_rows_of_the_table(self):
        book = self.workbook("network", "units")
        self.assertEqual([row["Unit"][0] for row in book.table("network units")],
                         [row["unit"] for row in self.rows("network", "units")])

    def test_numbers_are_numbers_with_all_their_digits(self):
        book = self.workbook("runs", "results", "known")
        expected = self.rows("runs", "results", "known")
        table = book.table("runs results")
        self.assertEqual(len(table), len(expected))
        for row, want in zip(table, expected):
            for key in ["p_attain", "mean", "objective"]:
                self.assertAlmostEqual(row[key][0], float(want[key]), delta=1e-14 * abs(float(want[key])))
            self.assertEqual(row["p_attain"][1], "0.0%")
            self.assertEqual(row["objective"][1], "#,##0")

    def test_months_are_dates(self):
        words = ["series", "--indicator", "housing-loans"]
        for row, want in zip(self.workbook(*words).table("series"), self.rows(*words)):
            # Days since 1899-12-30.
            day = datetime.date(1899, 12, 30) + datetime.timedelta(row["Period"][0])
            self.assertEqual(day.isoformat(), want["period"] + "-01")
            self.assertEqual(row["Period"][1], "yyyy-mm")

    def test_times_are_dates_too(self):
        created, shown = self.workbook("runs", "list").table("runs list")[0]["Created"]
        self.assertGreater(created, 46000)
        self.assertIn("hh:mm:ss", shown)

    def test_the_heading_stays_in_sight_and_columns_are_wide_enough(self):
        sheet = self.workbook("network", "units").sheets["network units"]
        pane = sheet.find(f"{MAIN}sheetViews/{MAIN}sheetView/{MAIN}pane")
        self.assertEqual((pane.get("ySplit"), pane.get("state")), ("1", "frozen"))
        widths = [float(c.get("width")) for c in sheet.iter(MAIN + "col")]
        longest = max(len(row["label"]) for row in self.rows("network", "units"))
        self.assertGreaterEqual(max(widths), longest)
        self.assertEqual(len(widths), len(self.rows("network", "units")[0]))

    def test_the_hypotheses_say_how_to_get_the_answer_again(self):
        book = self.workbook("runs", "results", "known")
        facts = {row["Hypothesis"][0]: row["Value"][0] for row in book.table("hypotheses")}
        self.assertEqual(facts["Seed"], "7")
        self.assertEqual(facts["Paths (N)"], 256)
        for name in ["Model hash", "Data hash", "Objectives hash", "Question hash"]:
            self.assertRegex(facts[name], "^[0-9a-f]{64}$")
        for name in ["Engine version", "Server version", "Client version", "Estimator", "As of"]:
            self.assertTrue(facts[name])
        words = shlex.split(facts["Again"])
        self.assertEqual(words[0], "jalon")
        again = self.server.bytes_of(*words[1:], "-o", "csv")
        self.assertEqual(again, self.server.bytes_of("runs", "results", "known", "--network",
                                                     "demo", "-o", "csv"))

    def test_every_table_of_a_run_has_them(self):
        for words in ["runs replay known --path 3", "runs show known", "runs watch known"]:
            with self.subTest(command=words):
                self.assertIn("hypotheses", self.workbook(*words.split()).sheets)
        for command in ["simulate", "forecast"]:
            book = Workbook(self.server.bytes_of(command, *RUN, "-o", "xlsx"))
            self.assertEqual(list(book.sheets), [command, "hypotheses"])

    def test_a_table_that_comes_from_no_run_has_none(self):
        self.assertEqual(list(self.workbook("indicators").sheets), ["indicators"])

    def test_the_same_answer_gives_the_same_bytes(self):
        words = ["runs", "results", "known", "--network", "demo", "-o", "xlsx"]
        first = self.server.bytes_of(*words)
        self.assertEqual(first, self.server.bytes_of(*words))
        self.assertIn(b"2000-01-01T00:00:00Z", zipfile.ZipFile(io.BytesIO(
            self.server.bytes_of("indicators", "--network", "demo", "-o", "xlsx"))).read(
                "docProps/core.xml"))

    def test_a_french_workbook_has_french_headings(self):
        book = self.workbook("runs", "results", "known", "--locale", "fr")
        self.assertIn("Entité", book.table("runs results")[0])
        self.assertEqual(book.table("hypothèses")[0]["Hypothèse"][0], "Simulation")

    def test_text_is_never_a_formula(self):
        label = "=HYPERLINK(\"http://evil\")"
        self.server.run("scenario", "create", "odd", "--label", label, "--set",
                        "driver.mortgage-rate=0.5", "--from", "2027-01", "--network", "demo")
        book = self.workbook("scenario", "list")
        self.assertIn(label, [row.get("Label", ("",))[0] for row in book.table("scenario list")])
        self.assertIsNone(book.sheets["scenario list"].find(f".//{MAIN}f"))

    def test_every_list_can_be_one(self):
        for words in ["status", "doctor", "network list", "network show", "network segments",
                      "network drivers", "network revisions", "indicators", "model list",
                      "model show truth", "model elasticities truth", "model means truth", "objectives list",
                      "objectives show", "scenario list", "runs list"]:
            with self.subTest(command=words):
                book = self.workbook(*words.split())
                self.assertGreater(len(book.rows(next(iter(book.sheets)))), 1)

    def test_what_is_no_table_is_refused(self):
        done = self.server.run("model", "export", "truth", "--network", "demo", "-o", "xlsx")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no table", done.stderr)
        self.assertEqual(done.stdout, "")


class OutputFile(Exports):
    def test_a_file_holds_what_standard_output_would(self):
        for form in ["table", "json", "ndjson", "csv", "xlsx"]:
            with self.subTest(form=form):
                words = ["indicators", "--network", "demo", "-o", form]
                out = self.server.bytes_of(*words)
                path = self.server.path("answer." + form)
                self.assertEqual(self.server.bytes_of(*words, "--output-file", path), b"")
                with open(path, "rb") as file:
                    self.assertEqual(file.read(), out)

    def test_a_failure_leaves_no_file(self):
        path = self.server.path("never.csv")
        done = self.server.run("runs", "results", "nobody", "--network", "demo", "-o", "csv",
                               "--output-file", path)
        self.assertEqual(done.returncode, 64 + 5)
        self.assertFalse(os.path.exists(path) or os.path.exists(path + ".part"))

    def test_a_place_that_cannot_be_written_is_said_at_once(self):
        done = self.server.run("status", "--output-file", "no/such/folder/x.csv")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no/such/folder/x.csv: cannot be written", done.stderr)


class FrenchCsv(Exports):
    def french(self, *arguments):
        return self.server.bytes_of(*arguments, "--network", "demo", "-o", "csv", "--locale", "fr")

    def test_excel_in_france_opens_it_right(self):
        data = self.french("runs", "results", "known")
        self.assertTrue(data.startswith(b"\xef\xbb\xbf"))
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
        for row, want in zip(rows, self.rows("runs", "results", "known")):
            self.assertEqual(row["p_attain"].replace(",", "."), want["p_attain"])
        self.assertIn(",", "".join(row["p_attain"] for row in rows))

    def test_every_table_has_as_many_cells_in_french(self):
        for words in ["status", "network list", "network units", "network drivers", "indicators",
                      "model show truth", "objectives show", "scenario list", "runs list",
                      "runs show known", "series --depth 1"]:
            with self.subTest(command=words):
                lines = self.french(*words.split()).decode("utf-8-sig")
                french = list(csv.reader(io.StringIO(lines), delimiter=";"))
                self.assertEqual({len(row) for row in french}, {len(french[0])})
                self.assertEqual(len(french), 1 + len(self.rows(*words.split())))

    def test_an_import_reads_exported_series_back_as_they_were(self):
        self.server.write("back/units.csv", "id;parent;level\nbank;;network\nnord;bank;region\n"
                          "n1;nord;branch\nn2;nord;branch\n")
        self.server.write("back/indicators.csv", "id;kind;rounding\naccounts;count;1\nloans;amount;1\n")
        first = ("unit;indicator;period;value\nn1;accounts;2026-01;12\nn1;accounts;2026-03;0\n"
                 "n2;accounts;2026-02;7\nn1;loans;2026-01;1 234,5678\nn2;loans;2026-03;0,1\n")
        self.server.write("back/realisations.csv", first)
        done = self.server.run("import", "back", "--network", "back")
        self.assertEqual(done.returncode, 0, done.stderr)
        data = self.server.bytes_of("series", "--leaves", "--network", "back", "-o", "csv",
                                    "--locale", "fr", "--output-file",
                                    self.server.path("back/realisations.csv"))
        self.assertEqual(data, b"")
        with open(self.server.path("back/realisations.csv"), encoding="utf-8-sig") as file:
            self.assertIn("1234,5678", file.read())
        again = self.server.run("import", "back", "--network", "back", "--mode", "replace")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("the newest revision says the same", again.stdout)
        self.assertIn("read as fr", again.stdout)


if __name__ == "__main__":
    JALON = sys.argv.pop(2)
    JALOND = sys.argv.pop(1)
    unittest.main()
