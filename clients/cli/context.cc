#include "clients/cli/context.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/exit_code.h"

namespace jalon::client {
namespace {

constexpr int kViolationsShown = 20;
// A server that is there is reached at once, but for one program in a thousand where /sys is not
// mounted: gRPC 1.51 reads connect's errno after code that may have looked there for the number of
// processors, and takes the connection for failed.
constexpr absl::Duration kConnectTimeout = absl::Seconds(1);
// That happens once in a program, and it tries again after 50 ms: where connections are refused for
// longer there is no server, nor one that is just starting.
constexpr absl::Duration kRefusalTimeout = absl::Milliseconds(200);

}  // namespace

std::string ShortId(const std::string& name) {
  const size_t slash = name.rfind('/');
  return slash == std::string::npos ? name : name.substr(slash + 1);
}

absl::StatusOr<Client*> Context::client() {
  if (client_ == nullptr) {
    auto made = Client::Connect({.address = options_.server,
                                 .call_timeout = absl::Seconds(options_.timeout_seconds),
                                 .connect_timeout = kConnectTimeout,
                                 .refusal_timeout = kRefusalTimeout});
    if (!made.ok()) return made.status();
    client_ = *std::move(made);
  }
  return client_.get();
}

absl::StatusOr<std::string> Context::network() {
  if (absl::StartsWith(options_.network, "networks/")) return options_.network;
  if (!options_.network.empty()) return absl::StrCat("networks/", options_.network);
  auto connected = client();
  if (!connected.ok()) return connected.status();
  auto listed = (*connected)->ListNetworks({});
  if (!listed.ok()) return listed.status();
  if (listed->networks().empty()) {
    return absl::NotFoundError(
        "the server has no network yet; import one with `jalon import FOLDER --network ID`, or "
        "start the server with --demo=small");
  }
  if (listed->networks_size() == 1) return listed->networks(0).name();
  const auto append_id = [](std::string* out, const v1::Network& network) {
    out->append(ShortId(network.name()));
  };
  return absl::InvalidArgumentError(absl::StrCat(
      "the server has several networks: ", absl::StrJoin(listed->networks(), ", ", append_id),
      "; choose one with --network ID or JALON_NETWORK"));
}

absl::StatusOr<std::string> Context::FullName(const std::string& collection,
                                              const std::string& id) {
  if (absl::StartsWith(id, "networks/")) return id;
  auto parent = network();
  if (!parent.ok()) return parent.status();
  return absl::StrCat(*parent, "/", collection, "/", id);
}

Workbook* Context::workbook() {
  const bool wanted = options_.output.format == OutputFormat::kXlsx;
  if (wanted && workbook_ == nullptr) {
    workbook_ = std::make_unique<Workbook>(command_, options_.output.locale);
  }
  return workbook_.get();
}

void Context::Done(const std::string& name, const std::string& result) {
  if (is_screen()) {
    out() << name << (name.empty() ? "" : ": ") << result << "\n";
    return;
  }
  TableWriter writer = table({{"name", "Name", "Nom"}, {"result", "Result", "Résultat"}});
  writer.Row({name, result});
  writer.Finish();
}

void Context::Next(const std::string& command, const std::string& why) {
  streams_.err << (french() ? "ensuite : " : "next: ") << command << "   # " << why << "\n";
}

std::string ViolationLine(const v1::Violation& violation) {
  std::string place;
  if (!violation.file().empty()) {
    absl::StrAppend(&place, violation.file(), ":");
    if (violation.line() > 0) absl::StrAppend(&place, violation.line(), ":");
    if (violation.column() > 0) absl::StrAppend(&place, violation.column(), ":");
    place += " ";
  }
  return absl::StrCat(place, violation.message(), " [", violation.reason(), "]");
}

namespace {

// The message; servers may send none, then the name of the code says at least its kind.
std::string Words(const absl::Status& status) {
  return status.message().empty() ? absl::StatusCodeToString(status.code())
                                  : std::string(status.message());
}

}  // namespace

int ReportError(Context& context, const absl::Status& status) {
  if (context.interrupt().raised()) {
    context.err() << (context.french() ? "interrompu\n" : "interrupted\n");
    return kExitInterrupted;
  }
  context.err() << (context.french() ? "erreur : " : "error: ") << Words(status) << "\n";
  const v1::ViolationDetails details = ViolationsOf(status);
  int shown = 0;
  for (const auto& violation : details.violations()) {
    // A single violation is the message already.
    if (details.total_count() == 1) break;
    if (++shown > kViolationsShown) break;
    context.err() << "  " << ViolationLine(violation) << "\n";
  }
  if (details.total_count() > details.violations_size()) {
    context.err() << "  ... " << details.total_count() - details.violations_size() << " more\n";
  }
  return ExitCodeOf(status);
}

}  // namespace jalon::client
