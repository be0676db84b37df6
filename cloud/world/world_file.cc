#include "cloud/world/world_file.h"

#include <fmt/format.h>

#include "cloud/world/entry.h"

namespace drydock::cloud {

/// bases/*.yaml, embedded (CMakeLists.txt): name, text.
const std::vector<std::pair<std::string, std::string>>& base_texts();

namespace {

using Path = YamlPlaces::Path;

constexpr std::pair<const char*, Dialect> kDialects[] = {{"aws", Dialect::aws},
                                                         {"drydock", Dialect::drydock},
                                                         {"pulumi", Dialect::pulumi},
                                                         {"terraform", Dialect::terraform},
                                                         {"cloudformation", Dialect::cloudformation}};

/// {region} and {account}, but not a shell's ${region}.
std::string filled(std::string text, std::string_view name, const std::string& value) {
  const std::string mark = "{" + std::string(name) + "}";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
    if (at == 0 || text[at - 1] != '$') text.replace(at, mark.size(), value);
  return text;
}
Json filled(const Json& value, const World& world) {
  const auto text = [&](const std::string& s) {
    return filled(filled(s, "region", world.region), "account", world.account);
  };
  if (value.is_string()) return text(value.as_string());
  Json out = value;
  if (out.is_array())
    for (Json& item : out.as_array()) item = filled(item, world);
  if (!out.is_object()) return out;
  Json::Object fields;
  for (const auto& [key, item] : out.as_object()) fields.emplace(text(key), filled(item, world));
  return fields;
}

/// Where a dotted path leads; what is missing on the way is made. Null if it crosses a value that holds nothing.
Json* reach(Json& body, std::string_view dotted) {
  Json* here = &body;
  for (const std::string& step : split(dotted, '.')) {
    const bool index = !step.empty() && step.size() < 6 && step.find_first_not_of("0123456789") == std::string::npos;
    if (here->is_array() && index && std::stoul(step) < here->size()) {
      here = &here->as_array()[std::stoul(step)];
    } else if (here->is_null() || here->is_object()) {
      here = &(*here)[step];
    } else {
      return nullptr;
    }
  }
  return here;
}

class Parser {
 public:
  explicit Parser(World world) : world_(std::move(world)) {}

  std::optional<Fault> read(const Json& written) {
    if (!written.is_object()) return Fault{{}, "a world file is a map; begin with 'base: private-eks', say"};
    head(written);
    const Json document = filled(written, world_);
    base(document);
    removals(document);
    changes(document);
    for (const std::string& table : table_names()) nouns(document, table);
    lists(document);
    for (const auto& [key, value] : document.as_object()) unknown(key);
    return fault_;
  }
  World take() { return std::move(world_); }

 private:
  void wrong(Path path, std::string message) {
    if (!fault_) fault_ = Fault{std::move(path), std::move(message)};
  }
  template <class T>
  void field(const Json& document, const char* name, T& value) {
    known_.push_back(name);
    const Json* found = document.find(name);
    if (!found || fault_) return;
    Decoder decoder({name});
    decoder.into(*found, value);
    fault_ = decoder.fault();
  }

