#include "server/rpc/import_session.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/ids.h"
#include "server/convert/serialize.h"
#include "server/convert/status.h"
#include "server/convert/time.h"
#include "server/rpc/request_checks.h"
#include "server/rpc/revision_records.h"

namespace jalon::server {
namespace {

constexpr size_t kViolationsPerPage = 500;
constexpr int kMaxNotices = 100;
constexpr char kMappingName[] = "mapping";

PutResource Put(const store::v1::ImportRecord& record, Expect expect) {
  return {.name = record.import().name(),
          .state = StoredState(v1::Import::State_Name(record.import().state())),
          .payload = record.SerializeAsString(),
          .expect = expect};
}

// The violations in the order of files and lines; those of a whole file come after its lines.
std::vector<const sim::Violation*> InFileOrder(const sim::Violations& violations,
                                               const FileDeclarations& files) {
  std::map<std::string, int> place;
  for (const v1::FileDeclaration& file : files) {
    place.try_emplace(file.file(), static_cast<int>(place.size()) + 1);
  }
  const auto key = [&place](const sim::Violation* violation) {
    const auto file = place.find(violation->file);
    const uint64_t line = static_cast<uint64_t>(violation->line) - 1;  // unknown: the last one
    return std::tuple(file == place.end() ? 0 : file->second, line, violation->column);
  };
  std::vector<const sim::Violation*> sorted;
  for (const sim::Violation& violation : violations.kept()) sorted.push_back(&violation);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&key](const auto* a, const auto* b) { return key(a) < key(b); });
  return sorted;
}

// Blobs of 500 violations each; their hashes go into the record.
void AddViolations(const std::vector<const sim::Violation*>& violations, BlobWriter& blobs,
                   store::v1::ImportRecord* record) {
  for (size_t at = 0; at < violations.size(); at += kViolationsPerPage) {
    store::v1::ViolationPage page;
    for (size_t i = at; i < std::min(violations.size(), at + kViolationsPerPage); ++i) {
      *page.add_violations() = ToProto(*violations[i]);
    }
    record->add_violation_pages(blobs.Add(DeterministicBytes(page)));
  }
}

// The state of an import that made nothing, by the reason.
v1::Import::State EndOf(const absl::Status& why) {
  switch (why.code()) {
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kInvalidArgument:
      return v1::Import::STATE_CANCELLED;
    default:
      return v1::Import::STATE_FAILED;
  }
}

}  // namespace

ImportSession::ImportSession(Call& call, ImportSpec spec) : call_(call), spec_(std::move(spec)) {
  import_.set_kind(spec_.kind);
}

