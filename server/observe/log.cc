#include "server/observe/log.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace jalon::server {
namespace {

constexpr size_t kMaxValueBytes = 200;

absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarning:
      return "WARNING";
    case LogLevel::kError:
      return "ERROR";
  }
  return "ERROR";
}

bool IsPlain(char c) {
  return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '"' && c != '=' && c != '\\';
}

std::string FormatValue(absl::string_view value) {
  const bool cut = value.size() > kMaxValueBytes;
  value = value.substr(0, kMaxValueBytes);
  const std::string shown = cut ? absl::StrCat(value, "...") : std::string(value);
  if (!shown.empty() && std::all_of(shown.begin(), shown.end(), IsPlain)) return shown;
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(shown), "\"");
}

void WriteToStderr(absl::string_view line) {
  const std::string text = absl::StrCat(line, "\n");
  // One write per line; a closed or full stderr is nobody's reason to stop.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

Logger::Logger(LogLevel level, const Clock& clock) : Logger(level, clock, WriteToStderr) {}

Logger::Logger(LogLevel level, const Clock& clock, Sink sink)
    : level_(level), clock_(clock), sink_(std::move(sink)) {}

void Logger::Write(LogLevel level, absl::string_view event,
                   std::initializer_list<LogField> fields) {
  if (level < level_) return;
  std::string line =
      absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", clock_.WallNow(), absl::UTCTimeZone()),
                   " ", LevelName(level), " ", event);
  for (const LogField& field : fields) {
    absl::StrAppend(&line, " ", field.key, "=", FormatValue(field.value));
  }
  MutexLock lock(mu_);
  sink_(line);
}

}  // namespace jalon::server
