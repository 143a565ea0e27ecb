// A server program for the benches to talk to.
#ifndef JALON_BENCH_SERVER_JALOND_H_
#define JALON_BENCH_SERVER_JALOND_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace jalon::server {

// Says why and ends the bench.
[[noreturn]] void Die(absl::string_view why);

// A jalond on a free port; the constructor returns once it serves.
class Jalond {
 public:
  explicit Jalond(const std::string& folder, const std::vector<std::string>& flags = {});

  // `127.0.0.1:port`.
  const std::string& address() const { return address_; }
  // Ends it by a signal and waits for its end.
  void End(int signal) const;

 private:
  pid_t pid_ = 0;
  std::string address_;
};

}  // namespace jalon::server

#endif  // JALON_BENCH_SERVER_JALOND_H_