absl::Status ImportSession::Declare() {
  Checks checks("options");
  CheckName(spec_.network_field, spec_.network, kNetworkPattern, checks);
  CheckFiles(spec_.files, checks);
  CheckRequestId(spec_.request_id, checks);
  CheckOptions(checks);
  if (!checks.ok()) return checks.ToStatus();
  JALON_ASSIGN_OR_RETURN(ticket_, call_.environment().uploads.Enter(TotalBytes(spec_.files)));
  upload_ = ImportUpload(spec_.files);
  import_.set_name(absl::StrCat(spec_.network, "/imports/", RandomId()));
  import_.set_state(v1::Import::STATE_RUNNING);
  *import_.mutable_create_time() = ToProto(now());
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Import>> ImportSession::Begin() {
  JALON_RETURN_IF_ERROR(call_.Check());
  JALON_ASSIGN_OR_RETURN(const std::string earlier, call_.EarlierOutcome(spec_.request_id));
  if (!earlier.empty()) {
    JALON_ASSIGN_OR_RETURN(auto stored, archive().Get<store::v1::ImportRecord>(earlier));
    return std::move(*stored.record.mutable_import());
  }
  JALON_RETURN_IF_ERROR(Prepare());
  store::v1::ImportRecord record;
  *record.mutable_import() = import_;
  Transaction transaction;
  transaction.mutations.push_back(Put(record, Expect::Absent()));
  JALON_ASSIGN_OR_RETURN(const ApplyResult applied,
                         call_.environment().store.BlockingApply(std::move(transaction)));
  generation_ = applied.puts.front().generation;
  return std::optional<v1::Import>();
}

absl::StatusOr<v1::Import> ImportSession::Run() {
  JALON_RETURN_IF_ERROR(call_.Check());
  JALON_RETURN_IF_ERROR(upload_.CheckComplete());
  const sim::Violations violations = ReadAll();
  upload_ = ImportUpload();
  JALON_RETURN_IF_ERROR(call_.Check());
  import_.set_violation_count(violations.total_count());
  std::vector<Mutation> records;
  if (!violations.empty()) {
    End(v1::Import::STATE_REJECTED);
  } else if (spec_.validate_only) {
    End(v1::Import::STATE_VALIDATED);
  } else {
    End(v1::Import::STATE_SUCCEEDED);
    JALON_ASSIGN_OR_RETURN(records, Make());
  }
  return Commit(violations, std::move(records));
}

sim::Violations ImportSession::ReadAll() {
  Mapping mapping;
  if (!spec_.mapping.empty()) {
    absl::StatusOr<Mapping> parsed = ParseMapping(spec_.mapping, kMappingName);
    if (!parsed.ok()) return sim::ViolationsFromStatus(parsed.status());
    mapping = *std::move(parsed);
  }
  return Read(upload_.files(), mapping);
}

absl::StatusOr<v1::Import> ImportSession::Commit(const sim::Violations& violations,
                                                 std::vector<Mutation> records) {
  store::v1::ImportRecord record;
  *record.mutable_import() = import_;
  Transaction pages;
  BlobWriter blobs(&pages);
  AddViolations(InFileOrder(violations, spec_.files), blobs, &record);
  JALON_RETURN_IF_ERROR(PutBlobs(call_.environment().store, std::move(pages.mutations)));
  Transaction transaction{.mutations = std::move(records)};
  PutResource put = Put(record, Expect::Generation(generation_));
  put.blobs = blobs.digests();
  transaction.mutations.push_back(std::move(put));
  const absl::StatusOr<ApplyResult> applied =
      call_.Apply(std::move(transaction), spec_.request_id, import_.name());
  if (!applied.ok()) return Explain(applied.status());
  if (applied->replayed) {
    Abandon(absl::CancelledError("another call with the same request id was first"), [] {});
    JALON_ASSIGN_OR_RETURN(auto first, archive().Get<store::v1::ImportRecord>(applied->outcome));
    return std::move(*first.record.mutable_import());
  }
  generation_ = 0;
  AfterCommit();
  return import_;
}

void ImportSession::Abandon(const absl::Status& why, std::function<void()> done) {
  if (generation_ == 0) return done();
  End(EndOf(why));
  import_.set_error(StatusMessage(why));
  import_.clear_revision();
  import_.clear_objective_set();
  import_.clear_scenario();
  store::v1::ImportRecord record;
  *record.mutable_import() = import_;
  Transaction transaction;
  transaction.mutations.push_back(Put(record, Expect::Generation(generation_)));
  generation_ = 0;
  // The call's own error is what its caller learns; a record that could not be written stays
  // RUNNING until the server starts again.
  call_.environment().store.Apply(
      std::move(transaction),
      [done = std::move(done)](const absl::StatusOr<ApplyResult>&) { done(); });
}

void ImportSession::End(v1::Import::State state) {
  import_.set_state(state);
  *import_.mutable_end_time() = ToProto(now());
}

void ImportSession::Describe(const std::vector<FileEcho>& echoes) {
  for (const FileEcho& echo : echoes) {
    v1::ImportedFile* file = import_.add_files();
    file->set_file(echo.file);
    file->set_row_count(echo.rows);
    file->set_table(std::string(TableKindName(echo.kind)));
    file->set_dialect(std::string(absl::StripPrefix(echo.read_as, "read as ")));
    for (const v1::FileDeclaration& declared : spec_.files) {
      if (declared.file() == echo.file) file->set_size_bytes(declared.size_bytes());
    }
    if (echo.filtered_rows > 0) {
      Notice(absl::StrCat(echo.file, ": ", echo.filtered_rows, " rows left out by the mapping"));
    }
    if (echo.outside_periods > 0) {
      Notice(absl::StrCat(echo.file, ": ", echo.outside_periods,
                          " values outside the periods the mapping asks for"));
    }
    if (echo.ignored_columns > 0) {
      Notice(
          absl::StrCat(echo.file, ": ", echo.ignored_columns, " columns that nothing refers to"));
    }
  }
}

void ImportSession::Notice(std::string notice) {
  if (import_.notices_size() < kMaxNotices) import_.add_notices(std::move(notice));
}

absl::Status CancelUnfinishedImports(Environment& environment) {
  JALON_ASSIGN_OR_RETURN(
      const std::vector<Resource> left,
      environment.archive.ListByState(
          "imports", StoredState(v1::Import::State_Name(v1::Import::STATE_RUNNING))));
  Transaction transaction;
  for (const Resource& resource : left) {
    store::v1::ImportRecord record;
    JALON_RETURN_IF_ERROR(Archive::Parse(resource, &record));
    record.mutable_import()->set_state(v1::Import::STATE_CANCELLED);
    record.mutable_import()->set_error("the server stopped");
    *record.mutable_import()->mutable_end_time() = ToProto(environment.clock.WallNow());
    transaction.mutations.push_back(Put(record, Expect::Generation(resource.generation)));
  }
  if (transaction.mutations.empty()) return absl::OkStatus();
  return environment.store.BlockingApply(std::move(transaction)).status();
}

}  // namespace jalon::server
