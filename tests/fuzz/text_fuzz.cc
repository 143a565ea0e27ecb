// Encodings, ids, labels, and the look for personal data.
#include <string>

#include "server/ingest/encoding.h"
#include "server/ingest/personal_data.h"
#include "server/ingest/text_rules.h"
#include "tests/fuzz/fuzz_util.h"

namespace jalon::server {
namespace {

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const int length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(static_cast<size_t>(length));
  }
  return true;
}

void CheckDecoding(absl::string_view bytes, Encoding encoding) {
  const auto decoded = DecodeText(bytes, encoding, "fuzz.csv");
  if (!decoded.ok()) return;
  Require(IsUtf8(decoded->View()));
  Require(CountCodePoints(decoded->View()) <= static_cast<int64_t>(decoded->View().size()));
}

void CheckRules(absl::string_view text) {
  const absl::string_view trimmed = TrimBlanks(text);
  Require(TrimBlanks(trimmed) == trimmed);
  if (!CheckId(text)) Require(!CheckLabel(text));
  if (!IsUtf8(text)) {
    Require(CheckLabel(text).has_value());
    return;
  }
  const std::string id = MakeId(text);
  Require(MakeId(id) == id);
  Require(id.empty() || id.size() > kMaxIdBytes || !CheckId(id));
}

void CheckPersonalData(absl::string_view text) {
  if (IsIban(text)) Require(LooksLikeIban(text));
  PersonalDataWatch watch;
  watch.See(text, 1);
  const auto finding = watch.finding();
  if (IsIban(text) || LooksLikePhone(text)) Require(finding.has_value());
  if (finding) Require(finding->line == 1 && finding->cells == 1);
}

}  // namespace
}  // namespace jalon::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using jalon::server::Encoding;
  const absl::string_view text = jalon::TextOf(data, size);
  for (Encoding encoding : {Encoding::kUtf8, Encoding::kLatin1, Encoding::kWindows1252}) {
    jalon::server::CheckDecoding(text, encoding);
  }
  jalon::server::CheckRules(text);
  jalon::server::CheckPersonalData(text);
  return 0;
}
