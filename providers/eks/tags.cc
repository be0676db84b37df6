#include "providers/eks/parts.h"

namespace drydock::eks_provider {

Tags just(std::map<std::string, std::string> tags) { return Tags(std::move(tags)); }

Tags tags_of(const ComponentInputs& inputs, const std::string& name) {
  return inputs.has(name) ? inputs.output<std::map<std::string, std::string>>(name) : just({});
}

Tags merged(const std::vector<Tags>& all_tags) {
  return all(all_tags).apply([](const std::vector<std::map<std::string, std::string>>& maps) {
    std::map<std::string, std::string> out;
    for (const auto& map : maps)
      for (const auto& [key, value] : map) out.insert_or_assign(key, value);
    return out;
  });
}

Output<std::string> text_or(const ComponentInputs& inputs, const std::string& name, std::string otherwise) {
  return inputs.has(name) ? inputs.output<std::string>(name) : output_of(std::move(otherwise));
}

}  // namespace drydock::eks_provider
