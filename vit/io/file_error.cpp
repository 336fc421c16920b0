#include "vit/io/file_error.h"

#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include "vit/core/fields.h"
#include "vit/core/text.h"
#include "vit/io/folder.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// The folder that is missing, or the name beside `path` that was probably meant.
std::string remedy_for_missing(const fs::path& path) {
  std::error_code ignored;
  const fs::path folder = folder_of(path);
  if (!fs::is_directory(folder, ignored))
    return str("there is no folder ", printable_path(folder), ": create it or correct the path");
  constexpr std::size_t kMostNames = 10'000;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, ignored), end;
       entry != end && names.size() < kMostNames; entry.increment(ignored)) {
    names.push_back(entry->path().filename().native());
  }
  const std::string near = nearest(path.filename().native(), names);
  if (!near.empty()) return str("did you mean ", printable_path(folder / near), "?");
  if (path.is_absolute()) return "correct the path";
  return str("correct the path; it starts at ", printable_path(fs::current_path(ignored)));
}

std::string remedy_for_full_disk(const fs::path& path) {
  std::error_code failed;
  const fs::space_info space = fs::space(folder_of(path), failed);
  return str("free some space on the disk of ", printable_path(folder_of(path)),
             failed ? "" : str(" (", space.available / (1 << 20), " MiB left)"),
             ", or write to another disk");
}

std::string remedy_for(const fs::path& path, int error_number) {
  switch (error_number) {
    case ENOENT: return remedy_for_missing(path);
    case ENOSPC: return remedy_for_full_disk(path);
    case EDQUOT: return "your disk quota is used up: delete files, or write to another disk";
    case EFBIG:
      return "the file would be larger than the file system or `ulimit -f` allows: raise the limit "
             "or write to another disk";
    case EROFS: return "the disk is mounted read-only: choose a folder on another one";
    case EACCES:
    case EPERM:
      return str("check who may use it: ls -ld ", printable_path(folder_of(path)), " ",
                 printable_path(path));
    case EMFILE:
    case ENFILE: return "too many files are open: raise `ulimit -n` or use fewer workers";
    case EISDIR: return "this is a folder: give the name of a file";
    case ENOTDIR: return "a part of the path is a file, not a folder: correct the path";
    case ELOOP: return "the symbolic links go round in a circle: correct them";
    case ENAMETOOLONG: return "use a shorter name";
    case ENXIO:
    case ENODEV: return "this is a socket or a device without a driver: give the name of a file";
    case ENOMEM: return "the machine is out of memory: close other programs";
    case EIO: return "the disk reports a fault: look at `dmesg`, and use another disk";
    case ESTALE: return "the network file system lost the file: try again";
    default: return {};
  }
}

}  // namespace

Error file_error(const fs::path& path, std::string_view action, int error_number) {
  return {ErrorKind::resource, printable_path(path),
          str(action, ": ", std::generic_category().message(error_number)),
          remedy_for(path, error_number)};
}

}  // namespace vit
