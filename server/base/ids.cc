#include "server/base/ids.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace jalon::server {
namespace {

constexpr size_t kMaxSlugBytes = 63;
constexpr size_t kMaxCollectionBytes = 32;
// Longest piece of a bad name repeated in an error.
constexpr size_t kShownBytes = 80;

bool IsLowerOrDigit(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }
bool IsSlugByte(char c) { return IsLowerOrDigit(c) || c == '-'; }
bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }

bool IsCollection(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxCollectionBytes && absl::ascii_islower(text.front()) &&
         std::all_of(text.begin(), text.end(), IsLetter);
}

absl::Status BadName(absl::string_view name, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(
      "resource name \"", absl::CHexEscape(name.substr(0, kShownBytes)), "\": ", problem));
}

absl::Status CheckSegments(absl::string_view name, const std::vector<absl::string_view>& segments) {
  if (segments.size() % 2 != 0) {
    return BadName(name, "expected collection/id pairs such as networks/fr/runs/r1");
  }
  for (size_t i = 0; i < segments.size(); i += 2) {
    const absl::string_view collection = segments[i], id = segments[i + 1];
    if (!IsCollection(collection)) {
      return BadName(name,
                     absl::StrFormat("segment %d is not a collection such as networks", i + 1));
    }
    if (!IsSlug(id))
      return BadName(name, absl::StrFormat("the id after %s %s", collection, kSlugRule));
  }
  return absl::OkStatus();
}

void FillRandom(void* out, size_t size) {
  ssize_t got;
  do {
    got = getrandom(out, size, 0);
  } while (got < 0 && errno == EINTR);
  // Requests of at most 256 bytes are never cut short once the kernel's pool is ready.
  if (got != static_cast<ssize_t>(size)) std::abort();
}

}  // namespace

bool IsSlug(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxSlugBytes && IsLowerOrDigit(text.front()) &&
         IsLowerOrDigit(text.back()) && std::all_of(text.begin(), text.end(), IsSlugByte);
}

std::string RandomId() {
  char bytes[6];
  FillRandom(bytes, sizeof bytes);
  return absl::BytesToHexString(absl::string_view(bytes, sizeof bytes));
}

uint64_t RandomBits() {
  uint64_t bits;
  FillRandom(&bits, sizeof bits);
  return bits;
}

std::string ResourceName::ToString() const { return JoinName(parent, collection, id); }

absl::StatusOr<ResourceName> ParseResourceName(absl::string_view name) {
  if (name.size() > kMaxResourceNameBytes) {
    return BadName(name, absl::StrFormat("%d bytes, at most %d are accepted", name.size(),
                                         kMaxResourceNameBytes));
  }
  const std::vector<absl::string_view> segments = absl::StrSplit(name, '/');
  if (absl::Status status = CheckSegments(name, segments); !status.ok()) return status;
  const absl::string_view collection = segments[segments.size() - 2], id = segments.back();
  const size_t tail = collection.size() + 1 + id.size();
  const absl::string_view parent =
      segments.size() == 2 ? absl::string_view() : name.substr(0, name.size() - tail - 1);
  return ResourceName{std::string(parent), std::string(collection), std::string(id)};
}

std::string JoinName(absl::string_view parent, absl::string_view collection, absl::string_view id) {
  if (parent.empty()) return absl::StrCat(collection, "/", id);
  return absl::StrCat(parent, "/", collection, "/", id);
}

}  // namespace jalon::server
