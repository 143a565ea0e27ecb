// A directory of its own for a test, removed at the end.
#ifndef JALON_TESTS_SUPPORT_TEMP_DIR_H_
#define JALON_TESTS_SUPPORT_TEMP_DIR_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace jalon::server {

class TempDir {
 public:
  TempDir() : path_(Make()) {}
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }

 private:
  static std::string Make() {
    std::string path = (std::filesystem::temp_directory_path() / "jalon-test-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) abort();
    return path;
  }

  std::string path_;
};

}  // namespace jalon::server

#endif  // JALON_TESTS_SUPPORT_TEMP_DIR_H_
