#include "vit/data/tiny_imagenet.h"

#include <algorithm>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/class_map.h"
#include "vit/data/picture_files.h"
#include "vit/data/picture_list.h"
#include "vit/data/text_lines.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

fs::path folder_in(const fs::path& root) {
  std::error_code error;
  for (const fs::path& folder : {root, root / "tiny-imagenet-200"})
    if (fs::exists(folder / "wnids.txt", error)) return folder;
  throw Error(ErrorKind::data, root.string(), "is not Tiny-ImageNet: there is no wnids.txt in it",
              "get it with `vit data prepare tiny_imagenet --root " + root.string() +
                  "`, or set data.root");
}

/// `n01443537 <tab> goldfish, Carassius auratus`: the first name of each.
std::vector<std::string> names_of(const std::vector<std::string>& ids, const fs::path& words) {
  std::error_code error;
  if (!fs::exists(words, error)) return ids;
  std::map<std::string, std::string> names;
  for (const TextLine& line : read_lines(words)) {
    const std::size_t tab = line.text.find('\t');
    if (tab == std::string::npos) continue;
    const std::string all = line.text.substr(tab + 1);
    names[line.text.substr(0, tab)] = all.substr(0, all.find(','));
  }
  std::vector<std::string> classes;
  for (const std::string& id : ids) {
    const auto found = names.find(id);
    classes.push_back(found == names.end() ? id : found->second);
  }
  // Two ids may have one name (crane, the bird and the machine): then the id tells them apart.
  std::map<std::string, int> count;
  for (const std::string& name : classes) ++count[name];
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (count[classes[i]] > 1) classes[i] += " (" + ids[i] + ")";
  return classes;
}

}  // namespace

std::unique_ptr<Dataset> tiny_imagenet(const fs::path& root, Split split) {
  const fs::path folder = folder_in(root);
  const std::vector<std::string> ids = read_class_map(folder / "wnids.txt");
  std::vector<ListedPicture> pictures;
  if (split == Split::train) {
    for (std::size_t label = 0; label < ids.size(); ++label)
      for (fs::path& path : pictures_in(folder / "train" / ids[label]))
        pictures.push_back({std::move(path), static_cast<std::int64_t>(label)});
  } else {
    const fs::path annotations = folder / "val/val_annotations.txt";
    for (const TextLine& line : read_lines(annotations)) {
      const auto fail = [&](const std::string& what) {
        throw Error(ErrorKind::data, line.place(annotations), what,
                    "expected FILE<tab>WNID<tab>box, with a WNID of wnids.txt");
      };
      const std::size_t tab = line.text.find('\t');
      if (tab == std::string::npos || tab == 0) fail("this line has no tab");
      const std::string id = line.text.substr(tab + 1, line.text.find('\t', tab + 1) - tab - 1);
      const auto found = std::find(ids.begin(), ids.end(), id);
      if (found == ids.end()) fail("the class " + in_quotes(id) + " is not in wnids.txt");
      pictures.push_back({folder / "val/images" / line.text.substr(0, tab), found - ids.begin()});
    }
  }
  if (pictures.empty())
    throw Error(ErrorKind::data, folder.string(), "found no picture", "unpack the archive again");
  return std::make_unique<PictureList>(std::move(pictures), names_of(ids, folder / "words.txt"));
}

}  // namespace vit
