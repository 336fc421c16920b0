#include "vit/weights/shards.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file.h"
#include "vit/io/json.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndexEnding = ".index.json";
constexpr std::uint64_t kMaxIndex = std::uint64_t{64} << 20;
constexpr std::size_t kMaxShards = 10'000;

/// `BASE-00002-of-00003ENDING`.
struct ShardName {
  std::string base, ending;
  std::size_t number = 0, count = 0;

  [[nodiscard]] std::string of(std::size_t which) const {
    const auto digits = [](std::size_t value) {
      const std::string text = std::to_string(value);
      return std::string(5 - std::min<std::size_t>(text.size(), 5), '0') + text;
    };
    return str(base, "-", digits(which), "-of-", digits(count), ending);
  }
};

std::optional<ShardName> shard_name(const fs::path& path) {
  const std::string stem = path.stem().string();
  constexpr std::size_t kTail = 15;  // -00002-of-00003
  if (stem.size() <= kTail) return std::nullopt;
  const std::string_view tail = std::string_view(stem).substr(stem.size() - kTail);
  const auto number = [](std::string_view text) -> std::size_t {
    const bool digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? std::stoul(std::string(text)) : 0;
  };
  ShardName name{stem.substr(0, stem.size() - kTail), path.extension().string(),
                 number(tail.substr(1, 5)), number(tail.substr(10, 5))};
  if (tail[0] != '-' || tail.substr(6, 4) != "-of-" || name.number < 1 || name.count < 1 ||
      name.number > name.count)
    return std::nullopt;
  return name;
}

bool is_index(const fs::path& path) { return path.filename().string().ends_with(kIndexEnding); }

/// The index of a shard, where it lies beside it.
std::optional<fs::path> index_of(const fs::path& shard, const ShardName& name) {
  const fs::path index =
      shard.parent_path() / (name.base + name.ending + std::string(kIndexEnding));
  std::error_code error;
  return fs::is_regular_file(index, error) ? std::optional(index) : std::nullopt;
}

[[noreturn]] void fail(const fs::path& path, const std::string& what, const std::string& remedy) {
  throw Error(ErrorKind::weights, printable_path(path), what, remedy);
}

/// Tensor: file, as the index says it.
std::map<std::string, std::string> read_index(const fs::path& path) {
  const nlohmann::json index =
      parse_json(read_text_file(path, kMaxIndex), printable_path(path), ErrorKind::weights);
  const std::string remedy = "the index is damaged or not one of shards: fetch it again";
  if (!index.is_object() || !index.contains("weight_map") || !index.at("weight_map").is_object())
    fail(path, "expected an object with `weight_map`: the file of each tensor", remedy);
  std::map<std::string, std::string> files;
  for (const auto& [tensor, file] : index.at("weight_map").items()) {
    if (!file.is_string())
      fail(path, str("expected the name of a file for ", in_quotes(tensor)), remedy);
    const fs::path name(file.get<std::string>());
    if (name.empty() || name.is_absolute() ||
        std::find(name.begin(), name.end(), fs::path("..")) != name.end())
      fail(path,
           str("the file of ", in_quotes(tensor),
               " leads out of the folder: ", in_quotes(name.string())),
           "this index is no sound one; fetch the weights from where they were published");
    files.emplace(tensor, name.string());
  }
  if (files.empty()) fail(path, "its `weight_map` names no tensor", remedy);
  return files;
}

void require_all(const fs::path& where, const fs::path& folder,
                 const std::vector<std::string>& names) {
  std::vector<std::string> missing;
  std::error_code error;
  for (const std::string& name : names)
    if (!fs::is_regular_file(folder / name, error)) missing.push_back(name);
  if (missing.empty()) return;
  constexpr std::size_t kShown = 10;
  std::string list;
  for (std::size_t i = 0; i < std::min(missing.size(), kShown); ++i)
    list += (i ? ", " : "") + printable(missing[i], 120);
  if (missing.size() > kShown) list += str(", … (", missing.size() - kShown, " more)");
  fail(where, str(missing.size(), " of ", names.size(), " shards missing: ", list),
       "put all shards into one folder (vit weights fetch gets them all)");
}

/// Adds the tensors of one shard; one that is there already lies in two shards.
void add_shard(const fs::path& file, StateDict shard, StateDict& all) {
  for (auto& [name, tensor] : shard.tensors)
    if (!all.tensors.emplace(name, std::move(tensor)).second)
      fail(file, str("tensor ", in_quotes(name), " lies in another shard too"),
           "these shards are not of one model: fetch them again");
  for (const auto& [key, value] : shard.metadata) all.metadata.emplace(key, value);
  if (all.format.empty()) all.format = shard.format;
}

}  // namespace

bool is_sharded(const fs::path& path) {
  if (is_index(path)) return true;
  const auto name = shard_name(path);
  return name && (name->count > 1 || index_of(path, *name));
}

StateDict read_shards(const fs::path& path) {
  fs::path index = path;
  std::vector<std::string> names;
  std::map<std::string, std::string> where;
  const auto shard = is_index(path) ? std::nullopt : shard_name(path);
  if (shard) index = index_of(path, *shard).value_or(fs::path());
  if (!index.empty()) {
    where = read_index(index);
    std::set<std::string> unique;
    for (const auto& [tensor, file] : where) unique.insert(file);
    names.assign(unique.begin(), unique.end());
  } else {
    if (shard->count > kMaxShards)
      fail(path, str("it says that it is one of ", shard->count, " shards"), "rename it");
    for (std::size_t i = 1; i <= shard->count; ++i) names.push_back(shard->of(i));
  }
  require_all(index.empty() ? path : index, path.parent_path(), names);

  StateDict all;
  for (const std::string& name : names) {
    const fs::path file = path.parent_path() / name;
    StateDict shard_tensors = read_state_file(file);
    for (const auto& [tensor, place] : where)
      if (place == name && !shard_tensors.tensors.contains(tensor))
        fail(file,
             str("tensor ", in_quotes(tensor), " is not in it, as ",
                 printable_path(index.filename()), " says"),
             "index and shards are not of one model: fetch them again");
    add_shard(file, std::move(shard_tensors), all);
  }
  if (!index.empty())
    for (const auto& [tensor, unused] : all.tensors)
      if (!where.contains(tensor))
        fail(index, str("it does not name tensor ", in_quotes(tensor), ", which its shards hold"),
             "index and shards are not of one model: fetch them again");
  all.format = str(all.format, " in ", names.size(), " shards");
  return all;
}

}  // namespace vit
