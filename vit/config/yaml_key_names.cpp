#include "vit/config/yaml_key_names.h"

#include <algorithm>
#include <utility>

#include "vit/config/other_names.h"
#include "vit/core/fields.h"
#include "vit/core/str.h"

namespace vit {
namespace {

std::string did_you_mean(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  std::string text = "did you mean ";
  const std::size_t count = std::min(names.size(), kMost);
  for (std::size_t i = 0; i < count; ++i)
    text += (i == 0 ? "" : i + 1 == count ? " or " : ", ") + names[i];
  return text + "?";
}

}  // namespace

std::vector<std::string> YamlKeyNames::paths_ending_in(std::string_view name) const {
  std::vector<std::string> found;
  for (const std::string& path : paths_) {
    const std::size_t dot = path.rfind('.');
    if (std::string_view(path).substr(dot == std::string::npos ? 0 : dot + 1) == name)
      found.push_back(path);
  }
  return found;
}

/// The keys that another tool's name stands for: where they are, or where one of their last part
/// is.
std::vector<std::string> YamlKeyNames::translated(std::string_view name) const {
  std::vector<std::string> found;
  for (const OtherName& row : other_names(name)) {
    if (row.is_section() || row.is_sentence()) continue;
    if (paths_.contains(std::string(row.ours))) {
      found.emplace_back(row.ours);
      continue;
    }
    for (std::string& path : paths_ending_in(row.ours.substr(row.ours.rfind('.') + 1)))
      found.push_back(std::move(path));
  }
  return found;
}

std::vector<std::string> YamlKeyNames::meant_by(std::string_view word) const {
  std::string key(word);
  std::replace(key.begin(), key.end(), '-', '_');
  if (paths_.contains(key)) return {key};
  const std::size_t dot = key.rfind('.');
  const std::string section = dot == std::string::npos ? "" : key.substr(0, dot + 1);
  const std::string last = dot == std::string::npos ? key : key.substr(dot + 1);
  const std::vector<std::string> theirs = translated(last);
  for (const std::string& path : theirs)
    if (!section.empty() && path.starts_with(section)) return {path};
  std::vector<std::string> found = paths_ending_in(last);
  found.insert(found.end(), theirs.begin(), theirs.end());
  const auto depth = [](const std::string& path) {
    return std::count(path.begin(), path.end(), '.');
  };
  const auto nearest_top = std::min_element(
      found.begin(), found.end(),
      [&](const auto& one, const auto& other) { return depth(one) < depth(other); });
  if (nearest_top == found.end()) return {};
  const auto least = depth(*nearest_top);
  std::erase_if(found, [&](const std::string& path) { return depth(path) > least; });
  return found;
}

std::string YamlKeyNames::suggest(std::string_view section, std::string_view key,
                                  const std::vector<std::string>& known, bool mapping) const {
  const auto is_known = [&](std::string_view name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  };
  const std::vector<OtherName> rows = other_names(key);
  for (const OtherName& row : rows)
    if (const auto ours = row.ours.substr(0, row.ours.size() - 1);
        mapping && row.is_section() && is_known(ours))
      return did_you_mean({std::string(ours)});
  if (key == "pretrained" && paths_.contains("init.weights"))
    return "did you mean init.weights? `vit weights fetch NAME` gets pretrained weights, and tells "
           "what to write there";
  for (const OtherName& row : rows)
    if (const auto ours = row.ours.substr(row.ours.rfind('.') + 1);
        !row.is_section() && !row.is_sentence() && is_known(ours))
      return did_you_mean({std::string(ours)});
  if (const std::string sentence = answer_to_other_name(key); !sentence.empty()) return sentence;
  if (const auto elsewhere = paths_ending_in(key); !elsewhere.empty())
    return did_you_mean(elsewhere);
  if (const auto elsewhere = translated(key); !elsewhere.empty()) return did_you_mean(elsewhere);
  if (const std::string near = nearest(key, known); !near.empty()) return did_you_mean({near});

  if (known.empty()) return str(section, " has no options");
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
  return str(section.empty() ? "the keys here" : str("the keys of ", section), ": ", list);
}

}  // namespace vit
