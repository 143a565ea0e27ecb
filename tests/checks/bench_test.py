#!/usr/bin/env python3
"""scripts/bench tells programs that simulate the same thing from programs that do not."""

import importlib.machinery
import importlib.util
import os
import sys
import unittest

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "bench")


def load():
    loader = importlib.machinery.SourceFileLoader("bench", PATH)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", loader))
    loader.exec_module(module)
    return module


sys.dont_write_bytecode = True
BENCH = load()


def row(name, attained, paths=10_000, nanoseconds=1.0, workload="W", **more):
    """A row whose two rounds gave `attained`; one path's share has the standard deviation 0.03."""
    made = BENCH.Row([], paths, workload)
    made.results = [{"name": name, "isa": "native", "threads": 1, "cells": 5, "path_sd": 0.03,
                     "ns_per_cell": nanoseconds * factor, "cpu_ns_per_cell": nanoseconds,
                     "max_rss_bytes": 7, "p_attain_mean": attained, "paths": paths, **more}
                    for factor in (1.0, 3.0)]
    return made


class BenchTest(unittest.TestCase):
    def test_accepts_what_chance_explains(self):
        # The standard error of a difference is 0.03 sqrt(2 / 20,000) = 0.0003.
        rows = [row("numpy-float64", 0.4750), row("jalon-sampled", 0.4761)]
        self.assertEqual(list(BENCH.disagreements(rows)), [])

    def test_names_the_rows_that_disagree(self):
        rows = [row("numpy-float64", 0.4750), row("numpy-float32", 0.4752),
                row("jalon-sampled", 0.4765)]
        found = list(BENCH.disagreements(rows))
        self.assertEqual(len(found), 2)
        for line in found:
            self.assertIn("jalon-sampled (native, 1 threads)", line)

    def test_fewer_paths_may_differ_more(self):
        rows = [row("numpy-float64", 0.4750), row("jalon-sampled", 0.4765, paths=1_000)]
        self.assertEqual(list(BENCH.disagreements(rows)), [])

    def test_a_row_is_the_median_and_its_ratio(self):
        printed = row("jalon-sampled", 0.475).to_json(row("numpy-float32", 0.475, nanoseconds=20.0))
        self.assertEqual(printed["ns_per_cell"], 2.0)
        self.assertEqual(printed["ratio_to_numpy_f32"], 20.0)
        self.assertEqual(printed["p_attain_mean"], 0.475)

    def test_rows_of_other_workloads_are_not_compared(self):
        rows = [row("numpy-float64", 0.4750), row("jalon-conditional", 0.4, workload="W-sparse")]
        self.assertEqual(list(BENCH.disagreements(rows)), [])

    def test_rows_of_the_mixed_network_may_differ_by_their_laws(self):
        mixed = lambda name, attained: row(name, attained, workload="W-mixed")
        rows = [mixed("jalon-sampled", 0.4750), mixed("jalon-conditional", 0.4780)]
        self.assertEqual(list(BENCH.disagreements(rows)), [])
        rows[1] = mixed("jalon-conditional", 0.4790)
        self.assertEqual(len(list(BENCH.disagreements(rows))), 1)

    def test_time_to_an_error_is_computed_from_both_costs(self):
        # 0.2 / 0.001^2 = 200,000 paths of 24,000 x 12 cells at 10 ns: 576 s.
        numpy = row("numpy-float32", 0.475, nanoseconds=10.0, p_variance=0.2)
        self.assertAlmostEqual(BENCH.seconds_to_error(numpy), 576.0)
        # 10,000 paths of 24,000 x 12 cells at 0.5 ns: 1.44 s.
        printed = row("jalon-conditional", 0.475, nanoseconds=0.5,
                      workload="W-error").to_json(numpy)
        self.assertEqual(printed["wanted_cpu_seconds"], 1.44)
        self.assertEqual(printed["ratio_to_numpy_f32"], 400.0)

    def test_scaling_is_held_against_the_loop_of_the_same_run(self):
        one = row("jalon-sampled", 0.475, nanoseconds=2.0, fma_per_ns=50.0)
        two = row("jalon-sampled", 0.475, nanoseconds=1.0, fma_per_ns=80.0)
        printed = [made.to_json(one) for made in (one, two)]
        printed[1]["threads"] = 2
        BENCH.add_scaling(printed)
        self.assertEqual(printed[1]["scaling_of_fma"], 1.25)
        self.assertNotIn("scaling_of_fma", printed[0])


if __name__ == "__main__":
    unittest.main()
