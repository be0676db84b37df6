#include "cli/check_live.h"

#include <fmt/format.h>

#include "cli/credentials.h"
#include "cli/twin_home.h"
#include "live/account.h"
#include "live/operations.h"
#include "providers/aws/connect.h"

namespace drydock::cli {

Result<readers::Reading> read_live(const App& app, const LiveFlags& flags) {
  if (flags.cloud != "aws" && flags.cloud != "twin")
    return fail(ErrorCode::invalid_input, fmt::format("the cloud is 'twin' or 'aws', not '{}' (--cloud)", flags.cloud));
  AwsOptions options;
  options.twin = flags.cloud == "twin";
  if (options.twin) {
    options.twin_url = twin_url(TwinHome::find(app.directory));
    options.twin_credentials = twin_credentials();
  }
  aws_provider::Config config;
  config.region = flags.region;
  config.credentials.profile = flags.profile;
  auto client = aws_provider::connect(options, config);
  if (!client) return pass(client);
  auto input = live::look(**client, {.cluster = flags.cluster});
  if (!input) return pass(input);
  return readers::read(*input, readers::Format::describe);
}

std::string live_policy() { return live::minimal_policy().dump_pretty() + "\n"; }

}  // namespace drydock::cli
