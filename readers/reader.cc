#include "readers/reader.h"

#include <fmt/format.h>

#include "base/text.h"
#include "readers/formats.h"

namespace drydock::readers {
namespace {

std::string known_formats() {
  std::vector<std::string> out;
  for (const FormatRow& row : formats()) out.push_back(row.description);
  return join(out, ", ");
}

// What people hand in by mistake, and what they meant. Empty: nothing we know.
std::string mistaken(const Outline& o) {
  if (o.has("terraform_version") && o.has("lineage"))
    return "it is Terraform's own state file; give the output of `terraform show -json` instead";
  if (o.kind == Outline::Kind::json_lines)
    return "it holds several JSON documents, as `terraform plan -json` logs them; save the plan with `-out plan.bin` "
           "and give "
           "`terraform show -json plan.bin`";
  return {};
}

Result<Format> detect_file(const File& file) {
  auto text = to_utf8(file.text);
  if (!text) return pass(text, "reading " + file.name);
  const Outline outline = outline_of(*text);
  std::vector<const FormatRow*> found;
  for (const FormatRow& row : formats())
    if (row.looks_like(outline)) found.push_back(&row);
  if (found.size() == 1) return found[0]->format;
  if (found.size() > 1) {
    return fail(ErrorCode::invalid_input, fmt::format("{} could be {} or {}: say which with --format {}", file.name,
                                                      found[0]->description, found[1]->description, found[0]->name));
  }
  const std::string hint = mistaken(outline);
  return fail(ErrorCode::invalid_input,
              hint.empty() ? fmt::format("{} is none of the formats Drydock reads: {}", file.name, known_formats())
                           : fmt::format("{} cannot be read: {}", file.name, hint));
}

Result<Input> decoded(const Input& input) {
  Input out = input;
  for (File& file : out.files) {
    if (file.text.size() > kMaxBytes)
      return fail(ErrorCode::invalid_input, fmt::format("{} is {} MB; files of more than {} MB are not read", file.name,
                                                        file.text.size() >> 20, kMaxBytes >> 20));
    auto text = to_utf8(file.text);
    if (!text) return pass(text, "reading " + file.name);
    file.text = std::move(*text);
  }
  return out;
}

}  // namespace

const char* to_string(Format format) { return row_of(format).name; }

Result<Format> detect(const Input& input) {
  if (input.files.empty()) return fail(ErrorCode::invalid_input, "there is nothing to read: the folder holds no files");
  auto first = detect_file(input.files[0]);
  if (!first) return first;
  for (std::size_t i = 1; i < input.files.size(); ++i) {
    auto format = detect_file(input.files[i]);
    if (!format) return format;
    if (*format != *first || *format != Format::describe) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("{} is {}, and {} is {}: give one input at a time (only a folder of describe output may "
                              "have several files)",
                              input.files[0].name, row_of(*first).description, input.files[i].name,
                              row_of(*format).description));
    }
  }
  return first;
}

Result<Reading> read(const Input& input, Format format) {
  const FormatRow& row = row_of(format);
  if (!row.read) return fail(ErrorCode::unsupported, fmt::format("not supported yet: reading {}", row.description));
  if (input.files.empty()) return fail(ErrorCode::invalid_input, "there is nothing to read");
  auto text = decoded(input);
  if (!text) return pass(text);
  return row.read(*text);
}

namespace {
/// What must be done before a step is not of a noun: an edit of the order has the table "plan".
std::string order_name(cloud::Dialect dialect) {
  if (dialect == cloud::Dialect::terraform) return "depends_on";
  return dialect == cloud::Dialect::cloudformation ? "DependsOn" : "dependsOn";
}
}  // namespace

std::string property_name(cloud::Dialect dialect, std::string_view table, std::string_view field) {
  if (table == "plan" && field == "after") return order_name(dialect);
  const auto ask = [&](Format format) {
    const auto property = row_of(format).property;
    return property ? property(table, field) : std::string(field);
  };
  switch (dialect) {
    case cloud::Dialect::drydock:
    case cloud::Dialect::pulumi:
      return ask(Format::pulumi_deployment);
    case cloud::Dialect::terraform:
      return ask(Format::terraform);
    case cloud::Dialect::cloudformation:
      return ask(Format::cloudformation);
    case cloud::Dialect::aws:
      break;
  }
  return std::string(field);
}

}  // namespace drydock::readers
