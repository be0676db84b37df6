// One resource as Pulumi tells it, and the whole list by URN.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace drydock::readers::pulumi {

/// How a value stands in a state or a preview: known, not known yet, or nobody's business.
enum class Knowledge { known, unknown, secret };
Knowledge knowledge_of(const Json& value);
/// Anything below that is not known (a secret is not).
bool has_unknowns(const Json& value);

struct Source {
  std::string urn, type, name, id, parent, provider;
  bool custom = false;
  Json inputs, outputs;
  std::vector<std::string> dependencies;
  std::map<std::string, std::vector<std::string>, std::less<>> property_dependencies;
  bool has_property_dependencies = false;
  std::string file;
  std::int64_t line = 0, column = 0;

  bool exists() const { return !id.empty(); }
  std::string_view package() const { return std::string_view(type).substr(0, type.find(':')); }
  /// Input of this path ("vpcConfig.subnetIds"), else the output; null where neither is. An input wins even if it is
  /// not known.
  const Json& at(std::string_view path) const;
};

class Sources {
 public:
  explicit Sources(const std::vector<Json>& resources);

  const std::deque<Source>& all() const { return all_; }
  /// Null if there is none.
  const Source* find(std::string_view urn) const;
  /// "s3", or with its type where another resource has that name, too.
  std::string short_name(const Source& source) const;
  /// The component around it, however deep below custom resources; null: none but the stack.
  const Source* component(const Source& source) const;
  /// Its nearest ancestor of type eks:index:*; null if none.
  const Source* eks_component(const Source& source) const;
  std::vector<const Source*> children(const Source& component) const;

  /// The resources of a type that the value at `path`, not known yet, must come from. Empty if more than one answer is
  /// possible, or if `wanted` (0: any number) is another count.
  std::vector<const Source*> behind(const Source& source, std::string_view path,
                                    const std::vector<std::string_view>& types, std::size_t wanted) const;

 private:
  /// All that `source` hangs on, directly or not, and its parents.
  const std::set<std::string>& ancestors(const Source& source) const;

  std::deque<Source> all_;
  std::map<std::string, const Source*, std::less<>> by_urn_;
  std::map<std::string, int, std::less<>> names_;
  mutable std::map<std::string, std::set<std::string>, std::less<>> ancestors_;
};

}  // namespace drydock::readers::pulumi
