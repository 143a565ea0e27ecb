"""The memory that a server takes for a run, against what it said the run would need.

Usage: memory_test.py PATH_OF_JALOND PATH_OF_JALON

The default demo, 31,479 series, 256 paths, with quantiles and R/O levels; each question to a server of
its own that was just started on data that exist. Its memory grows by at most 1.25 times what
EstimateCost says: from its start to its peak for the whole bank, where what it reads (revision, model,
objectives) counts too; from when it has read them for one indicator, where they would outweigh the
run and have a limit of their own (limits.cache_bytes).
"""

import json
import sys
import tempfile
import unittest

import simulate_test
from simulate_test import Server

MOST = 1.25
# A prediction far above what is needed would refuse runs that there is room for.
LEAST = 0.5
MIB = 1024
QUESTION = ("simulate", "--model", "truth", "--seed", "1", "--paths", "256")


class Memory(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        loading = Server(cls.folder.name, "--demo=default")
        loading.stop()

    def start(self):
        server = Server(self.folder.name)
        self.addCleanup(server.stop)
        return server

    def mib(self, server, what):
        """VmRSS, what the process holds, or VmHWM, the most it has held, in MiB."""
        with open(f"/proc/{server.process.pid}/status", encoding="utf-8") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines[what].split()[0]) / MIB

    def predicted_mib(self, server, *question):
        done = server.run(*QUESTION, *question, "--dry-run", "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return {row["what"]: row["value"] for row in json.loads(done.stdout)}["peak MiB"]

    def simulate(self, server, *question):
        done = server.run(*QUESTION, *question, "-o", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)

    def expect(self, name, grown, predicted):
        print(f"{name}: grew {grown:.0f} MiB, predicted {predicted:.0f}, ratio "
              f"{grown / predicted:.2f}", flush=True)
        self.assertLessEqual(grown, MOST * predicted)

    def expect_of_the_whole_bank(self, *question):
        server = self.start()
        before = self.mib(server, "VmRSS")
        self.simulate(server, *question)
        grown = self.mib(server, "VmHWM") - before
        predicted = self.predicted_mib(server, *question)
        self.expect(" ".join(question), grown, predicted)
        self.assertGreaterEqual(grown, LEAST * predicted)

    def test_a_conditional_run_of_the_whole_bank_stays_within_what_was_predicted(self):
        self.expect_of_the_whole_bank("--estimator", "conditional")

    def test_a_sampled_run_of_the_whole_bank_stays_within_what_was_predicted(self):
        self.expect_of_the_whole_bank("--estimator", "sampled")

    def test_a_run_of_one_indicator_stays_within_what_was_predicted_beside_what_is_read(self):
        server = self.start()
        question = ("--indicator", "accounts-opened")
        predicted = self.predicted_mib(server, *question)
        before = self.mib(server, "VmRSS")
        self.simulate(server, *question)
        self.expect(" ".join(question), self.mib(server, "VmHWM") - before, predicted)


if __name__ == "__main__":
    simulate_test.JALOND, simulate_test.JALON = sys.argv[1:3]
    simulate_test.BOUND = 300
    unittest.main(argv=sys.argv[:1])
