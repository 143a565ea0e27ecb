#include "tests/server/rpc/test_server.h"

#include <iostream>

namespace jalon::server {
namespace {

template <class Options>
void Declare(const NamedTexts& files, Options* options) {
  for (const auto& [name, text] : files) {
    v1::FileDeclaration* file = options->add_files();
    file->set_file(name);
    file->set_size_bytes(static_cast<int64_t>(text.size()));
  }
}

// Writes messages until the server ends the call, closes, and returns its answer.
template <class Message, class Open>
absl::StatusOr<v1::Import> SendAll(const std::vector<Message>& messages, const Open& open) {
  grpc::ClientContext context;
  TestServer::SetDeadline(context);
  v1::Import response;
  const auto writer = open(&context, &response);
  for (const Message& message : messages) {
    if (!writer->Write(message)) break;
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return client::FromGrpcStatus(status);
  return response;
}

}  // namespace

TestServer::TestServer(TestServerOptions options) : log_(LogLevel::kError, clock_) {
  if (options.store == nullptr) options.store = NewMemoryStore(clock_);
  auto app = App::Start({.listen_address = "",
                         .thread_count = 1,
                         .limits = options.limits,
                         .store = std::move(options.store)},
                        clock_, log_);
  EXPECT_TRUE(app.ok()) << app.status();
  app_ = *std::move(app);
  const auto channel = app_->InProcessChannel();
  networks_ = v1::NetworkService::NewStub(channel);
  scenarios_ = v1::ScenarioService::NewStub(channel);
  objectives_ = v1::ObjectiveService::NewStub(channel);
}

absl::StatusOr<v1::Import> TestServer::Send(const std::vector<v1::CreateImportRequest>& messages) {
  return SendAll(messages, [this](grpc::ClientContext* context, v1::Import* response) {
    return networks_->CreateImport(context, response);
  });
}

absl::StatusOr<v1::Import> TestServer::Import(v1::ImportOptions options, const NamedTexts& files) {
  if (options.files().empty()) Declare(files, &options);
  std::vector<v1::CreateImportRequest> messages = {OptionsMessage(options)};
  for (size_t i = 0; i < files.size(); ++i) {
    messages.push_back(Chunk(static_cast<int>(i), files[i].second));
  }
  return Send(messages);
}

absl::StatusOr<v1::Import> TestServer::ImportObjectives(v1::ObjectiveImportOptions options,
                                                        const NamedTexts& files) {
  Declare(files, &options);
  std::vector<v1::ImportObjectivesRequest> messages(1);
  *messages[0].mutable_options() = options;
  for (size_t i = 0; i < files.size(); ++i) {
    v1::ImportObjectivesRequest& message = messages.emplace_back();
    message.mutable_chunk()->set_file_index(static_cast<int32_t>(i));
    message.mutable_chunk()->set_data(files[i].second);
  }
  return SendAll(messages, [this](grpc::ClientContext* context, v1::Import* response) {
    return objectives_->ImportObjectives(context, response);
  });
}

absl::StatusOr<v1::Import> TestServer::ImportScenario(v1::ScenarioImportOptions options,
                                                      const NamedTexts& files) {
  if (options.files().empty()) Declare(files, &options);
  std::vector<v1::ImportScenarioRequest> messages(1);
  *messages[0].mutable_options() = options;
  for (size_t i = 0; i < files.size(); ++i) {
    v1::ImportScenarioRequest& message = messages.emplace_back();
    message.mutable_chunk()->set_file_index(static_cast<int32_t>(i));
    message.mutable_chunk()->set_data(files[i].second);
  }
  return SendAll(messages, [this](grpc::ClientContext* context, v1::Import* response) {
    return scenarios_->ImportScenario(context, response);
  });
}

v1::Import TestServer::ImportSmall(const std::string& network) {
  const absl::StatusOr<v1::Import> import = Import(OptionsFor(network), SmallNetwork());
  EXPECT_TRUE(import.ok()) << import.status();
  if (!import.ok()) return {};
  EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->ShortDebugString();
  return *import;
}

v1::ImportOptions OptionsFor(const std::string& network, const NamedTexts& files) {
  v1::ImportOptions options;
  options.set_network(network);
  Declare(files, &options);
  return options;
}

v1::CreateImportRequest OptionsMessage(const v1::ImportOptions& options) {
  v1::CreateImportRequest message;
  *message.mutable_options() = options;
  return message;
}

v1::CreateImportRequest Chunk(int file, std::string bytes) {
  v1::CreateImportRequest message;
  message.mutable_chunk()->set_file_index(file);
  message.mutable_chunk()->set_data(std::move(bytes));
  return message;
}

std::vector<std::string> Broken(const absl::Status& status) {
  std::vector<std::string> broken;
  const v1::ViolationDetails details = client::ViolationsOf(status);
  for (const v1::Violation& violation : details.violations()) {
    broken.push_back(violation.field() + " " + violation.reason());
  }
  return broken;
}

}  // namespace jalon::server
