// Files as whole texts, and a file that only grows. Errors name the path and what the system said.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drydock {

/// not_found if there is no such file.
Result<std::string> read_file(const std::string& path);
/// Replaces the file in one step: readers see the old text or the new one. With `durable`, it survives a power cut too.
Result<void> write_file(const std::string& path, std::string_view text, bool durable = false, unsigned mode = 0644);
Result<void> make_directories(const std::string& path);
Result<void> remove_file(const std::string& path);  // a missing file is no error
Result<void> rename_file(const std::string& from, const std::string& to);
bool file_exists(const std::string& path);
bool directory_exists(const std::string& path);
/// Names of a folder's entries, sorted; empty if it does not exist.
std::vector<std::string> list_directory(const std::string& path);
std::string join_path(std::string_view folder, std::string_view name);  // an absolute `name` stands alone
std::string parent_directory(std::string_view path);
std::string absolute_path(const std::string& path);

/// Append-only file. One thread at a time.
class AppendFile {
 public:
  AppendFile() = default;
  AppendFile(AppendFile&& other) noexcept : fd_(other.fd_), path_(std::move(other.path_)) { other.fd_ = -1; }
  AppendFile& operator=(AppendFile&& other) noexcept;
  ~AppendFile();
  /// Creates the file (and makes its name durable) or opens it at its end.
  static Result<AppendFile> open(const std::string& path, unsigned mode = 0600);
  Result<void> append(std::string_view data);
  Result<void> sync();  // data is on the disk afterwards
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
  std::string path_;
};

}  // namespace drydock
