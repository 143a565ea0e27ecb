#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"

namespace jalon::client {
namespace {

int RunStatus(Context& context) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto info = (*client)->GetServerInfo({});
  if (!info.ok()) return ReportError(context, info.status());
  auto serving = (*client)->CheckHealth();
  if (!serving.ok()) return ReportError(context, serving.status());
  TableWriter table = context.table({{"what", "Server", "Serveur"}, {"value", "", ""}});
  table.Row({"address", context.options().server});
  table.Row({"health", *serving ? "serving" : "not serving"});
  table.Row({"version", absl::StrCat(info->version(), " (", info->build(), ")")});
  table.Row({"engine", info->engine_version()});
  table.Row({"uptime", absl::FormatDuration(absl::Seconds(info->uptime().seconds()))});
  table.Row({"data", info->store().data_directory()});
  table.Row(
      {"store", info->store().state() == v1::StoreInfo::STATE_SERVING ? "serving" : "failed"});
  table.Row({"resources", info->store().resource_count()});
  table.Row({"audit rows", info->store().audit_row_count()});
  table.Row({"workers", int64_t{info->worker_count()}});
  table.Row({"jobs running", int64_t{info->running_job_count()}});
  table.Row({"jobs queued", int64_t{info->queued_job_count()}});
  table.Row({"memory MiB", info->resident_bytes() / (1 << 20)});
  table.Finish();
  if (!*serving) return kExitUnhealthy;
  context.Next("jalon network list", "the networks it holds");
  return kExitOk;
}

}  // namespace

void AddStatus(const Command& app, Invocation& invocation) {
  const Command command = app.Add("status", "Say whether the server serves, and what it holds");
  command.Examples("Example:\n  jalon --server 127.0.0.1:7443 status -o json");
  command.OnChosen([&invocation] { invocation.run = RunStatus; });
}

}  // namespace jalon::client
