// What every Store does, run on each implementation.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/memory_store.h"
#include "server/store/sqlite_store.h"
#include "server/store/store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

absl::StatusCode Code(const absl::Status& status) { return status.code(); }

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<Store>(const std::string& directory, const Clock& clock)> open;

  // Keeps addresses out of the tests' names.
  friend void PrintTo(const Implementation& one, std::ostream* out) { *out << one.name; }
};

std::unique_ptr<Store> OpenSqlite(const std::string& directory, const Clock& clock) {
  absl::StatusOr<std::unique_ptr<Store>> store =
      OpenSqliteStore({.directory = directory, .clock = &clock});
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

std::vector<Implementation> Implementations() {
  return {{"Memory", [](const std::string&, const Clock& clock) { return NewMemoryStore(clock); }},
          {"Sqlite", OpenSqlite}};
}

RequestId Request(std::string id, absl::string_view content, std::string outcome) {
  return {"local:peer", std::move(id), "CreateRun", Sha256(content), std::move(outcome)};
}

AppendAudit Audit(std::string method) { return {{"local:peer", std::move(method), "r", {}, 0}}; }

class StoreTest : public ::testing::TestWithParam<Implementation> {
 protected:
  StoreTest() : store_(GetParam().open(dir_.path(), clock_)) {}

  absl::StatusOr<ApplyResult> Apply(std::vector<Mutation> mutations) {
    return store_->Apply({std::move(mutations), std::nullopt});
  }
  absl::StatusOr<ApplyResult> Apply(std::vector<Mutation> mutations, RequestId request) {
    return store_->Apply({std::move(mutations), std::move(request)});
  }
  // Puts and advances the clock by a second.
  PutStamp Put(std::string name, std::string state = "", std::string payload = "") {
    absl::StatusOr<ApplyResult> result =
        Apply({PutResource{std::move(name), std::move(state), std::move(payload)}});
    EXPECT_TRUE(result.ok()) << result.status();
    clock_.Advance(absl::Seconds(1));
    return result->puts.at(0);
  }
  std::vector<std::string> Names(const ListQuery& query) {
    const absl::StatusOr<ListPage> page = store_->ListResources(query);
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> names;
    for (const Resource& resource : page->resources) names.push_back(resource.name);
    return names;
  }
  // Reads page after page.
  std::vector<std::string> AllNames(ListQuery query) {
    std::vector<std::string> names;
    for (int pages = 0; pages < 1000; ++pages) {
      const absl::StatusOr<ListPage> page = store_->ListResources(query);
      EXPECT_TRUE(page.ok()) << page.status();
      for (const Resource& resource : page->resources) names.push_back(resource.name);
      if (page->next_page_token.empty()) return names;
      query.page_token = page->next_page_token;
    }
    ADD_FAILURE() << "the listing never ends";
    return names;
  }
  absl::StatusCode Exists(const std::string& name) {
    return Code(store_->GetResource(name).status());
  }

  TempDir dir_;
  FakeClock clock_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreTest, ::testing::ValuesIn(Implementations()),
                         [](const auto& info) { return info.param.name; });

// ---------------------------------------------------------------------------------- resources

TEST_P(StoreTest, ReturnsWhatWasPut) {
  const std::string payload("\0\xff bytes", 8);
  const PutStamp stamp = Put("networks/fr/runs/a", "RUNNING", payload);
  const absl::StatusOr<Resource> resource = store_->GetResource("networks/fr/runs/a");
  ASSERT_TRUE(resource.ok()) << resource.status();
  EXPECT_EQ(*resource, (Resource{"networks/fr/runs/a", "RUNNING", payload, stamp.generation,
                                 stamp.create_time, stamp.update_time}));
}

TEST_P(StoreTest, ReportsAMissingResource) {
  EXPECT_EQ(Exists("networks/fr"), absl::StatusCode::kNotFound);
}

TEST_P(StoreTest, KeepsTheCreationTimeAndRaisesTheGeneration) {
  const PutStamp first = Put("networks/fr", "", "one");
  const PutStamp second = Put("networks/fr", "", "two");
  EXPECT_EQ(second.create_time, first.create_time);
  EXPECT_EQ(second.update_time, first.update_time + absl::Seconds(1));
  EXPECT_GT(second.generation, first.generation);
  EXPECT_EQ(store_->GetResource("networks/fr")->payload, "two");
}

TEST_P(StoreTest, NeverReusesAGeneration) {
  const PutStamp first = Put("networks/fr");
  ASSERT_TRUE(Apply({DeleteResource{"networks/fr"}}).ok());
  EXPECT_GT(Put("networks/fr").generation, first.generation);
}

TEST_P(StoreTest, CreatesOnlyOnce) {
  const PutResource create{"networks/fr", "", "", Expect::Absent()};
  EXPECT_TRUE(Apply({create}).ok());
  EXPECT_EQ(Code(Apply({create}).status()), absl::StatusCode::kAlreadyExists);
}

TEST_P(StoreTest, ReplacesExactlyTheVersionExpected) {
  const int64_t generation = Put("networks/fr").generation;
  const PutResource update{"networks/fr", "", "new", Expect::Generation(generation)};
  EXPECT_TRUE(Apply({update}).ok());
  const absl::Status stale = Apply({update}).status();
  EXPECT_EQ(Code(stale), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(stale.message()), HasSubstr("networks/fr has changed"));
}

TEST_P(StoreTest, ReplacesNothingThatIsNotThere) {
  EXPECT_EQ(Code(Apply({PutResource{"networks/fr", "", "", Expect::Generation(1)}}).status()),
            absl::StatusCode::kNotFound);
}

TEST_P(StoreTest, RefusesMalformedNamesAndOversizedValues) {
  const auto code = [&](Mutation mutation) { return Code(Apply({std::move(mutation)}).status()); };
  EXPECT_EQ(code(PutResource{"networks/FR"}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(PutResource{"networks/fr", std::string(65, 'x')}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(PutResource{"networks/fr", "", std::string(kMaxPayloadBytes + 1, 'x')}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(PutBlob{std::string(kMaxBlobBytes + 1, 'x')}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(AppendAudit{{"", "m", "r", {}, 0}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Exists("networks"), absl::StatusCode::kInvalidArgument);
}

// ----------------------------------------------------------------------------------- deletion

TEST_P(StoreTest, Deletes) {
  Put("networks/fr");
  EXPECT_TRUE(Apply({DeleteResource{"networks/fr"}}).ok());
  EXPECT_EQ(Exists("networks/fr"), absl::StatusCode::kNotFound);
  EXPECT_EQ(Code(Apply({DeleteResource{"networks/fr"}}).status()), absl::StatusCode::kNotFound);
}

TEST_P(StoreTest, DeletesOnlyTheVersionExpected) {
  const int64_t generation = Put("networks/fr").generation;
  EXPECT_EQ(Code(Apply({DeleteResource{"networks/fr", generation + 1}}).status()),
            absl::StatusCode::kAborted);
  EXPECT_TRUE(Apply({DeleteResource{"networks/fr", generation}}).ok());
}

TEST_P(StoreTest, RefusesToDeleteAParentUnlessAsked) {
  Put("networks/fr");
  Put("networks/fr/runs/a");
  EXPECT_EQ(Code(Apply({DeleteResource{"networks/fr"}}).status()),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Apply({DeleteResource{"networks/fr", std::nullopt, true}}).ok());
  EXPECT_EQ(Exists("networks/fr/runs/a"), absl::StatusCode::kNotFound);
}

TEST_P(StoreTest, LeavesNeighboursOfSimilarNames) {
  for (const char* name : {"networks/fr", "networks/fr/runs/a", "networks/fr-2", "networks/fr0",
                           "networks/fr0/runs/a", "networks/f"}) {
    Put(name);
  }
  ASSERT_TRUE(Apply({DeleteResource{"networks/fr", std::nullopt, true}}).ok());
  EXPECT_THAT(AllNames({.kind = "networks"}),
              UnorderedElementsAre("networks/fr-2", "networks/fr0", "networks/f"));
  EXPECT_THAT(AllNames({.kind = "runs"}), ElementsAre("networks/fr0/runs/a"));
}

// ----------------------------------------------------------------------------------- listings

TEST_P(StoreTest, ListsTheMostRecentFirst) {
  Put("networks/fr/runs/b");
  Put("networks/fr/runs/a");
  Put("networks/fr/runs/c");
  EXPECT_THAT(Names({.kind = "runs", .parent = "networks/fr"}),
              ElementsAre("networks/fr/runs/c", "networks/fr/runs/a", "networks/fr/runs/b"));
}

TEST_P(StoreTest, BreaksTiesByName) {
  ASSERT_TRUE(Apply({PutResource{"networks/fr/runs/b"}, PutResource{"networks/fr/runs/a"},
                     PutResource{"networks/fr/runs/c"}})
                  .ok());
  const ListQuery query{.kind = "runs", .parent = "networks/fr", .page_size = 1};
  EXPECT_THAT(AllNames(query),
              ElementsAre("networks/fr/runs/a", "networks/fr/runs/b", "networks/fr/runs/c"));
}

TEST_P(StoreTest, ListsByParentOrUnderAnyParent) {
  Put("networks/fr");
  Put("networks/fr/runs/a");
  Put("networks/de/runs/b");
  Put("networks/fr/models/m");
  EXPECT_THAT(Names({.kind = "runs", .parent = "networks/fr"}), ElementsAre("networks/fr/runs/a"));
  EXPECT_THAT(Names({.kind = "runs"}), ElementsAre("networks/de/runs/b", "networks/fr/runs/a"));
  EXPECT_THAT(Names({.kind = "networks", .parent = ""}), ElementsAre("networks/fr"));
  EXPECT_THAT(Names({.kind = "runs", .parent = ""}), IsEmpty());
}

TEST_P(StoreTest, FiltersByState) {
  Put("networks/fr/runs/a", "RUNNING");
  Put("networks/fr/runs/b", "SUCCEEDED");
  Put("networks/de/runs/c", "RUNNING");
  EXPECT_THAT(Names({.kind = "runs", .state = "RUNNING"}),
              ElementsAre("networks/de/runs/c", "networks/fr/runs/a"));
  EXPECT_THAT(Names({.kind = "runs", .parent = "networks/fr", .state = "RUNNING"}),
              ElementsAre("networks/fr/runs/a"));
  Put("networks/fr/runs/a", "CANCELLED");
  EXPECT_THAT(Names({.kind = "runs", .parent = "networks/fr", .state = "RUNNING"}), IsEmpty());
}

TEST_P(StoreTest, PagesThroughEverythingOnce) {
  std::vector<std::string> expected;
  for (int i = 0; i < 23; ++i) {
    const std::string name = absl::StrCat("networks/fr/runs/r", i);
    if (i % 3 == 0) {
      Put(name, "DONE");
    } else {
      ASSERT_TRUE(Apply({PutResource{name, "DONE"}}).ok());
    }
    expected.push_back(name);
  }
  std::sort(expected.begin(), expected.end());
  for (int32_t page_size : {1, 2, 7, 22, 23, 24, 5000}) {
    const ListQuery query{"runs", "networks/fr", "DONE", page_size, ""};
    std::vector<std::string> names = AllNames(query);
    EXPECT_EQ(names, AllNames({.kind = "runs"}));
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, expected) << page_size;
  }
}

TEST_P(StoreTest, ContinuesAfterTheLastResourceWasDeleted) {
  for (const char* id : {"a", "b", "c", "d"}) Put(absl::StrCat("networks/fr/runs/", id));
  ListQuery query{.kind = "runs", .parent = "networks/fr", .page_size = 2};
  const absl::StatusOr<ListPage> first = store_->ListResources(query);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(Apply({DeleteResource{first->resources.back().name}}).ok());
  Put("networks/fr/runs/newer");
  query.page_token = first->next_page_token;
  EXPECT_THAT(Names(query), ElementsAre("networks/fr/runs/b", "networks/fr/runs/a"));
}

TEST_P(StoreTest, EndsAPageEarlyWhenPayloadsAreLarge) {
  const std::string large(3 << 20, 'x');
  for (const char* id : {"a", "b", "c"}) Put(absl::StrCat("networks/fr/runs/", id), "", large);
  const absl::StatusOr<ListPage> page = store_->ListResources({.kind = "runs"});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->resources.size(), 1u);
  EXPECT_EQ(AllNames({.kind = "runs"}).size(), 3u);
}

TEST_P(StoreTest, RefusesPageTokensItDidNotMake) {
  Put("networks/fr/runs/a");
  Put("networks/fr/runs/b");
  const std::string token =
      store_->ListResources({.kind = "runs", .page_size = 1})->next_page_token;
  std::vector<ListQuery> bad = {{"runs", "networks/fr", std::nullopt, 1, token},
                                {"runs", std::nullopt, "", 1, token},
                                {"models", std::nullopt, std::nullopt, 1, token}};
  for (size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    bad.push_back({"runs", std::nullopt, std::nullopt, 1, altered});
    bad.push_back({"runs", std::nullopt, std::nullopt, 1, token.substr(0, i) + "*"});
  }
  for (const ListQuery& one : bad) {
    EXPECT_EQ(Code(store_->ListResources(one).status()), absl::StatusCode::kInvalidArgument)
        << one.page_token;
  }
}

TEST_P(StoreTest, RefusesANegativePageSize) {
  EXPECT_EQ(Code(store_->ListResources({.kind = "runs", .page_size = -1}).status()),
            absl::StatusCode::kInvalidArgument);
}

// -------------------------------------------------------------------------------------- blobs

TEST_P(StoreTest, KeepsBlobsUnderTheirHash) {
  const std::string large(300'000, 'x');
  ASSERT_TRUE(Apply({PutBlob{"abc"}, PutBlob{""}, PutBlob{large}}).ok());
  for (const std::string& bytes : {std::string("abc"), std::string(), large}) {
    const absl::StatusOr<std::string> found = store_->GetBlob(Sha256(bytes));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(*found, bytes);
  }
}

TEST_P(StoreTest, PutsTheSameBlobOnce) {
  ASSERT_TRUE(Apply({PutBlob{"abc"}}).ok());
  ASSERT_TRUE(Apply({PutBlob{"abc"}, PutBlob{"abc"}}).ok());
  EXPECT_EQ(store_->Stats()->blobs, 1);
  EXPECT_EQ(store_->Stats()->blob_bytes, 3);
}

TEST_P(StoreTest, ReportsAMissingBlob) {
  EXPECT_EQ(Code(store_->GetBlob(Sha256("abc")).status()), absl::StatusCode::kNotFound);
  EXPECT_FALSE(*store_->HasBlob(Sha256("abc")));
  ASSERT_TRUE(Apply({PutBlob{"abc"}}).ok());
  EXPECT_TRUE(*store_->HasBlob(Sha256("abc")));
}

TEST_P(StoreTest, RefersOnlyToStoredBlobs) {
  const PutResource put{"networks/fr", "", "", {}, {{Sha256("abc")}}};
  EXPECT_EQ(Code(Apply({put, PutBlob{"abc"}}).status()), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Exists("networks/fr"), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Apply({PutBlob{"abc"}, put}).ok());
}

TEST_P(StoreTest, KeepsOrReplacesTheListOfBlobs) {
  const Sha256Digest a = Sha256("a"), b = Sha256("b");
  ASSERT_TRUE(
      Apply({PutBlob{"a"}, PutBlob{"b"}, PutResource{"networks/fr", "", "", {}, {{b, a, b}}}})
          .ok());
  EXPECT_THAT(*store_->GetResourceBlobs("networks/fr"), UnorderedElementsAre(a, b));
  Put("networks/fr", "", "changed");
  EXPECT_THAT(*store_->GetResourceBlobs("networks/fr"), UnorderedElementsAre(a, b));
  ASSERT_TRUE(Apply({PutResource{"networks/fr", "", "", {}, {{b}}}}).ok());
  EXPECT_THAT(*store_->GetResourceBlobs("networks/fr"), ElementsAre(b));
  EXPECT_EQ(Code(store_->GetResourceBlobs("networks/de").status()), absl::StatusCode::kNotFound);
}

TEST_P(StoreTest, CollectsOldBlobsNobodyKeeps) {
  ASSERT_TRUE(Apply({PutBlob{"kept"}, PutBlob{"lost"}, PutBlob{"held"},
                     PutResource{"networks/fr", "", "", {}, {{Sha256("kept")}}},
                     PutResource{"networks/de", "", "", {}, {{Sha256("held")}}}})
                  .ok());
  clock_.Advance(absl::Hours(2));
  ASSERT_TRUE(Apply({PutBlob{"young"}, DeleteResource{"networks/de"}}).ok());
  const absl::StatusOr<GarbageResult> result = store_->CollectGarbage({});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->blobs_removed, 2);
  EXPECT_EQ(result->bytes_removed, 8);
  EXPECT_TRUE(result->done);
  EXPECT_TRUE(*store_->HasBlob(Sha256("kept")));
  EXPECT_TRUE(*store_->HasBlob(Sha256("young")));
  EXPECT_FALSE(*store_->HasBlob(Sha256("lost")));
  EXPECT_FALSE(*store_->HasBlob(Sha256("held")));
}

TEST_P(StoreTest, SparesABlobPutAgain) {
  ASSERT_TRUE(Apply({PutBlob{"abc"}}).ok());
  clock_.Advance(absl::Hours(2));
  ASSERT_TRUE(Apply({PutBlob{"abc"}}).ok());
  EXPECT_EQ(store_->CollectGarbage({})->blobs_removed, 0);
}

TEST_P(StoreTest, CollectsInSlices) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Apply({PutBlob{absl::StrCat("blob ", i)}}).ok());
  const GarbageQuery query{absl::ZeroDuration(), 3};
  absl::StatusOr<GarbageResult> result = store_->CollectGarbage(query);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->blobs_removed, 3);
  EXPECT_FALSE(result->done);
  result = store_->CollectGarbage(query);
  EXPECT_EQ(result->blobs_removed, 2);
  EXPECT_TRUE(result->done);
}

// ------------------------------------------------------------------------------- transactions

TEST_P(StoreTest, AppliesAllOrNothing) {
  Put("networks/fr", "OLD", "old");
  Put("networks/de");
  ASSERT_TRUE(
      Apply({PutBlob{"kept"}, PutResource{"networks/fr", "OLD", "old", {}, {{Sha256("kept")}}}})
          .ok());
  const Resource before = *store_->GetResource("networks/fr");
  const absl::StatusOr<ApplyResult> result =
      Apply({PutBlob{"kept"}, PutBlob{"new"}, Audit("m"), DeleteResource{"networks/de"},
             PutResource{"networks/fr", "NEW", "new", {}, {{Sha256("new")}}},
             PutResource{"networks/fr/runs/a"}, DeleteResource{"networks/fr", std::nullopt, true},
             PutResource{"networks/fr", "", "", Expect::Generation(1'000'000)}},
            Request("id-1", "content", "networks/fr"));
  EXPECT_EQ(Code(result.status()), absl::StatusCode::kNotFound);
  EXPECT_EQ(*store_->GetResource("networks/fr"), before);
  EXPECT_EQ(Exists("networks/de"), absl::StatusCode::kOk);
  EXPECT_EQ(Exists("networks/fr/runs/a"), absl::StatusCode::kNotFound);
  EXPECT_THAT(*store_->GetResourceBlobs("networks/fr"), ElementsAre(Sha256("kept")));
  EXPECT_EQ(*store_->FindRequest("local:peer", "id-1"), std::nullopt);
  EXPECT_THAT(*store_->ListAudit(0, 10), IsEmpty());
  EXPECT_EQ(store_->Stats()->blobs, 1);
  EXPECT_THAT(AllNames({.kind = "networks"}), ElementsAre("networks/de", "networks/fr"));
  EXPECT_THAT(AllNames({.kind = "runs"}), IsEmpty());
}

TEST_P(StoreTest, ReturnsOneStampPerPut) {
  const absl::StatusOr<ApplyResult> result =
      Apply({PutResource{"networks/b"}, PutBlob{"x"}, PutResource{"networks/a"}});
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->puts.size(), 2u);
  EXPECT_EQ(result->puts[0].name, "networks/b");
  EXPECT_EQ(result->puts[1].name, "networks/a");
  EXPECT_GT(result->puts[1].generation, result->puts[0].generation);
}

TEST_P(StoreTest, RefusesOneOfManyWithoutDisturbingTheOthers) {
  const std::vector<Transaction> batch = {
      {{PutResource{"networks/a", "", "", Expect::Absent()}}, std::nullopt},
      {{PutResource{"networks/b"}, PutResource{"networks/a", "", "", Expect::Absent()}},
       std::nullopt},
      {{PutResource{"not a name"}}, std::nullopt},
      {{PutResource{"networks/c"}}, std::nullopt}};
  const auto results = store_->ApplyAll(batch);
  ASSERT_EQ(results.size(), 4u);
  EXPECT_TRUE(results[0].ok());
  EXPECT_EQ(Code(results[1].status()), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Code(results[2].status()), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(results[3].ok());
  EXPECT_THAT(AllNames({.kind = "networks"}), UnorderedElementsAre("networks/a", "networks/c"));
}

TEST_P(StoreTest, AppliesNothingToNothing) {
  EXPECT_THAT(store_->ApplyAll({}), IsEmpty());
  EXPECT_TRUE(Apply({}).ok());
}

// -------------------------------------------------------------------------------- request ids

TEST_P(StoreTest, AnswersARetryWithTheFirstOutcome) {
  const auto create = [&](const char* id) {
    const std::string name = absl::StrCat("networks/fr/runs/", id);
    return Apply({PutResource{name, "", "", Expect::Absent()}}, Request("id-1", "content", name));
  };
  const absl::StatusOr<ApplyResult> first = create("a");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(first->replayed);
  EXPECT_EQ(first->outcome, "networks/fr/runs/a");
  const absl::StatusOr<ApplyResult> again = create("b");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->outcome, "networks/fr/runs/a");
  EXPECT_THAT(again->puts, IsEmpty());
  EXPECT_EQ(Exists("networks/fr/runs/b"), absl::StatusCode::kNotFound);
}

TEST_P(StoreTest, RecognisesARetryInTheSameBatch) {
  const Transaction create{{PutResource{"networks/fr", "", "", Expect::Absent()}},
                           Request("id-1", "content", "networks/fr")};
  const auto results = store_->ApplyAll(std::vector<Transaction>{create, create});
  ASSERT_TRUE(results[0].ok() && results[1].ok());
  EXPECT_FALSE(results[0]->replayed);
  EXPECT_TRUE(results[1]->replayed);
}

TEST_P(StoreTest, RefusesAnIdUsedForAnotherRequest) {
  ASSERT_TRUE(Apply({}, Request("id-1", "content", "x")).ok());
  EXPECT_EQ(Code(Apply({}, Request("id-1", "other", "x")).status()),
            absl::StatusCode::kAlreadyExists);
  RequestId other_method = Request("id-1", "content", "x");
  other_method.method = "DeleteRun";
  EXPECT_EQ(Code(Apply({}, other_method).status()), absl::StatusCode::kAlreadyExists);
}

TEST_P(StoreTest, LetsTwoCallersUseTheSameId) {
  ASSERT_TRUE(Apply({}, Request("id-1", "content", "x")).ok());
  RequestId other = Request("id-1", "other", "y");
  other.principal = "local:other";
  const absl::StatusOr<ApplyResult> result = Apply({}, other);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->replayed);
  EXPECT_EQ(*store_->FindRequest("local:other", "id-1"), other);
}

