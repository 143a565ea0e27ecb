// The server's log: one line per event, `key=value` pairs, to stderr or an injected sink.
//
//   2026-11-25T03:20:00.000000Z INFO store_opened path=/var/lib/jalon schema=1
//
// Values with spaces, quotes, `=` or control bytes are quoted and escaped, so a hostile string
// cannot forge a line; values are cut to 200 bytes. Never log payloads, figures of a bank or
// credentials: names, codes, counts and durations only.
#ifndef JALON_SERVER_OBSERVE_LOG_H_
#define JALON_SERVER_OBSERVE_LOG_H_

#include <functional>
#include <initializer_list>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace jalon::server {

enum class LogLevel { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3 };

// One pair. The value is anything absl::StrCat takes.
struct LogField {
  LogField(absl::string_view key, const absl::AlphaNum& value) : key(key), value(value.Piece()) {}
  absl::string_view key;
  std::string value;
};

// Formats and writes events. Thread-safe; lines are never interleaved. A write costs one formatted
// line and one sink call under a lock: a callback thread of gRPC logs rare events only.
class Logger {
 public:
  // Receives whole lines without their end of line.
  using Sink = std::function<void(absl::string_view line)>;

  // Writes events of at least `level` to stderr. `clock` must outlive the logger.
  Logger(LogLevel level, const Clock& clock);
  // Writes them to `sink`.
  Logger(LogLevel level, const Clock& clock, Sink sink);

  void Debug(absl::string_view event, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kDebug, event, fields);
  }
  void Info(absl::string_view event, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kInfo, event, fields);
  }
  void Warning(absl::string_view event, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kWarning, event, fields);
  }
  void Error(absl::string_view event, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kError, event, fields);
  }

 private:
  void Write(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields)
      JALON_EXCLUDES(mu_);

  const LogLevel level_;
  const Clock& clock_;
  Mutex mu_;
  Sink sink_ JALON_GUARDED_BY(mu_);
};

}  // namespace jalon::server

#endif  // JALON_SERVER_OBSERVE_LOG_H_
