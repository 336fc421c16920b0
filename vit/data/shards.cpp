#include "vit/data/shards.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/data/class_map.h"
#include "vit/data/encoded_dataset.h"
#include "vit/data/picture_files.h"
#include "vit/data/tar_index.h"
#include "vit/io/file.h"
#include "vit/io/json.h"
#include "vit/io/printable.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t kLongestText = 1 << 20;
constexpr std::uint64_t kLargestPicture = std::uint64_t{1} << 30;

/// `a-{00..12}.tar` as thirteen patterns; at most one such range.
std::vector<std::string> without_braces(const std::string& pattern) {
  const std::size_t open = pattern.find('{'), dots = pattern.find("..", open),
                    close = pattern.find('}', open);
  if (open == std::string::npos || dots == std::string::npos || close == std::string::npos ||
      dots > close)
    return {pattern};
  const std::string first = pattern.substr(open + 1, dots - open - 1);
  const std::string last = pattern.substr(dots + 2, close - dots - 2);
  const auto number = [&](const std::string& digits) {
    std::int64_t value = 0;
    const char* end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, value).ptr != end || digits.empty() || value < 0)
      throw Error(ErrorKind::usage, "data.train",
                  str(in_quotes(pattern), " has no range of numbers"),
                  "write it as in train-{000..099}.tar");
    return value;
  };
  constexpr std::int64_t kMost = 1'000'000;
  std::vector<std::string> names;
  for (std::int64_t i = number(first); i <= std::min(number(last), number(first) + kMost); ++i) {
    std::string digits = std::to_string(i);
    if (digits.size() < first.size()) digits.insert(0, first.size() - digits.size(), '0');
    names.push_back(pattern.substr(0, open) + digits + pattern.substr(close + 1));
  }
  return names;
}

std::vector<fs::path> matching(const fs::path& root, const std::string& pattern) {
  std::vector<fs::path> found;
  for (const std::string& name : without_braces(pattern)) {
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
  if (found.empty())
    throw Error(ErrorKind::data, root.string(), "no shard matches " + in_quotes(pattern),
                "set data.root, data.train and data.val");
  return found;
}

struct Entry {
  std::uint32_t shard = 0;
  std::int32_t label = -1;
  TarMember picture{}, text{};  // text: the caption's file, or the .json
};

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
        throw Error(ErrorKind::data, name_of(entry),
                    str("has label ", entry.label, ", and there are ", classes_.size(), " classes"),
                    "correct data.class_map, or the shard");
    }
    if (entries_.empty())
      throw Error(ErrorKind::data, files.front().string(), "there is no picture in the shards",
                  "a sample is a picture and a .cls, .txt or .json file of the same name");
    for (std::int32_t i = 0; !named && i <= largest; ++i) classes_.push_back(std::to_string(i));
  }

  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(entries_.size());
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
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
    if (entry.text.name.empty()) return;
    const std::string text = bytes_of(files_[entry.shard], entry.text, sample.source);
    if (!entry.text.name.ends_with(".json")) {
      sample.caption = text;
      return;
    }
    const Json json = parse_json(text, sample.source, ErrorKind::data);
    if (!json.is_object()) return;
    const auto caption = json.find("caption");
    if (caption != json.end() && caption->is_string()) sample.caption = caption->get<std::string>();
  }

 private:
  [[nodiscard]] std::string name_of(const Entry& entry) const {
    return files_[entry.shard].path().string() + "/" + entry.picture.name;
  }

  void add(const std::vector<TarMember>& members) {
    const auto shard = static_cast<std::uint32_t>(files_.size() - 1);
    std::map<std::string, std::size_t> by_key;  // a sample's files need not stand together
    for (const TarMember& member : members) {
      const std::size_t slash = member.name.rfind('/');
      const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
      const std::size_t dot = member.name.find('.', begin);
      if (dot == std::string::npos || dot == begin) continue;  // hidden, or no extension
      const auto [place, is_new] = by_key.emplace(member.name.substr(0, dot), entries_.size());
      if (is_new) entries_.push_back({shard});
      Entry& entry = entries_[place->second];
      const std::string extension = member.name.substr(dot);
      if (is_picture_name(member.name)) {
        if (!entry.picture.name.empty())
          throw Error(ErrorKind::data, files_[shard].path().string(),
                      str("has two pictures of one name: ", in_quotes(entry.picture.name), " and ",
                          in_quotes(member.name)),
                      "give them different names");
        entry.picture = member;
      } else if (extension == ".cls") {
        entry.label = parse_label(bytes_of(files_[shard], member, member.name), member.name, shard);
      } else if (extension == ".txt" || extension == ".json") {
        entry.text = member;
        if (extension == ".json") read_json_label(entry, shard);
      }
    }
    const auto first = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.shard == shard; });
    entries_.erase(std::remove_if(first, entries_.end(),
                                  [](const Entry& entry) { return entry.picture.name.empty(); }),
                   entries_.end());
  }

  std::int32_t parse_label(const std::string& text, const std::string& name,
                           std::uint32_t shard) const {
    std::int32_t label = -1;
    const std::size_t end = text.find_last_not_of(" \t\r\n") + 1;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + end, label);
    constexpr std::int32_t kMostClasses = 1 << 24;
    if (error != std::errc() || stop != text.data() + end || label < 0 || label > kMostClasses)
      throw Error(ErrorKind::data, files_[shard].path().string() + "/" + name,
                  "expected a label, a whole number from 0, found " + in_quotes(text, 40),
                  "correct the shard");
    return label;
  }

  void read_json_label(Entry& entry, std::uint32_t shard) const {
    const std::string where = files_[shard].path().string() + "/" + entry.text.name;
    const Json json =
        parse_json(bytes_of(files_[shard], entry.text, where), where, ErrorKind::data);
    const auto label = json.is_object() ? json.find("label") : json.end();
    if (json.is_object() && label != json.end() && label->is_number_integer())
      entry.label = parse_label(label->dump(), entry.text.name, shard);
  }

  std::vector<FileBytes> files_;
  std::vector<Entry> entries_;
  std::vector<std::string> classes_;
};

}  // namespace

void describe(FieldVisitor& visitor, ShardOptions& o) {
  visitor.field({"root", &o.root, "folder of the shards"});
  visitor.field(
      {"train", &o.train, "their names: with *, ?, or a range as in train-{000..099}.tar"});
  visitor.field({"val", &o.val, "the same for validation"});
  visitor.field({"class_map", &o.class_map, "file with one class a line; empty: numbers"});
}

std::unique_ptr<Dataset> shards(const ShardOptions& options, Split split) {
  std::vector<std::string> classes;
  if (!options.class_map.empty()) classes = read_class_map(options.class_map);
  return std::make_unique<Shards>(
      matching(options.root, split == Split::train ? options.train : options.val),
      std::move(classes));
}

}  // namespace vit
