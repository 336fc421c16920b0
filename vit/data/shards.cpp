#include "vit/data/shards.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/brace_expansion.h"
#include "vit/data/class_map.h"
#include "vit/data/encoded_dataset.h"
#include "vit/data/picture_files.h"
#include "vit/data/tar_index.h"
#include "vit/io/file.h"
#include "vit/io/json.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t kLongestText = 1 << 20;
constexpr std::uint64_t kLargestPicture = std::uint64_t{1} << 30;

struct Entry {
  std::uint32_t shard = 0;
  std::int32_t label = -1;
  TarMember picture{}, caption{}, json{};  // of these the name is empty where there is none
  std::string rival{};                     // another image that might as well be the sample's
};

/// The name of a sample, up to the first dot of a member's last component, and its suffix behind
/// that dot, in small letters: WebDataset's rule. Nothing for files that are no part of a sample.
struct MemberName {
  std::string key, suffix;
};
std::optional<MemberName> split_name(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  const std::size_t dot = name.find('.', begin);
  if (dot == std::string::npos || dot == begin) return {};  // no extension, or hidden
  MemberName parts{name.substr(0, dot), name.substr(dot + 1)};
  if (parts.key.compare(begin, 2, "__") == 0 && parts.key.ends_with("__")) return {};  // about all
  for (char& c : parts.suffix)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return parts;
}

constexpr int kOther = 4, kNamed = 5;
/// How well a suffix fits for the image of a sample, 0 the best: jpg, jpeg, png, webp, others by
/// themselves, and what has a name of its own (`seg.png`) behind them all.
int picture_rank(const std::string& suffix) {
  constexpr std::array<std::string_view, 4> kFirst = {"jpg", "jpeg", "png", "webp"};
  const auto found = std::find(kFirst.begin(), kFirst.end(), suffix);
  if (found != kFirst.end()) return static_cast<int>(found - kFirst.begin());
  return suffix.find('.') == std::string::npos ? kOther : kNamed;
}

std::string bytes_of(const FileBytes& shard, const TarMember& member, const std::string& where) {
  if (member.size > kLongestText)
    throw Error(ErrorKind::data, where, str(member.size, " bytes of text are too many"),
                "correct the shard");
  std::string text(static_cast<std::size_t>(member.size), '\0');
  shard.read(member.offset, std::as_writable_bytes(std::span(text)));
  return text;
}

