#include "tests/golden/trace.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

namespace drydock::golden {
namespace {

const std::map<std::string, int, std::less<>> kCodes = {
    {"Canceled", 1},           {"Unknown", 2},   {"InvalidArgument", 3},
    {"NotFound", 5},           {"Aborted", 10},  {"Unimplemented", 12},
    {"FailedPrecondition", 9}, {"Internal", 13}, {"Unavailable", 14}};

// "rpc error: code = Unknown desc = text"
void read_error(const Json& error, RecordedCall& call) {
  std::string text = error.is_array() ? error.item(0).string_or() : error.string_or();
  const auto code = text.find("code = "), desc = text.find(" desc = ");
  if (code != text.npos && desc != text.npos) {
    const auto known = kCodes.find(text.substr(code + 7, desc - code - 7));
    if (known != kCodes.end()) call.error_code = known->second;
    text = text.substr(desc + 8);
  }
  call.error = text;
}

bool is_default(const Json& j) {
  return j.is_null() || (j.is_bool() && !j.as_bool()) || (j.is_number() && j.as_double() == 0) ||
         (j.is_string() && j.as_string().empty()) || ((j.is_array() || j.is_object()) && j.size() == 0);
}

}  // namespace

Trace Trace::load(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    fmt::print(stderr, "cannot read {}\n", path);
    std::abort();
  }
  Trace trace;
  std::map<std::int64_t, std::size_t> open;  // call number -> index
  std::string line;
  for (std::size_t number = 0; std::getline(file, line); ++number) {
    const Json entry = *Json::parse(line);
    if (!entry.has("call") && !entry.has("method")) continue;
    if (entry.has("request")) {
      RecordedCall call;
      call.from = entry.at("from").string_or();
      call.to = entry.at("to").string_or();
      call.method = entry.at("method").string_or();
      call.request = entry.at("request");
      call.started = number;
      if (entry.has("reply")) {  // calls of the Engine service stand on one line
        call.reply = entry.at("reply");
        call.ended = number;
      } else if (entry.has("call")) {
        open[entry.at("call").as_int()] = trace.calls.size();
      }
      trace.calls.push_back(std::move(call));
      continue;
    }
    const auto found = open.find(entry.at("call").int_or(-1));
    if (found == open.end()) continue;
    RecordedCall& call = trace.calls[found->second];
    if (entry.has("status")) {
      call.status = entry.at("status");
      continue;
    }
    call.ended = number;
    call.reply = entry.at("reply");
    if (entry.has("error")) read_error(entry.at("error"), call);
  }
  return trace;
}

std::string difference(const Json& want, const Json& got, const std::string& at) {
  if (want == got || (is_default(want) && is_default(got))) return {};
  if (want.is_number() && got.is_number() && want.as_double() == got.as_double()) return {};
  if (want.is_array() && got.is_array() && want.size() == got.size()) {
    for (std::size_t i = 0; i < want.size(); ++i) {
      std::string d = difference(want.item(i), got.item(i), at + "[" + std::to_string(i) + "]");
      if (!d.empty()) return d;
    }
    return {};
  }
  if (want.is_object() && got.is_object()) {
    std::set<std::string> keys;
    for (const auto& [key, value] : want.as_object()) keys.insert(key);
    for (const auto& [key, value] : got.as_object()) keys.insert(key);
    for (const std::string& key : keys) {
      std::string d = difference(want.at(key), got.at(key), at + "." + key);
      if (!d.empty()) return d;
    }
    return {};
  }
  return fmt::format("{}: want {}, got {}", at, want.dump(), got.dump());
}

Json map_strings(const Json& json, const std::function<std::string(const std::string&)>& replace) {
  if (json.is_string()) return replace(json.as_string());
  if (json.is_array()) {
    Json::Array out;
    for (const Json& item : json.as_array()) out.push_back(map_strings(item, replace));
    return out;
  }
  if (json.is_object()) {
    Json::Object out;
    for (const auto& [key, value] : json.as_object()) out.emplace(key, map_strings(value, replace));
    return out;
  }
  return json;
}

}  // namespace drydock::golden
