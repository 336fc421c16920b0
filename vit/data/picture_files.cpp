#include "vit/data/picture_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/png_mask.h"
#include "vit/image/decode.h"
#include "vit/io/file.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 10> kExtensions = {
    ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".ppm", ".pgm", ".pbm", ".tif", ".tiff"};

/// What cannot be read is missing data, and not a fault of the machine.
template <class Read>
auto as_data(const Read& read) {
  try {
    return read();
  } catch (const Error& problem) {
    if (problem.kind() != ErrorKind::resource) throw;
    throw Error(ErrorKind::data, problem.where(), problem.problem(), problem.remedy());
  }
}

std::string lower_extension(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

/// The extension as it is told.
std::string extension_of(const fs::path& path) {
  const std::string extension = lower_extension(path);
  return extension.empty() ? "without extension" : printable(extension, 20);
}

/// Device and inode: the same by whichever path a folder is reached.
using FolderId = std::pair<dev_t, ino_t>;
std::optional<FolderId> folder_id(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return {};
  return FolderId{status.st_dev, status.st_ino};
}

}  // namespace

bool is_picture_name(const fs::path& path) {
  const std::string extension = lower_extension(path);
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

std::vector<fs::path> pictures_in(const fs::path& folder, DataNotes* notes) {
  std::vector<fs::path> pictures;
  std::set<FolderId> seen;
  std::error_code unknown;  // a link to a folder around this one is a circle, too
  for (fs::path around = fs::canonical(folder, unknown); around.has_relative_path();) {
    around = around.parent_path();
    if (const auto id = folder_id(around)) seen.insert(*id);
  }
  std::deque<fs::path> folders{folder}, links;  // links come after all that is there by itself
  while (!folders.empty() || !links.empty()) {
    std::deque<fs::path>& next = folders.empty() ? links : folders;
    const fs::path here = std::move(next.front());
    next.pop_front();
    const std::optional<FolderId> id = folder_id(here);
    if (id && !seen.insert(*id).second) continue;
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator entry(here, error), end; !error && entry != end;
         entry.increment(error))
      entries.push_back(*entry);
    if (error)
      throw Error(ErrorKind::data, here.string(), "cannot be read: " + error.message(),
                  "check that it is there and who may read it");
    std::sort(entries.begin(), entries.end());
    for (const fs::directory_entry& entry : entries) {
      std::error_code unreadable;
      const fs::path& path = entry.path();
      const bool hidden = path.filename().string().starts_with(".");
      if (entry.is_directory(unreadable))
        (entry.is_symlink(unreadable) ? links : folders).push_back(path);
      else if (!hidden && is_picture_name(path))
        pictures.push_back(path);
      else if (notes != nullptr && (!hidden || is_picture_name(path)))
        notes->add(hidden ? std::string("hidden images are left out")
                          : str("files of other types are left out (", extension_of(path), ")"),
                   path.string());
    }
  }
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

std::vector<std::byte> read_picture(const fs::path& path) {
  return as_data([&] { return read_file(path); });
}

Image load_picture(const fs::path& path, const DecodeOptions& options) {
  return as_data([&] { return load_image(path, options); });
}

Image load_mask(const fs::path& path) {
  return as_data([&] { return decode_mask(read_file(path), path.string()); });
}

void require_folder(const fs::path& folder, const std::string& layout) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return;
  throw Error(ErrorKind::data, folder.string(),
              fs::exists(folder, error) ? "is not a folder" : "does not exist", layout);
}

}  // namespace vit
