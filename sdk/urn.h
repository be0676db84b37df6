// Pulumi's URN: urn:pulumi:<stack>::<project>::<qualified type>::<name>. An immutable value, parsed once.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace drydock {

class Urn {
 public:
  Urn() = default;  // empty: no resource
  /// The chain of parent types is kept unless the parent is empty or the root stack.
  static Urn make(std::string_view stack, std::string_view project, const Urn& parent, std::string_view type,
                  std::string_view name);
  /// Empty if the text is not a URN. Names may hold anything, "::" included.
  static std::optional<Urn> parse(std::string_view text);

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  std::string_view stack() const;
  std::string_view project() const;
  std::string_view qualified_type() const;
  /// The resource's own type: what follows the last '$'.
  std::string_view type() const;
  std::string_view name() const;

  friend auto operator<=>(const Urn&, const Urn&) = default;

 private:
  explicit Urn(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

constexpr std::string_view kStackType = "pulumi:pulumi:Stack";

}  // namespace drydock
