// Dates as files write them: what is read is written back and read again as the same day.
#include <cstdint>

#include "sim/calendar/dates.h"
#include "tests/fuzz/fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto day = jalon::sim::ParseDate(jalon::TextOf(data, size));
  if (!day.ok()) return 0;
  jalon::Require(jalon::sim::DayNumber(jalon::sim::DateOf(*day)) == *day);
  const auto again = jalon::sim::ParseDate(jalon::sim::DateText(*day));
  jalon::Require(again.ok() && *again == *day);
  return 0;
}
