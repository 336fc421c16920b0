#include "vit/data/prepare.h"

#include <unistd.h>

#include <system_error>
#include <vector>

#include "vit/core/error.h"
#include "vit/data/registry.h"
#include "vit/io/archive.h"
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

}  // namespace

PreparedData prepare_data(const std::string& name, const fs::path& archive, const fs::path& root) {
  if (name != "cifar10" && name != "folder")
    throw Error(ErrorKind::usage, "vit data prepare", str("`", name, "` is nothing to unpack"),
                "use cifar10 or folder");
  const fs::path target = root.empty() ? fs::path("data") / name : root;
  std::error_code error;
  if (fs::exists(target, error) && !fs::is_empty(target, error)) return describe_data(name, target);

  const fs::path parent = fs::absolute(target).parent_path();
  fs::create_directories(parent, error);
  if (error) throw file_error(parent, "cannot make the folder", error.value());
  const TemporaryFolder unpacked{parent / (".unpacking-" + std::to_string(::getpid()))};
  unpack_archive(archive, unpacked.path);
  const fs::path content = content_of(unpacked.path);
  describe_data(name, content);
  fs::remove(target, error);  // an empty folder of this name
  fs::rename(content, target, error);
  if (error) throw file_error(target, "cannot put the unpacked folder in place", error.value());
  return describe_data(name, target);
}

}  // namespace vit
