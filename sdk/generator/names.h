// How tokens of a schema become C++ names, namespaces and header files.
//   aws:ec2/vpc:Vpc   -> drydock::aws::ec2::Vpc   <drydock/aws/ec2.h>
//   eks:index:Cluster -> drydock::eks::Cluster    <drydock/eks.h>
#pragma once

#include <string>
#include <string_view>

namespace drydock::generator {

/// The module of a token: "ec2", "core/v1"; "" for index. `format` is meta.moduleFormat, may be empty.
std::string module_of(std::string_view token, std::string_view format);
/// Last part of the token, first letter upper case.
std::string class_name(std::string_view token);
/// drydock::aws::ec2
std::string namespace_of(std::string_view package, std::string_view module);
/// drydock/aws/ec2.h
std::string header_of(std::string_view package, std::string_view module);
/// A property as a field: C++ keywords and the names we need ourselves get a trailing '_'.
std::string field_name(std::string_view property);
/// A value of an enum: what its schema calls it, or the value itself where that is an identifier.
std::string enum_value_name(std::string_view name, std::string_view value);
std::string upper_first(std::string_view text);

}  // namespace drydock::generator
