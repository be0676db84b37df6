#include "twin/kernel/world.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/hash.h"

namespace drydock::twin {

namespace {

constexpr std::string_view kFormat = "drydock-world-1";

/// FNV-1a, 32 bits: tells a torn line from a whole one.
std::string checksum(std::string_view text) {
  std::uint32_t h = 2166136261u;
  for (unsigned char c : text) h = (h ^ c) * 16777619u;
  char buffer[9];
  std::snprintf(buffer, sizeof buffer, "%08x", h);
  return buffer;
}

std::string sealed(const Json& line) {
  std::string text = line.dump();
  return checksum(text) + ' ' + text + '\n';
}

/// The JSON of a whole line without its newline; nullopt if it is torn or damaged.
std::optional<Json> unsealed(std::string_view line) {
  if (line.size() < 10 || line[8] != ' ') return std::nullopt;
  std::string_view text = line.substr(9);
  if (checksum(text) != line.substr(0, 8)) return std::nullopt;
  auto json = Json::parse(text);
  if (!json) return std::nullopt;
  return std::move(*json);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

SimTime wall_now() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

std::uint64_t seed_of(const std::string& text) {
  std::string digest = sha256(text);
  std::uint64_t seed;
  std::memcpy(&seed, digest.data(), sizeof seed);
  return seed;
}

}  // namespace

World::World(Options options) : options_(std::move(options)), clock_(*this) {
  seed_ = seed_of(options_.seed.empty() ? random_bytes(32) : options_.seed);
  id_ = new_uuid();
  const SimTime birth = options_.birth == SimTime{} ? wall_now() - std::chrono::days(7) : options_.birth;
  clock_.now_ = birth;
}

World::~World() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::unique_ptr<World>> World::open(Options options) {
  std::unique_ptr<World> world(new World(std::move(options)));
  if (!world->options_.journal.empty()) {
    if (auto loaded = world->load(); !loaded) return pass(loaded);
    if (auto written = world->compact(); !written) return pass(written);
  }
  world->clock_.loaded();
  return world;
}

Json World::header() const {
  return Json::object({{"format", kFormat},
                       {"id", id_},
                       {"account", account_},
                       {"seed", std::to_string(seed_)},
                       {"d", static_cast<std::int64_t>(drawn_)},
                       {"n", epoch_millis(clock_.now_)}});
}

Result<void> World::load() {
  std::ifstream file(options_.journal, std::ios::binary);
  if (!file) return {};
  std::stringstream whole;
  whole << file.rdbuf();
  const std::string text = whole.str();
  const std::string where = "'" + options_.journal.string() + "'";
  std::size_t begin = 0, number = 0;
  while (begin < text.size()) {
    ++number;
    const std::size_t end = text.find('\n', begin);
    const bool last = end == std::string::npos || end + 1 == text.size();
    auto line = unsealed(std::string_view(text).substr(begin, end == std::string::npos ? end : end - begin));
    if (!line || end == std::string::npos) {
      if (last && number > 1) return {};  // torn by a kill; what came before stands
      return fail(ErrorCode::invalid_input,
                  where + " line " + std::to_string(number) +
                      ": not a line of a twin's journal; move the file away to begin a new world");
    }
    if (number == 1) {
      if (line->at("format").string_or() != kFormat)
        return fail(ErrorCode::invalid_input,
                    where + " was written by another version of the twin; move it away to begin a new world");
      id_ = line->at("id").string_or();
      account_ = line->at("account").string_or();
      seed_ = std::stoull(line->at("seed").string_or("0"));
      new_ = false;
    }
    apply(*line);
    begin = end + 1;
  }
  return {};
}

void World::apply(const Json& line) {
  drawn_ = static_cast<std::uint64_t>(line.at("d").int_or(0));
  clock_.now_ = from_epoch_millis(line.at("n").int_or(0));
  const Json& changes = line.at("c");
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Json& change = changes.item(i);
    auto& rows = unclaimed_[Key(change.item(0).string_or(), change.item(1).string_or())];
    if (change.item(3).is_null())
      rows.erase(change.item(2).string_or());
    else
      rows[change.item(2).string_or()] = change.item(3);
  }
}

Result<void> World::compact() {
  std::error_code error;
  if (options_.journal.has_parent_path()) std::filesystem::create_directories(options_.journal.parent_path(), error);
  const std::string fresh = options_.journal.string() + ".new";
  auto failed = [&](const char* doing) {
    return fail(ErrorCode::unavailable, std::string(doing) + " '" + fresh + "': " + std::strerror(errno));
  };
  fd_ = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (fd_ < 0) return failed("cannot write");
  std::string text = sealed(header());
  for (const auto& [key, rows] : unclaimed_)
    for (const auto& [row, value] : rows) {
      Json line = Json::object({{"d", static_cast<std::int64_t>(drawn_)}, {"n", epoch_millis(clock_.now_)}});
      line["c"] = Json::array({Json::array({key.first, key.second, row, value})});
      text += sealed(line);
      if (text.size() < 1 << 20) continue;
      if (!write_all(fd_, text)) return failed("cannot write");
      text.clear();
    }
  if (!write_all(fd_, text)) return failed("cannot write");
  if (std::rename(fresh.c_str(), options_.journal.c_str()) != 0) return failed("cannot put in place");
  return {};
}

std::function<void()> World::touch_function(std::string_view table, std::string_view region) {
  return [this, key = Key(table, region)] { dirty_.emplace_back(key, tables_.find(key)->second.get()); };
}

World::Tables::iterator World::add_table(std::string_view table, std::string_view region,
                                         std::unique_ptr<AnyTable> fresh) {
  Key key(table, region);
  if (auto rows = unclaimed_.find(key); rows != unclaimed_.end()) {
    for (const auto& [row, value] : rows->second) fresh->load(row, value);
    unclaimed_.erase(rows);
  }
  return tables_.emplace(std::move(key), std::move(fresh)).first;
}

std::vector<std::string> World::regions(std::string_view table_name) const {
  std::set<std::string> found;
  for (const auto& [key, table] : tables_)
    if (key.first == table_name) found.insert(key.second);
  for (const auto& [key, rows] : unclaimed_)
    if (key.first == table_name) found.insert(key.second);
  return {found.begin(), found.end()};
}

void World::commit() {
  if (committing_ || dirty_.empty()) return;  // a listener's changes are picked up by the loop below
  committing_ = true;
  while (!dirty_.empty()) {
    Json::Array changes;
    for (auto& [key, table] : std::exchange(dirty_, {}))
      for (auto& change : table->take_changes())
        changes.push_back(Json::array({key.first, key.second, std::move(change.key), std::move(change.value)}));
    if (fd_ >= 0)
      append(sealed(Json::object(
          {{"c", std::move(changes)}, {"d", static_cast<std::int64_t>(drawn_)}, {"n", epoch_millis(clock_.now_)}})));
    ++revision_;
    for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i]();
  }
  committing_ = false;
}

