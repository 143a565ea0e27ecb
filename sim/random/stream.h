// Random streams (DECISIONS D4): a draw is a pure function of the run's seed and of what it is for.
//
// Nothing is consumed and nothing has state, so the order of drawing, the number of threads, and
// the presence of other series never change a draw. The layout below is part of every answer:
// changing it changes `engine_version`.
//
//   key      the run's 64-bit seed: low word first
//   word 0   path[31:0]
//   word 1   purpose, 4 bits [31:28] | period block, 10 bits [27:18] | draw, 10 bits [17:8] |
//            path[39:32], 8 bits [7:0]
//   word 2   id[31:0]
//   word 3   id[63:32]
//
// A period block is four consecutive periods counted from 1900 (block = index / 4), and the word
// index % 4 of Philox's output is that period's draw.
#ifndef JALON_SIM_RANDOM_STREAM_H_
#define JALON_SIM_RANDOM_STREAM_H_

#include <array>
#include <cstdint>

#include "sim/base/period.h"
#include "sim/random/philox.h"

namespace jalon::sim {

// What a draw is for. Values are part of the layout: never renumbered, at most 15.
enum class Purpose : uint32_t {
  kSeriesNoise = 0,     // own noise of a series in a period; id: SeriesId64
  kBranchEffect = 1,    // u of a branch; id: Hash64 of the unit
  kSeriesEffect = 2,    // persistent v of a series; id: SeriesId64
  kNationalFactor = 3,  // national latents; id: Hash64 of the indicator or of the factor
  kRegionalFactor = 4,  // regional latents
  kParameter = 5,       // uncertain parameters of the model
  kEvent = 6,           // size and date of an event; id: Hash64 of the event
  kDriver = 7,          // innovations of drivers
  kScenario = 8,        // choice among scenarios
  kGenerator = 9,       // synthetic networks
  kResampling = 10,     // bootstrap and historical blocks
  kScramble = 11,       // permutations of Sobol points; id: dimension, path: scramble
};

// Bounds of the fields of a key.
inline constexpr uint64_t kMaxPath = (uint64_t{1} << 40) - 1;
inline constexpr int kMaxDraw = 1023;
inline constexpr int32_t kMaxPeriodIndex = 4095;

// The address of one draw. Streams that do not depend on time leave `period` at its default.
struct StreamKey {
  Purpose purpose = Purpose::kSeriesNoise;
  // Identity of the thing drawn for.
  uint64_t id = 0;
  // 0 to kMaxPath.
  uint64_t path = 0;
  // Index 0 to kMaxPeriodIndex (months to 2241). Months and quarters share addresses: a run has one
  // frequency.
  Period period;
  // Which of the several draws of this thing in this period, 0 to kMaxDraw.
  int draw = 0;
};

// True when every field fits its bits. The functions below require it (checked in debug builds
// only); a key that does not fit would share the draws of another.
bool FitsLayout(const StreamKey& key);

// The counter of the block that holds `key`.
PhiloxCounter CounterOf(const StreamKey& key);

// 32 uniform bits. About 10 ns.
uint32_t DrawBits(uint64_t seed, const StreamKey& key);

// The middle of the u-th of 2^32 equal cells of (0, 1): never 0 or 1. Exact in double.
constexpr double UniformFrom(uint32_t bits) { return (static_cast<double>(bits) + 0.5) * 0x1p-32; }

// One draw, uniform or by NormalInverseCdf of the same uniform.
double DrawUniform(uint64_t seed, const StreamKey& key);
double DrawNormal(uint64_t seed, const StreamKey& key);

// The draws of the four consecutive periods of the block that holds key.period: element j is the
// draw of period 4 (index / 4) + j, equal to the single draw. Four for the price of one.
std::array<uint32_t, 4> DrawBlockBits(uint64_t seed, const StreamKey& key);
std::array<double, 4> DrawBlockUniforms(uint64_t seed, const StreamKey& key);
std::array<double, 4> DrawBlockNormals(uint64_t seed, const StreamKey& key);

}  // namespace jalon::sim

#endif  // JALON_SIM_RANDOM_STREAM_H_
