#include "vit/io/http_retry.h"

#include <algorithm>
#include <thread>

namespace vit {

std::optional<std::chrono::milliseconds> HttpRetry::wait_after(const HttpResponse& response) {
  const bool later_helps = response.status == 408 || response.status == 429 ||
                           response.status >= 500 || response.transient;
  const std::chrono::milliseconds asked = response.retry_after.value_or(std::chrono::seconds(0));
  if (!later_helps || asked > policy_.longest_wait || ++failures_ >= policy_.attempts) return {};
  const auto wait = std::max(asked, wait_);
  wait_ = std::min(wait_ * 2, policy_.longest_wait);
  return wait;
}

std::optional<std::chrono::milliseconds> HttpRetry::at_once() {
  if (++failures_ >= policy_.attempts) return {};
  return std::chrono::milliseconds(0);
}

void HttpRetry::reset() {
  failures_ = 0;
  wait_ = policy_.first_wait;
}

HttpResponse http_ask(HttpRequest request, const HttpPolicy& policy) {
  request.timeouts = policy.timeouts;
  HttpRetry retry(policy);
  for (;;) {
    HttpResponse response = http_exchange(request);
    if (response.success() && response.failure.empty()) return response;
    const auto wait = retry.wait_after(response);
    if (!wait) return response;
    std::this_thread::sleep_for(*wait);
  }
}

}  // namespace vit
