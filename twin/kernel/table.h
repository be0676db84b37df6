// A table of nouns: a sorted map that remembers what changed since the last commit, so that the World can journal it.
// T has each_field() (base/fields.h) and `static constexpr const char* kTable = "ec2.vpc"`.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/fields.h"
#include "base/json.h"

namespace drydock::twin {

/// What the World needs to know of a table whatever its T.
class AnyTable {
 public:
  virtual ~AnyTable() = default;
  struct Change {
    std::string key;
    Json value;  // null: erased
  };
  /// What changed since the last call.
  virtual std::vector<Change> take_changes() = 0;
  virtual void load(std::string key, const Json& value) = 0;
};

template <class T>
class Table final : public AnyTable {
 public:
  /// `touched` is called at the first change after each take_changes().
  explicit Table(std::function<void()> touched) : touched_(std::move(touched)) {}

  const T* find(std::string_view key) const {
    auto it = rows_.find(key);
    return it == rows_.end() ? nullptr : &it->second;
  }
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  /// Inserts or overwrites. The reference holds until the row is erased.
  T& put(std::string key, T value) {
    touch(key);
    return rows_.insert_or_assign(std::move(key), std::move(value)).first->second;
  }
  /// For changing a row in place; null if there is none. Counts as a change whether or not anything is changed.
  T* edit(std::string_view key) {
    auto it = rows_.find(key);
    if (it == rows_.end()) return nullptr;
    touch(it->first);
    return &it->second;
  }
  bool erase(std::string_view key) {
    auto it = rows_.find(key);
    if (it == rows_.end()) return false;
    touch(it->first);
    rows_.erase(it);
    return true;
  }

  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  auto begin() const { return rows_.begin(); }  // pair<const std::string, T>, by key
  auto end() const { return rows_.end(); }
  auto lower_bound(std::string_view key) const { return rows_.lower_bound(key); }

  std::vector<Change> take_changes() override {
    std::vector<Change> changes;
    for (const std::string& key : changed_) {
      const T* row = find(key);
      changes.push_back({key, row ? fields::encode(*row) : Json()});
    }
    changed_.clear();
    return changes;
  }
  void load(std::string key, const Json& value) override { fields::decode(value, rows_[std::move(key)]); }

 private:
  void touch(const std::string& key) {
    if (changed_.empty()) touched_();
    changed_.insert(key);
  }

  std::map<std::string, T, std::less<>> rows_;
  std::set<std::string> changed_;
  std::function<void()> touched_;
};

}  // namespace drydock::twin
