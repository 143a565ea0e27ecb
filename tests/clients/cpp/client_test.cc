#include "clients/cpp/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/clients/cpp/fake_server.h"

namespace jalon::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "starting", "details");

class ClientTest : public testing::Test {
 protected:
  std::unique_ptr<Client> MakeClient() {
    ClientOptions options;
    options.address = server_.address();
    options.call_timeout = absl::Seconds(20);
    options.sleep = [this](absl::Duration wait) { waits_.push_back(wait); };
    auto client = Client::Connect(options);
    EXPECT_TRUE(client.ok());
    return *std::move(client);
  }

  FakeServer server_;
  std::vector<absl::Duration> waits_;
};

v1::GetNetworkRequest GetRequest() {
  v1::GetNetworkRequest request;
  request.set_name("networks/demo");
  return request;
}

TEST_F(ClientTest, ReturnsTheMessageOfACall) {
  auto network = MakeClient()->GetNetwork(GetRequest());

  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(network->name(), "networks/demo");
}

TEST_F(ClientTest, RepeatsAReadWhenTheServerIsUnavailable) {
  server_.network.get = [](int call) { return call < 3 ? kUnavailable : grpc::Status::OK; };

  EXPECT_TRUE(MakeClient()->GetNetwork(GetRequest()).ok());
  EXPECT_EQ(server_.network.get_count, 3);
  ASSERT_EQ(waits_.size(), 2u);
  EXPECT_LT(waits_[0], waits_[1]);
}

TEST_F(ClientTest, GivesUpAfterTheAttemptsAllowed) {
  server_.network.get = [](int) { return kUnavailable; };

  auto network = MakeClient()->GetNetwork(GetRequest());
  EXPECT_EQ(network.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.network.get_count, 4);
}

// The waits between attempts are the real ones: what is tested is that each attempt connects anew.
TEST(ClientConnectionTest, ReachesAServerThatComesUpBetweenTwoAttempts) {
  const std::string address = FakeServer().address();
  std::unique_ptr<FakeServer> late;
  ClientOptions options;
  options.address = address;
  options.sleep = [&](absl::Duration wait) {
    if (late == nullptr) late = std::make_unique<FakeServer>(address);
    absl::SleepFor(wait);
  };
  auto client = Client::Connect(options);
  ASSERT_TRUE(client.ok());

  EXPECT_TRUE((*client)->GetNetwork(GetRequest()).ok());
  EXPECT_NE(late, nullptr) << "the first attempt found nobody";
}

// Takes one connection on a port of its own and hangs up at once: somebody who is no server.
class Refuser {
 public:
  Refuser() {
    socklen_t size = sizeof(address_);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address_), size), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", ntohs(address_.sin_port)); }
  void RefuseOne() {
    const int connection = accept(socket_, nullptr, nullptr);
    // Hung up without lingering, or the port would stay taken for a while.
    const linger none{.l_onoff = 1, .l_linger = 0};
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close(connection);
    close(socket_);
  }

 private:
  const int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address_ = {};
};

TEST(ClientConnectionTest, WaitsWithItsFirstCallWhereTheFirstConnectionFails) {
  Refuser refuser;
  const std::string address = refuser.address();
  auto client = Client::Connect(
      {.address = address, .connect_timeout = absl::Seconds(30), .max_attempts = 1});
  ASSERT_TRUE(client.ok());
  absl::Status answer;
  std::thread caller([&] { answer = (*client)->GetNetwork(GetRequest()).status(); });
  refuser.RefuseOne();
  const FakeServer late(address);
  caller.join();

  EXPECT_TRUE(answer.ok()) << answer;
}

// Neither waits nor tries again, or this would last an hour.
TEST(ClientConnectionTest, SaysSoonThatNobodyListens) {
  const std::string address = FakeServer().address();
  auto client = Client::Connect({.address = address,
                                 .connect_timeout = absl::Hours(1),
                                 .refusal_timeout = absl::Milliseconds(50),
                                 .sleep = [](absl::Duration) { FAIL() << "it tries again"; }});
  ASSERT_TRUE(client.ok());

  const absl::Status answer = (*client)->GetNetwork(GetRequest()).status();
  EXPECT_EQ(answer.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(answer.message()), HasSubstr("no Jalon server answers at"));
}

TEST_F(ClientTest, NeverRepeatsAChangeWithoutRequestId) {
  server_.network.del = [](int) { return kUnavailable; };

  EXPECT_FALSE(MakeClient()->DeleteNetwork({}).ok());
  EXPECT_EQ(server_.network.delete_count, 1);
}

TEST_F(ClientTest, RepeatsACreationThatCarriesARequestId) {
  server_.simulation.create = [](int call) { return call < 2 ? kUnavailable : grpc::Status::OK; };
  v1::CreateRunRequest request;
  request.set_request_id(NewRequestId());

  EXPECT_TRUE(MakeClient()->CreateRun(request).ok());
  EXPECT_EQ(server_.simulation.create_count, 2);
}

TEST_F(ClientTest, NeverRepeatsARefusal) {
  server_.network.get = [](int) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "name: must not be empty");
  };

  auto network = MakeClient()->GetNetwork({});
  EXPECT_EQ(network.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(server_.network.get_count, 1);
}