class Shards final : public EncodedDataset {
 public:
  Shards(const std::vector<fs::path>& files, std::vector<std::string> classes)
      : classes_(std::move(classes)) {
    const bool named = !classes_.empty();
    std::int32_t largest = -1;
    for (const fs::path& file : files) {
      const std::vector<TarMember> members = tar_index(file);
      files_.push_back(FileBytes::open(file));
      add(members);
    }
    for (const Entry& entry : entries_) {
      largest = std::max(largest, entry.label);
      if (named && entry.label >= static_cast<std::int32_t>(classes_.size()))
        faults_.add(
            {ErrorKind::data, name_of(entry),
             str("has label ", entry.label, ", and there are ", classes_.size(), " classes"),
             "correct data.class_map, or the shard"});
    }
    faults_.require_none(files.front().parent_path().string());
    if (entries_.empty())
      throw Error(ErrorKind::data, files.front().string(), "there is no picture in the shards",
                  "a sample is a picture and a .cls, .txt or .json file of the same name");
    for (std::int32_t i = 0; !named && i <= largest; ++i) classes_.push_back(std::to_string(i));
  }

  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(entries_.size());
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] const DataNotes& notes() const override { return notes_; }
  [[nodiscard]] std::int64_t label(std::int64_t index) const override {
    return entries_[static_cast<std::size_t>(index)].label;
  }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return name_of(entries_[static_cast<std::size_t>(index)]);
  }

  [[nodiscard]] Sample read(std::int64_t index) const override {
    const Entry& entry = entries_[static_cast<std::size_t>(index)];
    const FileBytes& shard = files_[entry.shard];
    Sample sample;
    sample.source = name_of(entry);
    sample.label = entry.label;
    if (entry.picture.size > kLargestPicture)
      throw Error(ErrorKind::data, sample.source, "the picture is larger than 1 GiB",
                  "correct the shard");
    sample.encoded.resize(static_cast<std::size_t>(entry.picture.size));
    try {
      shard.read(entry.picture.offset, sample.encoded);
    } catch (const Error& problem) {
      throw Error(ErrorKind::data, sample.source, problem.problem(), problem.remedy());
    }
    annotate(index, sample);
    return sample;
  }

  void annotate(std::int64_t index, Sample& sample) const override {
    const Entry& entry = entries_[static_cast<std::size_t>(index)];
    sample.source = name_of(entry);
    sample.label = entry.label;
    if (!entry.caption.name.empty()) {
      sample.caption = bytes_of(files_[entry.shard], entry.caption, sample.source);
      return;
    }
    if (entry.json.name.empty()) return;
    const Json json = parse_json(bytes_of(files_[entry.shard], entry.json, sample.source),
                                 sample.source, ErrorKind::data);
    if (!json.is_object()) return;
    const auto caption = json.find("caption");
    if (caption != json.end() && caption->is_string()) sample.caption = caption->get<std::string>();
  }

 private:
  [[nodiscard]] std::string name_of(const Entry& entry) const {
    return files_[entry.shard].path().string() + "/" + entry.picture.name;
  }

  [[nodiscard]] std::string place_of(std::uint32_t shard, const std::string& member) const {
    return files_[shard].path().string() + "/" + member;
  }

  void add(const std::vector<TarMember>& members) {
    const auto shard = static_cast<std::uint32_t>(files_.size() - 1);
    std::map<std::string, std::size_t> by_key;  // a sample's files need not stand together
    std::set<std::string> names;
    std::vector<std::string> first_members;  // of each new entry
    for (const TarMember& member : members) {
      const auto name = split_name(member.name);
      if (!name) {
        notes_.add("files without a sample's name are left out", place_of(shard, member.name));
        continue;
      }
      if (!names.insert(name->key + "." + name->suffix).second) {
        faults_.add({ErrorKind::data, place_of(shard, member.name), "is there twice in this shard",
                     "give the samples different names"});
        continue;
      }
      const auto [place, is_new] = by_key.emplace(name->key, entries_.size());
      if (is_new) {
        entries_.push_back({shard});
        first_members.push_back(member.name);
      }
      faults_.collect([&] { add_member(entries_[place->second], member, name->suffix); });
    }
    const auto first = static_cast<std::ptrdiff_t>(entries_.size() - first_members.size());
    for (std::size_t i = 0; i < first_members.size(); ++i) {
      const Entry& entry = entries_[static_cast<std::size_t>(first) + i];
      if (entry.picture.name.empty())
        notes_.add("samples without an image are left out", place_of(shard, first_members[i]));
      else if (!entry.rival.empty())
        faults_.add({ErrorKind::data, name_of(entry),
                     "and " + in_quotes(entry.rival) +
                         " are images of one sample, and neither is plainly its image",
                     "name the image NAME.jpg (or .png, .webp), before the dots of the others"});
    }
    entries_.erase(std::remove_if(entries_.begin() + first, entries_.end(),
                                  [](const Entry& entry) { return entry.picture.name.empty(); }),
                   entries_.end());
  }

  void add_member(Entry& entry, const TarMember& member, const std::string& suffix) {
    const FileBytes& shard = files_[entry.shard];
    const std::string place = place_of(entry.shard, member.name);
    if (is_picture_name(member.name)) {
      add_picture(entry, member, suffix);
    } else if (suffix == "cls") {
      entry.label = parse_label(bytes_of(shard, member, place), place);
    } else if (suffix == "txt") {
      entry.caption = member;
    } else if (suffix == "json") {
      entry.json = member;
      read_json_label(entry, place);
    }
  }

  /// Of several images of a sample, the one with the plainest suffix is its image.
  void add_picture(Entry& entry, const TarMember& member, const std::string& suffix) {
    if (entry.picture.name.empty()) {
      entry.picture = member;
      return;
    }
    const int rank = picture_rank(suffix);
    const int known = picture_rank(split_name(entry.picture.name)->suffix);
    const bool better = rank < known;
    if (rank == kNamed && known == kNamed) entry.rival = member.name;
    if (better) entry.rival.clear();
    notes_.add("further images of a sample are left out",
               place_of(entry.shard, better ? entry.picture.name : member.name));
    if (better) entry.picture = member;
  }

  static std::int32_t parse_label(const std::string& text, const std::string& place) {
    std::int32_t label = -1;
    const std::size_t end = text.find_last_not_of(" \t\r\n") + 1;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + end, label);
    constexpr std::int32_t kMostClasses = 1 << 24;
    if (error != std::errc() || stop != text.data() + end || label < 0 || label > kMostClasses)
      throw Error(ErrorKind::data, place,
                  "expected a label, a whole number from 0, found " + in_quotes(text, 40),
                  "correct the shard");
    return label;
  }

  void read_json_label(Entry& entry, const std::string& place) const {
    const Json json =
        parse_json(bytes_of(files_[entry.shard], entry.json, place), place, ErrorKind::data);
    const auto label = json.is_object() ? json.find("label") : json.end();
    if (!json.is_object() || label == json.end()) return;
    if (label->is_number()) entry.label = parse_label(label->dump(), place);
    if (!label->is_string()) return;
    const auto named = std::find(classes_.begin(), classes_.end(), label->get<std::string>());
    if (named != classes_.end()) entry.label = static_cast<std::int32_t>(named - classes_.begin());
  }

  std::vector<FileBytes> files_;
  std::vector<Entry> entries_;
  std::vector<std::string> classes_;
  DataNotes notes_;
  DataFaults faults_;  // while the shards are opened
};

}  // namespace

void describe(FieldVisitor& visitor, ShardOptions& o) {
  visitor.field({"root", &o.root, "folder of the shards"});
  visitor.field(
      {"train", &o.train, "their names: with *, ? and bash's braces, as in train-{000..099}.tar"});
  visitor.field({"val", &o.val, "the same for validation"});
  visitor.field({"class_map", &o.class_map, "file with one class a line; empty: numbers"});
}

std::vector<fs::path> matching_shards(const fs::path& root, const std::string& pattern) {
  std::vector<fs::path> found;
  for (const std::string& name : expand_braces(pattern)) {
    const fs::path whole = root / name;
    if (name.find_first_of("*?[") == std::string::npos) {
      found.push_back(whole);
      continue;
    }
    std::error_code error;
    for (fs::directory_iterator entry(whole.parent_path(), error), end; !error && entry != end;
         entry.increment(error))
      if (::fnmatch(whole.filename().c_str(), entry->path().filename().c_str(), FNM_PERIOD) == 0)
        found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::unique_ptr<Dataset> shards(const ShardOptions& options, Split split) {
  std::vector<std::string> classes;
  if (!options.class_map.empty()) classes = read_class_map(options.class_map);
  const std::string& pattern = split == Split::train ? options.train : options.val;
  const std::vector<fs::path> files = matching_shards(options.root, pattern);
  if (files.empty())
    throw Error(ErrorKind::data, options.root, "no shard matches " + in_quotes(pattern),
                "set data.root, data.train and data.val");
  return std::make_unique<Shards>(files, std::move(classes));
}

}  // namespace vit
