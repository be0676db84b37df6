#include "readers/terraform/terraform.h"

namespace drydock::readers::terraform {

bool looks_like(const Outline& o) {
  return o.has("format_version") && (o.has("terraform_version") || o.has("planned_values") || o.has("values"));
}

}  // namespace drydock::readers::terraform
