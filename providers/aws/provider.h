// The provider of package "aws". The same code talks to AWS and to the twin; only endpoint and credentials differ.
#pragma once

#include <memory>
#include <string>

#include "cloud/aws/sigv4.h"
#include "sdk/provider.h"

namespace drydock {

struct AwsOptions {
  bool twin = true;
  std::string twin_url;                   // "http://127.0.0.1:4566"
  aws::Credentials twin_credentials;      // keys that open nothing but the twin
  std::string twin_region = "us-east-1";  // where nothing says a region
};

std::unique_ptr<Provider> make_aws_provider(AwsOptions options);

}  // namespace drydock
