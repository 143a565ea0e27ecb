// Periods and windows as callers write them: whatever is accepted prints as text that is read back
// as the same value.
#include <cstdint>
#include <cstdlib>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/period.h"

namespace {

using jalon::sim::Frequency;
using jalon::sim::ParsePeriod;
using jalon::sim::ParseWindow;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckPeriod(absl::string_view text) {
  const auto period = ParsePeriod(text);
  if (!period.ok()) return;
  const auto again = ParsePeriod(period->ToString());
  Require(again.ok() && *again == *period);
}

void CheckWindow(absl::string_view text, Frequency frequency) {
  const auto window = ParseWindow(text, frequency);
  if (!window.ok()) return;
  Require(window->size() > 0);
  const auto again = ParseWindow(window->ToString(), frequency);
  Require(again.ok() && *again == *window);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  CheckPeriod(text);
  CheckWindow(text, Frequency::kMonth);
  CheckWindow(text, Frequency::kQuarter);
  return 0;
}
