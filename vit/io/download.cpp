#include "vit/io/download.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <span>
#include <string_view>
#include <system_error>
#include <thread>

#include "vit/core/text.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/io/file_descriptor.h"
#include "vit/io/file_error.h"
#include "vit/io/folder.h"

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

constexpr std::uint64_t kLongestEtag = 1024;

fs::path with_suffix(fs::path path, const char* suffix) {
  path += suffix;
  return path;
}

/// A file that is being fetched: `NAME.part`, which outlives the process so that the next one goes
/// on where this one stopped, and `NAME.part.etag`, the server's name for the version that its
/// bytes are from. Locked while the object lives. Errors are Error(resource).
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& target);

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Empty where the server named none; weak ones (`W/…`) do not say that bytes are the same.
  [[nodiscard]] const std::string& etag() const noexcept { return etag_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Throws the bytes away; those that follow are of the version `etag`.
  void restart(std::string_view etag);
  void append(std::span<const std::byte> bytes);
  /// Removes it.
  void discard() noexcept;
  /// Syncs it and gives it the target's name; the last call.
  void commit();

 private:
  [[nodiscard]] std::filesystem::path etag_path() const;

  std::filesystem::path target_, path_;
  FileDescriptor fd_;
  std::uint64_t size_ = 0;
  std::string etag_;
};

PartFile::PartFile(const fs::path& target)
    : target_(target),
      path_(with_suffix(target, ".part")),
      fd_(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                 0666)) {
  if (!fd_.valid()) throw file_error(path_, "cannot write", errno);
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw Error(ErrorKind::resource, printable_path(path_), "another process is fetching this file",
                "wait until it is done, or stop it; what it has fetched is kept");
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) throw file_error(path_, "cannot read", errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::resource, printable_path(path_), "expected a file",
                "remove what stands there");
  size_ = static_cast<std::uint64_t>(status.st_size);
  std::error_code missing;
  if (size_ > 0 && fs::is_regular_file(etag_path(), missing))
    etag_ = read_text_file(etag_path(), kLongestEtag);
}

fs::path PartFile::etag_path() const { return with_suffix(path_, ".etag"); }

void PartFile::restart(std::string_view etag) {
  // First the name, then the bytes: a crash between the two leaves no bytes under a wrong name.
  if (::ftruncate(fd_.get(), 0) != 0) throw file_error(path_, "cannot write", errno);
  size_ = 0;
  etag_ = etag.size() <= kLongestEtag && !etag.starts_with("W/") ? etag : std::string_view();
  std::error_code ignored;
  if (etag_.empty())
    fs::remove(etag_path(), ignored);
  else
    write_file_atomically(etag_path(), etag_);
}

void PartFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw file_error(path_, "cannot write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
}

void PartFile::discard() noexcept {
  ::unlink(path_.c_str());
  ::unlink(etag_path().c_str());
}

void PartFile::commit() {
  if (::fsync(fd_.get()) != 0) throw file_error(path_, "cannot write to the disk", errno);
  if (::rename(path_.c_str(), target_.c_str()) != 0)
    throw file_error(target_, "cannot put the file in place", errno);
  ::unlink(etag_path().c_str());
  sync_folder(folder_of(target_));
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
