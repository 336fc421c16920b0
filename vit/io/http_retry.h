#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "vit/core/error.h"
#include "vit/io/http.h"

namespace vit {

struct HttpPolicy {
  int attempts = 5;                            ///< that fail in a row
  std::chrono::milliseconds first_wait{1000};  ///< doubled from attempt to attempt
  std::chrono::milliseconds longest_wait{60'000};
  HttpTimeouts timeouts{};
};

/// Says whether to ask again, and when.
class HttpRetry {
 public:
  explicit HttpRetry(const HttpPolicy& policy) : policy_(policy), wait_(policy.first_wait) {}

  /// After an attempt that failed: how long to wait before the next, or nothing where asking again
  /// is of no use (the answer will be the same, or the attempts are used up, or the server asks for
  /// a longer wait than the policy's). Worth another attempt: 408, 429, 5xx and connections that
  /// broke off.
  [[nodiscard]] std::optional<std::chrono::milliseconds> wait_after(const HttpResponse& response);
  /// The same for an attempt whose cause has been removed.
  [[nodiscard]] std::optional<std::chrono::milliseconds> at_once();
  /// Counts anew: the last attempt brought something.
  void reset();

 private:
  const HttpPolicy& policy_;
  std::chrono::milliseconds wait_;
  int failures_ = 0;
};

/// Asks until there is an answer that another attempt would not change. No body: for HEAD.
[[nodiscard]] HttpResponse http_ask(HttpRequest request, const HttpPolicy& policy);

/// The error for an answer that is not the file: names `url`, what was wanted of it, the answer,
/// and what to do.
[[nodiscard]] Error http_error(const std::string& url, const std::string& wanted,
                               const HttpResponse& response);

}  // namespace vit
