#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/hash.h"

namespace drydock {
namespace fs = std::filesystem;

namespace {

tl::unexpected<Error> system_error(const char* doing, const std::string& path, int number = errno) {
  ErrorCode code = number == ENOENT                      ? ErrorCode::not_found
                   : number == EACCES || number == EPERM ? ErrorCode::access_denied
                   : number == EEXIST                    ? ErrorCode::already_exists
                                                         : ErrorCode::unavailable;
  return fail(code, fmt::format("cannot {} {}: {}", doing, path, std::strerror(number)));
}

Result<void> write_all(int fd, std::string_view data, const std::string& path) {
  while (!data.empty()) {
    ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("write", path);
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

/// A new name in a folder survives a power cut only once the folder itself is synced.
void sync_directory(const std::string& folder) {
  int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error("read", path);
  std::string out;
  struct stat info {};
  if (::fstat(fd, &info) == 0 && info.st_size > 0) out.reserve(static_cast<std::size_t>(info.st_size));
  char buffer[65536];
  for (;;) {
    ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      int number = errno;
      ::close(fd);
      return system_error("read", path, number);
    }
    if (n == 0) break;
    out.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return out;
}

Result<void> write_file(const std::string& path, std::string_view text, bool durable, unsigned mode) {
  std::string temporary = path + ".tmp-" + random_hex(8);
  int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return system_error("write", path);
  Result<void> written = write_all(fd, text, path);
  if (written && durable && ::fsync(fd) != 0) written = system_error("write", path);
  ::close(fd);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) written = system_error("write", path);
  if (!written) ::unlink(temporary.c_str());
  if (written && durable) sync_directory(parent_directory(path));
  return written;
}

Result<void> make_directories(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return system_error("make the folder", path, error.value());
  return {};
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("remove", path);
  return {};
}

Result<void> rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return system_error("rename", from);
  return {};
}

bool file_exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool directory_exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::vector<std::string> list_directory(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string join_path(std::string_view folder, std::string_view name) {
  if (folder.empty() || name.starts_with('/')) return std::string(name);
  if (name.empty()) return std::string(folder);
  return fmt::format("{}{}{}", folder, folder.ends_with('/') ? "" : "/", name);
}

std::string parent_directory(std::string_view path) {
  auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string absolute_path(const std::string& path) {
  std::error_code error;
  std::string out = fs::absolute(path, error).lexically_normal().string();
  if (error) return path;
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

AppendFile::~AppendFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<AppendFile> AppendFile::open(const std::string& path, unsigned mode) {
  AppendFile file;
  file.path_ = path;
  file.fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode);
  if (file.fd_ < 0) return system_error("write", path);
  sync_directory(parent_directory(path));
  return file;
}

Result<void> AppendFile::append(std::string_view data) { return write_all(fd_, data, path_); }

Result<void> AppendFile::sync() {
  if (::fdatasync(fd_) != 0) return system_error("write", path_);
  return {};
}

}  // namespace drydock
