// Ctrl-C: the first asks the work in progress to stop, the second leaves at once.
#ifndef JALON_CLIENTS_CLI_INTERRUPT_H_
#define JALON_CLIENTS_CLI_INTERRUPT_H_

#include <atomic>
#include <thread>

#include "clients/cpp/client.h"

namespace jalon::client {

// Waits for SIGINT and SIGTERM on a thread of its own. Make one before any other thread exists, so
// that all of them inherit the blocked signals. A signal while no command listens ends the process
// with 130 at once: nothing is lost, since the server keeps what it acknowledged.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // From now on the first signal raises `canceller()` instead of ending the process.
  void Listen() { listening_ = true; }
  // Given to every stream of the command.
  const Canceller& canceller() const { return canceller_; }
  // Whether a signal came while listening.
  bool raised() const { return canceller_.cancelled(); }

 private:
  void Wait();

  const Canceller canceller_;
  std::atomic<bool> listening_{false};
  std::atomic<bool> closing_{false};
  std::thread thread_;
};

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_INTERRUPT_H_
