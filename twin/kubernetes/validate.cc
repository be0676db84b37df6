// What the API server refuses of the common kinds, in its words.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
#include <fmt/format.h>

#include <cctype>

#include "base/text.h"
#include "cloud/kube/selectors.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

constexpr const char* kSubdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an "
    "alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr const char* kLabel =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric "
    "character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr const char* kLabel1035 =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an "
    "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr const char* kConfigKey =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex "
    "used for validation is '[-._a-zA-Z0-9]+')";
constexpr const char* kLabelValue =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an "
    "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

bool alnum(char c) { return std::isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'z'); }

bool is_label(std::string_view text) {
  if (text.empty() || text.size() > 63 || !alnum(text.front()) || !alnum(text.back())) return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == text.npos;
}

bool is_subdomain(std::string_view text) {
  if (text.size() > 253) return false;
  for (const std::string& part : split(text, '.')) {
    if (part.empty() || !is_label(part.size() > 63 ? std::string_view("-") : std::string_view(part))) return false;
  }
  return true;
}

bool is_label_value(std::string_view text) {
  if (text.empty()) return true;
  auto good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  if (text.size() > 63 || !good(text.front()) || !good(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return good(c) || c == '-' || c == '_' || c == '.'; });
}

class Validator {
 public:
  std::vector<Cause> causes;

  void required(const std::string& field, std::string_view why = {}) {
    causes.push_back(
        {"FieldValueRequired", why.empty() ? "Required value" : fmt::format("Required value: {}", why), field});
  }
  void wrong(const std::string& field, const Json& value, std::string_view why) {
    causes.push_back({"FieldValueInvalid", fmt::format("Invalid value: {}: {}", value.dump(), why), field});
  }
  void unsupported(const std::string& field, const Json& value, const std::vector<std::string>& known) {
    std::vector<std::string> quoted;
    for (const auto& name : known) quoted.push_back("\"" + name + "\"");
    causes.push_back({"FieldValueNotSupported",
                      fmt::format("Unsupported value: {}: supported values: {}", value.dump(), join(quoted, ", ")),
                      field});
  }
  void forbidden(const std::string& field, std::string_view why) {
    causes.push_back({"FieldValueForbidden", fmt::format("Forbidden: {}", why), field});
  }

  void name(const kube::Kind& kind, const Json& object) {
    const Json& name = object.at("metadata").at("name");
    std::string text = name.string_or();
    if (text.empty()) return required("metadata.name", "name or generateName is required");
    if (kind.gvk.group == "rbac.authorization.k8s.io") {
      if (text.find_first_of("/%") != std::string::npos)
        wrong("metadata.name", name,
              text.find('/') != std::string::npos ? "may not contain '/'" : "may not contain '%'");
    } else if (kind.plural == "namespaces") {
      if (!is_label(text)) wrong("metadata.name", name, kLabel);
    } else if (kind.plural == "services") {
      if (!is_label(text) || std::isdigit(static_cast<unsigned char>(text[0])))
        wrong("metadata.name", name, kLabel1035);
    } else if (!is_subdomain(text)) {
      wrong("metadata.name", name, kSubdomain);
    }
  }

  void labels(const Json& labels, const std::string& field) {
    if (!labels.is_object()) return;
    for (const auto& [key, value] : labels.as_object()) {
      if (!is_label_value(value.string_or())) wrong(field, value, kLabelValue);
    }
  }

