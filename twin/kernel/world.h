// Everything the twin knows: tables of nouns, the clock, and the journal that keeps both. In memory, on one strand.
//
// The journal is a text file, one commit a line, appended by write(2) when a request or an event is done; what a line
// holds happened together. Kill -9 at any point loses at most the line being written, whose torn rest is dropped at the
// next start; then the file is written anew with only what is left (compaction). No fsync: the twin may lose its last
// breath with the machine, not with the process.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "twin/kernel/clock.h"
#include "twin/kernel/table.h"

namespace drydock::twin {

inline constexpr std::string_view kGlobal = "";  // the region of IAM and other global tables

/// The account every world has, and its administrator: the user "admin", whose keys open nothing but twins.
struct Account {
  static constexpr const char* id = "123456789012";
  static constexpr const char* user = "admin";
  static constexpr const char* user_id = "AIDADRYDOCKTWINADMIN1";
  static constexpr const char* user_arn = "arn:aws:iam::123456789012:user/admin";
  static constexpr const char* access_key = "AKIADRYDOCKTWIN00001";
  static constexpr const char* secret_key = "drydockTwinSecretKeyForLoopbackUseOnly00";
};

class World {
 public:
  struct Options {
    std::filesystem::path journal;  // empty: in memory only (tests)
    std::string seed;               // of ids; empty: random. Equal seeds and equal calls give equal ids
    SimTime birth{};                // simulated time at birth; zero: seven days before wall time
  };
  /// Reads the journal, or begins a new world. Errors: invalid_input when the file is not a journal, or I/O.
  static Result<std::unique_ptr<World>> open(Options options);
  ~World();
  World(const World&) = delete;

  /// The table of T in a region; made on first use. The reference holds as long as the World.
  template <class T>
  Table<T>& table(std::string_view region = kGlobal) {
    auto it = tables_.find(std::pair<std::string_view, std::string_view>(T::kTable, region));
    if (it == tables_.end()) {
      auto table = std::make_unique<Table<T>>(touch_function(T::kTable, region));
      it = add_table(T::kTable, region, std::move(table));
    }
    return static_cast<Table<T>&>(*it->second);
  }
  /// Regions in which T has a table with rows or had one.
  std::vector<std::string> regions(std::string_view table_name) const;

  const std::string& account() const { return account_; }
  /// A uuid; a reset begins another World with another one.
  const std::string& id() const { return id_; }
  bool is_new() const { return new_; }  // begun by this open(), not read from a journal

  /// "vpc" -> "vpc-0" + 16 hex digits. Unique in this world.
  std::string new_id(std::string_view prefix);
  /// `digits` characters of 0-9a-f from the world's generator, and of A-Z2-7 (as in IAM's unique ids).
  std::string new_hex(std::size_t digits);
  std::string new_base32(std::size_t characters);
  std::string new_uuid();

  Clock& clock() { return clock_; }
  SimTime now() const { return clock_.now(); }

  /// Appends what changed to the journal and tells the listeners. The Front commits after each request, the clock after
  /// each event; others only when they act outside of both. Listeners may change the world (committed in turn).
  void commit();
  /// Called by commits that changed something.
  void on_change(std::function<void()> listener) { listeners_.push_back(std::move(listener)); }
  /// How many commits changed something, since this process began.
  std::uint64_t revision() const { return revision_; }

 private:
  struct KeyLess {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      int order = std::string_view(a.first).compare(b.first);
      return order ? order < 0 : std::string_view(a.second) < std::string_view(b.second);
    }
  };
  using Key = std::pair<std::string, std::string>;  // table, region
  using Tables = std::map<Key, std::unique_ptr<AnyTable>, KeyLess>;

  explicit World(Options options);
  std::function<void()> touch_function(std::string_view table, std::string_view region);
  Tables::iterator add_table(std::string_view table, std::string_view region, std::unique_ptr<AnyTable> fresh);
  std::uint64_t next_random();
  Result<void> load();
  Result<void> compact();
  void apply(const Json& line);
  Json header() const;
  void append(const std::string& line);

  Options options_;
  std::string account_ = Account::id, id_;
  bool new_ = true;
  std::uint64_t seed_ = 0, drawn_ = 0;
  Tables tables_;
  std::map<Key, std::map<std::string, Json>, KeyLess> unclaimed_;  // journaled rows whose table nobody asked for yet
  std::vector<std::pair<Key, AnyTable*>> dirty_;
  std::vector<std::function<void()>> listeners_;
  Clock clock_;
  std::uint64_t revision_ = 0;
  bool committing_ = false;
  int fd_ = -1;
};

}  // namespace drydock::twin
