#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// When to give a server up.
struct HttpTimeouts {
  std::chrono::milliseconds connect{20'000};
  /// A transfer below this many bytes a second for this long has stalled.
  std::uint64_t low_speed = 1024;
  std::chrono::seconds low_speed_time{30};
};

struct HttpRequest {
  std::string url;  ///< http or https
  bool head = false;
  std::vector<std::string> headers;  ///< `Name: value`
  std::string token;                 ///< for `Authorization: Bearer`; never follows to another host
  /// Redirects are followed from http to http or https, and from https to https only.
  bool follow_redirects = true;
  HttpTimeouts timeouts{};
  std::optional<std::string> post{};  ///< the body of a POST; none: a GET
};

struct HttpResponse {
  int status = 0;                              ///< 0: there was no answer
  std::map<std::string, std::string> headers;  ///< of the last answer; names in lower case
  std::string redirect;                        ///< the whole address that it points to, or ""
  std::string text;                            ///< the start of the body of an answer but 2xx
  /// Why the transfer is not whole; empty: it is. What to do about it, and whether later may help.
  std::string failure, remedy;
  bool transient = false;
  std::optional<std::chrono::seconds> retry_after;  ///< as the server asks

  /// "" where there is no such header; `name` in lower case.
  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] bool success() const { return status >= 200 && status < 300; }
};

/// Takes the body of a 2xx answer in pieces, with what is known of the answer by then. It may throw
/// to stop the transfer.
using HttpBody = std::function<void(const HttpResponse& head, std::span<const std::byte> piece)>;

/// Asks once. Proxies are those of the environment (`https_proxy`, `http_proxy`, `all_proxy`,
/// `no_proxy`), certificates the system's or those that SSL_CERT_FILE, CURL_CA_BUNDLE or
/// REQUESTS_CA_BUNDLE name. Throws what `body` throws, and nothing else but for lack of memory:
/// every failure is told in the response.
[[nodiscard]] HttpResponse http_exchange(const HttpRequest& request, const HttpBody& body = {});

/// `text` as one part of an address: everything but letters, digits, `-._~` and `keep` as %XX.
[[nodiscard]] std::string url_quoted(std::string_view text, std::string_view keep = {});

}  // namespace vit