TEST_F(ClientTest, KeepsTheBrokenRulesOfARefusal) {
  v1::ViolationDetails violations;
  violations.add_violations()->set_reason("UNKNOWN_UNIT");
  violations.set_total_count(33);
  v1::ErrorInfo info;
  info.set_reason("INVALID_OBJECTIVES");
  v1::Status details;
  auto* first = details.add_details();
  first->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  first->set_value(info.SerializeAsString());
  auto* second = details.add_details();
  second->set_type_url("type.googleapis.com/jalon.v1.ViolationDetails");
  second->set_value(violations.SerializeAsString());
  server_.network.get = [bytes = details.SerializeAsString()](int) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "bad", bytes);
  };

  const absl::Status status = MakeClient()->GetNetwork(GetRequest()).status();
  EXPECT_EQ(ViolationsOf(status).total_count(), 33);
  EXPECT_EQ(ViolationsOf(status).violations(0).reason(), "UNKNOWN_UNIT");
  EXPECT_EQ(ReasonOf(status), "INVALID_OBJECTIVES");
}

TEST_F(ClientTest, FindsNothingInDetailsThatAreNoise) {
  server_.network.get = [](int) {
    return grpc::Status(grpc::StatusCode::INTERNAL, "bad", "\xFF\xFFnoise");
  };

  const absl::Status status = MakeClient()->GetNetwork(GetRequest()).status();
  EXPECT_EQ(ViolationsOf(status).total_count(), 0);
  EXPECT_EQ(ReasonOf(status), "");
}

TEST_F(ClientTest, UploadsFilesByPiecesInOrder) {
  const std::vector<UploadFile> files = {{"a.csv", std::string(600'000, 'a')}, {"b.csv", "tail"}};
  int64_t sent = 0;

  auto import = MakeClient()->CreateImport({}, files, {}, [&sent](int64_t bytes) { sent = bytes; });

  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(server_.network.received[0], files[0].bytes);
  EXPECT_EQ(server_.network.received[1], "tail");
  EXPECT_LE(server_.network.largest_chunk, 256u * 1024);
  EXPECT_EQ(server_.network.options.files(1).size_bytes(), 4);
  EXPECT_EQ(sent, 600'004);
}

v1::WatchRunResponse Event(int64_t sequence) {
  v1::WatchRunResponse event;
  event.set_sequence(sequence);
  event.set_resume_token(absl::StrCat("after ", sequence));
  return event;
}

TEST_F(ClientTest, ResumesABrokenWatchFromItsLastToken) {
  server_.simulation.watch = [](int call, grpc::ServerContext*, auto* writer) {
    writer->Write(Event(call));
    return call < 3 ? kUnavailable : grpc::Status::OK;
  };
  std::vector<int64_t> seen;

  const absl::Status status = MakeClient()->WatchRun(
      {}, {}, [&seen](const v1::WatchRunResponse& event) { seen.push_back(event.sequence()); });

  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(seen, ElementsAre(1, 2, 3));
  EXPECT_THAT(server_.simulation.tokens, ElementsAre("", "after 1", "after 2"));
}

TEST_F(ClientTest, ACancelledWatchEndsAndReachesTheServer) {
  std::atomic<bool> server_saw_it = false;
  server_.simulation.watch = [&](int, grpc::ServerContext* context, auto* writer) {
    writer->Write(Event(1));
    while (!context->IsCancelled()) std::this_thread::yield();
    server_saw_it = true;
    return grpc::Status::CANCELLED;
  };
  Canceller canceller;

  const absl::Status status = MakeClient()->WatchRun(
      {}, canceller, [&canceller](const v1::WatchRunResponse&) { canceller.Cancel(); });

  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  while (!server_saw_it) std::this_thread::yield();
}

TEST_F(ClientTest, ACallerMayCancelBeforeTheCall) {
  server_.simulation.watch = [](int, grpc::ServerContext* context, auto*) {
    while (!context->IsCancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  };
  Canceller canceller;
  canceller.Cancel();

  EXPECT_EQ(MakeClient()->WatchRun({}, canceller, [](const auto&) {}).code(),
            absl::StatusCode::kCancelled);
}

TEST(ClientConnectTest, SaysHowToStartAServerWhenNoneAnswers) {
  ClientOptions options;
  options.address = "127.0.0.1:1";
  options.max_attempts = 1;

  const absl::Status status = (*Client::Connect(options))->GetNetwork(GetRequest()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("jalond --demo"));
}

TEST(ClientConnectTest, RefusesOptionsOutOfRange) {
  EXPECT_FALSE(Client::Connect({.address = ""}).ok());
  EXPECT_FALSE(Client::Connect({.call_timeout = absl::ZeroDuration()}).ok());
  EXPECT_FALSE(Client::Connect({.max_attempts = 0}).ok());
}

TEST(RequestIdTest, IsDifferentEachTime) {
  EXPECT_EQ(NewRequestId().size(), 32u);
  EXPECT_NE(NewRequestId(), NewRequestId());
}

}  // namespace
}  // namespace jalon::client
