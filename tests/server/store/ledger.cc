#include "tests/server/store/ledger.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace jalon::server {
namespace {

constexpr char kPrincipal[] = "local:ledger";

std::string ParentName(int64_t entry) { return absl::StrCat("networks/n", entry); }
std::string ChildName(int64_t entry) { return absl::StrCat(ParentName(entry), "/runs/r"); }
std::string RequestName(int64_t entry) { return absl::StrCat("request-", entry); }

std::string BlobOf(int64_t entry) {
  std::string bytes = absl::StrCat("entry ", entry, " ");
  return bytes + std::string((entry * 7919) % 20'000, static_cast<char>('a' + entry % 26));
}

// OK is true, NOT_FOUND false, anything else an error.
template <typename T>
absl::StatusOr<bool> Present(const absl::StatusOr<T>& found) {
  if (found.ok()) return true;
  if (found.status().code() == absl::StatusCode::kNotFound) return false;
  return found.status();
}

absl::Status DrainIntegrity(Store& store) {
  for (;;) {
    const absl::StatusOr<IntegrityProgress> progress = store.IntegritySlice();
    if (!progress.ok()) return progress.status();
    if (progress->done) return absl::OkStatus();
  }
}

}  // namespace

Transaction LedgerTransaction(int64_t entry) {
  const std::string bytes = BlobOf(entry);
  const RequestId request{kPrincipal, RequestName(entry), "Ledger", Sha256(bytes),
                          ParentName(entry)};
  return {{PutBlob{bytes},
           PutResource{ParentName(entry), "DONE", "parent", Expect::Absent(), {{Sha256(bytes)}}},
           PutResource{ChildName(entry), "DONE", "child", Expect::Absent(), std::nullopt},
           AppendAudit{{kPrincipal, "Ledger", ParentName(entry), Sha256(bytes), 0}}},
          request};
}

absl::StatusOr<LedgerFound> FindLedgerEntry(Store& store, int64_t entry) {
  int found = 0;
  for (const absl::StatusOr<bool>& part : {Present(store.GetBlob(Sha256(BlobOf(entry)))),
                                           Present(store.GetResource(ParentName(entry))),
                                           Present(store.GetResource(ChildName(entry)))}) {
    if (!part.ok()) return part.status();
    found += *part;
  }
  const auto request = store.FindRequest(kPrincipal, RequestName(entry));
  if (!request.ok()) return request.status();
  found += request->has_value();
  if (found == 0) return LedgerFound::kNothing;
  return found == 4 ? LedgerFound::kEverything : LedgerFound::kPart;
}

std::string LedgerProblem(Store& store, const std::set<int64_t>& acknowledged, int64_t tried) {
  int64_t whole = 0;
  for (int64_t entry = 0; entry < tried; ++entry) {
    const absl::StatusOr<LedgerFound> found = FindLedgerEntry(store, entry);
    if (!found.ok()) return found.status().ToString();
    if (*found == LedgerFound::kPart) return absl::StrCat("entry ", entry, " is half applied");
    if (*found == LedgerFound::kNothing && acknowledged.count(entry) != 0) {
      return absl::StrCat("entry ", entry, " was acknowledged and is lost");
    }
    whole += *found == LedgerFound::kEverything;
  }
  const absl::StatusOr<StoreStats> stats = store.Stats();
  if (!stats.ok()) return stats.status().ToString();
  if (stats->audit_rows != whole) {
    return absl::StrCat(whole, " entries but ", stats->audit_rows, " audit rows");
  }
  for (const absl::Status& status : {store.VerifyAudit(), DrainIntegrity(store)}) {
    if (!status.ok()) return status.ToString();
  }
  return "";
}

std::string IntegrityCheckOfFile(const std::string& directory) {
  try {
    SQLite::Database file(directory + "/jalon.db", SQLite::OPEN_READWRITE);
    return file.execAndGet("PRAGMA integrity_check").getString();
  } catch (const SQLite::Exception& error) {
    return error.what();
  }
}

}  // namespace jalon::server
