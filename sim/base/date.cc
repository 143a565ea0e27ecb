#include "sim/base/date.h"

#include "absl/strings/ascii.h"

namespace jalon::sim {
namespace {

constexpr size_t kDateLength = 10;

// The digits at [first, first + count), or -1.
int Digits(absl::string_view text, size_t first, size_t count) {
  int number = 0;
  for (const char c : text.substr(first, count)) {
    if (!absl::ascii_isdigit(c)) return -1;
    number = 10 * number + (c - '0');
  }
  return number;
}

int DaysIn(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

}  // namespace

bool IsIsoDate(absl::string_view text) {
  if (text.size() != kDateLength || text[4] != '-' || text[7] != '-') return false;
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  if (year < 1900 || year > 2199 || month < 1 || month > 12) return false;
  return day >= 1 && day <= DaysIn(year, month);
}

}  // namespace jalon::sim
