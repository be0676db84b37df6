#include "engine/state/backend.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace drydock::engine {
namespace {

std::int64_t nanoseconds_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string expand_home(std::string path) {
  if (path != "~" && !path.starts_with("~/")) return path;
  const char* home = std::getenv("HOME");
  return (home ? home : "") + path.substr(1);
}

Json lock_text() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  const passwd* user = ::getpwuid(::getuid());
  auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return Json::object({{"pid", static_cast<std::int64_t>(::getpid())},
                       {"username", user ? user->pw_name : std::to_string(::getuid())},
                       {"hostname", host},
                       {"timestamp", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", now)},
                       {"program", "drydock"}});
}

bool is_ours(const Json& holder) { return holder.at("program").string_or() == "drydock"; }

/// Of our own kind of lock file: a living process holds it.
bool is_held(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  bool free = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  ::close(fd);
  return !free;
}

}  // namespace

Result<void> check_stack_name(std::string_view name) {
  bool good = !name.empty() && name.size() <= 100 && name != "." && name != "..";
  for (char c : name) good = good && (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.');
  if (good) return {};
  return fail(ErrorCode::invalid_input,
              fmt::format("'{}' is no stack name; use letters, digits, '-', '_' and '.', 100 at most", name));
}

// --- locks -----------------------------------------------------------------------------------------------------------

StackLock::StackLock(StackLock&& other) noexcept : path_(std::move(other.path_)), fd_(other.fd_) { other.fd_ = -1; }

StackLock& StackLock::operator=(StackLock&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

StackLock::~StackLock() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str());
  ::close(fd_);
}

