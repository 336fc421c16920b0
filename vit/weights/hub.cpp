#include "vit/weights/hub.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "vit/core/text.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/io/file_error.h"
#include "vit/weights/hub_cache.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

/// One folder's name: what comes from a user or a server never leaves its place in the cache.
bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && text.front() != '.' &&
         text.find_first_not_of(kNameCharacters) == std::string_view::npos;
}

/// Names of branches and files may have folders.
bool is_plain_path(std::string_view text) {
  for (;;) {
    const std::size_t slash = text.find('/');
    if (!is_plain_name(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

std::string without_quotes(std::string etag) {
  if (etag.starts_with("W/")) etag.erase(0, 2);
  etag.erase(std::remove(etag.begin(), etag.end(), '"'), etag.end());
  return etag;
}

std::optional<Digest> digest_named(const std::string& etag) {
  if (is_commit(etag)) return Digest{DigestKind::git_blob, etag};
  if (etag.size() == 64 && etag.find_first_not_of("0123456789abcdef") == std::string::npos)
    return Digest{DigestKind::sha256, etag};
  return {};
}

/// `scheme://host:port` of an address.
std::string_view server_of(std::string_view url) {
  const std::size_t start = url.find("://");
  return start == std::string_view::npos ? url : url.substr(0, url.find('/', start + 3));
}

/// Whether the file is what the hub says; by what that was found.
std::optional<std::string> verified(const fs::path& file, const HubFileInfo& info) {
  std::error_code missing;
  if (!fs::is_regular_file(file, missing)) return {};
  if (info.size && fs::file_size(file, missing) != *info.size) return {};
  if (!info.digest) return info.size ? "size" : "";
  if (digest_of_file(file, info.digest->kind) != info.digest->hex) return {};
  return std::string(digest_name(info.digest->kind));
}

void copy_whole(const fs::path& from, const fs::path& to) {
  const FileBytes source = FileBytes::open(from);
  AtomicFile target(to);
  target.reserve(source.size());
  std::vector<std::byte> piece(std::size_t{1} << 20);
  for (std::uint64_t offset = 0;;) {
    const std::size_t count = source.read_some(offset, piece);
    target.write(std::span(piece).first(count));
    offset += count;
    if (count < piece.size()) return target.commit();
  }
}

}  // namespace

HubRepository::HubRepository(const HubSettings& settings, std::string repo, std::string revision)
    : settings_(settings), repo_(std::move(repo)), revision_(std::move(revision)) {
  const std::size_t slash = repo_.find('/');
  if (slash == std::string::npos || !is_plain_name(repo_.substr(0, slash)) ||
      !is_plain_name(repo_.substr(slash + 1)))
    throw Error(ErrorKind::usage, in_quotes(repo_), "expected the name of a repository: ORG/NAME",
                "as in timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k");
  if (!is_plain_path(revision_))
    throw Error(ErrorKind::usage, in_quotes(revision_), "this is no branch, tag or commit",
                "as in main");
}

std::string HubRepository::page() const { return settings_.endpoint + "/" + repo_; }

std::optional<HubFileInfo> HubRepository::ask(const std::string& name) const {
  VIT_ASSERT(is_plain_path(name), name);
  const std::string url = str(settings_.endpoint, "/", repo_, "/resolve/", url_quoted(revision_),
                              "/", url_quoted(name, "/"));
  HttpRequest request{url, true, {}, settings_.token, false, {}};
  HttpResponse response = http_ask(request, settings_.policy);
  // Within the hub, redirects lead from an old name to a new one; before an answer names the
  // commit, also from a mirror to the hub. From there they lead to the store, which knows the bytes
  // only.
  for (int hop = 0; hop < 5 && !response.redirect.empty(); ++hop) {
    const bool elsewhere = server_of(request.url) != server_of(response.redirect);
    if (elsewhere && !response.header("x-repo-commit").empty()) break;
    if (request.url.starts_with("https:") && !response.redirect.starts_with("https:")) break;
    if (elsewhere) request.token.clear();
    request.url = response.redirect;
    response = http_ask(request, settings_.policy);
  }
  if (response.header("x-error-code") == "EntryNotFound") return {};
  const bool redirected = response.status >= 300 && response.status < 400;
  if (response.status == 0 || (!response.success() && !redirected))
    throw refusal(url, name, response);

  HubFileInfo info{url, response.header("x-repo-commit"), {}, {}, {}};
  const bool linked = !response.header("x-linked-etag").empty();
  info.etag = without_quotes(response.header(linked ? "x-linked-etag" : "etag"));
  if (!is_commit(info.commit) || !is_plain_name(info.etag))
    throw Error(ErrorKind::resource, url, "the server does not answer as a Hugging Face hub does",
                "check HF_ENDPOINT, and the proxy if there is one");
  const std::string size = response.header(linked ? "x-linked-size" : "content-length");
  std::uint64_t bytes = 0;
  if ((linked || !redirected) &&
      std::from_chars(size.data(), size.data() + size.size(), bytes).ec == std::errc())
    info.size = bytes;
  info.digest = digest_named(info.etag);
  return info;
}

Error HubRepository::refusal(const std::string& url, const std::string& name,
                             const HttpResponse& response) const {
  const std::string code = response.header("x-error-code");
  const std::string tokens = settings_.endpoint + "/settings/tokens";
  const auto error = [&](const std::string& what, const std::string& remedy) {
    return Error(ErrorKind::resource, url, what, remedy);
  };
  if (code == "GatedRepo")
    return error(str(repo_, " gives its weights to those only who have accepted its licence"),
                 settings_.token.empty()
                     ? str("read and accept it at ", page(), ", make a token at ", tokens,
                           " and set HF_TOKEN to it")
                     : str("accept it at ", page(), " with the account that HF_TOKEN belongs to"));
  if (code == "RepoNotFound" || (response.status == 401 && settings_.token.empty()))
    return error(str("there is no repository ", repo_, ", or it is private"),
                 str("check the name; for a private one, set HF_TOKEN to a token of ", tokens));
  if (response.status == 401)
    return error("the hub does not know your token",
                 str("set HF_TOKEN to a valid one (", tokens, "), or unset it"));
  if (code == "RevisionNotFound")
    return error(str(repo_, " has no revision ", revision_),
                 str("see the branches and tags at ", page()));
  if (code == "DisabledRepo")
    return error(str("the hub has disabled ", repo_), str("see ", page()));
  return http_error(url, str("cannot ask for ", name, " of ", repo_), response);
}

std::optional<HubFile> HubRepository::cached(const std::string& name) const {
  const HubCache cache(settings_.cache, repo_);
  const std::optional<fs::path> path = cache.find(revision_, name);
  if (!path) return {};
  return HubFile{*path, *cache.commit_of(revision_), {}, true, "the hub was not asked"};
}

std::optional<HubFile> HubRepository::fetch(const std::string& name,
                                            const DownloadObserver& observer) const {
  if (settings_.offline) return cached(name);
  std::optional<HubFileInfo> info;
  try {
    info = ask(name);
  } catch (const Error& problem) {
    std::optional<HubFile> found = cached(name);
    if (!found) throw;
    found->note = problem.problem();
    return found;
  }
  if (!info) return {};
  const HubCache cache(settings_.cache, repo_);
  cache.prepare();
  std::optional<std::string> check = verified(cache.blob(info->etag), *info);
  bool was_there = check.has_value();
  if (!was_there) {
    // Where the disk knows no links, the file itself stands in the snapshot.
    check = verified(cache.snapshot(info->commit, name), *info);
    was_there = check.has_value();
    if (was_there)
      return HubFile{cache.snapshot(info->commit, name), info->commit, *check, true, {}};
    download_file({info->url, cache.blob(info->etag), info->size, info->digest, settings_.token},
                  settings_.policy, observer);
    check = info->digest ? std::string(digest_name(info->digest->kind)) : info->size ? "size" : "";
  }
  cache.add(info->commit, name, info->etag);
  cache.remember(revision_, info->commit);
  return HubFile{cache.snapshot(info->commit, name), info->commit, *check, was_there, {}};
}

std::optional<HubFile> HubRepository::fetch_to(const fs::path& folder, const std::string& name,
                                               const DownloadObserver& observer) const {
  const fs::path target = folder / name;
  std::error_code failed;
  fs::create_directories(target.parent_path(), failed);
  if (failed) throw file_error(folder, "cannot make the folder", failed.value());
  const std::optional<HubFileInfo> info = settings_.offline ? std::nullopt : ask(name);
  if (!settings_.offline && !info) return {};

  HubFile file{target, {}, {}, true, {}};
  const std::optional<HubFile> old = cached(name);
  if (!info) {
    if (!old) return {};
    file.commit = old->commit;
    file.note = old->note;
    copy_whole(old->path, target);
    return file;
  }
  file.commit = info->commit;
  if (const auto check = verified(target, *info)) {
    file.verified = *check;
    return file;
  }
  if (fs::exists(target, failed))
    throw Error(ErrorKind::resource, printable_path(target),
                str("there is another file here than ", repo_, " has"),
                "remove it, or choose another --output");
  const fs::path blob = HubCache(settings_.cache, repo_).blob(info->etag);
  if (const auto check = verified(blob, *info)) {
    copy_whole(blob, target);
    file.verified = *check;
    return file;
  }
  download_file({info->url, target, info->size, info->digest, settings_.token}, settings_.policy,
                observer);
  file.verified = info->digest ? std::string(digest_name(info->digest->kind))
                  : info->size ? "size"
                               : "";
  file.was_there = false;
  return file;
}

}  // namespace vit
