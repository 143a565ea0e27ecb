// Days as people write them in files: `YYYY-MM-DD`.
#ifndef JALON_SIM_BASE_DATE_H_
#define JALON_SIM_BASE_DATE_H_

#include "absl/strings/string_view.h"

namespace jalon::sim {

// True for `YYYY-MM-DD` of a day that exists in the Gregorian calendar, years 1900 to 2199. Such
// texts sort as their days do.
bool IsIsoDate(absl::string_view text);

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_DATE_H_
