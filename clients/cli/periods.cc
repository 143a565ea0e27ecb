#include "clients/cli/periods.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace jalon::client {

std::string PeriodPlus(const std::string& period, int n) {
  int year = 0;
  int part = 0;
  const absl::string_view text = period;
  const bool quarter = period.size() == 7 && period[5] == 'Q';
  if (period.size() != 7 || !absl::SimpleAtoi(text.substr(0, 4), &year) ||
      !absl::SimpleAtoi(text.substr(quarter ? 6 : 5), &part)) {
    return period;
  }
  const int per_year = quarter ? 4 : 12;
  const int index = year * per_year + part - 1 + n;
  return quarter ? absl::StrFormat("%04d-Q%d", index / 4, index % 4 + 1)
                 : absl::StrFormat("%04d-%02d", index / 12, index % 12 + 1);
}

}  // namespace jalon::client
