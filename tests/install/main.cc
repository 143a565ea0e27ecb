// A user's first program: twelve months of objectives, counted by the installed library.
#include <iostream>

#include "sim/base/period.h"

int main() {
  const auto year = jalon::sim::ParseWindow("2027", jalon::sim::Frequency::kMonth);
  if (!year.ok()) return 1;
  std::cout << year->size() << " months, from " << year->first << " to " << year->last << "\n";
  return year->size() == 12 ? 0 : 1;
}
