#include "sdk/urn.h"

namespace drydock {
namespace {

constexpr std::string_view kPrefix = "urn:pulumi:";

// Part 0..2 between the "::"s behind the prefix; part 3 is all the rest.
std::string_view part(std::string_view text, int index) {
  if (text.size() < kPrefix.size()) return {};
  text.remove_prefix(kPrefix.size());
  for (int i = 0;; ++i) {
    const auto end = i < 3 ? text.find("::") : text.npos;
    if (i == index) return text.substr(0, end);
    if (end == text.npos) return {};
    text.remove_prefix(end + 2);
  }
}

}  // namespace

Urn Urn::make(std::string_view stack, std::string_view project, const Urn& parent, std::string_view type,
              std::string_view name) {
  std::string text(kPrefix);
  text.append(stack).append("::").append(project).append("::");
  if (!parent.empty() && parent.type() != kStackType) text.append(parent.qualified_type()).append("$");
  text.append(type).append("::").append(name);
  return Urn(std::move(text));
}

std::optional<Urn> Urn::parse(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  std::size_t at = kPrefix.size();
  for (int i = 0; i < 3; ++i) {
    at = text.find("::", at);
    if (at == text.npos) return std::nullopt;
    at += 2;
  }
  return Urn(std::string(text));
}

std::string_view Urn::stack() const { return part(text_, 0); }
std::string_view Urn::project() const { return part(text_, 1); }
std::string_view Urn::qualified_type() const { return part(text_, 2); }
std::string_view Urn::name() const { return part(text_, 3); }
std::string_view Urn::type() const {
  const std::string_view qualified = qualified_type();
  const auto dollar = qualified.rfind('$');
  return dollar == qualified.npos ? qualified : qualified.substr(dollar + 1);
}

}  // namespace drydock
