// `jalond`: the server's command line.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/reflection.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/app.h"
#include "server/base/freed_memory.h"
#include "server/config.h"
#include "server/demo.h"
#include "sim/base/status_macros.h"

ABSL_FLAG(std::string, config, "", "configuration file (protobuf text format)");
ABSL_FLAG(std::string, data, "", "folder of the data (default: jalon-data)");
ABSL_FLAG(std::string, listen, "", "host:port to listen on (default: 127.0.0.1:7443)");
ABSL_FLAG(std::string, port_file, "", "file to write the port to, once serving");
ABSL_FLAG(int, threads, 0, "threads that compute (default: the machine's cores)");
ABSL_FLAG(std::string, demo, "",
          "small, default or large: loads a made-up network `demo`, unless it is there already");
ABSL_FLAG(int, port, -1, "port to listen on, on the host of --listen; 0 lets the system choose");
ABSL_FLAG(std::string, log_level, "", "debug, info, warning or error (default: info)");

namespace jalon::server {
namespace {

// Bound of a graceful stop; past it the process ends anyway and the store recovers by its log.
constexpr std::chrono::seconds kStopBound(20);
constexpr absl::Duration kGrace = absl::Seconds(5);

constexpr char kUsage[] =
    "Simulates and forecasts the commercial steering of a retail bank network, over gRPC.\n\n"
    "Examples:\n"
    "  jalond --data=/var/lib/jalon --listen=127.0.0.1:7443\n"
    "  jalond --demo=small --port=0\n\n"
    "It prints `listening on HOST:PORT` once it serves, and stops on SIGTERM or Ctrl-C.";

absl::StatusOr<Config> ReadSettings() {
  Config config;
  if (const std::string path = absl::GetFlag(FLAGS_config); !path.empty()) {
    JALON_ASSIGN_OR_RETURN(config, ReadConfigFile(path));
  }
  if (std::string data = absl::GetFlag(FLAGS_data); !data.empty()) config.data_directory = data;
  if (std::string to = absl::GetFlag(FLAGS_listen); !to.empty()) config.listen_address = to;
  if (const int port = absl::GetFlag(FLAGS_port); port >= 0) {
    const std::string& to = config.listen_address;
    config.listen_address = absl::StrCat(to.substr(0, to.rfind(':')), ":", port);
  }
  if (const int threads = absl::GetFlag(FLAGS_threads); threads > 0) config.thread_count = threads;
  if (const std::string level = absl::GetFlag(FLAGS_log_level); !level.empty()) {
    JALON_ASSIGN_OR_RETURN(config.log_level, ParseLogLevel(level));
  }
  return config;
}

// The signals that stop the server, blocked in every thread so that main alone receives them.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Waits for a signal or for the store to fail. True for a signal.
bool WaitForStop(const App& app, const sigset_t& signals) {
  const timespec second{.tv_sec = 1, .tv_nsec = 0};
  while (!app.failed()) {
    if (sigtimedwait(&signals, nullptr, &second) > 0) return true;
  }
  return false;
}

// Ends the process when a stop takes too long or is asked for twice.
void StartStopWatchdog(sigset_t signals) {
  std::thread([signals] {
    const timespec bound{.tv_sec = kStopBound.count(), .tv_nsec = 0};
    (void)sigtimedwait(&signals, nullptr, &bound);
    std::_Exit(1);
  }).detach();
}

int Fail(const absl::Status& status) {
  std::cerr << "jalond: " << status.message() << "\n";
  return 1;
}

// The size of the demo asked for; nothing without the flag.
absl::StatusOr<std::optional<sim::DemoSize>> ReadDemo() {
  const std::string text = absl::GetFlag(FLAGS_demo);
  if (text.empty()) return std::optional<sim::DemoSize>();
  JALON_ASSIGN_OR_RETURN(const sim::DemoSize size, ParseDemoSize(text));
  return std::optional<sim::DemoSize>(size);
}

int Main() {
  const sigset_t signals = BlockStopSignals();
  const absl::StatusOr<Config> config = ReadSettings();
  if (!config.ok()) return Fail(config.status());
  const absl::StatusOr<std::optional<sim::DemoSize>> demo = ReadDemo();
  if (!demo.ok()) return Fail(demo.status());
  SystemClock clock;
  Logger log(config->log_level, clock);
  absl::StatusOr<std::unique_ptr<App>> app = App::Start({.data_directory = config->data_directory,
                                                         .listen_address = config->listen_address,
                                                         .thread_count = config->thread_count,
                                                         .limits = config->limits,
                                                         .demo = *demo},
                                                        clock, log);
  if (!app.ok()) return Fail(app.status());
  std::cout << (*app)->demo_report();
  std::cout << "listening on " << (*app)->address() << std::endl;
  if (const std::string path = absl::GetFlag(FLAGS_port_file); !path.empty()) {
    const std::string& address = (*app)->address();
    std::ofstream(path) << address.substr(address.rfind(':') + 1) << "\n";
  }
  const bool asked = WaitForStop(**app, signals);
  StartStopWatchdog(signals);
  const absl::Status stopped = (*app)->Stop(kGrace);
  return asked && stopped.ok() ? 0 : 1;
}

// Abseil's own --help ends with exit code 1, as if something had failed.
int PrintHelp() {
  std::map<std::string, std::string> flags;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (flag->Filename().find("server/main.cc") != std::string::npos) {
      flags.emplace(name, flag->Help());
    }
  }
  std::cout << kUsage << "\n\nFlags:\n";
  for (const auto& [name, help] : flags) {
    std::cout << "  --" << absl::StrReplaceAll(name, {{"_", "-"}}) << "  " << help << "\n";
  }
  return 0;
}

// Flags may be written `--port-file` or `--port_file`; Abseil knows the second only.
std::vector<std::string> WithUnderscores(int argc, char** argv) {
  std::vector<std::string> arguments(argv, argv + argc);
  for (std::string& argument : arguments) {
    if (argument.rfind("--", 0) != 0) continue;
    const size_t end = std::min(argument.find('='), argument.size());
    std::replace(argument.begin() + 2, argument.begin() + static_cast<ptrdiff_t>(end), '-', '_');
  }
  return arguments;
}

}  // namespace
}  // namespace jalon::server

int main(int argc, char** argv) {
  jalon::server::KeepFreedMemory();
  // Our messages say what failed; gRPC's own log names its source files.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  absl::SetProgramUsageMessage(jalon::server::kUsage);
  absl::FlagsUsageConfig usage;
  usage.contains_helpshort_flags = [](absl::string_view file) {
    return file.find("server/main.cc") != absl::string_view::npos;
  };
  usage.contains_help_flags = usage.contains_helpshort_flags;
  usage.version_string = [] { return std::string("jalond " JALON_VERSION "\n"); };
  absl::SetFlagsUsageConfig(usage);
  std::vector<std::string> arguments = jalon::server::WithUnderscores(argc, argv);
  if (std::find(arguments.begin(), arguments.end(), "--help") != arguments.end()) {
    return jalon::server::PrintHelp();
  }
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  const std::vector<char*> rest =
      absl::ParseCommandLine(static_cast<int>(pointers.size()), pointers.data());
  if (rest.size() > 1) {
    std::cerr << "jalond: unknown argument `" << rest[1] << "`; see jalond --help\n";
    return 2;
  }
  return jalon::server::Main();
}
