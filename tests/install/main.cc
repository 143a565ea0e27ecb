// A user's first program: the installed simulation library counts months, the installed client says
// why a server that is not there does not answer.
#include <iostream>

#include "clients/cpp/client.h"
#include "sim/base/period.h"

int main() {
  const auto year = jalon::sim::ParseWindow("2027", jalon::sim::Frequency::kMonth);
  if (!year.ok() || year->size() != 12) return 1;
  std::cout << year->first << " to " << year->last << "\n";

  auto client = jalon::client::Client::Connect({.address = "unix:/nowhere", .max_attempts = 1});
  if (!client.ok()) return 1;
  const auto info = (*client)->GetServerInfo({});
  std::cout << info.status().ToString() << "\n";
  return absl::IsUnavailable(info.status()) ? 0 : 1;
}
