"""W (bench/sim/kernel/workload.h) as a careful numpy user writes it: blocks of series that stay in
the cache, one matrix product and one call for the normals of a month, everything in place.

    w_numpy.py PARAMETERS PATHS SEED float32|float64

Common factors are drawn before the clock starts. Prints one row as JSON."""

import json
import resource
import struct
import sys
import time

import numpy as np

OBJECTIVE = 1260.0
LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BLOCK = 24
INDICATORS = 12


def parameters(path, real):
    with open(path, "rb") as stream:
        series, periods, factors = struct.unpack("<3i", stream.read(12))
        a = np.fromfile(stream, np.float32, series * periods).reshape(series, periods)
        b = np.fromfile(stream, np.float32, series * factors).reshape(series, factors)
        sigma = np.fromfile(stream, np.float32, series)
    return a.astype(real), b.astype(real), sigma.astype(real)


def factor_paths(rng, paths, periods, factors, real):
    """[period, factor, path]"""
    root = np.linalg.cholesky(0.3 + 0.7 * np.eye(factors))
    f = np.zeros((periods, factors, paths))
    state = np.zeros((factors, paths))
    for t in range(periods):
        state = 0.8 * state + 0.6 * (root @ rng.standard_normal((factors, paths)))
        f[t] = state
    return f.astype(real)


def simulate(rng, model, f, real):
    """Attained paths per series, per path, and the totals."""
    a, b, sigma = model
    periods, _, paths = f.shape
    attained = np.zeros(len(sigma))
    on_path = np.zeros(paths)
    totals = np.zeros((INDICATORS, paths))
    for first in range(0, len(sigma), BLOCK):
        block = slice(first, first + BLOCK)
        year = np.zeros((len(sigma[block]), paths), real)
        noise = np.empty_like(year)
        for t in range(periods):
            eta = b[block] @ f[t]
            rng.standard_normal(dtype=real, out=noise)
            noise *= sigma[block, None]
            eta += noise
            eta += a[block, t, None]
            np.exp(eta, out=eta)
            year += eta
        reached = year >= OBJECTIVE
        attained[block] = reached.sum(axis=1)
        on_path += reached.sum(axis=0)
        totals[first // BLOCK % INDICATORS] += year.sum(axis=0)
        np.quantile(year, LEVELS, axis=1)
    return attained, on_path / len(sigma)


def main():
    path, paths, seed, kind = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    real = np.dtype(kind).type
    model = parameters(path, real)
    rng = np.random.Generator(np.random.SFC64(seed))
    f = factor_paths(rng, paths, model[0].shape[1], model[1].shape[1], real)
    cpu, wall = time.process_time(), time.perf_counter()
    attained, on_path = simulate(rng, model, f, real)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    cells = model[0].size * paths
    print(json.dumps({
        "name": "numpy-" + kind, "ns_per_cell": wall * 1e9 / cells,
        "cpu_ns_per_cell": cpu * 1e9 / cells, "cells": cells, "threads": 1, "isa": "numpy",
        "max_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "p_attain_mean": attained.mean() / paths, "path_sd": on_path.std(ddof=1),
        # Mean over the series of p (1 - p): what one path leaves of the square of an error.
        "p_variance": (attained / paths * (1 - attained / paths)).mean()}))


main()
