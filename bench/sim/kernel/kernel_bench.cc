// The parts of the kernel, by value: random words, normals, powers of two, what a row of 10,000
// paths costs to sum up with and without 7 exact quantiles, and cells of the engine's laws, each on
// every instruction set.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/math.h"
#include "sim/kernel/cell_laws.h"
#include "sim/kernel/isa.h"
#include "sim/kernel/reduce.h"
#include "sim/kernel/vector_functions.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 10'000;

std::vector<uint32_t> Bits(int count) {
  std::vector<uint32_t> bits;
  for (int i = 0; i < count; ++i) {
    bits.push_back(DrawBits(7, {.path = static_cast<uint64_t>(i)}));
  }
  return bits;
}

// Time per value, as a rate that Google Benchmark inverts.
void CountValues(benchmark::State& state, double values) {
  state.counters["time/value"] = benchmark::Counter(
      values, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void RunPhilox(benchmark::State& state) {
  PhiloxCounter counter = {0, 1, 2, 3};
  for (auto _ : state) {
    counter[0] += 16;
    benchmark::DoNotOptimize(KernelPhilox(counter, {5, 6}));
  }
  CountValues(state, 64);
}

void RunNormals(benchmark::State& state) {
  const std::vector<uint32_t> bits = Bits(4'096);
  for (auto _ : state) benchmark::DoNotOptimize(KernelNormals(bits));
  CountValues(state, 4'096);
}

void RunPowersOfTwo(benchmark::State& state) {
  const std::vector<float> x = KernelNormals(Bits(4'096));
  for (auto _ : state) benchmark::DoNotOptimize(KernelPowersOfTwo(x));
  CountValues(state, 4'096);
}

struct Row {
  alignas(64) float values[kPaths + 16];
};

void RunReduce(benchmark::State& state, const std::vector<double>& levels) {
  static Row row;
  for (int i = 0; i < kPaths; ++i) {
    row.values[i] =
        static_cast<float>(1200.0 * Exp(0.2 * DrawNormal(3, {.path = static_cast<uint64_t>(i)})));
  }
  std::vector<int64_t> ranks;
  for (double level : levels) ranks.push_back(QuantileRank(level, kPaths));
  std::vector<float> quantiles(ranks.size());
  RowReducer reducer(kPaths, ranks);
  for (auto _ : state) {
    benchmark::DoNotOptimize(reducer.Reduce(row.values, 1260.0f, quantiles.data()));
  }
  CountValues(state, kPaths);
}

constexpr int kCells = 1'200;

// Cells of one series, 12 at a time as the engine draws them, around a mean.
template <typename Draw>
void RunCells(benchmark::State& state, double mean, Draw draw) {
  static const CellLaws laws({1.0});
  const std::vector<uint32_t> words = Bits(kCells);
  std::vector<double> means;
  for (int i = 0; i < kCells; ++i) means.push_back(mean * (0.9 + 0.01 * (i % 20)));
  std::vector<double> cells(12);
  for (auto _ : state) {
    for (int first = 0; first < kCells; first += 12) {
      draw(laws, CellBatch{absl::MakeConstSpan(means).subspan(first, 12),
                           absl::MakeConstSpan(words).subspan(first, 12), absl::MakeSpan(cells)});
      benchmark::DoNotOptimize(cells.data());
    }
  }
  CountValues(state, kCells);
}

// `run` under `isa`.
template <typename Run>
void Register(const std::string& name, const std::string& isa, Run run) {
  benchmark::RegisterBenchmark((name + "/" + isa).c_str(), [isa, run](benchmark::State& state) {
    ForceKernelIsa(isa);
    run(state);
    ForceKernelIsa("");
  });
}

}  // namespace
}  // namespace jalon::sim

int main(int argc, char** argv) {
  using namespace jalon::sim;  // NOLINT
  for (const std::string& isa : KernelIsas()) {
    Register("philox", isa, RunPhilox);
    Register("normals", isa, RunNormals);
    Register("powers", isa, RunPowersOfTwo);
    Register("reduce", isa, [](benchmark::State& state) { RunReduce(state, {}); });
    Register("reduce_and_7_quantiles", isa, [](benchmark::State& state) {
      RunReduce(state, {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99});
    });
    for (double mean : {3.0, 30.0, 300.0}) {
      const std::string at = "_at_" + std::to_string(static_cast<int>(mean));
      Register("counts" + at, isa, [mean](benchmark::State& state) {
        RunCells(state, mean,
                 [](const CellLaws& laws, const CellBatch& batch) { laws.Counts(1.5, batch); });
      });
    }
    Register("amounts", isa, [](benchmark::State& state) {
      RunCells(state, 30.0,
               [](const CellLaws& laws, const CellBatch& batch) { laws.Amounts(5.0, batch); });
    });
    Register("compounds", isa, [](benchmark::State& state) {
      RunCells(state, 30.0, [](const CellLaws& laws, const CellBatch& batch) {
        laws.Compounds(9.0, 1.0, batch);
      });
    });
    Register("student", isa, [](benchmark::State& state) {
      RunCells(state, 30.0, [](const CellLaws& laws, const CellBatch& batch) {
        laws.StudentTs(9.0, 5.0, batch);
      });
    });
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
