#include "sim/base/hash64.h"

namespace jalon::sim {
namespace {

constexpr uint64_t kFnvOffset = 0xcbf29ce484222325u;
constexpr uint64_t kFnvPrime = 0x100000001b3u;

uint64_t Append(uint64_t state, absl::string_view text) {
  for (const char c : text) {
    state = (state ^ static_cast<unsigned char>(c)) * kFnvPrime;
  }
  return state;
}

// FNV-1a alone spreads the last bytes badly over the high bits.
uint64_t Finalise(uint64_t h) {
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdu;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53u;
  h ^= h >> 33;
  return h;
}

}  // namespace

uint64_t Hash64(absl::string_view text) { return Finalise(Append(kFnvOffset, text)); }

uint64_t SeriesId64(absl::string_view unit, absl::string_view segment,
                    absl::string_view indicator) {
  uint64_t state = Append(kFnvOffset, unit);
  state = Append(state, "\x1f");
  state = Append(state, segment);
  state = Append(state, "\x1f");
  return Finalise(Append(state, indicator));
}

}  // namespace jalon::sim