void StackLock::abandon() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<StackLock> Backend::lock(const StackId& id) {
  std::string folder = join_path(root_, fmt::format(".pulumi/locks/{}", id.qualified()));
  if (auto made = make_directories(folder); !made) return pass(made);
  StackLock lock;
  std::string mine = random_uuid() + ".json";
  std::string path = join_path(folder, mine);
  lock.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (lock.fd_ < 0) return fail(ErrorCode::unavailable, fmt::format("cannot write a lock into {}", folder));
  lock.path_ = path;
  ::flock(lock.fd_, LOCK_EX | LOCK_NB);
  std::string text = lock_text().dump();
  if (::write(lock.fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return fail(ErrorCode::unavailable, fmt::format("cannot write {}", path));
  // As Pulumi does: write one's own, then look again, so that of two that come together at most one goes on.
  for (const auto& [other, holder, alive] : locks(id)) {
    if (other == path) continue;
    if (is_ours(holder) && !alive) {
      (void)remove_file(other);
      continue;
    }
    if (!file_exists(other)) continue;
    return fail(
        ErrorCode::conflict,
        fmt::format("stack '{}' is locked by {}@{} (pid {}) since {}; wait for that command to end. If nothing runs "
                    "any more: drydock cancel {}",
                    id.stack, holder.at("username").string_or("?"), holder.at("hostname").string_or("?"),
                    holder.at("pid").int_or(0), holder.at("timestamp").string_or("?"), id.stack));
  }
  return lock;
}

std::vector<Backend::LockFile> Backend::locks(const StackId& id) const {
  std::string folder = join_path(root_, fmt::format(".pulumi/locks/{}", id.qualified()));
  std::vector<LockFile> out;
  for (const auto& name : list_directory(folder)) {
    if (!name.ends_with(".json")) continue;
    LockFile lock{join_path(folder, name), {}, false};
    lock.holder = Json::parse(read_file(lock.path).value_or("")).value_or(Json());
    lock.alive = is_ours(lock.holder) && is_held(lock.path);
    out.push_back(std::move(lock));
  }
  return out;
}

// --- stacks ----------------------------------------------------------------------------------------------------------

Result<Backend> Backend::open(const std::string& url) {
  Backend backend;
  std::string path = url;
  if (path.starts_with("file://")) {
    path = path.substr(7);
  } else if (path.find("://") != std::string::npos) {
    return fail(
        ErrorCode::unsupported,
        fmt::format("not supported yet: state in {}; use PULUMI_BACKEND_URL=file://DIR, or leave it out for the "
                    "project's own folder",
                    url));
  }
  backend.root_ = absolute_path(expand_home(path));
  if (!directory_exists(backend.root_)) {
    return fail(ErrorCode::not_found,
                fmt::format("the state folder {} does not exist (PULUMI_BACKEND_URL)", backend.root_));
  }
  std::string meta = join_path(backend.root_, ".pulumi/meta.yaml");
  if (auto text = read_file(meta)) {
    auto document = parse_yaml(*text);
    if (!document || document->at("version").int_or(0) != 1)
      return fail(ErrorCode::unsupported,
                  fmt::format("not supported yet: the state layout of {} (only version 1)", meta));
  } else if (!list_directory(join_path(backend.root_, ".pulumi/stacks")).empty()) {
    return fail(
        ErrorCode::unsupported,
        fmt::format("not supported yet: {} has Pulumi's old layout without meta.yaml; run 'pulumi state upgrade'",
                    join_path(backend.root_, ".pulumi")));
  }
  return backend;
}

std::string Backend::below(std::string_view kind, const StackId& id) const {
  return join_path(root_, fmt::format(".pulumi/{}/{}", kind, id.project));
}
std::string Backend::checkpoint_path(const StackId& id) const {
  return join_path(below("stacks", id), id.stack + ".json");
}
std::string Backend::journal_path(const StackId& id) const {
  return join_path(below("stacks", id), id.stack + ".journal");
}

std::vector<std::string> Backend::list(const std::string& project) const {
  std::vector<std::string> stacks;
  for (const auto& name : list_directory(below("stacks", {project, ""})))
    if (name.ends_with(".json")) stacks.push_back(name.substr(0, name.size() - 5));
  return stacks;
}

bool Backend::exists(const StackId& id) const { return file_exists(checkpoint_path(id)); }

Result<void> Backend::create(const StackId& id) {
  if (auto good = check_stack_name(id.stack); !good) return good;
  if (exists(id)) return fail(ErrorCode::already_exists, fmt::format("stack '{}' already exists", id.stack));
  if (auto made = make_directories(below("stacks", id)); !made) return made;
  std::string meta = join_path(root_, ".pulumi/meta.yaml");
  if (!file_exists(meta))
    if (auto written = write_file(meta, "version: 1\n", true); !written) return written;
  return write_file(checkpoint_path(id), checkpoint_text(id, nullptr), true);
}

Result<void> Backend::remove(const StackId& id) {
  std::error_code ignored;
  for (const char* suffix : {".json", ".json.bak", ".journal", ".pulumi-tags"})
    if (auto removed = remove_file(join_path(below("stacks", id), id.stack + suffix)); !removed) return removed;
  std::filesystem::remove_all(join_path(below("history", id), id.stack), ignored);
  return {};
}

Result<Json> Backend::read(const StackId& id) const {
  std::string path = checkpoint_path(id);
  auto text = read_file(path);
  if (!text && text.error().code == ErrorCode::not_found) {
    if (file_exists(path + ".gz") || file_exists(path + ".zst"))
      return fail(ErrorCode::unsupported, fmt::format("not supported yet: compressed state, {}.gz", path));
    auto known = list(id.project);
    std::string near = nearest(id.stack, known);
    return fail(ErrorCode::not_found,
                fmt::format("no stack named '{}' in {}{}; 'drydock stack init {}' makes it", id.stack, root_,
                            near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near), id.stack));
  }
  if (!text) return pass(text);
  auto document = Json::parse(*text);
  const char* remedy = file_exists(path + ".bak") ? "the version before is beside it, with .bak at its end"
                                                  : "copies of earlier versions are under .pulumi/backups";
  if (!document)
    return fail(ErrorCode::invalid_input, fmt::format("the state file {} is damaged ({}); nothing was changed. {}",
                                                      path, document.error().message, remedy));
  std::int64_t version = document->at("version").int_or(0);
  if (!document->at("checkpoint").is_object())
    return fail(ErrorCode::invalid_input,
                fmt::format("the state file {} has no checkpoint; nothing was changed. {}", path, remedy));
  if (version != 3)
    return fail(ErrorCode::unsupported,
                fmt::format("not supported yet: state of version {} in {} (only version 3)", version, path));
  Json* latest = document->find("checkpoint")->find("latest");
  return latest ? std::move(*latest) : Json();
}

std::string Backend::checkpoint_text(const StackId& id, const Json& deployment) {
  std::string latest = deployment.is_null() ? "" : R"("latest":)" + deployment.dump() + ",";
  return fmt::format(R"({{"checkpoint":{{{}"stack":{}}},"version":3}})", latest, json_quote(id.qualified()));
}

Result<void> Backend::write(const StackId& id, const std::string& checkpoint) {
  std::string path = checkpoint_path(id);
  if (auto made = make_directories(below("stacks", id)); !made) return made;
  // A hard link keeps the old version under its second name; the new one then takes the first in one step.
  std::error_code ignored;
  std::filesystem::remove(path + ".bak", ignored);
  std::filesystem::create_hard_link(path, path + ".bak", ignored);
  return write_file(path, checkpoint, true);
}

Result<void> Backend::add_history(const StackId& id, const HistoryEntry& entry) {
  std::string history = join_path(below("history", id), id.stack), backups = join_path(below("backups", id), id.stack);
  if (auto made = make_directories(history); !made) return made;
  std::int64_t now = nanoseconds_now();
  Json update = Json::object({{"kind", entry.kind},
                              {"startTime", entry.start},
                              {"endTime", entry.end},
                              {"message", entry.message},
                              {"environment", Json::object()},
                              {"config", entry.config},
                              {"result", entry.result},
                              {"resourceChanges", entry.changes}});
  std::string stem = join_path(history, fmt::format("{}-{}", id.stack, now));
  if (auto written = write_file(stem + ".history.json", update.dump_pretty(4)); !written) return written;
  std::error_code ignored;
  std::filesystem::copy_file(checkpoint_path(id), stem + ".checkpoint.json", ignored);
  const char* off = std::getenv("PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS");
  if (off && (std::string_view(off) == "true" || std::string_view(off) == "1")) return {};
  if (auto made = make_directories(backups); !made) return made;
  std::filesystem::copy_file(checkpoint_path(id), join_path(backups, fmt::format("{}.{}.json", id.stack, now)),
                             ignored);
  return {};
}

std::vector<Json> Backend::history(const StackId& id) const {
  std::string folder = join_path(below("history", id), id.stack);
  auto names = list_directory(folder);
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".history.json"); });
  std::sort(names.rbegin(), names.rend());  // the time in them has the same number of digits for 250 years
  std::vector<Json> out;
  for (const auto& name : names)
    if (auto entry = Json::parse(read_file(join_path(folder, name)).value_or(""))) out.push_back(std::move(*entry));
  return out;
}

std::string Backend::fingerprint(const StackId& id) const {
  auto text = read_file(checkpoint_path(id));
  return text ? hex(sha256(*text)) : std::string();
}

}  // namespace drydock::engine
