#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "jalon/store/v1/record.pb.h"
#include "tests/server/rpc/test_server.h"

namespace jalon::server {
namespace {

using Stub = v1::NetworkService::Stub;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Property;

constexpr char kHeading[] = "unit;indicator;period;value\n";

class ImportServiceTest : public testing::Test {
 protected:
  explicit ImportServiceTest(TestServerOptions options = {}) : server_(std::move(options)) {}

  template <class Request, class Response>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request) {
    return server_.Ask(server_.networks(), method, request);
  }

  bool NetworkExists(const std::string& name) {
    v1::GetNetworkRequest request;
    request.set_name(name);
    return Ask(&Stub::GetNetwork, request).ok();
  }

  std::vector<v1::Import> Imports(const std::string& network) {
    v1::ListImportsRequest request;
    request.set_parent(network);
    const auto page = Ask(&Stub::ListImports, request);
    if (!page.ok()) return {};
    return {page->imports().begin(), page->imports().end()};
  }

  // The network's newest import once it has ended.
  v1::Import EndedImport(const std::string& network) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    v1::Import import;
    do {
      std::vector<v1::Import> imports = Imports(network);
      if (!imports.empty()) import = imports.front();
      std::this_thread::yield();
    } while ((import.name().empty() || import.state() == v1::Import::STATE_RUNNING) &&
             std::chrono::steady_clock::now() < until);
    return import;
  }

