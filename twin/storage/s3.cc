// S3, buckets only: create, list, look at, tag, give a policy, delete. Objects answer 501.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "cloud/aws/policy.h"
#include "cloud/aws/s3.h"
#include "twin/storage/storage.h"

namespace drydock::twin::storage {
namespace {

using aws::Bucket;

constexpr const char* kXmlns = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

std::string escape(std::string_view text) {
  std::string out = replace_all(std::string(text), "&", "&amp;");
  return replace_all(replace_all(std::move(out), "<", "&lt;"), ">", "&gt;");
}

HttpResponse xml(int status, std::string body) {
  HttpResponse response{status, {}, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + std::move(body)};
  response.headers.add("Content-Type", "application/xml");
  return response;
}

HttpResponse error(const Call& call, const ApiError& e) {
  if (call.http->method == "HEAD") return {e.status, {}, ""};
  return xml(e.status, fmt::format("<Error><Code>{}</Code><Message>{}</Message><RequestId>{}</RequestId></Error>",
                                   e.code, escape(e.message), call.request_id));
}
HttpResponse error(const Call& call, int status, const char* code, std::string message) {
  return error(call, ApiError{status, code, std::move(message), {}});
}

struct Target {
  std::string bucket, key;
  std::string sub;  // "policy", "tagging", ... or empty
};

/// Path style, http://host/bucket/key, or virtual-host style, http://bucket.s3.region.amazonaws.com/key.
Target target_of(const HttpRequest& http) {
  Target out;
  std::string path = uri_decode(http.path().substr(1));
  const std::string host(http.headers.get("Host"));
  if (const auto s3 = host.find(".s3."); s3 != std::string::npos) {
    out.bucket = host.substr(0, s3);
    out.key = path;
  } else {
    const auto slash = path.find('/');
    out.bucket = path.substr(0, slash);
    if (slash != std::string::npos) out.key = path.substr(slash + 1);
  }
  for (const auto& [name, value] : http.query_pairs()) {
    if (value.empty() && name != "x-id") out.sub = name;
  }
  return out;
}

/// 3 to 63 of small letters, digits, dots and hyphens, beginning and ending with a letter or digit.
bool is_bucket_name(const std::string& name) {
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return name.size() >= 3 && name.size() <= 63 && plain(name.front()) && plain(name.back()) &&
         name.find("..") == std::string::npos &&
         std::all_of(name.begin(), name.end(), [&](char c) { return plain(c) || c == '.' || c == '-'; });
}

/// Sub-resources that are kept as they were put, and what S3 says when there are none.
struct Sub {
  const char* name;
  const char* missing_code;  // null: the sub-resource always exists, with this body
  const char* missing;
};
constexpr Sub kSubs[] = {
    {"tagging", "NoSuchTagSet", "The TagSet does not exist"},
    {"cors", "NoSuchCORSConfiguration", "The CORS configuration does not exist"},
    {"website", "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"},
    {"lifecycle", "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"},
    {"replication", "ReplicationConfigurationNotFoundError", "The replication configuration was not found"},
    {"object-lock", "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"},
    {"publicAccessBlock", nullptr,
     "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
     "<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>"
     "</PublicAccessBlockConfiguration>"},
    {"ownershipControls", nullptr,
     "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>"},
    {"encryption", nullptr,
     "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
     "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>"
     "</ServerSideEncryptionConfiguration>"},
    {"versioning", nullptr, "<VersioningConfiguration/>"},
    {"logging", nullptr, "<BucketLoggingStatus/>"},
    {"accelerate", nullptr, "<AccelerateConfiguration/>"},
    {"requestPayment", nullptr,
     "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"},
};

HttpResponse list_buckets(World& world, const Call& call) {
  std::string out =
      fmt::format("<ListAllMyBucketsResult {}><Owner><ID>{}</ID></Owner><Buckets>", kXmlns, world.account());
  for (const auto& [name, bucket] : world.table<Bucket>()) {
    out += fmt::format("<Bucket><Name>{}</Name><CreationDate>{}</CreationDate><BucketRegion>{}</BucketRegion></Bucket>",
                       name, bucket.created, bucket.region);
  }
  (void)call;
  return xml(200, out + "</Buckets></ListAllMyBucketsResult>");
}

/// The text of <LocationConstraint> in CreateBucket's body; empty if there is none.
std::string location_in(const std::string& body) {
  const auto open = body.find("<LocationConstraint>");
  const auto close = body.find("</LocationConstraint>");
  if (open == std::string::npos || close == std::string::npos) return {};
  return body.substr(open + 20, close - open - 20);
}

HttpResponse create_bucket(World& world, const Call& call, const std::string& name) {
  if (!is_bucket_name(name)) return error(call, 400, "InvalidBucketName", "The specified bucket is not valid.");
  if (const Bucket* there = world.table<Bucket>().find(name)) {
    // In us-east-1 making one's own bucket again is no error.
    if (there->region == "us-east-1" && call.region == "us-east-1") return {200, {}, ""};
    return error(call, 409, "BucketAlreadyOwnedByYou",
                 "Your previous request to create the named bucket succeeded and you already own it.");
  }
  const std::string location = location_in(call.http->body);
  if (location == "us-east-1") {
    return error(call, 400, "InvalidLocationConstraint", "The specified location-constraint is not valid");
  }
  if (call.region != "us-east-1" && location != call.region) {
    return error(call, 400, "IllegalLocationConstraintException",
                 fmt::format("The {} location constraint is incompatible for the region specific endpoint this request "
                             "was sent to.",
                             location.empty() ? "unspecified" : location));
  }
  Bucket bucket;
  bucket.name = name;
  bucket.region = location.empty() ? "us-east-1" : location;
  bucket.created = iso_millis(world.now());
  world.table<Bucket>().put(name, std::move(bucket));
  HttpResponse response{200, {}, ""};
  response.headers.add("Location", "/" + name);
  return response;
}

HttpResponse policy(World& world, const Call& call, const Bucket& bucket) {
  const std::string& method = call.http->method;
  if (method == "GET") {
    if (bucket.policy.empty()) return error(call, 404, "NoSuchBucketPolicy", "The bucket policy does not exist");
    HttpResponse response{200, {}, bucket.policy};
    response.headers.add("Content-Type", "application/json");
    return response;
  }
  std::string document;
  if (method == "PUT") {
    document = call.http->body;
    const auto parsed = aws::parse_policy(document, aws::PolicyKind::bucket);
    if (!parsed) return error(call, 400, "MalformedPolicy", parsed.error().message);
  }
  world.table<Bucket>().edit(bucket.name)->policy = std::move(document);
  return {204, {}, ""};
}

HttpResponse subresource(World& world, const Call& call, const Bucket& bucket, const Sub& sub) {
  const std::string& method = call.http->method;
  if (method == "PUT") {
    world.table<Bucket>().edit(bucket.name)->subresources[sub.name] = call.http->body;
    return {200, {}, ""};
  }
  if (method == "DELETE") {
    world.table<Bucket>().edit(bucket.name)->subresources.erase(sub.name);
    return {204, {}, ""};
  }
  const auto found = bucket.subresources.find(sub.name);
  if (found != bucket.subresources.end()) return xml(200, found->second);
  if (sub.missing_code) return error(call, 404, sub.missing_code, sub.missing);
  return xml(200, sub.missing);
}

/// The IAM action behind a request, as the service authorization reference names it.
std::string action_of(const std::string& method, const Target& t) {
  if (t.bucket.empty()) return "s3:ListAllMyBuckets";
  const std::string verb = method == "PUT" ? "Put" : method == "DELETE" ? "Delete" : "Get";
  if (t.sub == "location") return "s3:GetBucketLocation";
  if (t.sub == "policy") return "s3:" + verb + "BucketPolicy";
  if (t.sub == "encryption") return method == "GET" ? "s3:GetEncryptionConfiguration" : "s3:PutEncryptionConfiguration";
  if (t.sub == "lifecycle") return method == "GET" ? "s3:GetLifecycleConfiguration" : "s3:PutLifecycleConfiguration";
  if (!t.sub.empty() && t.key.empty() && method != "HEAD") {
    std::string noun = t.sub;
    noun[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(noun[0])));
    return "s3:" + std::string(method == "GET" ? "Get" : "Put") + "Bucket" + noun;
  }
  if (method == "PUT") return "s3:CreateBucket";
  if (method == "DELETE") return "s3:DeleteBucket";
  return "s3:ListBucket";
}

HttpResponse serve(Front& front, World& world, Call& call) {
  const Target t = target_of(*call.http);
  const std::string& method = call.http->method;
  if (!t.key.empty()) {
    return error(call, 501, "NotImplemented", "objects in S3 are not supported yet: the twin keeps buckets only");
  }
  const std::string arn = t.bucket.empty() ? "*" : "arn:aws:s3:::" + t.bucket;
  if (const auto denied = front.may(call, action_of(method, t), {arn})) return error(call, *denied);
  if (t.bucket.empty()) return list_buckets(world, call);
  if (method == "PUT" && t.sub.empty()) return create_bucket(world, call, t.bucket);
  const Bucket* bucket = world.table<Bucket>().find(t.bucket);
  if (!bucket) return error(call, 404, "NoSuchBucket", "The specified bucket does not exist");
  if (t.sub == "location") {
    return xml(200, fmt::format("<LocationConstraint {}>{}</LocationConstraint>", kXmlns,
                                bucket->region == "us-east-1" ? "" : bucket->region));
  }
  if (t.sub == "policy") return policy(world, call, *bucket);
  for (const Sub& sub : kSubs) {
    if (t.sub == sub.name) return subresource(world, call, *bucket, sub);
  }
  if (method == "HEAD") {
    HttpResponse response{200, {}, ""};
    response.headers.add("x-amz-bucket-region", bucket->region);
    return response;
  }
  if (method == "DELETE" && t.sub.empty()) {
    world.table<Bucket>().erase(t.bucket);
    return {204, {}, ""};
  }
  if (method == "GET" && (t.sub.empty() || t.sub == "versions")) {
    const char* root = t.sub.empty() ? "ListBucketResult" : "ListVersionsResult";
    return xml(200, fmt::format("<{} {}><Name>{}</Name><Prefix></Prefix><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys>"
                                "<IsTruncated>false</IsTruncated></{}>",
                                root, kXmlns, t.bucket, root));
  }
  return error(call, 501, "NotImplemented", fmt::format("{} ?{} on a bucket is not supported yet", method, t.sub));
}

}  // namespace

void install_s3(Front& front, World&) {
  front.raw("s3", [&front](World& world, Call& call) { return serve(front, world, call); });
}

}  // namespace drydock::twin::storage
