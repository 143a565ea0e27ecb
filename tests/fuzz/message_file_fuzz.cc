// Scenarios and runs as files people edit. The first line names the format (`json` or `text`) and
// the message.
#include <string>

#include "clients/cli/message_file.h"
#include "jalon/v1/scenario_service.pb.h"
#include "jalon/v1/simulation_service.pb.h"
#include "tests/fuzz/fuzz_util.h"

namespace jalon {
namespace {

// The text as it is written after it was read; empty when it cannot be.
template <class Message>
std::string Rewritten(const std::string& path, const std::string& text) {
  Message message;
  const absl::Status read = client::ParseMessage(path, text, message);
  Require(read.ok() || !read.message().empty());
  return read.ok() ? client::MessageText(message, path == "x.json") : std::string();
}

// What is read can be written and read again, and says the same from then on: protobuf's JSON reads
// -0 as 0. Unknown enumerators and times beyond the calendar have no JSON: nothing is written.
template <class Message>
void ReadWriteRead(const std::string& path, const std::string& text) {
  const std::string first = Rewritten<Message>(path, text);
  if (first.empty()) return;
  const std::string second = Rewritten<Message>(path, first);
  Require(!second.empty());
  Require(Rewritten<Message>(path, second) == second);
}

}  // namespace
}  // namespace jalon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto [options, text] = jalon::CutLine(jalon::TextOf(data, size));
  const std::string path = options.find("json") != options.npos ? "x.json" : "x.txtpb";
  if (options.find("run") != options.npos) {
    jalon::ReadWriteRead<jalon::v1::Run>(path, std::string(text));
  } else {
    jalon::ReadWriteRead<jalon::v1::Scenario>(path, std::string(text));
  }
  return 0;
}
