#include "server/rpc/take_back.h"

#include <utility>

namespace jalon::server {

void TakeBack(Environment& environment, const std::string& name) {
  Transaction transaction;
  transaction.mutations.push_back(DeleteResource{.name = name});
  const auto deleted = environment.store.BlockingApply(std::move(transaction));
  if (deleted.ok()) return;
  environment.log.Error("record_not_taken_back",
                        {{"name", name}, {"status", deleted.status().ToString()}});
}

}  // namespace jalon::server