TEST_P(StoreTest, AuditsARetryWithoutRepeatingIt) {
  const RequestId request = Request("id-1", "content", "networks/fr");
  ASSERT_TRUE(Apply({PutResource{"networks/fr"}, Audit("first")}, request).ok());
  const int64_t generation = store_->GetResource("networks/fr")->generation;
  ASSERT_TRUE(Apply({PutResource{"networks/fr"}, Audit("again")}, request).ok());
  EXPECT_EQ(store_->GetResource("networks/fr")->generation, generation);
  EXPECT_EQ(store_->Stats()->audit_rows, 2);
}

TEST_P(StoreTest, ForgetsTheIdOfARefusedRequest) {
  Put("networks/fr");
  const RequestId request = Request("id-1", "content", "networks/fr");
  EXPECT_FALSE(Apply({PutResource{"networks/fr", "", "", Expect::Absent()}}, request).ok());
  const absl::StatusOr<ApplyResult> result = Apply({PutResource{"networks/fr"}}, request);
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->replayed);
}

TEST_P(StoreTest, RefusesARequestWithoutIdOrPrincipal) {
  RequestId request = Request("", "content", "x");
  EXPECT_EQ(Code(Apply({}, request).status()), absl::StatusCode::kInvalidArgument);
  request = Request("id", "content", "x");
  request.principal = "";
  EXPECT_EQ(Code(Apply({}, request).status()), absl::StatusCode::kInvalidArgument);
}

