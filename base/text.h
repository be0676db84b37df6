// Small text functions that C++20 lacks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace drydock {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
std::string replace_all(std::string text, std::string_view what, std::string_view with);

/// RFC 3986: all but unreserved characters become %XX; with keep_slash '/' stays. AWS signs with exactly this.
std::string uri_encode(std::string_view text, bool keep_slash = false);
/// Undoes %XX, and '+' as a space where `plus_is_space` (form bodies). Broken escapes stay as they are.
std::string uri_decode(std::string_view text, bool plus_is_space = false);

/// The nearest of `known` within a third of the word's length, for "did you mean"; empty if none.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace drydock
