#include "vit/io/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <new>

#include "vit/core/text.h"

namespace vit {
namespace {

constexpr std::size_t kMostText = std::size_t{1} << 16;
constexpr std::size_t kMostHeaders = 1000;
constexpr long kMostRedirects = 10;

struct FreeHandle {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void start_libcurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// One exchange while libcurl is in it. Exceptions must not pass through C code, so they wait here.
struct Exchange {
  CURL* handle;
  const HttpBody& body;
  HttpResponse response{};
  std::exception_ptr thrown{};
};

template <class Action>
std::size_t guarded(Exchange& exchange, std::size_t count, const Action& action) noexcept {
  try {
    action();
    return count;
  } catch (...) {
    exchange.thrown = std::current_exception();
    return 0;  // tells libcurl to stop
  }
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  return guarded(exchange, size * count, [&] {
    const std::string_view line(data, size * count);
    if (line.starts_with("HTTP/")) exchange.response.headers.clear();  // of a redirect before it
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || exchange.response.headers.size() >= kMostHeaders) return;
    exchange.response.headers[lower(std::string(line.substr(0, colon)))] =
        trimmed(line.substr(colon + 1));
  });
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  return guarded(exchange, size * count, [&] {
    long status = 0;
    curl_easy_getinfo(exchange.handle, CURLINFO_RESPONSE_CODE, &status);
    HttpResponse& response = exchange.response;
    response.status = static_cast<int>(status);
    const std::span<const char> piece(data, size * count);
    if (response.success() && exchange.body) return exchange.body(response, std::as_bytes(piece));
    if (response.text.size() < kMostText)
      response.text.append(data, std::min(piece.size(), kMostText - response.text.size()));
  });
}

/// Certificates of a company's own proxy: the names that curl, OpenSSL and Python's requests use.
const char* certificates() {
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return nullptr;
}

HeaderList header_list(const HttpRequest& request) {
  HeaderList list;
  const auto append = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  };
  append("Accept-Encoding: identity");  // sizes and ranges are those of the file itself
  for (const std::string& line : request.headers) append(line);
  if (!request.token.empty()) append("Authorization: Bearer " + request.token);
  return list;
}

void configure(Exchange& exchange, const HttpRequest& request, curl_slist* headers) {
  CURL* handle = exchange.handle;
  const auto set = [handle](CURLoption option, auto value) {
    curl_easy_setopt(handle, option, value);
  };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, request.url.starts_with("https:") ? "https" : "http,https");
  set(CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, kMostRedirects);
  set(CURLOPT_NOBODY, request.head ? 1L : 0L);
  if (request.post) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.post->size()));
    set(CURLOPT_POSTFIELDS, request.post->data());  // not copied
  }
  set(CURLOPT_HTTPHEADER, headers);
  set(CURLOPT_USERAGENT, "vit");
  set(CURLOPT_NOSIGNAL, 1L);  // there are threads
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.timeouts.connect.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(request.timeouts.low_speed));
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.timeouts.low_speed_time.count()));
  set(CURLOPT_BUFFERSIZE, 1L << 18);
  set(CURLOPT_HEADERFUNCTION, take_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(CURLOPT_WRITEFUNCTION, take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  if (const char* file = certificates()) set(CURLOPT_CAINFO, file);
}

void explain(HttpResponse& response, CURLcode code, const char* detail) {
  response.failure = printable(*detail != '\0' ? detail : curl_easy_strerror(code));
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
      response.remedy =
          "check the network and the address; behind a proxy, set https_proxy to its address";
      response.transient = true;
      return;
    case CURLE_COULDNT_CONNECT:
      response.remedy =
          "the server or the proxy is not reachable from here: check the network, the address and "
          "https_proxy";
      response.transient = true;
      return;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      response.remedy =
          "the server's certificate is not trusted here: check the clock, install ca-certificates, "
          "or name your proxy's own certificates in SSL_CERT_FILE";
      return;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      response.remedy =
          "addresses start with https:// or http://, and none leads from https to anything else";
      return;
    case CURLE_TOO_MANY_REDIRECTS: response.remedy = "check the address"; return;
    default: response.remedy = "the connection broke off: try again"; response.transient = true;
  }
}

}  // namespace

std::string HttpResponse::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

HttpResponse http_exchange(const HttpRequest& request, const HttpBody& body) {
  start_libcurl();
  const std::unique_ptr<CURL, FreeHandle> handle(curl_easy_init());
  if (!handle) throw std::bad_alloc();
  Exchange exchange{handle.get(), body};
  const HeaderList headers = header_list(request);
  configure(exchange, request, headers.get());
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, detail);
  const CURLcode code = curl_easy_perform(handle.get());
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);

  HttpResponse& response = exchange.response;
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  char* redirect = nullptr;
  curl_easy_getinfo(handle.get(), CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) response.redirect = redirect;
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(handle.get(), CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
    response.retry_after = std::chrono::seconds(seconds);
  if (code != CURLE_OK) explain(response, code, detail);
  return std::move(response);
}

std::string url_quoted(std::string_view text, std::string_view keep) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos ||
                       keep.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

}  // namespace vit
