#include "sim/base/violation.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace jalon::sim {
namespace {

constexpr char kTypeUrl[] = "jalon.dev/violations";
constexpr size_t kMaxValueBytes = 200;
constexpr size_t kMaxInStatus = 1000;

// Payload: version, total count, then per violation six texts and two integers. Every integer is
// eight bytes, least significant first; a text is its length, then its bytes.
constexpr uint64_t kPayloadVersion = 1;

bool IsUtf8Continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Cuts at a character boundary, so that UTF-8 stays UTF-8.
void CutValue(std::string& value) {
  if (value.size() <= kMaxValueBytes) return;
  size_t size = kMaxValueBytes;
  while (size > kMaxValueBytes - 4 && IsUtf8Continuation(value[size])) --size;
  value.resize(size);
}

std::string MessageOf(const Violation& violation) {
  std::string message = violation.field;
  if (!message.empty()) message += ": ";
  message += violation.rule;
  if (!violation.value.empty()) absl::StrAppend(&message, " (found \"", violation.value, "\")");
  return message;
}

// `file:line:column: `, without the parts that are unknown.
std::string PlaceOf(const Violation& violation) {
  std::string place = violation.file;
  if (violation.line > 0) absl::StrAppend(&place, place.empty() ? "line " : ":", violation.line);
  if (violation.line > 0 && violation.column > 0) absl::StrAppend(&place, ":", violation.column);
  if (!place.empty()) place += ": ";
  return place;
}

void AppendInteger(std::string& out, uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift & 0xFF);
}

void AppendText(std::string& out, absl::string_view text) {
  AppendInteger(out, text.size());
  out.append(text.data(), text.size());
}

void AppendViolation(std::string& out, const Violation& violation) {
  for (const std::string* text : {&violation.field, &violation.value, &violation.rule,
                                  &violation.reason, &violation.message, &violation.file}) {
    AppendText(out, *text);
  }
  AppendInteger(out, static_cast<uint64_t>(violation.line));
  AppendInteger(out, static_cast<uint64_t>(violation.column));
}

// Reads a payload front to back. After the first read past the end everything is empty and ok() is
// false: a foreign or damaged payload costs no more than its size.
class PayloadReader {
 public:
  explicit PayloadReader(absl::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool done() const { return rest_.empty(); }

  uint64_t ReadInteger() {
    const absl::string_view bytes = Take(8);
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
  }

  std::string ReadText() { return std::string(Take(ReadInteger())); }

  Violation ReadViolation() {
    Violation violation;
    for (std::string* text : {&violation.field, &violation.value, &violation.rule,
                              &violation.reason, &violation.message, &violation.file}) {
      *text = ReadText();
    }
    violation.line = static_cast<int64_t>(ReadInteger());
    violation.column = static_cast<int64_t>(ReadInteger());
    return violation;
  }

 private:
  absl::string_view Take(uint64_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  absl::string_view rest_;
  bool ok_ = true;
};

struct Payload {
  int64_t total_count = 0;
  std::vector<Violation> kept;
};

std::optional<Payload> ParsePayload(absl::string_view bytes) {
  PayloadReader reader(bytes);
  if (reader.ReadInteger() != kPayloadVersion) return std::nullopt;
  Payload payload;
  payload.total_count = static_cast<int64_t>(reader.ReadInteger());
  while (reader.ok() && !reader.done()) payload.kept.push_back(reader.ReadViolation());
  const bool consistent = payload.total_count >= static_cast<int64_t>(payload.kept.size());
  if (!reader.ok() || !consistent) return std::nullopt;
  return payload;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Violation& violation) {
  return out << PlaceOf(violation) << violation.message << " [" << violation.reason << "]";
}

void Violations::Add(Violation violation) {
  ++total_count_;
  if (static_cast<int64_t>(kept_.size()) >= limit_) return;
  CutValue(violation.value);
  if (violation.message.empty()) violation.message = MessageOf(violation);
  kept_.push_back(std::move(violation));
}

void Violations::Merge(const Violations& other) {
  // By index, with the counts taken first: `other` may be this object.
  const size_t count = other.kept_.size();
  const int64_t overflow = other.total_count_ - static_cast<int64_t>(count);
  for (size_t i = 0; i < count; ++i) Add(other.kept_[i]);
  total_count_ += overflow;
}

absl::Status Violations::ToStatus() const {
  if (empty()) return absl::OkStatus();
  std::string message = kept_.empty() ? absl::StrCat(total_count_, " violations")
                                      : PlaceOf(kept_[0]) + kept_[0].message;
  if (!kept_.empty() && total_count_ > 1) {
    absl::StrAppend(&message, " (and ", total_count_ - 1, " more)");
  }
  std::string payload;
  AppendInteger(payload, kPayloadVersion);
  AppendInteger(payload, static_cast<uint64_t>(total_count_));
  for (size_t i = 0; i < std::min(kept_.size(), kMaxInStatus); ++i) {
    AppendViolation(payload, kept_[i]);
  }
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kTypeUrl, absl::Cord(payload));
  return status;
}

Violations ViolationsFromStatus(const absl::Status& status) {
  Violations violations;
  const absl::optional<absl::Cord> bytes = status.GetPayload(kTypeUrl);
  if (!bytes.has_value()) return violations;
  std::optional<Payload> payload = ParsePayload(std::string(*bytes));
  if (!payload.has_value()) return violations;
  violations.total_count_ = payload->total_count;
  violations.kept_ = std::move(payload->kept);
  return violations;
}

absl::Status ViolationStatus(Violation violation) {
  Violations violations;
  violations.Add(std::move(violation));
  return violations.ToStatus();
}

}  // namespace jalon::sim