void World::append(const std::string& line) {
  if (write_all(fd_, line)) return;
  std::fprintf(stderr,
               "drydock twin: cannot write the journal '%s': %s; the world is kept in memory only from here on\n",
               options_.journal.c_str(), std::strerror(errno));
  ::close(fd_);
  fd_ = -1;
}

// SplitMix64 (https://prng.di.unimi.it/splitmix64.c) as a function of a counter: the state to journal is one number.
std::uint64_t World::next_random() {
  std::uint64_t z = seed_ + ++drawn_ * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::string World::new_hex(std::size_t digits) {
  std::string text;
  while (text.size() < digits) {
    char buffer[17];
    std::snprintf(buffer, sizeof buffer, "%016llx", static_cast<unsigned long long>(next_random()));
    text += buffer;
  }
  text.resize(digits);
  return text;
}

std::string World::new_base32(std::size_t characters) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  while (text.size() < characters) {
    std::uint64_t bits = next_random();
    for (int i = 0; i < 12 && text.size() < characters; ++i, bits >>= 5) text += kAlphabet[bits & 31];
  }
  return text;
}

std::string World::new_id(std::string_view prefix) { return std::string(prefix) + "-0" + new_hex(16); }

std::string World::new_uuid() {
  std::string h = new_hex(32);
  h[12] = '4';
  h[16] = "89ab"[h[16] % 4];
  return h.substr(0, 8) + '-' + h.substr(8, 4) + '-' + h.substr(12, 4) + '-' + h.substr(16, 4) + '-' + h.substr(20);
}

}  // namespace drydock::twin