  std::vector<v1::Violation> Violations(const v1::Import& import, int page_size = 0) {
    v1::ListImportViolationsRequest request;
    request.set_parent(import.name());
    request.set_page_size(page_size);
    std::vector<v1::Violation> all;
    do {
      const auto page = Ask(&Stub::ListImportViolations, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_EQ(page->total_count(), import.violation_count());
      all.insert(all.end(), page->violations().begin(), page->violations().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  // An import of the small network with other realisations, which must not fail as a call.
  v1::Import ImportRealisations(const std::string& realisations,
                                v1::ImportOptions options = OptionsFor("networks/fr")) {
    NamedTexts files = SmallNetwork();
    files[2].second = realisations;
    const auto import = server_.Import(std::move(options), files);
    EXPECT_TRUE(import.ok()) << import.status();
    return import.ok() ? *import : v1::Import();
  }

  TestServer server_;
};

TEST_F(ImportServiceTest, MakesANetworkOfItsFiles) {
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_display_name("Banque de France");

  const auto import = server_.Import(options, SmallNetwork());

  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_EQ(import->kind(), v1::Import::KIND_NETWORK);
  EXPECT_EQ(import->mode(), v1::IMPORT_MODE_REPLACE);
  EXPECT_THAT(import->revision(), HasSubstr("networks/fr/revisions/"));
  EXPECT_EQ(import->value_count(), 5);
  ASSERT_EQ(import->files_size(), 3);
  EXPECT_EQ(import->files(2).file(), "realisations.csv");
  EXPECT_EQ(import->files(2).row_count(), 5);
  EXPECT_EQ(import->files(2).table(), "realisations");
  EXPECT_GT(import->files(2).size_bytes(), 0);
  EXPECT_TRUE(import->has_end_time());
  v1::GetNetworkRequest request;
  request.set_name("networks/fr");
  EXPECT_EQ(Ask(&Stub::GetNetwork, request)->display_name(), "Banque de France");
}

TEST_F(ImportServiceTest, ReadsAnImportAgainAsItEnded) {
  const v1::Import import = server_.ImportSmall();
  v1::GetImportRequest request;
  request.set_name(import.name());

  const auto again = Ask(&Stub::GetImport, request);

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), import.SerializeAsString());
}

TEST_F(ImportServiceTest, ListsEveryBadRowWithItsPlaceAndStoresNothing) {
  const v1::Import import = ImportRealisations(
      absl::StrCat(kHeading, "n1;accounts;2026-01;-12\nzz;accounts;2026-02;1\n",
                   "n1;loans;2026-13;5\nn1;accounts;2026-02;x\nn2;accounts;2026-01;7\n"));

  EXPECT_EQ(import.state(), v1::Import::STATE_REJECTED);
  EXPECT_EQ(import.revision(), "");
  const std::vector<v1::Violation> violations = Violations(import);
  ASSERT_EQ(violations.size(), 4u);
  EXPECT_EQ(violations[0].file(), "realisations.csv");
  EXPECT_EQ(violations[0].line(), 2);
  EXPECT_EQ(violations[0].column(), 4);
  EXPECT_EQ(violations[0].value(), "-12");
  EXPECT_EQ(violations[0].rule(), "must be >= 0");
  EXPECT_EQ(violations[0].reason(), "NEGATIVE");
  EXPECT_EQ(violations[1].reason(), "UNKNOWN_UNIT");
  EXPECT_EQ(violations[2].reason(), "BAD_PERIOD");
  EXPECT_EQ(violations[3].reason(), "TEXT_IN_NUMBER");
  EXPECT_FALSE(NetworkExists("networks/fr"));
  EXPECT_EQ(Imports("networks/fr").size(), 1u);
}

TEST_F(ImportServiceTest, PagesThroughManyViolations) {
  std::string rows = kHeading;
  for (int i = 0; i < 1'234; ++i) absl::StrAppend(&rows, "x", i, ";accounts;2026-01;1\n");
  rows += "n1;accounts;2026-01;1\n";

  const v1::Import import = ImportRealisations(rows);

  EXPECT_EQ(import.violation_count(), 1'234);
  const std::vector<v1::Violation> violations = Violations(import, 300);
  ASSERT_EQ(violations.size(), 1'234u);
  for (int i = 0; i < 1'234; ++i) EXPECT_EQ(violations[i].value(), absl::StrCat("x", i));
  // Page sizes above the most are coerced.
  EXPECT_EQ(Violations(import, 9'999).size(), 1'234u);
}

TEST_F(ImportServiceTest, RefusesPersonalDataWithoutRepeatingIt) {
  NamedTexts files = SmallNetwork();
  files[0].second =
      "id;parent;level;label_fr\nsiege;;network;Siège\nnord;siege;region;Nord\n"
      "n1;nord;branch;anne.martin@example.org\nn2;nord;branch;jean.petit@example.org\n"
      "s1;nord;branch;lea.roux@example.org\n";

  const auto import = server_.Import(OptionsFor("networks/fr"), files);

  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_REJECTED);
  const std::vector<v1::Violation> violations = Violations(*import);
  ASSERT_FALSE(violations.empty());
  EXPECT_THAT(violations, Contains(Property(&v1::Violation::reason, "PERSONAL_DATA")));
  for (const v1::Violation& v : violations) {
    EXPECT_THAT(v.ShortDebugString(), Not(HasSubstr("example.org")));
  }
}

TEST_F(ImportServiceTest, RejectsABadMappingByItsLines) {
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_mapping("[network]\nid = fr\ncolour = blue\n");

  const auto import = server_.Import(options, SmallNetwork());

  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_REJECTED);
  const std::vector<v1::Violation> violations = Violations(*import);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].file(), "mapping");
  EXPECT_EQ(violations[0].line(), 3);
  EXPECT_EQ(violations[0].reason(), "UNKNOWN_KEY");
}

TEST_F(ImportServiceTest, AppendsPeriodsAndListsWhatTheyRestate) {
  const v1::Import first = server_.ImportSmall();
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_mode(v1::IMPORT_MODE_APPEND);
  options.set_base_revision(first.revision());

  const auto import = server_.Import(
      options, {{"realisations.csv",
                 absl::StrCat(kHeading, "n1;accounts;2026-02;4\n", "n1;accounts;2026-03;9\n")}});

  ASSERT_TRUE(import.ok()) << import.status();
  ASSERT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->ShortDebugString();
  EXPECT_EQ(import->base_revision(), first.revision());
  EXPECT_EQ(import->restated_count(), 1);
  ASSERT_EQ(import->restated_size(), 1);
  EXPECT_EQ(import->restated(0).unit(), "n1");
  EXPECT_EQ(import->restated(0).segment(), "all");
  EXPECT_EQ(import->restated(0).period(), "2026-02");
  EXPECT_EQ(import->restated(0).old_value(), 0);
  EXPECT_EQ(import->restated(0).new_value(), 4);
}

TEST_F(ImportServiceTest, NeedsAModeForANetworkThatExists) {
  server_.ImportSmall();

  const absl::Status status = server_.Import(OptionsFor("networks/fr"), SmallNetwork()).status();

  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(Broken(status), ElementsAre("options.mode MISSING_FIELD"));
}

TEST_F(ImportServiceTest, AppendsToNothingThatDoesNotExist) {
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_mode(v1::IMPORT_MODE_APPEND);

  EXPECT_TRUE(absl::IsNotFound(server_.Import(options, SmallNetwork()).status()));
}

TEST_F(ImportServiceTest, AbortsWhenTheBaseIsNotTheNewestAnyMore) {
  const v1::Import first = server_.ImportSmall();
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_mode(v1::IMPORT_MODE_APPEND);
  options.set_base_revision(first.revision());
  const NamedTexts more = {{"realisations.csv", absl::StrCat(kHeading, "n1;accounts;2026-03;9\n")}};
  ASSERT_TRUE(server_.Import(options, more).ok());

  const absl::Status late = server_.Import(options, more).status();

  EXPECT_TRUE(absl::IsAborted(late)) << late;
}

TEST_F(ImportServiceTest, AbortsWhenAnotherImportWasFasterAndMakesNothing) {
  const NamedTexts files = SmallNetwork();
  // Both begin while the network does not exist.
  grpc::ClientContext context;
  TestServer::SetDeadline(context);
  v1::Import response;
  const auto slow = server_.networks().CreateImport(&context, &response);
  ASSERT_TRUE(slow->Write(OptionsMessage(OptionsFor("networks/fr", files))));
  while (Imports("networks/fr").empty()) std::this_thread::yield();
  const v1::Import fast = server_.ImportSmall();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(slow->Write(Chunk(i, files[i].second)));
  slow->WritesDone();

  const grpc::Status status = slow->Finish();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED) << status.error_message();
  std::vector<v1::Import> imports = Imports("networks/fr");
  ASSERT_EQ(imports.size(), 2u);
  const v1::Import& lost = imports[imports[0].name() == fast.name() ? 1 : 0];
  EXPECT_EQ(lost.state(), v1::Import::STATE_FAILED);
  EXPECT_EQ(lost.revision(), "");
  EXPECT_THAT(lost.error(), HasSubstr("meanwhile"));
}

TEST_F(ImportServiceTest, MakesNoOtherRevisionOfTheSameContent) {
  const v1::Import first = server_.ImportSmall();
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_mode(v1::IMPORT_MODE_REPLACE);

  const auto again = server_.Import(options, SmallNetwork());

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_EQ(again->revision(), first.revision());
  EXPECT_THAT(again->notices(), Contains(HasSubstr("says the same")));
}

TEST_F(ImportServiceTest, NumbersAReturnToOlderContent) {
  const v1::Import first = server_.ImportSmall();
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_mode(v1::IMPORT_MODE_REPLACE);
  ImportRealisations(absl::StrCat(kHeading, "n1;accounts;2026-01;1\n"), options);

  const auto back = server_.Import(options, SmallNetwork());

  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->revision(), first.revision() + "-3");
}

TEST_F(ImportServiceTest, KeepsNothingButTheReportOfAValidation) {
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_validate_only(true);

  const auto import = server_.Import(options, SmallNetwork());

  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_VALIDATED);
  EXPECT_EQ(import->value_count(), 5);
  EXPECT_FALSE(NetworkExists("networks/fr"));
}

