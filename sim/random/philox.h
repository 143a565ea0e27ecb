// Philox4x32-10, the counter-based generator behind every random number ([Salmon2011]).
#ifndef JALON_SIM_RANDOM_PHILOX_H_
#define JALON_SIM_RANDOM_PHILOX_H_

#include <array>
#include <cstdint>

namespace jalon::sim {

// Four 32-bit words, the least significant first.
using PhiloxCounter = std::array<uint32_t, 4>;
using PhiloxKey = std::array<uint32_t, 2>;

// The image of `counter` under `key`: ten rounds of two 32 x 32 -> 64 bit products. A bijection of
// the counter for each key, so distinct counters never give the same four words. No state, no
// allocation, about 10 ns. Known answers in philox_test.cc.
constexpr PhiloxCounter Philox4x32(PhiloxCounter counter, PhiloxKey key) {
  constexpr uint64_t kMultiplier0 = 0xD2511F53u;
  constexpr uint64_t kMultiplier1 = 0xCD9E8D57u;
  constexpr uint32_t kWeyl0 = 0x9E3779B9u;
  constexpr uint32_t kWeyl1 = 0xBB67AE85u;
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = kMultiplier0 * counter[0];
    const uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key = {key[0] + kWeyl0, key[1] + kWeyl1};
  }
  return counter;
}

}  // namespace jalon::sim

#endif  // JALON_SIM_RANDOM_PHILOX_H_
