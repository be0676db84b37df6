// curl: IMDS, the endpoints of AWS, the API server, kubelet's own port. What comes back over HTTP is little more than a
// sign of life; what does not come back is in curl's words.
#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "cloud/aws/service_names.h"
#include "cloud/eks/registries.h"
#include "twin/eks/eks.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

using nodes::Outcome;
constexpr auto kAgent = "curl/8.11.1";
constexpr long kKernelGivesUp = 133'000;  // ms: six SYNs, as Linux sends them

struct Url {
  std::string scheme = "http", host, path = "/";
  int port = 80;
};

std::optional<Url> parse_url(std::string text) {
  Url url;
  if (const auto colon = text.find("://"); colon != std::string::npos) {
    url.scheme = to_lower(text.substr(0, colon));
    text = text.substr(colon + 3);
  }
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  const auto slash = text.find_first_of("/?");
  url.host = text.substr(0, slash);
  if (slash != std::string::npos) url.path = (text[slash] == '?' ? "/" : "") + text.substr(slash);
  url.port = url.scheme == "https" ? 443 : 80;
  if (const auto colon = url.host.rfind(':'); colon != std::string::npos) {
    const char* end = url.host.data() + url.host.size();
    if (std::from_chars(url.host.data() + colon + 1, end, url.port).ptr != end) return std::nullopt;
    url.host.resize(colon);
  }
  if (url.host.empty()) return std::nullopt;
  return url;
}

struct Wish {
  Url url;
  std::string method = "GET";
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::vector<std::pair<std::string, std::string>> shown;   // as given
  bool verbose = false, silent = false, show_errors = false, insecure = false, include = false, fail = false,
       has_ca = false;
  bool head = false;
  std::string output, format;
  long connect_ms = 0, total_ms = 0;  // 0: no limit
};

tl::expected<Wish, Reply> read_wish(const Args& args) {
  const Options o = read_options(args,
                                 {"v|verbose", "s|silent", "S|show-error", "k|insecure", "i|include", "I|head",
                                  "f|fail", "L|location", "4|ipv4", "no-progress-meter", "g"},
                                 {"X|request", "H|header", "m|max-time", "connect-timeout", "o|output", "w|write-out",
                                  "cacert", "A|user-agent", "d|data"});
  if (!o.unknown.empty())
    return tl::unexpected(failure(
        fmt::format("curl: option {}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
                    o.unknown),
        2));
  if (o.words.empty())
    return tl::unexpected(
        failure("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n", 2));
  if (o.has("d")) return tl::unexpected(unsupported("curl --data"));
  Wish wish;
  const auto url = parse_url(o.words[0]);
  if (!url) return tl::unexpected(failure("curl: (3) URL rejected: Malformed input to a URL function\n", 3));
  wish.url = *url;
  wish.verbose = o.has("v"), wish.silent = o.has("s"), wish.show_errors = o.has("S"), wish.insecure = o.has("k");
  wish.include = o.has("i") || o.has("I"), wish.head = o.has("I"), wish.fail = o.has("f"),
  wish.has_ca = o.has("cacert");
  wish.method = o.value("X", o.has("I") ? "HEAD" : "GET");
  wish.output = o.value("o"), wish.format = o.value("w");
  const auto millis = [&](const char* name) { return static_cast<long>(std::atof(o.value(name, "0").c_str()) * 1000); };
  wish.connect_ms = millis("connect-timeout"), wish.total_ms = millis("m");
  if (o.has("H"))
    for (const std::string& header : o.values.find("H")->second) {
      const auto colon = header.find(':');
      if (colon == std::string::npos) continue;
      const std::string name = header.substr(0, colon), value(trim(header.substr(colon + 1)));
      wish.headers[to_lower(name)] = value;
      wish.shown.emplace_back(name, value);
    }
  return wish;
}