TEST_F(ImportServiceTest, AnswersARepeatedRequestIdWithTheFirstImport) {
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_request_id("import-1");
  const auto first = server_.Import(options, SmallNetwork());
  ASSERT_TRUE(first.ok()) << first.status();

  const auto again = server_.Import(options, SmallNetwork());

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->name(), first->name());
  EXPECT_EQ(Imports("networks/fr").size(), 1u);
}

TEST_F(ImportServiceTest, RefusesARequestIdUsedWithOtherOptions) {
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_request_id("import-1");
  ASSERT_TRUE(server_.Import(options, SmallNetwork()).ok());
  options.set_display_name("Another");

  EXPECT_TRUE(absl::IsAlreadyExists(server_.Import(options, SmallNetwork()).status()));
}

TEST_F(ImportServiceTest, MayRetryACancelledUploadUnderItsRequestId) {
  v1::ImportOptions options = OptionsFor("networks/fr", SmallNetwork());
  options.set_request_id("import-1");
  ASSERT_TRUE(absl::IsDataLoss(server_.Send({OptionsMessage(options)}).status()));

  const auto again = server_.Import(options, SmallNetwork());

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->state(), v1::Import::STATE_SUCCEEDED);
}

TEST_F(ImportServiceTest, SaysWhenFewerBytesArriveThanAnnounced) {
  const v1::ImportOptions options = OptionsFor("networks/fr", SmallNetwork());

  const absl::Status status =
      server_.Send({OptionsMessage(options), Chunk(0, "id;parent")}).status();

  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_EQ(client::ReasonOf(status), "TRUNCATED_UPLOAD");
  const v1::Import import = EndedImport("networks/fr");
  EXPECT_EQ(import.state(), v1::Import::STATE_CANCELLED);
  EXPECT_THAT(import.error(), HasSubstr("announced"));
  EXPECT_FALSE(NetworkExists("networks/fr"));
}

