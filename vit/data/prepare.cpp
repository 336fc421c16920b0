#include "vit/data/prepare.h"

#include <unistd.h>

#include <system_error>
#include <variant>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/downloads.h"
#include "vit/data/registry.h"
#include "vit/io/file_error.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// Removes a folder when it is left, unless it has been moved away.
struct TemporaryFolder {
  fs::path path;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw file_error(folder, "cannot make the folder", error.value());
}

/// The folder that holds the data: steps into folders that hold nothing but one folder.
fs::path content_of(fs::path folder) {
  for (;;) {
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
    if (entries.size() != 1 || !fs::is_directory(entries[0])) return folder;
    folder = entries[0];
  }
}

PreparedData describe_data(const std::string& name, const fs::path& root) {
  DataSpec spec = default_data(name);
  std::visit(
      [&](auto& options) {
        if constexpr (requires { options.root; }) options.root = root.string();
      },
      spec.options);
  const DataSplits splits = open_data(spec);
  return {root, splits.train->size(), splits.val->size(),
          static_cast<std::int64_t>(splits.train->classes().size())};
}

bool is_archive(const fs::path& file) {
  const std::string name = file.filename().string();
  for (const char* ending : {".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".tar.zst", ".zip"})
    if (name.ends_with(ending)) return true;
  return false;
}

std::string_view file_name(std::string_view url) { return url.substr(url.rfind('/') + 1); }

/// The published files in a folder, fetched where they are not there.
std::vector<fs::path> fetch(const PrepareRequest& request, const DatasetDownload& download,
                            const fs::path& folder, const DownloadObserver& observer) {
  make_folder(folder);
  std::vector<fs::path> files;
  for (const DatasetFile& file : download.files) {
    const std::string name(file_name(file.url));
    files.push_back(folder / name);
    std::error_code missing;
    if (fs::is_regular_file(files.back(), missing) &&
        (file.md5.empty() || digest_of_file(files.back(), DigestKind::md5) == file.md5))
      continue;
    DownloadRequest wanted{std::string(file.url), files.back()};
    if (!request.mirror.empty()) {
      wanted.url = request.mirror;
      while (wanted.url.ends_with('/')) wanted.url.pop_back();
      wanted.url += "/" + name;
    }
    if (!file.md5.empty()) wanted.digest = Digest{DigestKind::md5, std::string(file.md5)};
    download_file(wanted, request.policy, observer);
  }
  return files;
}

/// The published files in a folder of the user's; an error where one is missing.
std::vector<fs::path> find(const DatasetDownload& download, const fs::path& folder) {
  std::vector<fs::path> files;
  for (const DatasetFile& file : download.files) {
    files.push_back(folder / file_name(file.url));
    std::error_code missing;
    if (fs::is_regular_file(files.back(), missing)) continue;
    throw Error(ErrorKind::data, printable_path(folder),
                str("there is no ", file_name(file.url), " in it"),
                str("get it from ", file.url, ", or leave out --from to have it fetched"));
  }
  return files;
}

/// The files as they are in the folder that becomes the data set.
fs::path unpack(const std::vector<fs::path>& files, const fs::path& folder,
                const ArchiveObserver& observer) {
  if (files.size() == 1 && is_archive(files[0])) {
    unpack_archive(files[0], folder, observer);
    return content_of(folder);
  }
  make_folder(folder);
  for (const fs::path& file : files) {
    std::error_code error;
    fs::create_hard_link(file, folder / file.filename(), error);
    if (error) fs::copy_file(file, folder / file.filename(), error);
    if (error) throw file_error(folder / file.filename(), "cannot copy", error.value());
  }
  return folder;
}

}  // namespace

PreparedData prepare_data(const PrepareRequest& request, const DownloadObserver& downloads,
                          const ArchiveObserver& unpacking) {
  const std::string& name = request.name;
  static_cast<void>(default_data(name));  // a name that is not there is refused first
  const fs::path target = request.root.empty() ? fs::path("data") / name : request.root;
  std::error_code error;
  if (fs::exists(target, error) && !fs::is_empty(target, error)) return describe_data(name, target);

  const std::optional<DatasetDownload> download = dataset_download(name);
  const bool is_folder = fs::is_directory(request.from, error);
  if (name == "shapes" || name == "manifest")
    throw Error(ErrorKind::usage, "vit data prepare", str("`", name, "` is nothing to unpack"),
                "name one of `vit data list` that lies in a folder, such as cifar10 or folder");
  if (!download && (request.from.empty() || is_folder))
    throw Error(ErrorKind::usage, "vit data prepare", str("`", name, "` has no official address"),
                "unpack an archive that you have: --from ARCHIVE");
  const fs::path parent = fs::absolute(target).parent_path();
  make_folder(parent);
  fs::path fetched = target;
  fetched += ".download";
  std::vector<fs::path> files{request.from};
  if (request.from.empty())
    files = fetch(request, *download, fetched, downloads);
  else if (is_folder)
    files = find(*download, request.from);

  const TemporaryFolder unpacked{parent / (".unpacking-" + std::to_string(::getpid()))};
  const fs::path content = unpack(files, unpacked.path, unpacking);
  describe_data(name, content);
  fs::remove(target, error);  // an empty folder of this name
  fs::rename(content, target, error);
  if (error) throw file_error(target, "cannot put the unpacked folder in place", error.value());
  const PreparedData done = describe_data(name, target);
  if (request.from.empty()) fs::remove_all(fetched, error);
  return done;
}

}  // namespace vit
