#include "tests/support/crash_vfs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace jalon::server {
namespace {

constexpr int64_t kSectorBytes = 512;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

// The C functions SQLite calls.
struct CrashVfs::Methods {
  static Handle& Of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static CrashVfs& Of(sqlite3_vfs* vfs) { return *static_cast<CrashVfs*>(vfs->pAppData); }

  static int Close(sqlite3_file* file) {
    delete Of(file).path;
    return SQLITE_OK;
  }

  static int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    const Handle& handle = Of(file);
    if (handle.vfs->off()) return SQLITE_IOERR_READ;
    const std::string& content = handle.file->content;
    const int64_t length = content.size();
    const int64_t got = std::clamp<int64_t>(length - offset, 0, size);
    if (got > 0) std::memcpy(out, content.data() + offset, got);
    std::memset(static_cast<char*>(out) + got, 0, size - got);
    return got == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    Handle& handle = Of(file);
    return handle.vfs->Write(handle,
                             {false, offset, std::string(static_cast<const char*>(data), size)});
  }

  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    Handle& handle = Of(file);
    return handle.vfs->Write(handle, {true, size, ""});
  }

  static int Sync(sqlite3_file* file, int) {
    Handle& handle = Of(file);
    return handle.vfs->Sync(handle);
  }

  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    if (Of(file).vfs->off()) return SQLITE_IOERR_FSTAT;
    *size = Of(file).file->content.size();
    return SQLITE_OK;
  }

  // One connection: nobody to lock out.
  static int Lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int CheckLock(sqlite3_file*, int* locked) {
    *locked = 0;
    return SQLITE_OK;
  }
  static int Control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int SectorSize(sqlite3_file*) { return kSectorBytes; }
  // As the default file system declares: a torn write spares its neighbours.
  static int Characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                  int* out_flags) {
    file->pMethods = nullptr;
    if (path == nullptr || Of(vfs).off()) return SQLITE_CANTOPEN;
    const int fd =
        open(path, O_RDWR | O_CLOEXEC | ((flags & SQLITE_OPEN_CREATE) ? O_CREAT : 0), 0600);
    if (fd < 0) return SQLITE_CANTOPEN;
    close(fd);
    Handle& handle = Of(file);
    handle.vfs = &Of(vfs);
    handle.path = new std::string(path);
    handle.file = &Of(vfs).Open(path);
    handle.base.pMethods = &kIo;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }

  static int Delete(sqlite3_vfs* vfs, const char* path, int) {
    if (Of(vfs).off()) return SQLITE_IOERR_DELETE;
    Of(vfs).files_.erase(path);
    return unlink(path) == 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  }

  static int Access(sqlite3_vfs* vfs, const char* path, int flags, int* out) {
    return Of(vfs).base_->xAccess(Of(vfs).base_, path, flags, out);
  }
  static int FullPathname(sqlite3_vfs* vfs, const char* path, int size, char* out) {
    return Of(vfs).base_->xFullPathname(Of(vfs).base_, path, size, out);
  }

  static const sqlite3_io_methods kIo;
};

// Version 1 has no shared memory: only a connection in EXCLUSIVE mode can use the log.
const sqlite3_io_methods CrashVfs::Methods::kIo = {
    .iVersion = 1,
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = FileSize,
    .xLock = Lock,
    .xUnlock = Lock,
    .xCheckReservedLock = CheckLock,
    .xFileControl = Control,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = Characteristics,
};

CrashVfs::CrashVfs(uint64_t seed) : base_(sqlite3_vfs_find(nullptr)), random_(seed) {
  name_ = absl::StrCat("crash-", reinterpret_cast<uintptr_t>(this));
  vfs_ = *base_;
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = Methods::Open;
  vfs_.xDelete = Methods::Delete;
  vfs_.xAccess = Methods::Access;
  vfs_.xFullPathname = Methods::FullPathname;
  if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) std::abort();
}

CrashVfs::~CrashVfs() { sqlite3_vfs_unregister(&vfs_); }

CrashVfs::File& CrashVfs::Open(const std::string& path) {
  const auto [file, inserted] = files_.try_emplace(path);
  if (inserted) file->second.content = ReadFile(path);
  return file->second;
}

void CrashVfs::FailAt(const Fault& fault) {
  fault_ = fault;
  fault_countdown_ = fault.at;
}

int CrashVfs::Begin(Operation operation) {
  if (off()) return SQLITE_IOERR;
  if (++operations_ >= off_at_) return SQLITE_IOERR;
  if (fault_countdown_ <= 0 || operation != fault_.kind) return SQLITE_OK;
  if (--fault_countdown_ > 0) return SQLITE_OK;
  if (fault_.persistent) fault_countdown_ = 1;
  return fault_.code;
}

int CrashVfs::Write(Handle& handle, Change change) {
  const int code = Begin(change.truncate ? Operation::kTruncate : Operation::kWrite);
  if (code != SQLITE_OK) {
    if (change.truncate || off()) return code;
    change.bytes.resize(random_() % (change.bytes.size() + 1));
  }
  Apply(change, handle.file->content);
  handle.file->unsynced.push_back(std::move(change));
  return code;
}

int CrashVfs::Sync(Handle& handle) {
  const int code = Begin(Operation::kSync);
  if (code != SQLITE_OK && off()) return code;
  for (const Change& change : std::exchange(handle.file->unsynced, {})) {
    if (code == SQLITE_OK || Coin()) ApplyToDisk(change, *handle.path);
  }
  return code;
}

void CrashVfs::Crash() {
  for (auto& [path, file] : files_) {
    for (const Change& change : file.unsynced) {
      switch (random_() % 3) {
        case 0:
          break;
        case 1:
          ApplyToDisk(change, path);
          break;
        default:
          TearToDisk(change, path);
      }
    }
  }
  files_.clear();
  off_at_ = INT64_MAX;
  fault_countdown_ = 0;
}

void CrashVfs::Apply(const Change& change, std::string& content) {
  if (change.truncate) return content.resize(change.offset);
  const size_t end = change.offset + change.bytes.size();
  if (content.size() < end) content.resize(end);
  content.replace(change.offset, change.bytes.size(), change.bytes);
}

void CrashVfs::ApplyToDisk(const Change& change, const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  // A file deleted since has nothing to keep.
  if (fd < 0) return;
  const ssize_t size = change.bytes.size();
  const bool done = change.truncate ? ftruncate(fd, change.offset) == 0
                                    : pwrite(fd, change.bytes.data(), size, change.offset) == size;
  if (!done) std::abort();
  close(fd);
}

void CrashVfs::TearToDisk(const Change& change, const std::string& path) {
  if (change.truncate) return;
  const int64_t end = change.offset + change.bytes.size();
  for (int64_t begin = change.offset; begin < end;) {
    const int64_t next = std::min(end, (begin / kSectorBytes + 1) * kSectorBytes);
    const std::string sector = change.bytes.substr(begin - change.offset, next - begin);
    if (Coin()) ApplyToDisk({false, begin, sector}, path);
    begin = next;
  }
}

}  // namespace jalon::server