// -------------------------------------------------------------------------------------- audit

TEST_P(StoreTest, ChainsTheAuditTrail) {
  const AuditEntry entry{"local:peer", "jalon.v1.Simulation/CreateRun", "networks/fr/runs/a",
                         Sha256("request"), 5};
  ASSERT_TRUE(Apply({Audit("first"), AppendAudit{entry}}).ok());
  clock_.JumpWall(-absl::Hours(1));
  ASSERT_TRUE(Apply({Audit("third")}).ok());
  const absl::StatusOr<std::vector<AuditRow>> rows = store_->ListAudit(0, 10);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[0].prev_sha256, Sha256Digest{});
  EXPECT_EQ((*rows)[1].entry, entry);
  EXPECT_EQ((*rows)[1].prev_sha256, (*rows)[0].sha256);
  EXPECT_EQ((*rows)[2].seq, 3);
  EXPECT_EQ((*rows)[2].prev_sha256, (*rows)[1].sha256);
  EXPECT_LT((*rows)[2].time, (*rows)[1].time);
  EXPECT_TRUE(store_->VerifyAudit().ok());
}

TEST_P(StoreTest, ListsTheAuditTrailInPieces) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Apply({Audit(absl::StrCat("m", i))}).ok());
  const absl::StatusOr<std::vector<AuditRow>> rows = store_->ListAudit(2, 2);
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].entry.method, "m2");
  EXPECT_THAT(*store_->ListAudit(5, 10), IsEmpty());
  EXPECT_THAT(*store_->ListAudit(99, 10), IsEmpty());
}

