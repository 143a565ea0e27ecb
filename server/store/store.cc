#include "server/store/store.h"

#include <utility>

namespace jalon::server {

absl::StatusOr<ApplyResult> Store::Apply(const Transaction& transaction) {
  return std::move(ApplyAll(std::span(&transaction, 1)).front());
}

}  // namespace jalon::server
