#include "cli/credentials.h"

#include <cstdlib>

#include "base/http_client.h"
#include "twin/kernel/world.h"

namespace drydock::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

aws::Credentials twin_credentials() {
  auto origin = HttpOrigin::parse(variable("AWS_ENDPOINT_URL"));
  auto mine = environment_credentials();
  if (origin && origin->is_loopback() && mine) return std::move(*mine);
  return {twin::Account::access_key, twin::Account::secret_key, ""};
}

Result<aws::Credentials> environment_credentials() {
  aws::Credentials keys{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                        variable("AWS_SESSION_TOKEN")};
  if (!keys.access_key.empty() && !keys.secret_key.empty()) return keys;
  return fail(ErrorCode::access_denied,
              "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (for the twin: eval \"$(drydock "
              "twin env)\")");
}

std::string environment_region(const std::string& otherwise) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (std::string value = variable(name); !value.empty()) return value;
  return otherwise;
}

}  // namespace drydock::cli