// --------------------------------------------------------------------------------------- life

TEST_P(StoreTest, HasNothingToCheckWhenNew) {
  const absl::StatusOr<IntegrityProgress> progress = store_->IntegritySlice();
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->done);
  EXPECT_FALSE(store_->failed());
}

TEST_P(StoreTest, RefusesEverythingOnceClosed) {
  ASSERT_TRUE(store_->Close().ok());
  EXPECT_TRUE(store_->Close().ok());
  EXPECT_EQ(Code(Apply({PutBlob{"x"}}).status()), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Exists("networks/fr"), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Code(store_->ListResources({.kind = "runs"}).status()), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Code(store_->GetBlob({}).status()), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Code(store_->CollectGarbage({}).status()), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Code(store_->VerifyAudit()), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Code(store_->Stats().status()), absl::StatusCode::kUnavailable);
}

// ----------------------------------------------------------------------------------- together

// A random mutation over a handful of names, so that refusals are as common as successes.
Mutation RandomMutation(std::mt19937_64& random) {
  const auto pick = [&](uint64_t n) { return static_cast<int>(random() % n); };
  const std::string network = absl::StrCat("networks/n", pick(3));
  const std::string name = pick(3) == 0 ? network : absl::StrCat(network, "/runs/r", pick(4));
  const std::string blob = absl::StrCat("blob ", pick(6));
  const std::string state = absl::StrCat("S", pick(2));
  switch (pick(8)) {
    case 0:
      return DeleteResource{name, std::nullopt, pick(2) == 0};
    case 1:
      return DeleteResource{name, pick(60), false};
    case 2:
      return Audit(blob);
    case 3:
    case 4:
      return PutBlob{blob};
    case 5:
      return PutResource{name, state, blob, Expect::Absent(), std::nullopt};
    case 6:
      return PutResource{name, state, blob, {}, {{Sha256(blob)}}};
    default:
      return PutResource{name, state, blob, {}, std::nullopt};
  }
}