TEST_F(ImportServiceTest, EndsAsCancelledWhenTheCallerGoes) {
  grpc::ClientContext context;
  TestServer::SetDeadline(context);
  v1::Import response;
  const auto writer = server_.networks().CreateImport(&context, &response);
  ASSERT_TRUE(writer->Write(OptionsMessage(OptionsFor("networks/fr", SmallNetwork()))));
  while (Imports("networks/fr").empty()) std::this_thread::yield();
  EXPECT_EQ(Imports("networks/fr").front().state(), v1::Import::STATE_RUNNING);

  context.TryCancel();

  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(EndedImport("networks/fr").state(), v1::Import::STATE_CANCELLED);
}

TEST_F(ImportServiceTest, NamesEveryBadOptionAtOnce) {
  v1::ImportOptions options = OptionsFor("fr");
  options.set_base_revision("latest");
  options.set_request_id(std::string(65, 'x'));
  for (const char* name : {"a.csv", "a.csv", "../b.csv"}) options.add_files()->set_file(name);
  options.mutable_files(0)->set_size_bytes(-1);

  const absl::Status status = server_.Send({OptionsMessage(options)}).status();

  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(Broken(status),
              ElementsAre("options.network BAD_NAME", "options.files[0].size_bytes OUT_OF_RANGE",
                          "options.files[1].file DUPLICATE_FILE", "options.files[2].file BAD_TEXT",
                          "options.request_id TEXT_TOO_LONG", "options.base_revision BAD_NAME"));
}

TEST_F(ImportServiceTest, RefusesMessagesOutOfOrder) {
  const v1::ImportOptions options = OptionsFor("networks/fr", SmallNetwork());
  const std::vector<std::vector<v1::CreateImportRequest>> streams = {
      {}, {Chunk(0, "x")}, {OptionsMessage(options), OptionsMessage(options)}};
  for (const auto& stream : streams) {
    const absl::Status status = server_.Send(stream).status();
    EXPECT_THAT(Broken(status), ElementsAre("payload OUT_OF_ORDER")) << status;
  }
  EXPECT_THAT(
      Broken(server_.Send({OptionsMessage(options), Chunk(1, "x"), Chunk(0, "x")}).status()),
      ElementsAre("chunk.file_index OUT_OF_ORDER"));
  EXPECT_THAT(Broken(server_.Send({OptionsMessage(options), Chunk(3, "x")}).status()),
              ElementsAre("chunk.file_index OUT_OF_ORDER"));
}

TEST_F(ImportServiceTest, RefusesMoreBytesThanAnnounced) {
  const v1::ImportOptions options = OptionsFor("networks/fr", {{"units.csv", "id"}});

  const absl::Status status = server_.Send({OptionsMessage(options), Chunk(0, "id;")}).status();

  EXPECT_THAT(Broken(status), ElementsAre("chunk.data TOO_MANY_BYTES"));
}