  void containers(const Json& list, const std::string& field, bool must) {
    if (must && list.size() == 0) return required(field);
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < list.size(); i++) container(list.item(i), fmt::format("{}[{}]", field, i), seen);
  }

  void container(const Json& c, const std::string& at, std::vector<std::string>& seen) {
    std::string name = c.at("name").string_or();
    if (name.empty()) required(at + ".name");
    if (!name.empty() && !is_label(name)) wrong(at + ".name", c.at("name"), kLabel);
    for (const std::string& other : seen) {
      if (other == name)
        causes.push_back({"FieldValueDuplicate", fmt::format("Duplicate value: \"{}\"", name), at + ".name"});
    }
    seen.push_back(name);
    if (c.at("image").string_or().empty()) required(at + ".image");
    static const std::vector<std::string> kPolicies = {"Always", "IfNotPresent", "Never"};
    const Json& policy = c.at("imagePullPolicy");
    if (policy.is_string() && std::find(kPolicies.begin(), kPolicies.end(), policy.as_string()) == kPolicies.end())
      unsupported(at + ".imagePullPolicy", policy, kPolicies);
    for (std::size_t i = 0; i < c.at("ports").size(); i++) {
      const Json& port = c.at("ports").item(i).at("containerPort");
      if (port.int_or(0) < 1 || port.int_or(0) > 65535)
        wrong(fmt::format("{}.ports[{}].containerPort", at, i), port, "must be between 1 and 65535, inclusive");
    }
    for (const char* group : {"limits", "requests"}) {
      const Json& amounts = c.at("resources").at(group);
      if (!amounts.is_object()) continue;
      for (const auto& [resource, amount] : amounts.as_object()) {
        if (!kube::parse_quantity(amount)) {
          wrong(fmt::format("{}.resources.{}.{}", at, group, resource), amount,
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }
      }
    }
    mounts(c, at);
  }

  void mounts(const Json& c, const std::string& at) {
    for (std::size_t i = 0; i < c.at("volumeMounts").size(); i++) {
      const Json& mount = c.at("volumeMounts").item(i);
      std::string where = fmt::format("{}.volumeMounts[{}]", at, i);
      if (mount.at("mountPath").string_or().empty()) required(where + ".mountPath");
      if (!volumes_.contains(mount.at("name").string_or())) {
        causes.push_back(
            {"FieldValueNotFound", fmt::format("Not found: {}", mount.at("name").dump()), where + ".name"});
      }
    }
  }

  void pod_spec(const Json& spec, const std::string& at) {
    volumes_.clear();
    for (std::size_t i = 0; i < spec.at("volumes").size(); i++)
      volumes_.insert(spec.at("volumes").item(i).at("name").string_or());
    containers(spec.at("initContainers"), at + ".initContainers", false);
    containers(spec.at("containers"), at + ".containers", true);
    static const std::vector<std::string> kRestart = {"Always", "OnFailure", "Never"};
    const Json& restart = spec.at("restartPolicy");
    if (restart.is_string() && std::find(kRestart.begin(), kRestart.end(), restart.as_string()) == kRestart.end())
      unsupported(at + ".restartPolicy", restart, kRestart);
  }

  void workload(const Json& object, const Json* before) {
    const Json& spec = object.at("spec");
    const Json& selector = spec.at("selector");
    if (!selector.is_object()) {
      required("spec.selector");
    } else if (!kube::LabelSelector::from(selector).matches(spec.at("template").at("metadata").at("labels"))) {
      std::string got;
      const Json& labels = spec.at("template").at("metadata").at("labels");
      if (labels.is_object()) {
        for (const auto& [key, value] : labels.as_object())
          got += (got.empty() ? "" : ", ") + json_quote(key) + ":" + value.dump();
      }
      causes.push_back(
          {"FieldValueInvalid",
           fmt::format("Invalid value: map[string]string{{{}}}: `selector` does not match template `labels`", got),
           "spec.template.metadata.labels"});
    }
    if (before && before->at("spec").at("selector") != selector) wrong("spec.selector", selector, "field is immutable");
    if (spec.at("replicas").int_or(0) < 0)
      wrong("spec.replicas", spec.at("replicas"), "must be greater than or equal to 0");
    labels(spec.at("template").at("metadata").at("labels"), "spec.template.labels");
    pod_spec(spec.at("template").at("spec"), "spec.template.spec");
    const Json& restart = spec.at("template").at("spec").at("restartPolicy");
    if (restart.string_or("Always") != "Always") unsupported("spec.template.spec.restartPolicy", restart, {"Always"});
  }

  void pod_update(const Json& object, const Json& before) {
    auto fixed = [](Json spec) {
      for (const char* list : {"containers", "initContainers"}) {
        if (!spec.at(list).is_array()) continue;
        for (Json& container : spec[list].as_array()) container.erase("image");
      }
      for (const char* name : {"activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName"})
        spec.erase(name);
      return spec;
    };
    if (fixed(object.at("spec")) != fixed(before.at("spec"))) {
      forbidden(
          "spec",
          "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
          "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
          "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
    }
  }

  void keys(const Json& data, const std::string& field) {
    if (!data.is_object()) return;
    for (const auto& [key, value] : data.as_object()) {
      bool good = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
      });
      if (!good) wrong(fmt::format("{}[{}]", field, key), Json(key), kConfigKey);
    }
  }

  void immutable(const Json& object, const Json& before) {
    if (!before.at("immutable").bool_or(false)) return;
    if (!object.at("immutable").bool_or(false)) forbidden("immutable", "field is immutable when `immutable` is set");
    for (const char* name : {"data", "binaryData"}) {
      if (object.at(name) != before.at(name)) forbidden(name, "field is immutable when `immutable` is set");
    }
  }

  void service(const Json& object, const Json* before) {
    const Json& spec = object.at("spec");
    static const std::vector<std::string> kTypes = {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"};
    std::string type = spec.at("type").string_or("ClusterIP");
    if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end())
      unsupported("spec.type", spec.at("type"), kTypes);
    if (spec.at("ports").size() == 0 && type != "ExternalName" && spec.at("clusterIP").string_or() != "None")
      required("spec.ports");
    for (std::size_t i = 0; i < spec.at("ports").size(); i++) {
      const Json& port = spec.at("ports").item(i);
      std::string at = fmt::format("spec.ports[{}]", i);
      if (port.at("port").int_or(0) < 1 || port.at("port").int_or(0) > 65535)
        wrong(at + ".port", port.at("port"), "must be between 1 and 65535, inclusive");
      if (spec.at("ports").size() > 1 && port.at("name").string_or().empty()) required(at + ".name");
    }
    if (before && before->at("spec").at("clusterIP").is_string() &&
        before->at("spec").at("clusterIP") != spec.at("clusterIP")) {
      wrong("spec.clusterIPs[0]", spec.at("clusterIP"), "may not change once set");
    }
  }

 private:
  std::set<std::string> volumes_;
};

