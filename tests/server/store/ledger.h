// Transactions that tell whether they were applied in full, for the tests that break things.
#ifndef JALON_TESTS_SERVER_STORE_LEDGER_H_
#define JALON_TESTS_SERVER_STORE_LEDGER_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "server/store/store.h"

namespace jalon::server {

// Transaction `entry` (>= 0): a blob of up to 20 KB, a resource that keeps it, a child resource, a
// request id and an audit line. Every part can be recognised from the number.
Transaction LedgerTransaction(int64_t entry);

// How much of a transaction a store holds.
enum class LedgerFound { kNothing, kEverything, kPart };
absl::StatusOr<LedgerFound> FindLedgerEntry(Store& store, int64_t entry);

// What is wrong with a store in which the entries `acknowledged` were acknowledged and no others
// than 0 <= entry < `tried` were ever asked for: a lost or half-applied entry, a broken audit
// chain, a failed integrity check, an audit line without its transaction. Empty when nothing is.
std::string LedgerProblem(Store& store, const std::set<int64_t>& acknowledged, int64_t tried);

// The answer of PRAGMA integrity_check on the closed file of `directory`.
std::string IntegrityCheckOfFile(const std::string& directory);

}  // namespace jalon::server

#endif  // JALON_TESTS_SERVER_STORE_LEDGER_H_
