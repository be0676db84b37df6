// Random policies and requests, for judges of IAM that must agree: the twin's evaluator, the proof's, and an outside
// one. Drawn from a small alphabet, so that policies and requests often meet; equal seeds give equal pairs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"

namespace drydock::tests {

struct Pair {
  bool user = false;  // the user ann, else a session of role NodeRole; both of account A
  std::string action, resource, resource_account;
  std::map<std::string, std::vector<std::string>> context;
  bool resource_must_allow = false;  // a trust or key policy

  std::vector<Json> identity;
  std::optional<Json> boundary, session, resource_policy, endpoint;
  std::vector<std::vector<Json>> service_control, resource_control;  // a list a level, root first
};

class RandomPairs {
 public:
  explicit RandomPairs(std::uint64_t seed) : random_(seed) {}
  Pair next();

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }
  void draw_context(Pair& pair);
  enum class Who { owner, somebody, anybody };  // a policy of the caller's own has no Principal
  Json document(const Pair& pair, Who who, bool limit);
  Json statement(const Pair& pair, Who who);
  Json actions(const Pair& pair);
  Json resources(const Pair& pair);
  Json principal(const Pair& pair);
  Json condition();

  std::mt19937_64 random_;
};

/// A: allowed, E: explicitly denied, I: nobody allowed it.
char twin_verdict(const Pair& pair);
/// The proof's, with every key known.
char proof_verdict(const Pair& pair);
/// The same in two parts: policies are compiled once and asked often.
class CompiledPair {
 public:
  explicit CompiledPair(const Pair& pair);
  CompiledPair(CompiledPair&&) noexcept;
  ~CompiledPair();
  char verdict() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
/// As the outside judge wants it: {request, identityPolicies, ...}.
Json simulation_of(const Pair& pair);

}  // namespace drydock::tests
