#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"

namespace jalon::client {
namespace {

constexpr char kClientVersion[] = JALON_VERSION;
constexpr int kPings = 5;

struct Finding {
  std::string check;
  bool good = true;
  std::string found;
  std::string advice;
};

Finding CheckVersion(const v1::ServerInfo& info) {
  return {"versions", info.version() == kClientVersion,
          absl::StrCat("client ", kClientVersion, ", server ", info.version()),
          "install the same version on both sides"};
}

Finding CheckStore(const v1::ServerInfo& info) {
  return {"store", info.store().state() == v1::StoreInfo::STATE_SERVING,
          absl::StrFormat("%s, %.1f MiB", info.store().data_directory(),
                          static_cast<double>(info.store().size_bytes()) / (1 << 20)),
          "the disk failed a write: free space or repair it, then restart the server"};
}

Finding CheckBits(const v1::ServerInfo& info) {
  const bool r1 = info.reproducibility() == v1::REPRODUCIBILITY_LEVEL_R1;
  return {"reproducibility", r1,
          absl::StrCat(r1 ? "R1" : "R0", ", ", info.cpu_model(), ", ",
                       absl::StrJoin(info.instruction_sets(), " ")),
          "this processor lacks fused multiply-add: its bits hold on this kind of machine only"};
}

Finding CheckCores(const v1::ServerInfo& info) {
  return {"cores", info.worker_count() >= 1 && info.worker_count() <= info.core_count(),
          absl::StrFormat("%d workers on %d cores", info.worker_count(), info.core_count()),
          "start the server with --threads no larger than the number of cores"};
}

Finding CheckLatency(Client& client) {
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 0; i < kPings; ++i) {
    const absl::Time start = absl::Now();
    if (!client.GetServerInfo({}).ok()) break;
    best = std::min(best, absl::Now() - start);
  }
  return {"latency", best < absl::Milliseconds(200),
          absl::StrFormat("%.1f ms for a small call", absl::ToDoubleMilliseconds(best)),
          "the network or the server is slow; streams and imports will be too"};
}

Finding CheckClock(const v1::ServerInfo& info) {
  const double server = static_cast<double>(info.start_time().seconds() + info.uptime().seconds());
  const double skew = std::abs(absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()) - server);
  return {"clocks", skew < 60, absl::StrFormat("%.0f s apart", skew),
          "set both clocks: times shown by the server will look wrong"};
}

Finding CheckTerminal() {
  const bool utf8 = [] {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
      const char* value = std::getenv(name);
      if (value != nullptr && *value != '\0') {
        return absl::string_view(value).find("UTF-8") != absl::string_view::npos ||
               absl::string_view(value).find("utf8") != absl::string_view::npos;
      }
    }
    return false;
  }();
  return {"terminal", utf8 || isatty(STDOUT_FILENO) == 0,
          utf8 ? "UTF-8" : "LANG is not a UTF-8 locale",
          "export LANG=C.UTF-8, or labels with accents will not show"};
}

int RunDoctor(Context& context) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto info = (*client)->GetServerInfo({});
  if (!info.ok()) return ReportError(context, info.status());
  TableWriter table = context.table({{"check", "Check", "Contrôle"},
                                     {"result", "Result", "Résultat"},
                                     {"found", "Found", "Constat"},
                                     {"advice", "Advice", "Conseil"}});
  bool all_good = true;
  for (const Finding& finding :
       {CheckVersion(*info), CheckStore(*info), CheckBits(*info), CheckCores(*info),
        CheckLatency(**client), CheckClock(*info), CheckTerminal()}) {
    all_good = all_good && finding.good;
    table.Row({finding.check, finding.good ? "ok" : "problem", finding.found,
               finding.good ? "" : finding.advice});
  }
  table.Finish();
  if (!all_good) return kExitUnhealthy;
  context.Next("jalon network list", "the networks this server holds");
  return kExitOk;
}

}  // namespace

void AddDoctor(const Command& app, Invocation& invocation) {
  const Command command =
      app.Add("doctor", "Check versions, store, processor, latency, clocks, terminal");
  command.Examples("Example:\n  jalon doctor");
  command.OnChosen([&invocation] { invocation.run = RunDoctor; });
}

}  // namespace jalon::client
