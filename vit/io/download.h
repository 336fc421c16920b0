#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "vit/core/error.h"
#include "vit/io/digest.h"
#include "vit/io/http_retry.h"

namespace vit {

struct DownloadRequest {
  std::string url;
  std::filesystem::path file;           ///< where it goes; its folder must be there
  std::optional<std::uint64_t> size{};  ///< in bytes, as its publisher states it
  std::optional<Digest> digest{};       ///< the same
  std::string token{};                  ///< see HttpRequest
};

struct DownloadProgress {
  std::filesystem::path file;
  std::uint64_t bytes = 0;               ///< there by now, also from an earlier process
  std::optional<std::uint64_t> total{};  ///< where the server says it
  std::string waiting{};                 ///< why the next attempt waits, or ""
};

/// Called for every piece that arrives (some 10 to 1000 a second) and before every wait. It may
/// throw to stop; what has arrived is kept.
using DownloadObserver = std::function<void(const DownloadProgress&)>;

/// Fetches `request.url` into `request.file`, which appears when it is whole and verified, and
/// never before.
///
/// The bytes go to `FILE.part`. A connection that breaks off, stalls, or answers 408, 429 or 5xx is
/// tried again after a wait (as long as Retry-After says, where it does) and goes on from the last
/// byte (`Range`, with `If-Range` where the server names versions); so does a later call. A server
/// that ignores the range sends all again. Then size and digest are checked; a file that was put
/// together from several connections and is wrong is fetched once more, from the start.
///
/// Errors (resource) name address and file: no connection, 401, 403, 404 and other answers, a web
/// page in place of the file, wrong size or digest, a full disk.
void download_file(const DownloadRequest& request, const HttpPolicy& policy = {},
                   const DownloadObserver& observer = {});

}  // namespace vit
