// What becomes of memory that is freed.
#ifndef JALON_SERVER_BASE_FREED_MEMORY_H_
#define JALON_SERVER_BASE_FREED_MEMORY_H_

namespace jalon::server {

// Keeps up to 256 MiB of what is freed for what comes next, shared by all threads. Runs take and
// free tens of MB each; the system's fresh pages cost as much as the numbers written to them, above
// all in a virtual machine, and memory that every thread keeps for itself adds up.
//
// Call it once, before the first thread starts.
void KeepFreedMemory();

}  // namespace jalon::server

#endif  // JALON_SERVER_BASE_FREED_MEMORY_H_
