// A file system for SQLite on which the power can fail.
//
// kill -9 proves nothing about power loss: the kernel still writes what the dead process left in
// its cache. Here a write stays in memory until its file is synced, and Crash() decides what the
// disk kept of the rest: each unsynced write is dropped, kept, or torn at 512-byte sectors,
// whatever became of those before and after it.
//
// The durable bytes are the real files, so a store that crashed is reopened on the default file
// system. What is not modelled: creating and deleting a file are durable at once (SQLite syncs the
// directory itself); a synced sector never rots.
#ifndef JALON_TESTS_SUPPORT_CRASH_VFS_H_
#define JALON_TESTS_SUPPORT_CRASH_VFS_H_

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace jalon::server {

// One registered file system. Use one connection at a time; not thread-safe across connections.
class CrashVfs {
 public:
  enum class Operation { kWrite, kTruncate, kSync };

  // An error given back instead of doing an operation. The disk is left as a real one might be: a
  // failed write reached it up to some byte; after a failed sync each unsynced write is either on
  // the disk or lost for good, though reads still show it, and no later sync brings it back.
  struct Fault {
    // The first operation to fail: 1 = the next one.
    int64_t at = 0;
    // SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC...
    int code = SQLITE_OK;
    // Fails from then on, not once.
    bool persistent = false;
    // Counts and fails only operations of this kind.
    Operation kind = Operation::kWrite;
  };

  // `seed` fixes what crashes and faults leave behind.
  explicit CrashVfs(uint64_t seed);
  // Every connection must be closed.
  ~CrashVfs();
  CrashVfs(const CrashVfs&) = delete;
  CrashVfs& operator=(const CrashVfs&) = delete;

  // Pass it to sqlite3_open_v2.
  const std::string& name() const { return name_; }

  // Writes, truncations and syncs done so far.
  int64_t operations() const { return operations_; }
  // From the n-th operation on (1 = the next), every call fails: the machine is off.
  void PowerOffAt(int64_t n) { off_at_ = operations_ + n; }
  // Also counts from now.
  void FailAt(const Fault& fault);

  // What the disk holds after the power came back. Close the connection first.
  void Crash();

 private:
  struct Change {
    bool truncate = false;
    int64_t offset = 0;  // or the new size
    std::string bytes;
  };
  struct File {
    std::string content;
    std::vector<Change> unsynced;
  };
  // What SQLite hands back to us in every call.
  struct Handle {
    sqlite3_file base;
    CrashVfs* vfs;
    File* file;
    std::string* path;
  };
  struct Methods;

  File& Open(const std::string& path);
  // SQLITE_OK when the operation may go on, else the error to give.
  int Begin(Operation operation);
  bool off() const { return operations_ >= off_at_; }
  int Write(Handle& handle, Change change);
  int Sync(Handle& handle);
  static void Apply(const Change& change, std::string& content);
  static void ApplyToDisk(const Change& change, const std::string& path);
  void TearToDisk(const Change& change, const std::string& path);
  bool Coin() { return random_() % 2 == 0; }

  std::string name_;
  sqlite3_vfs vfs_;
  sqlite3_vfs* base_;
  std::mt19937_64 random_;
  std::map<std::string, File> files_;
  int64_t operations_ = 0;
  int64_t off_at_ = INT64_MAX;
  Fault fault_;
  int64_t fault_countdown_ = 0;
};

}  // namespace jalon::server

#endif  // JALON_TESTS_SUPPORT_CRASH_VFS_H_