std::string reason_of(int status) {
  static const std::map<int, const char*> kReasons = {
      {200, "OK"},        {302, "Found"},     {400, "Bad Request"},       {401, "Unauthorized"},
      {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"}};
  auto it = kReasons.find(status);
  return it == kReasons.end() ? "" : it->second;
}

struct HttpReply : HttpAnswer {
  std::vector<std::pair<std::string, std::string>> headers;
};

/// The API server to somebody without a token.
HttpReply api_server(Host& host, const std::string& path) {
  HttpReply reply;
  const auto* cluster = host.cluster();
  if (path == "/healthz" || path == "/livez" || path == "/readyz") {
    reply.body = "ok";
  } else if (path == "/version") {
    const auto* version = cluster ? eks::version_info(cluster->version) : nullptr;
    reply.type = "application/json";
    reply.body = Json::object({{"major", "1"},
                               {"minor", cluster ? cluster->version.substr(2) : ""},
                               {"gitVersion", version ? version->kubelet : ""},
                               {"platform", "linux/amd64"}})
                     .dump_pretty(2);
  } else {
    reply.status = 403, reply.type = "application/json";
    reply.body =
        Json::object({{"kind", "Status"},
                      {"apiVersion", "v1"},
                      {"metadata", Json::object()},
                      {"status", "Failure"},
                      {"message", fmt::format("forbidden: User \"system:anonymous\" cannot get path \"{}\"", path)},
                      {"reason", "Forbidden"},
                      {"details", Json::object()},
                      {"code", 403}})
            .dump_pretty(2);
  }
  return reply;
}

/// What AWS's hosts answer to a request that nobody signed.
HttpReply aws_host(const Host& host, const Url& url) {
  HttpReply reply;
  const std::string& name = url.host;
  if (name.find(".dkr.ecr.") != std::string::npos) {
    reply.status = 401, reply.type = "text/plain; charset=utf-8", reply.body = "Not Authorized\n";
    reply.headers.emplace_back("Www-Authenticate",
                               fmt::format("Basic realm=\"https://{}/\",service=\"ecr.amazonaws.com\"", name));
  } else if (name.starts_with("ec2.") || name.starts_with("sts.")) {
    reply.status = 302, reply.type = "";
    reply.headers.emplace_back("Location",
                               std::string("https://aws.amazon.com/") + (name.starts_with("ec2.") ? "ec2" : "iam"));
  } else if (name.starts_with("s3.") || name.find(".s3.") != std::string::npos) {
    reply.status = 403, reply.type = "application/xml";
    reply.body =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Access "
        "Denied</Message></Error>\n";
  } else if (name.starts_with("api.ecr.")) {
    reply.status = 404, reply.type = "", reply.body = "<UnknownOperationException/>\n";
  } else {
    reply.status = 403, reply.type = "application/json",
    reply.body = "{\"message\":\"Missing Authentication Token\"}\n";
  }
  (void)host;
  return reply;
}

std::string connect_error(const Wish& wish, const Outcome& outcome) {
  const Url& url = wish.url;
  if (outcome.kind == Outcome::Kind::unresolved || outcome.cause == "dns.timeout")
    return fmt::format("curl: (6) Could not resolve host: {}\n", url.host);
  const long limit =
      wish.connect_ms && (!wish.total_ms || wish.connect_ms < wish.total_ms) ? wish.connect_ms : wish.total_ms;
  if (!limit)
    return fmt::format("curl: (28) Failed to connect to {} port {} after {} ms: Could not connect to server\n",
                       url.host, url.port, kKernelGivesUp + 412);
  return fmt::format("curl: (28) Connection timed out after {} milliseconds\n", limit + 1);
}

std::string resolved_lines(const Url& url, const Outcome& outcome) {
  const std::string address = outcome.address.substr(0, outcome.address.rfind(':'));
  std::string out;
  if (address != url.host)
    out = fmt::format("* Host {}:{} was resolved.\n* IPv6: (none)\n* IPv4: {}\n", url.host, url.port, address);
  return out + fmt::format("*   Trying {}...\n", outcome.address);
}

std::string tls_lines(const Host& host, const Wish& wish) {
  const bool cluster = wish.url.host == host.api_host();
  return fmt::format(
      "* TLSv1.3 (OUT), TLS handshake, Client hello (1):\n* TLSv1.3 (IN), TLS handshake, Server hello (2):\n* SSL "
      "connection using TLSv1.3 / TLS_AES_128_GCM_SHA256\n* Server certificate:\n*  subject: CN={}\n*  issuer: {}\n*  "
      "{}\n",
      cluster ? "kube-apiserver" : wish.url.host, cluster ? "CN=kubernetes" : "C=US; O=Amazon; CN=Amazon RSA 2048 M01",
      wish.insecure && cluster
          ? "SSL certificate verify result: unable to get local issuer certificate (20), continuing anyway."
          : "SSL certificate verify ok.");
}

Reply finish(const Wish& wish, const HttpReply& answer, std::string trace) {
  Reply reply;
  reply.err = std::move(trace);
  const std::string status = fmt::format("HTTP/1.1 {} {}", answer.status, reason_of(answer.status));
  std::vector<std::string> head = {status};
  if (!answer.type.empty()) head.push_back("Content-Type: " + answer.type);
  head.push_back(fmt::format("Content-Length: {}", answer.body.size()));
  for (const auto& [name, value] : answer.headers) head.push_back(name + ": " + value);
  if (wish.verbose) {
    reply.err += fmt::format("> {} {} HTTP/1.1\n> Host: {}\n> User-Agent: {}\n> Accept: */*\n", wish.method,
                             wish.url.path, wish.url.host, kAgent);
    for (const auto& [name, value] : wish.shown) reply.err += fmt::format("> {}: {}\n", name, value);
    reply.err += "> \n";
    for (const std::string& line : head) reply.err += "< " + line + "\n";
    reply.err += fmt::format("< \n* Connection #0 to host {} left intact\n", wish.url.host);
  }
  if (wish.include) reply.out = join(head, "\n") + "\n\n";
  if (wish.fail && answer.status >= 400) {
    reply.code = 22;
    if (!wish.silent || wish.show_errors)
      reply.err += fmt::format("curl: (22) The requested URL returned error: {}\n", answer.status);
    return reply;
  }
  if (!wish.head && wish.output.empty()) reply.out += answer.body;
  std::string format = replace_all(wish.format, "%{http_code}", fmt::format("{:03}", answer.status));
  reply.out += replace_all(format, "\\n", "\n");
  return reply;
}

Reply kubelet_port(Host& host, const Wish& wish) {
  const bool serves = host.kubelet_runs() && (wish.url.port == 10248 || wish.url.port == 10250);
  if (!serves)
    return failure(
        wish.silent && !wish.show_errors
            ? ""
            : fmt::format("curl: (7) Failed to connect to {} port {} after 0 ms: Could not connect to server\n",
                          wish.url.host, wish.url.port),
        7);
  HttpReply answer;
  if (wish.url.port == 10250)
    answer.status = 401, answer.body = "Unauthorized";
  else if (wish.url.path == "/healthz")
    answer.body = "ok";
  else
    answer.status = 404, answer.body = "404 page not found\n";
  return finish(wish, answer, {});
}

Reply curl(Host& host, const Args& args) {
  const auto read = read_wish(args);
  if (!read) return read.error();
  const Wish& wish = *read;
  const Url& url = wish.url;
  const bool quiet = wish.silent && !wish.show_errors;
  if (url.host == "localhost" || url.host == "127.0.0.1") return kubelet_port(host, wish);
  if (url.host == "169.254.169.254") {
    if (host.instance.metadataOptions.httpEndpoint == "disabled")
      return failure(quiet ? "" : connect_error(wish, {.kind = Outcome::Kind::dropped}), 28);
    HttpReply answer{ask_imds(host, wish.method, url.path, wish.headers), {{"Server", "EC2ws"}}};
    return finish(wish, answer,
                  wish.verbose
                      ? "*   Trying 169.254.169.254:80...\n* Connected to 169.254.169.254 (169.254.169.254) port 80\n"
                      : "");
  }
  const Outcome outcome = host.reach(url.host, url.port);
  std::string trace = wish.verbose && outcome.kind != Outcome::Kind::unresolved && outcome.cause != "dns.timeout"
                          ? resolved_lines(url, outcome)
                          : "";
  if (!outcome.ok()) {
    const std::string error = connect_error(wish, outcome);
    if (wish.verbose && !trace.empty())
      trace += "* " + error.substr(error.find(") ") + 2) + "* closing connection #0\n";
    return {wish.format.empty() ? "" : replace_all(replace_all(wish.format, "%{http_code}", "000"), "\\n", "\n"),
            trace + (quiet ? "" : error), error.starts_with("curl: (6)") ? 6 : 28};
  }
  if (wish.verbose)
    trace += fmt::format("* Connected to {} ({}) port {}\n", url.host,
                         outcome.address.substr(0, outcome.address.rfind(':')), url.port);
  const bool cluster = url.host == host.api_host();
  if (url.scheme == "https") {
    if (wish.verbose) trace += tls_lines(host, wish);
    if (cluster && !wish.insecure && !wish.has_ca)
      return {"",
              trace + (quiet ? ""
                             : "curl: (60) SSL certificate problem: unable to get local issuer certificate\nMore "
                               "details here: https://curl.se/docs/sslcerts.html\n"),
              60};
  }
  HttpReply answer = cluster                              ? api_server(host, url.path)
                     : aws::is_aws_service_host(url.host) ? aws_host(host, url)
                                                          : HttpReply{{200, "text/html", "<html></html>\n"}, {}};
  return finish(wish, answer, std::move(trace));
}

}  // namespace

void add_curl(std::map<std::string, Command, std::less<>>& commands) { commands["curl"] = curl; }

}  // namespace drydock::twin::visit
