"""A bank's files in, its network out, over both programs and two lives of the server.

Usage: main_job_test.py PATH_OF_JALOND PATH_OF_JALON
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
BOUND = 60
FILES = {
    "units.csv": "id;parent;level\nsiege;;network\nnord;siege;region\nn1;nord;branch\nn2;nord;branch\n",
    "indicators.csv": "id;kind\naccounts;count\n",
    "realisations.csv": "unit;indicator;period;value\nn1;accounts;2026-01;12\nn2;accounts;2026-01;7\n",
}


class MainJob(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.port_file = os.path.join(self.folder, "port")
        self.write("bank", FILES)
        self.server = self.start()

    def write(self, name, files):
        os.mkdir(os.path.join(self.folder, name))
        for file, text in files.items():
            with open(os.path.join(self.folder, name, file), "w", encoding="utf-8") as out:
                out.write(text)

    def start(self):
        if os.path.exists(self.port_file):
            os.remove(self.port_file)
        server = subprocess.Popen([JALOND, "--data", os.path.join(self.folder, "data"), "--listen",
                                   "127.0.0.1:0", "--port-file", self.port_file],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: server.poll() is None and (server.kill(), server.wait()))
        end = time.monotonic() + BOUND
        while not (os.path.exists(self.port_file) and os.path.getsize(self.port_file)):
            self.assertIsNone(server.poll(), "jalond ended before it served")
            self.assertLess(time.monotonic(), end, "jalond does not serve")
            time.sleep(0.02)
        return server

    def jalon(self, *arguments):
        with open(self.port_file, encoding="utf-8") as file:
            server = "127.0.0.1:" + file.read().strip()
        return subprocess.run([JALON, "--server", server, *arguments], cwd=self.folder, text=True,
                              capture_output=True, timeout=BOUND, check=False)

    def test_an_import_is_read_back_and_outlives_the_server(self):
        done = self.jalon("import", "bank", "--network", "fr")
        self.assertEqual(done.returncode, 0, done.stderr)
        series = self.jalon("series", "--network", "fr", "-o", "csv")
        self.assertIn("siege,all,accounts,2026-01,19", series.stdout)

        self.server.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(BOUND), 0)
        self.start()

        self.assertEqual(self.jalon("series", "--network", "fr", "-o", "csv").stdout, series.stdout)

    def test_bad_rows_are_listed_and_nothing_is_stored(self):
        self.write("bad", {**FILES, "realisations.csv": "unit;indicator;period;value\nzz;accounts;2026-01;-1\n"})

        done = self.jalon("import", "bad", "--network", "fr")

        self.assertEqual(done.returncode, 67, done.stderr)
        self.assertIn("realisations.csv:2:1: unit", done.stderr)
        self.assertNotIn("fr", self.jalon("network", "list", "-o", "csv").stdout)

    def test_a_forecast_as_of_the_past_does_not_know_a_later_closing(self):
        months = [f"{2024 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
        rows = [f"{unit};accounts;{month};{20 + m % 3}" for unit in ("n1", "n2")
                for m, month in enumerate(months) if unit == "n1" or month < "2025-10"]
        self.write("closing", {
            **FILES,
            "units.csv": "id;parent;level;closed\nsiege;;network;\nnord;siege;region;\n"
                         "n1;nord;branch;\nn2;nord;branch;2025-10\n",
            "realisations.csv": "\n".join(["unit;indicator;period;value", *rows]) + "\n"})
        self.assertEqual(self.jalon("import", "closing", "--network", "fr").returncode, 0)

        past = self.jalon("forecast", "--network", "fr", "--as-of", "2025-08", "--horizon", "4",
                          "--paths", "256", "-o", "csv")
        present = self.jalon("forecast", "--network", "fr", "--as-of", "2025-12", "--horizon", "4",
                             "--paths", "256", "-o", "csv")

        self.assertEqual(past.returncode, 0, past.stderr)
        self.assertEqual(present.returncode, 0, present.stderr)
        self.assertIn("closings after 2025-08 are not known as of then, of units: 1", past.stderr)
        self.assertNotIn("are not known", present.stderr)
        self.assertGreater(self.greatest(past, "n2"), 10.0)
        self.assertEqual(self.greatest(present, "n2"), 0.0)
        self.assertGreater(self.greatest(present, "n1"), 10.0)

    @staticmethod
    def greatest(forecast, unit):
        rows = csv.DictReader(io.StringIO(forecast.stdout))
        return max(float(row["value"]) for row in rows if row["unit"] == unit)

    def test_a_second_server_on_the_folder_is_refused(self):
        second = subprocess.run([JALOND, "--data", os.path.join(self.folder, "data"), "--listen",
                                 "127.0.0.1:0"], text=True, capture_output=True, timeout=BOUND,
                                check=False)

        self.assertEqual(second.returncode, 1)
        self.assertIn("jalond: ", second.stderr)
        self.assertIn("data", second.stderr)


if __name__ == "__main__":
    JALOND, JALON = (os.path.abspath(path) for path in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
