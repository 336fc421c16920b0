#include "vit/weights/hub_cache.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "vit/core/error.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/io/file_error.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw file_error(folder, "cannot make the cache's folder", failed.value());
}

std::string folder_name(const std::string& repo) {
  std::string name = "models--" + repo;
  const std::size_t slash = name.find('/');
  if (slash != std::string::npos) name.replace(slash, 1, "--");
  return name;
}

}  // namespace

bool is_commit(const std::string& text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

HubCache::HubCache(const fs::path& root, const std::string& repo)
    : folder_(root / folder_name(repo)) {}

fs::path HubCache::blob(const std::string& etag) const { return folder_ / "blobs" / etag; }

fs::path HubCache::snapshot(const std::string& commit, const std::string& name) const {
  return folder_ / "snapshots" / commit / name;
}

std::optional<std::string> HubCache::commit_of(const std::string& revision) const {
  if (is_commit(revision)) return revision;
  const fs::path ref = folder_ / "refs" / revision;
  std::error_code missing;
  if (!fs::is_regular_file(ref, missing)) return {};
  std::string commit = read_text_file(ref, 1000);
  while (!commit.empty() && commit.back() == '\n') commit.pop_back();
  if (!is_commit(commit)) return {};
  return commit;
}

std::optional<fs::path> HubCache::find(const std::string& revision, const std::string& name) const {
  const std::optional<std::string> commit = commit_of(revision);
  if (!commit) return {};
  fs::path file = snapshot(*commit, name);
  std::error_code missing;
  if (!fs::is_regular_file(file, missing)) return {};  // also where the link's blob is gone
  return file;
}

void HubCache::prepare() const { make_folder(folder_ / "blobs"); }

void HubCache::add(const std::string& commit, const std::string& name,
                   const std::string& etag) const {
  const fs::path file = snapshot(commit, name);
  make_folder(file.parent_path());
  const fs::path target = blob(etag).lexically_relative(file.parent_path());
  std::error_code failed;
  if (fs::read_symlink(file, failed) == target) return;
  fs::remove(file, failed);
  fs::create_symlink(target, file, failed);
  if (!failed || failed == std::errc::file_exists) return;  // another process was quicker
  fs::rename(blob(etag), file, failed);
  if (failed) throw file_error(file, "cannot put the file in place", failed.value());
}

void HubCache::remember(const std::string& revision, const std::string& commit) const {
  if (revision == commit) return;
  const fs::path ref = folder_ / "refs" / revision;
  make_folder(ref.parent_path());
  write_file_atomically(ref, commit);
}

}  // namespace vit