Transaction RandomTransaction(std::mt19937_64& random) {
  Transaction transaction;
  for (uint64_t n = 1 + random() % 4; n > 0; --n) {
    transaction.mutations.push_back(RandomMutation(random));
  }
  if (random() % 3 == 0) {
    // Drawn one by one: the order of a call's arguments is the compiler's, the history is ours.
    const std::string id = absl::StrCat("id-", random() % 20);
    const std::string hashed = absl::StrCat(random() % 2);
    transaction.request = Request(id, hashed, absl::StrCat(random() % 9));
  }
  return transaction;
}

std::string DumpListing(Store& store, const ListQuery& query) {
  std::string dump;
  const absl::StatusOr<ListPage> page = store.ListResources(query);
  for (const Resource& resource : page->resources) {
    absl::StrAppend(&dump, resource.name, " ", resource.state, " ", resource.payload, " ",
                    resource.generation, " ", absl::ToUnixMicros(resource.update_time), "\n");
    const absl::StatusOr<std::vector<Sha256Digest>> blobs = store.GetResourceBlobs(resource.name);
    for (const Sha256Digest& blob : *blobs) {
      absl::StrAppend(&dump, "  ", ToHex(blob), "\n");
    }
  }
  return dump;
}

// Everything a reader can see.
std::string Dump(Store& store) {
  std::string dump;
  for (const char* kind : {"networks", "runs"}) {
    absl::StrAppend(&dump, DumpListing(store, {.kind = kind, .page_size = 1000}));
    absl::StrAppend(&dump, DumpListing(store, {.kind = kind, .state = "S1", .page_size = 1000}));
  }
  for (int i = 0; i < 6; ++i) {
    absl::StrAppend(&dump, *store.HasBlob(Sha256(absl::StrCat("blob ", i))), " ");
  }
  for (int i = 0; i < 20; ++i) {
    const auto request = store.FindRequest("local:peer", absl::StrCat("id-", i));
    absl::StrAppend(&dump, request->has_value() ? (*request)->outcome : "-", " ");
  }
  const absl::StatusOr<std::vector<AuditRow>> audit = store.ListAudit(0, 10'000);
  for (const AuditRow& row : *audit) {
    absl::StrAppend(&dump, ToHex(row.sha256), "\n");
  }
  return dump;
}

// One history on both stores.
class StoresTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  void ApplyToBoth(const std::vector<Transaction>& batch) {
    const auto in_file = file_->ApplyAll(batch), in_memory = memory_->ApplyAll(batch);
    for (size_t i = 0; i < batch.size(); ++i) {
      ASSERT_EQ(Code(in_file[i].status()), Code(in_memory[i].status())) << in_file[i].status();
      (in_file[i].ok() ? done_ : refused_) += 1;
      if (!in_file[i].ok()) continue;
      ASSERT_EQ(in_file[i]->replayed, in_memory[i]->replayed);
      ASSERT_EQ(in_file[i]->outcome, in_memory[i]->outcome);
    }
  }

  void CollectGarbageInBoth() {
    const GarbageQuery query{absl::Seconds(20), 100};
    ASSERT_EQ(file_->CollectGarbage(query)->blobs_removed,
              memory_->CollectGarbage(query)->blobs_removed);
  }

  TempDir dir_;
  FakeClock clock_;
  const std::unique_ptr<Store> file_ = OpenSqlite(dir_.path(), clock_);
  const std::unique_ptr<Store> memory_ = NewMemoryStore(clock_);
  int refused_ = 0, done_ = 0;
};

TEST_P(StoresTest, AgreeOnRandomHistories) {
  std::mt19937_64 random(GetParam());
  for (int step = 0; step < 300; ++step) {
    std::vector<Transaction> batch;
    for (uint64_t n = random() % 4; n > 0; --n) batch.push_back(RandomTransaction(random));
    ASSERT_NO_FATAL_FAILURE(ApplyToBoth(batch)) << step;
    if (step % 50 == 0) {
      ASSERT_NO_FATAL_FAILURE(CollectGarbageInBoth()) << step;
    }
    clock_.Advance(absl::Seconds(random() % 3));
    if (step % 10 == 0) {
      ASSERT_EQ(Dump(*file_), Dump(*memory_)) << step;
    }
  }
  EXPECT_GT(refused_, 100);
  EXPECT_GT(done_, 100);
  EXPECT_TRUE(file_->VerifyAudit().ok());
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoresTest, ::testing::Range<uint64_t>(1, 6));

}  // namespace
}  // namespace jalon::server
