"""The large demo, 97,435 series: loaded, fitted and run, at a cost linear in the series.

Usage: large_demo_test.py PATH_OF_JALOND PATH_OF_JALON

Cost is the CPU time of the server, which other work on the machine moves little: each step of the
large demo may cost FACTOR times what as many series cost in the default demo.
"""

import csv
import io
import os
import subprocess
import sys
import tempfile
import time
import unittest

JALOND, JALON = sys.argv[1:3]
BOUND = 600
SERIES = {"default": 31_479, "large": 97_435}
OBJECTIVES = 41_944
# Costs per objective and per unit do not grow with the series; sorting them grows by a logarithm.
FACTOR = 1.5
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process):
    """User and system time of a process and its threads so far."""
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Demo:
    """A server with one of the demos: CPU seconds of each step, and what it said."""

    def __init__(self, test, size):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        port_file = os.path.join(folder.name, "port")
        self.process = subprocess.Popen(
            [JALOND, f"--demo={size}", "--data", os.path.join(folder.name, "data"), "--listen",
             "127.0.0.1:0", "--port-file", port_file],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        test.addCleanup(self.stop)
        end = time.monotonic() + BOUND
        while not (os.path.exists(port_file) and os.path.getsize(port_file)):
            test.assertIsNone(self.process.poll(), "jalond ended before it served")
            test.assertLess(time.monotonic(), end, "jalond does not serve")
            time.sleep(0.05)
        with open(port_file, encoding="utf-8") as file:
            self.address = "127.0.0.1:" + file.read().strip()
        self.cost = {"load": cpu_seconds(self.process)}

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def step(self, name, *arguments):
        before = cpu_seconds(self.process)
        done = subprocess.run([JALON, "--server", self.address, "--timeout", str(BOUND), *arguments],
                              text=True, capture_output=True, timeout=BOUND, check=False)
        self.cost[name] = cpu_seconds(self.process) - before
        return done

    def rows(self, *arguments):
        done = self.step("rows", *arguments, "-o", "csv")
        return list(csv.DictReader(io.StringIO(done.stdout.lstrip("\ufeff"))))


class LargeDemo(unittest.TestCase):
    def run_demo(self, size):
        demo = Demo(self, size)
        shown = {row["what"]: row["value"] for row in demo.rows("network", "show")}
        self.assertEqual(int(shown["series"]), SERIES[size])
        fit = demo.step("fit", "fit", "--id", "first")
        self.assertEqual(fit.returncode, 0, fit.stderr)
        run = demo.step("run", "simulate", "--model", "first", "--seed", "1", "--paths", "16", "-o", "csv")
        self.assertIn(run.returncode, (0, 3), run.stderr)
        rows = list(csv.DictReader(io.StringIO(run.stdout.lstrip("\ufeff"))))
        self.assertEqual(len(rows), OBJECTIVES)
        self.assertTrue(all(row["mean"] != "" for row in rows))
        demo.stop()
        return demo.cost

    def test_every_step_costs_as_much_per_series_as_in_the_default_demo(self):
        default = self.run_demo("default")
        large = self.run_demo("large")
        most = FACTOR * SERIES["large"] / SERIES["default"]
        for step in ("load", "fit", "run"):
            print(f"{step}: {default[step]:.1f} s CPU default, {large[step]:.1f} s large, "
                  f"{large[step] / default[step]:.2f} times; at most {most:.2f}", flush=True)
        for step in ("load", "fit", "run"):
            self.assertGreater(default[step], 0)
            self.assertLess(large[step], most * default[step], step)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
