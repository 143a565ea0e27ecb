// Column mappings, and each of their lines as a template and as a heading pattern.
#include "absl/strings/str_split.h"
#include "server/ingest/mapping.h"
#include "server/ingest/text_template.h"
#include "tests/fuzz/fuzz_util.h"

namespace jalon::server {
namespace {

// The canonical spelling is read back as the same value.
template <typename Text>
void CheckSpelling(absl::string_view text) {
  const auto parsed = Text::Parse(text);
  if (!parsed.ok()) return;
  const auto again = Text::Parse(parsed->ToString());
  Require(again.ok() && *again == *parsed);
}

void CheckCaptures(absl::string_view pattern, absl::string_view heading) {
  const auto parsed = HeadingPattern::Parse(pattern);
  if (!parsed.ok()) return;
  const auto captures = parsed->Match(heading);
  if (!captures) return;
  Require(captures->size() == parsed->names().size());
  for (const std::string& capture : *captures) Require(!capture.empty());
}

}  // namespace
}  // namespace jalon::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace jalon;  // NOLINT(google-build-using-namespace)
  const absl::string_view text = TextOf(data, size);
  const auto mapping = server::ParseMapping(text, "fuzz.map");
  Require(mapping.ok() || !sim::ViolationsFromStatus(mapping.status()).empty());
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    server::CheckSpelling<server::TextTemplate>(line);
    server::CheckSpelling<server::HeadingPattern>(line);
  }
  const auto [pattern, heading] = CutLine(text);
  server::CheckCaptures(pattern, heading);
  return 0;
}
