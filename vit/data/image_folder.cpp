#include "vit/data/image_folder.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/encoded_dataset.h"
#include "vit/data/picture_files.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

[[noreturn]] void cannot_read(const fs::path& folder, const std::string& reason) {
  throw Error(ErrorKind::data, folder.string(), reason,
              "data.root must be a folder with one folder of pictures for each class");
}

class ImageFolder final : public EncodedDataset {
 public:
  ImageFolder(const fs::path& root, std::vector<std::string> class_map)
      : classes_(std::move(class_map)) {
    const std::vector<fs::path> folders = class_folders(root);
    if (folders.empty()) cannot_read(root, "found no class folder");
    const bool named = !classes_.empty();
    std::set<std::string> unseen(classes_.begin(), classes_.end());
    for (const fs::path& folder : folders) {
      const std::string name = folder.filename().string();
      unseen.erase(name);
      if (!named) classes_.push_back(name);
      const auto found = std::find(classes_.begin(), classes_.end(), name);
      // timm: folders that the class map does not name are no part of the data set.
      if (found != classes_.end())
        add_class(folder, found - classes_.begin());
      else
        notes_.add("folders that the class map does not name are left out", folder.string());
    }
    if (files_.empty()) cannot_read(root, "none of its folders is a class of the class map");
    for (const std::string& name : unseen)
      notes_.add("classes of the class map have no folder", printable(name, 60));
  }

  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(files_.size());
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] const DataNotes& notes() const override { return notes_; }
  [[nodiscard]] std::int64_t label(std::int64_t index) const override { return file(index).label; }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return file(index).path.string();
  }

  [[nodiscard]] Sample read(std::int64_t index) const override {
    Sample sample;
    sample.source = file(index).path.string();
    sample.label = file(index).label;
    sample.encoded = read_picture(file(index).path);
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

  std::vector<fs::path> class_folders(const fs::path& root) {
    std::error_code error;
    std::vector<fs::path> folders;
    if (!fs::is_directory(root, error))
      cannot_read(root, fs::exists(root, error) ? "is not a folder" : "does not exist");
    fs::directory_iterator entry(root, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      if (is_hidden(entry->path())) continue;
      std::error_code dangling;
      if (entry->is_directory(dangling))
        folders.push_back(entry->path());
      else
        notes_.add("files beside the class folders are left out", entry->path().string());
    }
    if (error) cannot_read(root, error.message());
    std::sort(folders.begin(), folders.end());
    return folders;
  }

  void add_class(const fs::path& folder, std::int64_t label) {
    DataNotes left_out;
    std::vector<fs::path> pictures = pictures_in(folder, &left_out);
    notes_.add(left_out);
    if (pictures.empty())
      throw Error(
          ErrorKind::data, folder.string(),
          str("found no picture in this class folder", left_out.empty() ? "" : "; ",
              left_out.line()),
          "remove the folder, or put pictures (.jpg, .png, .webp, .bmp, .ppm, .tif) into it");
    for (fs::path& path : pictures) files_.push_back({std::move(path), label});
  }

  std::vector<std::string> classes_;
  std::vector<File> files_;
  DataNotes notes_;
};

}  // namespace

std::unique_ptr<Dataset> image_folder(const fs::path& root, std::vector<std::string> class_map) {
  return std::make_unique<ImageFolder>(root, std::move(class_map));
}

fs::path split_folder(const fs::path& root, const std::vector<std::string>& names,
                      const std::string& layout) {
  std::error_code error;
  if (!fs::is_directory(root, error))
    cannot_read(root, fs::exists(root, error) ? "is not a folder" : "does not exist");
  for (const std::string& name : names)
    if (fs::is_directory(root / name, error)) return root / name;
  std::string listed;
  for (const std::string& name : names) listed += (listed.empty() ? "" : " or ") + name + "/";
  throw Error(ErrorKind::data, root.string(), str("has no folder ", listed), layout);
}

void require_same_classes(const Dataset& train, const Dataset& val, const fs::path& root) {
  const auto listed = [](const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 10); ++i)
      text += (i ? ", " : "") + printable(names[i], 60);
    return names.empty() ? std::string("none") : names.size() > 10 ? text + ", …" : text;
  };
  const auto only_in = [&](const Dataset& one, const Dataset& other) {
    std::vector<std::string> names;
    const std::vector<std::string>& others = other.classes();
    std::copy_if(one.classes().begin(), one.classes().end(), std::back_inserter(names),
                 [&](const std::string& name) {
                   return std::find(others.begin(), others.end(), name) == others.end();
                 });
    return listed(names);
  };
  if (train.classes() != val.classes())
    throw Error(ErrorKind::data, root.string(),
                str("training and validation have other classes: only in training: ",
                    only_in(train, val), "; only in validation: ", only_in(val, train)),
                "both need the same class folders");
  if (train.classes().size() == 1)
    throw Error(ErrorKind::data, root.string(),
                str("there is one class only, ", listed(train.classes())),
                "there is nothing to tell apart: lay the data out as ROOT/train/CLASS/x.jpg");
  std::map<std::string, std::string> seen;
  for (const std::string& name : train.classes()) {
    std::string lower = name;
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto [other, is_new] = seen.emplace(lower, name);
    if (!is_new)
      throw Error(ErrorKind::data, root.string(),
                  str("the classes ", in_quotes(other->second), " and ", in_quotes(name),
                      " differ in upper and lower case only"),
                  "join the folders, or rename one of them");
  }
}

}  // namespace vit