TEST_F(ImportServiceTest, RefusesAChunkAboveItsLimit) {
  const std::string big((256 << 10) + 1, 'x');
  const v1::ImportOptions options = OptionsFor("networks/fr", {{"units.csv", big}});

  const absl::Status status = server_.Send({OptionsMessage(options), Chunk(0, big)}).status();

  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("chunk_bytes"));
}

TEST_F(ImportServiceTest, RefusesAMessageAboveAMebibyte) {
  const std::string big((1 << 20) + 1, 'x');
  const v1::ImportOptions options = OptionsFor("networks/fr", {{"units.csv", big}});

  const absl::Status status = server_.Send({OptionsMessage(options), Chunk(0, big)}).status();

  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(EndedImport("networks/fr").state(), v1::Import::STATE_CANCELLED);
  EXPECT_FALSE(NetworkExists("networks/fr"));
  EXPECT_EQ(server_.ImportSmall().state(), v1::Import::STATE_SUCCEEDED) << "it goes on serving";
}

class ImportLimitsTest : public ImportServiceTest {
 protected:
  ImportLimitsTest()
      : ImportServiceTest(
            {.limits = {.upload_sessions = 1, .upload_bytes = 1'000, .upload_idle_seconds = 1}}) {}
};

TEST_F(ImportLimitsTest, RefusesAnUploadAboveTheBytesAllowed) {
  const absl::Status status =
      server_.Import(OptionsFor("networks/fr"), {{"units.csv", std::string(1'001, 'x')}}).status();

  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(client::ReasonOf(status), "LIMIT_EXCEEDED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("upload_bytes = 1000"));
}

TEST_F(ImportLimitsTest, RefusesOneUploadTooManyAndLetsTheNextIn) {
  {
    grpc::ClientContext context;
    TestServer::SetDeadline(context);
    v1::Import response;
    const auto open = server_.networks().CreateImport(&context, &response);
    ASSERT_TRUE(open->Write(OptionsMessage(OptionsFor("networks/be", SmallNetwork()))));
    while (Imports("networks/be").empty()) std::this_thread::yield();

    const absl::Status status = server_.Import(OptionsFor("networks/fr"), SmallNetwork()).status();

    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("upload_sessions = 1"));
    context.TryCancel();
    open->Finish();
  }
  // Its place is given back when the server is done with the cancelled call.
  absl::StatusOr<v1::Import> next;
  do {
    next = server_.Import(OptionsFor("networks/fr"), SmallNetwork());
  } while (absl::IsResourceExhausted(next.status()));
  EXPECT_TRUE(next.ok()) << next.status();
}

TEST_F(ImportLimitsTest, EndsAnUploadThatStaysSilent) {
  grpc::ClientContext context;
  TestServer::SetDeadline(context);
  v1::Import response;
  const auto writer = server_.networks().CreateImport(&context, &response);
  ASSERT_TRUE(writer->Write(OptionsMessage(OptionsFor("networks/fr", SmallNetwork()))));

  const grpc::Status status = writer->Finish();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << status.error_message();
  EXPECT_THAT(status.error_message(), HasSubstr("upload_idle_seconds = 1"));
  EXPECT_EQ(EndedImport("networks/fr").state(), v1::Import::STATE_CANCELLED);
}

TEST(ImportRecoveryTest, CancelsImportsThatAServerLeftRunning) {
  SystemClock clock;
  store::v1::ImportRecord record;
  record.mutable_import()->set_name("networks/fr/imports/i1");
  record.mutable_import()->set_state(v1::Import::STATE_RUNNING);
  std::unique_ptr<Store> store = NewMemoryStore(clock);
  Transaction transaction;
  transaction.mutations.push_back(PutResource{
      .name = record.import().name(), .state = "RUNNING", .payload = record.SerializeAsString()});
  ASSERT_TRUE(store->Apply(transaction).ok());

  TestServer server({.store = std::move(store)});

  v1::GetImportRequest request;
  request.set_name("networks/fr/imports/i1");
  const auto import = server.Ask(server.networks(), &Stub::GetImport, request);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_CANCELLED);
  EXPECT_EQ(import->error(), "the server stopped");
}

}  // namespace
}  // namespace jalon::server
