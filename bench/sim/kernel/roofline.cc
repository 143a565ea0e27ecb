#include "bench/sim/kernel/roofline.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/sim/kernel/roofline.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "sim/kernel/lanes.h"
#include "sim/kernel/normal_table.h"
#include "sim/kernel/vector_math-inl.h"

#ifndef JALON_BENCH_SIM_KERNEL_ROOFLINE_CELLS
#define JALON_BENCH_SIM_KERNEL_ROOFLINE_CELLS
namespace jalon::sim {
// Cells of an array: 8 KiB.
inline constexpr int kCells = 2048;
}  // namespace jalon::sim
#endif

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// 12 sums of a vector: enough to hide the latency. Returns something of them all.
float MultiplyAdds(int64_t rounds) {
  const FloatTag d;
  Floats sum[12];
  for (int i = 0; i < 12; ++i) sum[i] = hn::Set(d, static_cast<float>(i));
  const Floats factor = hn::Set(d, 0.999f);
  const Floats term = hn::Set(d, 0.001f);
  for (int64_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < 12; ++i) sum[i] = hn::MulAdd(sum[i], factor, term);
  }
  for (int i = 1; i < 12; ++i) sum[0] = hn::Add(sum[0], sum[i]);
  alignas(64) float lanes[kLanes];
  hn::Store(sum[0], d, lanes);
  return lanes[0];
}

// kCells words to `words`, `rounds` times.
void FillWords(uint32_t* words, int64_t rounds) {
  const PhiloxSchedule keys(7);
  for (int64_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < kCells; i += 4 * kLanes) {
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        const PhiloxPaths paths(static_cast<uint32_t>(round * 16 + lane));
        PhiloxStore(keys, {1, static_cast<uint32_t>(i), 3}, paths, words + i + lane, kLanes);
      }
    }
  }
}

float SumNormals(const uint32_t* words, int64_t rounds) {
  const FloatTag d;
  const NormalLookup lookup(GetNormalTable());
  Ints lowest = hn::Set(IntTag(), kNormalTail);
  Floats sum = hn::Zero(d);
  for (int64_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < kCells; i += kWidth) {
      sum = hn::Add(sum, lookup.At(hn::Load(WordTag(), words + i), lowest));
    }
  }
  alignas(64) float lanes[kLanes];
  hn::Store(hn::Add(sum, hn::ConvertTo(d, lowest)), d, lanes);
  return lanes[0];
}

float SumPowersOfTwo(const float* x, int64_t rounds) {
  const FloatTag d;
  Floats sum = hn::Zero(d);
  for (int64_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < kCells; i += kWidth) sum = hn::Add(sum, PowerOfTwo(hn::Load(d, x + i)));
  }
  alignas(64) float lanes[kLanes];
  hn::Store(sum, d, lanes);
  return lanes[0];
}

int VectorWidth() { return kWidth; }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
HWY_EXPORT(MultiplyAdds);
HWY_EXPORT(FillWords);
HWY_EXPORT(SumNormals);
HWY_EXPORT(SumPowersOfTwo);
HWY_EXPORT(VectorWidth);
}  // namespace jalon::sim

namespace jalon::bench {
namespace {

constexpr int64_t kFmaRounds = 1 << 22;
constexpr int64_t kRounds = 1 << 12;
constexpr int kTries = 5;

volatile float g_kept = 0.0f;

// The shortest of some tries of `work`, in seconds.
template <typename Work>
double Seconds(Work work) {
  double best = 1e30;
  for (int i = 0; i < kTries; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    best = std::min(best, wall.count());
  }
  return best;
}

template <typename Work>
double NanosecondsPerCell(Work work) {
  return Seconds(work) * 1e9 / static_cast<double>(kRounds * sim::kCells);
}

}  // namespace

double FmaRate(sim::Executor& executor) {
  using namespace jalon::sim;  // NOLINT: what Highway dispatches
  const int threads = executor.concurrency();
  const double seconds = Seconds([&] {
    executor.ParallelFor(threads,
                         [](int64_t) { g_kept = HWY_DYNAMIC_DISPATCH(MultiplyAdds)(kFmaRounds); });
  });
  return 1e-9 * threads * 12.0 * HWY_DYNAMIC_DISPATCH(VectorWidth)() * kFmaRounds / seconds;
}

Roofline MeasureRoofline(int factors) {
  using namespace jalon::sim;  // NOLINT: what Highway dispatches
  alignas(64) static uint32_t words[kCells];
  alignas(64) static float x[kCells];
  InlineExecutor executor;
  Roofline roofline = {.factors = factors / FmaRate(executor)};
  roofline.words = NanosecondsPerCell([&] { HWY_DYNAMIC_DISPATCH(FillWords)(words, kRounds); });
  roofline.normal =
      NanosecondsPerCell([&] { g_kept = HWY_DYNAMIC_DISPATCH(SumNormals)(words, kRounds); });
  for (int i = 0; i < kCells; ++i) x[i] = 0.01f * static_cast<float>(i % 700) - 3.0f;
  roofline.power =
      NanosecondsPerCell([&] { g_kept = HWY_DYNAMIC_DISPATCH(SumPowersOfTwo)(x, kRounds); });
  return roofline;
}

}  // namespace jalon::bench
#endif
