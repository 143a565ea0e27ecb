// Reading lists to their end.
#ifndef JALON_CLIENTS_CLI_PAGING_H_
#define JALON_CLIENTS_CLI_PAGING_H_

#include "absl/status/status.h"
#include "clients/cpp/client.h"

namespace jalon::client {

// Calls `method` of `client` page by page from `request` on, and `each` with every response.
template <class Request, class Response, class Each>
absl::Status ForEachPage(Client& client, absl::StatusOr<Response> (Client::*method)(const Request&),
                         Request request, const Each& each) {
  for (;;) {
    absl::StatusOr<Response> page = (client.*method)(request);
    if (!page.ok()) return page.status();
    each(*page);
    if (page->next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page->next_page_token());
  }
}

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_PAGING_H_
