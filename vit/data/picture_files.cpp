#include "vit/data/picture_files.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "vit/core/error.h"
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

}  // namespace

bool is_picture_name(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> pictures;
  fs::recursive_directory_iterator entry(folder, error);  // does not follow links: no circles
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code unreadable;
    if (!entry->path().filename().string().starts_with(".") && is_picture_name(entry->path()) &&
        !entry->is_directory(unreadable))
      pictures.push_back(entry->path());
  }
  if (error)
    throw Error(ErrorKind::data, folder.string(), "cannot be read: " + error.message(),
                "check that it is there and who may read it");
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

std::vector<std::byte> read_picture(const fs::path& path) {
  return as_data([&] { return read_file(path); });
}

Image load_picture(const fs::path& path) {
  return as_data([&] { return load_image(path); });
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
