#include "server/rpc/paging.h"

#include <google/protobuf/message.h>

#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/sha256.h"
#include "server/convert/checks.h"
#include "server/convert/serialize.h"

namespace jalon::server {
namespace {

constexpr size_t kKeyDigits = 16;

// The hash of what a token is bound to.
std::string KeyOf(const google::protobuf::Message& request, absl::string_view bound_to) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    query->GetReflection()->ClearField(query.get(), query->GetDescriptor()->FindFieldByName(name));
  }
  return ToHex(Sha256(absl::StrCat(DeterministicBytes(*query), bound_to))).substr(0, kKeyDigits);
}

}  // namespace

absl::StatusOr<Paging> Paging::Of(const google::protobuf::Message& request,
                                  absl::string_view bound_to, PageSizes sizes) {
  const auto* type = request.GetDescriptor();
  const auto* reflection = request.GetReflection();
  const int32_t size = reflection->GetInt32(request, type->FindFieldByName("page_size"));
  const std::string token = reflection->GetString(request, type->FindFieldByName("page_token"));
  Checks checks;
  Paging paging;
  paging.key_ = KeyOf(request, bound_to);
  paging.size_ = size == 0 ? sizes.standard : std::min<int64_t>(size, sizes.most);
  if (size < 0) checks.Add("page_size", absl::StrCat(size), "must be >= 0", "OUT_OF_RANGE");
  absl::string_view place = token;
  const bool read = absl::ConsumePrefix(&place, absl::StrCat(paging.key_, "-")) &&
                    absl::SimpleAtoi(place, &paging.first_) && paging.first_ > 0;
  if (!token.empty() && !read) {
    checks.Add("page_token", token, "must be the next_page_token of the same list",
               "BAD_PAGE_TOKEN");
  }
  if (!checks.ok()) return checks.ToStatus();
  return paging;
}

std::string Paging::NextToken(int64_t total) const {
  return end(total) >= total ? "" : absl::StrCat(key_, "-", end(total));
}

}  // namespace jalon::server
