"""W (bench/sim/kernel/workload.h) as an OpenTURNS user writes it: the year of every series as one
formula of its month's factors and noises, a composed random vector, and empirical quantiles.

    w_openturns.py PARAMETERS PATHS SEED

Its cost per cell grows with the number of series of a formula: 12 at a time are cheapest, each
twelve with factors of their own, drawn inside the clock (a tenth of the time). Prints one row as
JSON."""

import json
import resource
import struct
import sys
import time

import openturns as ot

OBJECTIVE = 1260.0
LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
TOGETHER = 12


def parameters(path):
    """Rows of a, b and sigma."""
    with open(path, "rb") as stream:
        series, periods, factors = struct.unpack("<3i", stream.read(12))
        read = lambda count: struct.unpack(f"<{count}f", stream.read(4 * count))
        a, b, sigma = read(series * periods), read(series * factors), read(series)
    rows = lambda values, width: [values[i * width:(i + 1) * width] for i in range(series)]
    return rows(a, periods), rows(b, factors), sigma


def factor_law(periods, factors):
    """Autoregressions from 0 with shocks 0.6 L e: normal, [period x factor]."""
    cov = ot.CovarianceMatrix(periods * factors)
    for t in range(periods):
        for u in range(t + 1):
            in_time = 0.8 ** (t - u) * (1 - 0.64 ** (u + 1))
            for k in range(factors):
                for l in range(factors):
                    cov[t * factors + k, u * factors + l] = in_time * (1.0 if k == l else 0.3)
    return ot.Normal(ot.Point(periods * factors), cov)


def formula(a, b, sigma):
    """Years of all series as functions of factors f and noises z."""
    periods, factors = len(a[0]), len(b[0])
    inputs = [f"f{t}_{k}" for t in range(periods) for k in range(factors)]
    inputs += [f"z{s}_{t}" for s in range(len(a)) for t in range(periods)]
    years = []
    for s, level in enumerate(sigma):
        months = []
        for t in range(periods):
            common = "".join(f" + {b[s][k]!r} * f{t}_{k}" for k in range(factors))
            months.append(f"exp({a[s][t]!r}{common} + {level!r} * z{s}_{t})")
        years.append(" + ".join(months))
    return ot.SymbolicFunction(inputs, years)


def attained_of(law, years_of, noises, paths):
    """Shares of paths that attain, by series of a formula; quantiles are computed and dropped."""
    draws = law.getSample(paths)
    draws.stack(ot.Normal(noises).getSample(paths))
    years = years_of(draws)
    for level in LEVELS:
        years.computeQuantilePerComponent(level)
    objective = ot.Point([OBJECTIVE])
    return [1.0 - years.getMarginal(s).computeEmpiricalCDF(objective)
            for s in range(years.getDimension())]


def main():
    path, paths, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ot.Log.Show(ot.Log.NONE)
    ot.RandomGenerator.SetSeed(seed)
    a, b, sigma = parameters(path)
    series, periods, factors = len(a), len(a[0]), len(b[0])
    law = factor_law(periods, factors)
    blocks = [slice(first, first + TOGETHER) for first in range(0, series, TOGETHER)]
    formulas = [formula(a[block], b[block], sigma[block]) for block in blocks]
    cpu, wall = time.process_time(), time.perf_counter()
    attained = []
    for years_of in formulas:
        attained += attained_of(law, years_of, years_of.getOutputDimension() * periods, paths)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    cells = series * periods * paths
    print(json.dumps({
        "name": "openturns", "ns_per_cell": wall * 1e9 / cells,
        "cpu_ns_per_cell": cpu * 1e9 / cells, "cells": cells, "threads": 1, "isa": "openturns",
        "max_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "p_attain_mean": sum(attained) / series}))


main()
