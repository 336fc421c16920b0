#include "vit/data/image_folder.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <system_error>

#include "vit/core/error.h"
#include "vit/image/decode.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 10> kExtensions = {
    ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".ppm", ".pgm", ".pbm", ".tif", ".tiff"};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

bool is_picture(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

[[noreturn]] void cannot_read(const fs::path& folder, const std::string& reason) {
  throw Error(ErrorKind::data, folder.string(), reason,
              "data.root must be a folder with one folder of pictures for each class");
}

class ImageFolder final : public Dataset {
 public:
  explicit ImageFolder(const fs::path& root) {
    for (const fs::path& folder : class_folders(root)) add_class(folder);
    if (classes_.empty()) cannot_read(root, "found no class folder");
  }

  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(files_.size());
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] std::int64_t label(std::int64_t index) const override { return file(index).label; }

  [[nodiscard]] Sample get(std::int64_t index) const override {
    Sample sample;
    sample.source = file(index).path.string();
    sample.label = file(index).label;
    try {
      sample.image = load_image(file(index).path);
    } catch (const Error& problem) {
      if (problem.kind() != ErrorKind::resource) throw;
      throw Error(ErrorKind::data, problem.where(), problem.problem(), problem.remedy());
    }
    return sample;
  }

 private:
  struct File {
    fs::path path;
    std::int64_t label;
  };

  [[nodiscard]] const File& file(std::int64_t index) const {
    return files_[static_cast<std::size_t>(index)];
  }

  static std::vector<fs::path> class_folders(const fs::path& root) {
    std::error_code error;
    std::vector<fs::path> folders;
    if (!fs::is_directory(root, error))
      cannot_read(root, fs::exists(root, error) ? "is not a folder" : "does not exist");
    fs::directory_iterator entry(root, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
      if (!is_hidden(entry->path()) && entry->is_directory(error)) folders.push_back(entry->path());
    if (error) cannot_read(root, error.message());
    std::sort(folders.begin(), folders.end());
    return folders;
  }

  void add_class(const fs::path& folder) {
    std::vector<fs::path> pictures = pictures_in(folder);
    if (pictures.empty())
      throw Error(
          ErrorKind::data, folder.string(), "found no picture in this class folder",
          "remove the folder, or put pictures (.jpg, .png, .webp, .bmp, .ppm, .tif) into it");
    const auto label = static_cast<std::int64_t>(classes_.size());
    classes_.push_back(folder.filename().string());
    for (fs::path& path : pictures) files_.push_back({std::move(path), label});
  }

  std::vector<std::string> classes_;
  std::vector<File> files_;
};

}  // namespace

std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> pictures;
  fs::recursive_directory_iterator entry(folder, error);  // does not follow links: no circles
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code unreadable;
    if (!is_hidden(entry->path()) && is_picture(entry->path()) &&
        entry->is_regular_file(unreadable))
      pictures.push_back(entry->path());
  }
  if (error) throw Error(ErrorKind::data, folder.string(), error.message());
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

std::unique_ptr<Dataset> image_folder(const fs::path& root) {
  return std::make_unique<ImageFolder>(root);
}

fs::path split_folder(const fs::path& root, const std::vector<std::string>& names) {
  std::error_code error;
  if (!fs::is_directory(root, error))
    cannot_read(root, fs::exists(root, error) ? "is not a folder" : "does not exist");
  for (const std::string& name : names)
    if (fs::is_directory(root / name, error)) return root / name;
  std::string listed;
  for (const std::string& name : names) listed += (listed.empty() ? "" : " or ") + name + "/";
  throw Error(ErrorKind::data, root.string(), str("has no folder ", listed),
              "lay the data out as ROOT/train/CLASS/x.jpg and ROOT/val/CLASS/x.jpg");
}

void require_same_classes(const Dataset& train, const Dataset& val, const fs::path& root) {
  if (train.classes() == val.classes()) return;
  const auto only_in = [](const Dataset& one, const Dataset& other) {
    std::vector<std::string> names;
    std::set_difference(one.classes().begin(), one.classes().end(), other.classes().begin(),
                        other.classes().end(), std::back_inserter(names));
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 10); ++i)
      text += (i ? ", " : "") + names[i];
    return names.empty() ? std::string("none") : names.size() > 10 ? text + ", …" : text;
  };
  throw Error(ErrorKind::data, root.string(),
              str("training and validation have other classes: only in training: ",
                  only_in(train, val), "; only in validation: ", only_in(val, train)),
              "both need the same class folders");
}

}  // namespace vit