void storage_class(Validator& v, const Json& object, const Json* before) {
  if (object.at("provisioner").string_or().empty()) v.required("provisioner");
  if (!before) return;
  for (const char* name : {"parameters", "provisioner", "reclaimPolicy"}) {
    if (object.at(name) != before->at(name)) v.forbidden(name, std::string("updates to ") + name + " are forbidden.");
  }
}

void role_binding(Validator& v, const Json& object, const Json* before) {
  if (object.at("roleRef").at("name").string_or().empty()) v.required("roleRef.name");
  if (before && before->at("roleRef") != object.at("roleRef"))
    v.wrong("roleRef", object.at("roleRef"), "cannot change roleRef");
  for (std::size_t i = 0; i < object.at("subjects").size(); i++) {
    const Json& subject = object.at("subjects").item(i);
    std::string at = fmt::format("subjects[{}]", i);
    if (subject.at("name").string_or().empty()) v.required(at + ".name");
    if (subject.at("kind").string_or() == "ServiceAccount" && subject.at("namespace").string_or().empty())
      v.required(at + ".namespace");
  }
}

}  // namespace

std::vector<Cause> validate(const kube::Kind& kind, const Json& object, const Json* before) {
  Validator v;
  const std::string& name = kind.gvk.kind;
  if (!before) v.name(kind, object);
  v.labels(object.at("metadata").at("labels"), "metadata.labels");
  if (name == "Pod") {
    v.pod_spec(object.at("spec"), "spec");
    if (before) v.pod_update(object, *before);
  }
  if (kind.gvk.group == "apps" && name != "ControllerRevision") v.workload(object, before);
  if (name == "Job") v.pod_spec(object.at("spec").at("template").at("spec"), "spec.template.spec");
  if (name == "ConfigMap" || name == "Secret") {
    v.keys(object.at("data"), "data");
    if (before) v.immutable(object, *before);
  }
  if (name == "Secret" && before && before->at("type") != object.at("type"))
    v.wrong("type", object.at("type"), "field is immutable");
  if (name == "Service") v.service(object, before);
  if (name == "StorageClass") storage_class(v, object, before);
  if (name == "RoleBinding" || name == "ClusterRoleBinding") role_binding(v, object, before);
  return std::move(v.causes);
}

}  // namespace drydock::twin::kubernetes