  void head(const Json& document) {
    field(document, "account", world_.account);
    field(document, "region", world_.region);
    field(document, "partition", world_.partition);
    std::string dialect = "aws";
    field(document, "dialect", dialect);
    for (const auto& [name, value] : kDialects)
      if (dialect == name) return void(world_.dialect = value);
    wrong({"dialect"}, "must be one of aws, drydock, pulumi, terraform, cloudformation");
  }
  void base(const Json& document) {
    std::string name;
    field(document, "base", name);
    if (name.empty() || fault_) return;
    for (const auto& [known, text] : base_texts()) {
      if (known != name) continue;
      Parser parser(world_);
      if (auto fault = parser.read(parse_yaml(text).value_or(Json())))
        return wrong({"base"},
                     fmt::format("the base {} is broken at {}: {}", name, join(fault->path, "."), fault->message));
      world_ = parser.take();
      return;
    }
    wrong({"base"}, fmt::format("there is no base '{}'; there are {}", name, join(base_names(), ", ")));
  }
  std::optional<Ref> noun(const std::string& text, const Path& path) {
    auto ref = parse_spoken(text);
    if (!ref)
      return wrong(path, fmt::format("'{}' names no noun; write \"<kind> <id>\", like \"endpoint s3\"", text)), ref;
    ref->id = full_key(world_, ref->table, ref->id);
    return ref;
  }
  std::string no_such(const std::string& text, const std::string& table) {
    std::vector<std::string> there;
    for (const Entry& entry : write_entries(world_, table)) there.push_back(kind_of(table) + " " + entry.key);
    const std::string meant = nearest(text, there);
    if (!meant.empty()) return fmt::format("there is no {}; did you mean {}?", text, meant);
    return there.empty() ? fmt::format("there is no {}, nor any other of its kind", text)
                         : fmt::format("there is no {}; there are {}", text, join(there, ", "));
  }
  void removals(const Json& document) {
    std::vector<std::string> texts;
    field(document, "remove", texts);
    for (std::size_t i = 0; i < texts.size() && !fault_; ++i) {
      const Path path = {"remove", std::to_string(i)};
      const auto ref = noun(texts[i], path);
      if (ref && !erase_entry(world_, *ref)) wrong(path, no_such(texts[i], ref->table));
    }
  }
  void changes(const Json& document) {
    Json changes;
    field(document, "set", changes);
    if (changes.is_null() || fault_) return;
    if (!changes.is_object()) return wrong({"set"}, "must be a map from nouns to their new fields");
    for (const auto& [text, fields] : changes.as_object()) {
      if (fault_) return;
      change(text, fields);
    }
  }
  void change(const std::string& text, const Json& fields) {
    const Path path = {"set", text};
    const auto ref = noun(text, path);
    if (!ref) return;
    auto entry = write_entry(world_, *ref);
    if (!entry) return wrong(path, no_such(text, ref->table));
    if (!fields.is_object()) return wrong(path, "must be a map of fields");
    for (const auto& [name, value] : fields.as_object()) {
      Json* where = reach(entry->body, name);
      if (!where) return wrong({"set", text, name}, "leads through a value that has no fields");
      *where = value;
    }
    erase_nulls(entry->body);
    if (auto fault = read_entry(world_, table_of(ref->table), entry->key, entry->body, path)) {
      if (fault->path.size() > 2)  // as the file has it: one dotted key
        fault->path = {"set", text, join({fault->path.begin() + 2, fault->path.end()}, ".")};
      fault_ = std::move(fault);
    }
  }
  static void erase_nulls(Json& body) {
    if (!body.is_object()) return;
    std::erase_if(body.as_object(), [](const auto& member) { return member.second.is_null(); });
  }
  void nouns(const Json& document, const std::string& table) {
    Json map;
    field(document, table.c_str(), map);
    if (map.is_null() || fault_) return;
    if (!map.is_object()) return wrong({table}, "must be a map from ids to nouns");
    for (const auto& [key, body] : map.as_object()) {
      if (fault_) return;
      if (key.empty()) return wrong({table, key}, "must have an id");
      fault_ = read_entry(world_, table, key, body, {table, key});
    }
  }
  void lists(const Json& document) {
    field(document, "unknowns", world_.unknowns);
    field(document, "origins", world_.origins);
    field(document, "plan", world_.plan);
    field(document, "unmodelled", world_.unmodelled);
    const auto full = [&](Ref& ref) { ref.id = full_key(world_, ref.table, ref.id); };
    for (auto& unknown : world_.unknowns) full(unknown.noun);
    for (auto& origin : world_.origins) full(origin.noun);
    for (auto& step : world_.plan)
      for (Ref& made : step.makes) full(made);
  }
  void unknown(const std::string& key) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) return;
    const std::string meant = nearest(key, known_);
    wrong({key}, meant.empty() ? "no such table" : fmt::format("no such table; did you mean '{}'?", meant));
  }

  World world_;
  std::vector<std::string> known_;
  std::optional<Fault> fault_;
};

Error error_at(std::string_view name, const YamlPlaces& places, const Fault& fault) {
  const auto place = places.at(fault.path);
  const std::string what = join(fault.path, ".");
  return {ErrorCode::invalid_input,
          fmt::format("{}:{}: {}{}{}", name, std::max(place.line, 1), what, what.empty() ? "" : ": ", fault.message),
          {}};
}

}  // namespace

Result<World> parse_world(std::string_view text, std::string_view name) {
  YamlPlaces places;
  auto document = parse_yaml(text, places);
  if (!document) return fail(ErrorCode::invalid_input, fmt::format("{}: {}", name, document.error().message));
  if (!places.duplicates().empty())
    return tl::unexpected(error_at(name, places, {places.duplicates().front(), "stands twice; remove one of them"}));
  Parser parser(World{});
  if (auto fault = parser.read(*document)) return tl::unexpected(error_at(name, places, *fault));
  return parser.take();
}

Result<World> base_world(std::string_view name) {
  const auto names = base_names();
  if (std::find(names.begin(), names.end(), name) == names.end())
    return fail(ErrorCode::not_found, fmt::format("there is no base '{}'; there are {}", name, join(names, ", ")));
  return parse_world(fmt::format("base: {}\n", name), name);
}

std::vector<std::string> base_names() {
  std::vector<std::string> names;
  for (const auto& [name, text] : base_texts()) names.push_back(name);
  return names;
}

std::optional<Ref> parse_spoken(std::string_view text) {
  std::optional<Ref> best;
  std::size_t length = 0;
  for (const auto& [word, table] : kinds()) {
    if (!text.starts_with(word + " ") || word.size() < length || text.size() == word.size() + 1) continue;
    best = Ref{table, std::string(text.substr(word.size() + 1))};
    length = word.size();
  }
  return best;
}

std::string spoken(const Ref& noun) {
  const std::string kind = kind_of(noun.table);
  return (kind.empty() ? noun.table : kind) + " " + noun.id;
}

}  // namespace drydock::cloud
