// Pages of lists whose items have a number: units, rows, violations.
#ifndef JALON_SERVER_RPC_PAGING_H_
#define JALON_SERVER_RPC_PAGING_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}

namespace jalon::server {

struct PageSizes {
  int64_t standard = 0;
  int64_t most = 0;
};

// Where a page begins and how many items it may hold. Value type.
class Paging {
 public:
  // Reads `page_size` and `page_token` of a request. Tokens are bound to all its other fields and
  // to `bound_to`, the immutable thing listed: a list cannot change between two pages.
  // Errors: kInvalidArgument with OUT_OF_RANGE (negative size), BAD_PAGE_TOKEN (not one of this
  // list).
  static absl::StatusOr<Paging> Of(const google::protobuf::Message& request,
                                   absl::string_view bound_to, PageSizes sizes);

  int64_t first() const { return first_; }
  // One past the last item of the page of a list of `total` items.
  int64_t end(int64_t total) const { return std::min(total, first_ + size_); }
  // Empty when the page is the last one.
  std::string NextToken(int64_t total) const;

 private:
  std::string key_;
  int64_t first_ = 0;
  int64_t size_ = 0;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_PAGING_H_
