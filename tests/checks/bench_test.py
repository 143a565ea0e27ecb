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


def row(name, attained, paths=10_000, nanoseconds=1.0):
    """A row whose two rounds gave `attained`; one path's share has the standard deviation 0.03."""
    made = BENCH.Row([], paths)
    made.results = [{"name": name, "isa": "native", "threads": 1, "cells": 5, "path_sd": 0.03,
                     "ns_per_cell": nanoseconds * factor, "cpu_ns_per_cell": nanoseconds,
                     "max_rss_bytes": 7, "p_attain_mean": attained} for factor in (1.0, 3.0)]
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


if __name__ == "__main__":
    unittest.main()
