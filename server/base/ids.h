// Ids and resource names (DECISIONS D14).
//
// A resource name is `collection/id` pairs joined by slashes, e.g. `networks/fr/runs/4f1c2a90b7de`.
// A collection id is lowerCamelCase letters (`objectiveSets`); an id is a slug.
#ifndef JALON_SERVER_BASE_IDS_H_
#define JALON_SERVER_BASE_IDS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jalon::server {

// What an id given by a caller must look like, in words, for messages.
inline constexpr absl::string_view kSlugRule =
    "must be 1 to 63 lower-case letters, digits or hyphens, beginning and ending with a letter or "
    "digit";

// True when `text` matches [a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?
bool IsSlug(absl::string_view text);

// 12 random lower-case hexadecimal digits from the kernel: the id of a resource whose caller gave
// none, a run's default seed. 48 bits: two of 10^5 ids collide with probability 2e-5, and creation
// refuses an existing name. Thread-safe.
std::string RandomId();

// 64 random bits from the kernel. Thread-safe.
uint64_t RandomBits();

// The parts of a resource name. `parent` is empty for a top-level resource.
struct ResourceName {
  std::string parent;      // networks/fr
  std::string collection;  // runs
  std::string id;          // 4f1c2a90b7de

  std::string ToString() const;

  friend bool operator==(const ResourceName&, const ResourceName&) = default;
};

// Longest name accepted, in bytes.
inline constexpr size_t kMaxResourceNameBytes = 512;

// Splits a name and checks every segment. Errors: kInvalidArgument saying which segment is wrong
// and what was expected.
absl::StatusOr<ResourceName> ParseResourceName(absl::string_view name);

// `parent/collection/id`, or `collection/id` when `parent` is empty. Checks nothing.
std::string JoinName(absl::string_view parent, absl::string_view collection, absl::string_view id);

}  // namespace jalon::server

#endif  // JALON_SERVER_BASE_IDS_H_
