// A store that forgets: for tests, and for servers asked to keep nothing.
#ifndef JALON_SERVER_STORE_MEMORY_STORE_H_
#define JALON_SERVER_STORE_MEMORY_STORE_H_

#include <memory>

#include "server/base/clock.h"
#include "server/store/store.h"

namespace jalon::server {

// Everything lives in this object; nothing is written anywhere. Never fails for want of a disk.
// Differences from the file: a listing filtered by parent or state scans the resources of its kind.
// `clock` must outlive the store.
std::unique_ptr<Store> NewMemoryStore(const Clock& clock);

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_MEMORY_STORE_H_
