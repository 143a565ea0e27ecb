"""The main job through the two programs, on the small demo network.

Usage: simulate_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import csv
import io
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest

JALOND = JALON = ""
# Seconds after which something that should have happened is a failure.
BOUND = 60


class Server:
    """A jalond on a folder of its own."""

    def __init__(self, folder, *flags):
        self.folder = folder
        port_file = os.path.join(folder, "port")
        if os.path.exists(port_file):
            os.remove(port_file)
        command = [JALOND, "--data", folder, "--listen", "127.0.0.1:0", "--port-file", port_file]
        self.process = subprocess.Popen(
            [*command, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until(lambda: os.path.exists(port_file) and os.path.getsize(port_file) > 0)
        except AssertionError:
            self.stop(signal.SIGKILL)
            raise
        with open(port_file, encoding="utf-8") as file:
            self.address = "127.0.0.1:" + file.read().strip()

    def start(self, *arguments):
        return subprocess.Popen(
            [JALON, "--server", self.address, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=BOUND)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def rows(self, *arguments):
        done = self.run(*arguments, "-o", "csv")
        assert done.returncode == 0, done.stderr
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=BOUND)


def until(ready):
    """Waits for what must happen soon."""
    deadline = time.monotonic() + BOUND
    while not ready():
        if time.monotonic() > deadline:
            raise AssertionError("nothing happened in time")
        time.sleep(0.02)


def state_of(server, run):
    return re.search(r"state (\w+)", server.run("runs", "show", run).stdout).group(1)


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = Server(cls.folder.name, "--demo=small")
        cls.addClassCleanup(cls.server.stop)
        fitted = cls.server.run("fit", "--id", "first")
        assert fitted.returncode == 0, fitted.stderr

    def simulate(self, *arguments):
        return self.server.run("simulate", "--model", "first", "--seed", "1", *arguments)

    def test_the_same_question_gives_the_same_bytes(self):
        first = self.simulate("--paths", "256", "-o", "csv")
        second = self.simulate("--paths", "256", "-o", "csv")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(len(first.stdout.splitlines()), 1 + 1064)
        self.assertEqual(first.stdout, second.stdout)

    def test_the_command_that_is_printed_gives_the_answer_again(self):
        first = self.simulate("--paths", "300", "--indicator", "housing-loans", "-o", "csv",
                              "--scenario", "rate-rise", "--quantiles", "0.1,0.9")
        again = re.search(r"again: jalon (.*)", first.stderr).group(1)
        second = self.server.run(*shlex.split(again), "-o", "csv")
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertEqual(first.stdout, second.stdout)

    def test_a_forecast_comes_back_by_its_command_too(self):
        first = self.server.run("forecast", "--horizon", "2", "--level", "region", "--paths", "256",
                                "--quantiles", "0.1:0.9:0.4", "-o", "csv")
        self.assertEqual(first.stdout.splitlines()[0],
                         "unit,segment,indicator,period,quantile,value")
        again = re.search(r"again: jalon (.*)", first.stderr).group(1)
        second = self.server.run(*shlex.split(again), "-o", "csv")
        self.assertEqual(first.stdout, second.stdout)

    def test_precision_not_reached_is_exit_code_3(self):
        done = self.simulate("--half-width", "0.001", "--paths", "256", "--indicator",
                             "housing-loans")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("not converged", done.stderr)

    def test_precision_reached_stops_early(self):
        done = self.simulate("--half-width", "0.1", "--paths", "1000000", "--indicator",
                             "housing-loans")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("every probability is known within", done.stdout)

    def test_replayed_paths_are_the_paths_of_the_run(self):
        done = self.server.run("simulate", "--model", "first", "--seed", "9", "--paths", "16",
                               "--indicator", "housing-loans", "--id", "sixteen", "--estimator",
                               "sampled")
        self.assertEqual(done.returncode, 0, done.stderr)
        paths = [self.server.rows("runs", "replay", "sixteen", "--path", str(i))
                 for i in range(16)]
        answer = self.server.rows("runs", "results", "sixteen")
        for i, row in enumerate(answer):
            values = [float(path[i]["value"]) for path in paths]
            self.assertAlmostEqual(sum(values) / 16, float(row["mean"]), places=6)
            attained = sum(value >= float(row["objective"]) for value in values)
            self.assertAlmostEqual(attained / 16, float(row["p_attain"]), places=9)

    def test_closed_forms_agree_with_whole_paths(self):
        # Both errors in 5 standard errors: false alarm 6e-7 per row.
        question = ("simulate", "--model", "first", "--seed", "3")
        drawn = self.server.run(*question, "--estimator", "sampled", "--paths", "4096", "--id",
                                "drawn")
        closed = self.server.run(*question, "--estimator", "conditional", "--paths", "1024", "--id",
                                 "closed")
        self.assertEqual(drawn.returncode, 0, drawn.stderr)
        self.assertEqual(closed.returncode, 0, closed.stderr)
        self.assertIn("conditional", closed.stdout)
        pairs = list(zip(self.server.rows("runs", "results", "drawn"),
                         self.server.rows("runs", "results", "closed")))
        self.assertEqual(len(pairs), 1064)
        for _, row in pairs:
            if row["law"] != "sampled":
                self.assertLessEqual(float(row["p_known_low"]), float(row["p_known_high"]))
        laws = {row["law"] for _, row in pairs}
        self.assertTrue({"exact", "three-moments"} <= laws, laws)
        for a, b in pairs:
            self.assertEqual(a["unit"], b["unit"])
            error = math.hypot(float(a["mean_se"]), float(b["mean_se"]))
            self.assertAlmostEqual(float(a["mean"]), float(b["mean"]), delta=5 * error + 1e-9)
            # Wilson's half-width at 95 % is 2 standard errors; 0.3 points are what laws may be off.
            width = float(a["p_high"]) - float(a["p_low"])
            width = math.hypot(width, float(b["p_high"]) - float(b["p_low"]))
            self.assertAlmostEqual(float(a["p_attain"]), float(b["p_attain"]),
                                   delta=1.25 * width + 0.003)

    def test_closed_forms_come_back_by_the_command_printed_and_their_paths_replay(self):
        first = self.simulate("--estimator", "conditional", "--paths", "256", "--indicator",
                              "housing-loans", "--id", "by-law", "-o", "csv")
        again = re.search(r"again: jalon (.*)", first.stderr).group(1)
        self.assertIn("--estimator conditional", again)
        second = self.server.run(*shlex.split(again), "-o", "csv")
        self.assertEqual(first.stdout, second.stdout)
        path = self.server.rows("runs", "replay", "by-law", "--path", "5")
        answer = self.server.rows("runs", "results", "by-law")
        self.assertEqual([row["unit"] for row in path], [row["unit"] for row in answer])
        for value, row in zip(path, answer):
            distance = abs(float(value["value"]) - float(row["mean"]))
            self.assertLess(distance, 12 * float(row["sd"]) + 1)

    def test_a_path_that_was_not_drawn_cannot_be_replayed(self):
        done = self.server.run("simulate", "--model", "first", "--paths", "16", "--indicator",
                               "housing-loans", "--id", "no-such-path")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.server.run("runs", "replay", "no-such-path", "--path", "16")
        self.assertEqual(done.returncode, 64 + 11)

    def test_realised_months_of_the_year_are_certain(self):
        self.server.run("simulate", "--model", "first", "--paths", "64", "--indicator",
                        "housing-loans", "--id", "landing")
        rows = self.server.rows("runs", "results", "landing", "--window", "2026")
        self.assertGreater(len(rows), 0)
        for row in rows:
            self.assertGreaterEqual(float(row["q05"]), float(row["realised"]))

    def test_every_unknown_name_is_listed(self):
        done = self.simulate("--indicator", "houses", "--unit", "mars", "--level", "planet")
        self.assertEqual(done.returncode, 64 + 3)
        for text in ("houses", "mars", "planet"):
            self.assertIn(text, done.stderr)

    def test_a_dry_run_stores_nothing(self):
        before = len(self.server.rows("runs", "list"))
        done = self.simulate("--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("peak MiB", done.stdout)
        self.assertEqual(len(self.server.rows("runs", "list")), before)

    def test_an_exported_model_comes_back_with_its_hash(self):
        path = os.path.join(self.folder.name, "model.textproto")
        self.assertEqual(self.server.run("model", "export", "first", "--to", path).returncode, 0)
        done = self.server.run("model", "import", path, "--reason", "a copy", "--id", "copy")
        self.assertEqual(done.returncode, 0, done.stderr)
        hashes = {row["model"]: row["hash"] for row in self.server.rows("model", "list")}
        self.assertEqual(hashes["copy"], hashes["first"])

    def test_interrupting_cancels_on_the_server(self):
        process = self.server.start("simulate", "--model", "first", "--paths", "4000000", "--id",
                                    "interrupted")
        until(lambda: "running" in self.server.run("runs", "show", "interrupted").stdout)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=BOUND)
        self.assertEqual(process.returncode, 130)
        until(lambda: state_of(self.server, "interrupted") == "cancelled")


class Lives(unittest.TestCase):
    """Servers that come and go on one folder."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.servers = []
        self.restart()

    def restart(self):
        server = Server(self.folder.name, "--demo=small")
        self.addCleanup(server.stop, signal.SIGKILL)
        self.servers.append(server)
        return server

    def test_a_second_server_on_the_folder_is_refused(self):
        done = subprocess.run([JALOND, "--data", self.folder.name, "--listen", "127.0.0.1:0"],
                              capture_output=True, text=True, timeout=BOUND, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(self.folder.name, done.stderr)

    def test_an_orderly_stop_keeps_everything(self):
        first = self.servers[0]
        done = first.run("simulate", "--model", "truth", "--paths", "64", "--id", "kept",
                         "--indicator", "housing-loans")
        self.assertEqual(done.returncode, 0, done.stderr)
        before = first.rows("runs", "results", "kept")
        self.assertEqual(first.stop(), 0)
        self.assertEqual(self.restart().rows("runs", "results", "kept"), before)

    def test_a_run_that_a_crash_cut_starts_again(self):
        first = self.servers[0]
        process = first.start("simulate", "--model", "truth", "--paths", "4000000", "--id", "cut")
        until(lambda: "running" in first.run("runs", "show", "cut").stdout)
        first.stop(signal.SIGKILL)
        process.communicate(timeout=BOUND)
        second = self.restart()
        self.assertIn(state_of(second, "cut"), ("queued", "running"))
        self.assertEqual(second.run("runs", "cancel", "cut").returncode, 0)
        until(lambda: state_of(second, "cut") == "cancelled")


if __name__ == "__main__":
    JALOND, JALON = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
