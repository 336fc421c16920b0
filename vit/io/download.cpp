#include "vit/io/download.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <thread>

#include "vit/core/text.h"
#include "vit/io/file_error.h"
#include "vit/io/folder.h"
#include "vit/io/part_file.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return value;
}

/// `bytes FIRST-LAST/TOTAL`; FIRST where it is well formed.
std::optional<std::uint64_t> range_start(std::string_view text) {
  if (!text.starts_with("bytes ")) return {};
  text.remove_prefix(6);
  return number(text.substr(0, text.find('-')));
}

/// The portals of hotels and companies, and servers that answer 200 to what they do not have, send
/// a page instead of the file.
bool is_web_page(std::span<const std::byte> bytes) {
  std::string start;
  for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 512))) {
    const char c = static_cast<char>(byte);
    if (start.empty() && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
    start += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (start.size() == 14) break;
  }
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

class Download {
 public:
  Download(const DownloadRequest& request, const HttpPolicy& policy,
           const DownloadObserver& observer)
      : request_(request), policy_(policy), observer_(observer), part_(request.file) {}

  void run() try {
    if (request_.size && part_.size() > *request_.size) part_.restart({});
    pieced_ = part_.size() > 0;
    for (bool once_more = false;; once_more = true) {
      transfer();
      const std::optional<Error> wrong = fault();
      if (!wrong) return part_.commit();
      part_.restart({});
      if (once_more || !pieced_) throw *wrong;
      report(wrong->problem());
    }
  } catch (...) {
    if (part_.size() == 0) part_.discard();
    throw;
  }

 private:
  [[nodiscard]] Error error(const std::string& what, const std::string& remedy) const {
    return {ErrorKind::resource, printable(request_.url, 400),
            str("cannot fetch ", printable_path(request_.file), ": ", what), remedy};
  }

  void report(const std::string& waiting = {}) const {
    if (observer_) observer_({request_.file, part_.size(), total_, waiting});
  }

  [[nodiscard]] bool is_complete() const { return request_.size && part_.size() == *request_.size; }

  /// Asks until the file is there, as far as the server says.
  void transfer() {
    HttpRetry retry(policy_);
    while (!is_complete()) {
      const std::uint64_t before = part_.size();
      const HttpResponse response = ask();
      if (response.success() && response.failure.empty()) return;
      if (part_.size() > before) retry.reset();
      const bool other_file = response.status == 416 && before > 0;  // it has no byte after ours
      if (other_file) part_.restart({});
      const auto wait = other_file ? retry.at_once() : retry.wait_after(response);
      const Error problem =
          http_error(request_.url, str("cannot fetch ", printable_path(request_.file)), response);
      if (!wait) throw problem;
      report(problem.problem());
      std::this_thread::sleep_for(*wait);
    }
  }

  HttpResponse ask() {
    HttpRequest request{request_.url, false, {}, request_.token, true, policy_.timeouts};
    // Without a version or a digest nothing would tell whether the rest belongs to the start.
    if (part_.size() > 0 && part_.etag().empty() && !request_.digest) part_.restart({});
    const std::uint64_t from = part_.size();
    if (from > 0) {
      request.headers.push_back(str("Range: bytes=", from, "-"));
      if (!part_.etag().empty()) request.headers.push_back("If-Range: " + part_.etag());
    }
    bool started = false;
    HttpResponse response =
        http_exchange(request, [&](const HttpResponse& head, std::span<const std::byte> piece) {
          if (!started) begin(head, piece, from);
          started = true;
          if (request_.size && part_.size() + piece.size() > *request_.size)
            throw error(str("more than the ", *request_.size, " bytes that are expected"),
                        "the file there is another one: check the address");
          part_.append(piece);
          report();
        });
    // An empty file has no piece.
    if (!started && response.status == 200 && response.failure.empty()) begin(response, {}, from);
    return response;
  }

  /// At the first byte: does it belong where ours end, and is it the file at all?
  void begin(const HttpResponse& head, std::span<const std::byte> piece, std::uint64_t from) {
    if (head.status == 206 && range_start(head.header("content-range")) != from)
      throw error(str("the server was asked for the bytes from ", from, " and sent ",
                      in_quotes(head.header("content-range"))),
                  str("remove ", printable_path(part_.path()), " to fetch it from the start"));
    pieced_ = head.status == 206;
    if (!pieced_) {
      if (is_web_page(piece))
        throw error("the server sent a web page and not the file",
                    "open the address in a browser: it may ask for a login, or be outdated");
      part_.restart(head.header("etag"));
    }
    total_ = number(head.header("content-length"));
    if (total_) *total_ += part_.size();
    if (total_ && request_.size && *total_ != *request_.size)
      throw error(str("expected ", *request_.size, " bytes, the server has ", *total_),
                  "the file there is another one: check the address");
    check_space();
  }

  void check_space() const {
    std::error_code failed;
    const fs::space_info space = fs::space(folder_of(request_.file), failed);
    if (failed || !total_ || space.available >= *total_ - part_.size()) return;
    throw file_error(request_.file, str("cannot write ", *total_, " bytes"), ENOSPC);
  }

  /// What is wrong with the file that has arrived.
  [[nodiscard]] std::optional<Error> fault() const {
    if (request_.size && part_.size() != *request_.size)
      return error(str("expected ", *request_.size, " bytes, received ", part_.size()),
                   "try again; if it stays so, the file there is another one");
    if (!request_.digest) return {};
    const std::string found = digest_of_file(part_.path(), request_.digest->kind);
    if (found == request_.digest->hex) return {};
    return error(str("expected ", digest_name(request_.digest->kind), " ", request_.digest->hex,
                     ", received ", found),
                 "it was damaged on its way or is another file: try again, and do not use it from "
                 "elsewhere unseen");
  }

  const DownloadRequest& request_;
  const HttpPolicy& policy_;
  const DownloadObserver& observer_;
  PartFile part_;
  std::optional<std::uint64_t> total_;
  bool pieced_ = false;  // the bytes are from more than one connection
};

}  // namespace

void download_file(const DownloadRequest& request, const HttpPolicy& policy,
                   const DownloadObserver& observer) {
  Download(request, policy, observer).run();
}

}  // namespace vit
