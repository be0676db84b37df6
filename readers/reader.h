// What people already have, as a world. One folder a format; each reader is a pure function over text, bounded in
// memory and depth, and gives either a whole world or one error that names the place: never a half-read one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cloud/world/world.h"

namespace drydock::readers {

enum class Format {
  pulumi_deployment,  // `pulumi stack export`
  pulumi_preview,     // `pulumi preview --json`
  terraform,          // `terraform show -json`, of a plan or a state
  cloudformation,     // a template, YAML or JSON
  describe,           // a folder of the AWS CLI's describe output, one file per call
  world,              // a world file
};
const char* to_string(Format format);

struct File {
  std::string name;  // as messages shall name it
  std::string text;
};

struct Input {
  std::vector<File> files;                        // one, but for `describe`
  std::map<std::string, std::string> parameters;  // of a CloudFormation template
  std::vector<File> sources;                      // .tf files (--source), for file and line of blocks
  std::string account, region;                    // where the input does not say; empty: the defaults of World
};

struct Reading {
  cloud::World world;
  std::vector<std::string> notes;  // for people: "2 resources of aws_lambda_function are not modelled"
};

/// What the files hold, by content. Errors: invalid_input, naming the file, when it is none of the formats or several.
Result<Format> detect(const Input& input);
/// Errors: invalid_input, with file, place and remedy.
Result<Reading> read(const Input& input, Format format);

/// The property's name in the source's own words: {ec2.vpc-endpoint ..., "policyDocument"} is `policy` to Pulumi and
/// Terraform, `PolicyDocument` to CloudFormation. The noun's own name where a dialect has no other.
std::string property_name(cloud::Dialect dialect, std::string_view table, std::string_view field);

}  // namespace drydock::readers
