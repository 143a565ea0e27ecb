// The 64-bit hash behind series identities (DECISIONS D4).
//
// Specified here, not borrowed: absl::Hash and std::hash differ between processes and versions, and
// every random draw depends on this value.
#ifndef JALON_SIM_BASE_HASH64_H_
#define JALON_SIM_BASE_HASH64_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace jalon::sim {

// FNV-1a over the bytes of `text` (offset 0xcbf29ce484222325, prime 0x100000001b3), then the
// 64-bit finaliser of MurmurHash3 (xor-shift 33, multiply 0xff51afd7ed558ccd, xor-shift 33,
// multiply 0xc4ceb9fe1a85ec53, xor-shift 33). Known answers in hash64_test.cc never change.
uint64_t Hash64(absl::string_view text);

// Hash of `unit \x1f segment \x1f indicator`: the id of a series in every random stream.
uint64_t SeriesId64(absl::string_view unit, absl::string_view segment, absl::string_view indicator);

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_HASH64_H_
