#include "vit/config/yaml_document.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <utility>

#include "vit/config/yaml_parser.h"
#include "vit/core/error.h"
#include "vit/core/fields.h"
#include "vit/io/file_error.h"
#include "vit/io/home_path.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

std::string neighbour(const fs::path& file) {
  std::vector<std::string> names;
  std::error_code ignored;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  for (fs::directory_iterator it(folder, ignored), end; !ignored && it != end && names.size() < 999;
       it.increment(ignored))
    if (it->path().extension() == ".yaml") names.push_back(it->path().filename().string());
  return nearest(file.filename().string(), names);
}

std::string read_file(const fs::path& file, const YamlPlace& wanted_at) {
  const std::string where = wanted_at.source ? wanted_at.text() : shown(file.string());
  std::error_code problem;
  const fs::file_status status = fs::status(file, problem);
  if (status.type() == fs::file_type::not_found) {
    const std::string near = neighbour(file);
    throw Error(
        ErrorKind::usage, where,
        wanted_at.source ? str("there is no file ", shown(file.string())) : "there is no such file",
        !near.empty()      ? "did you mean " + shown((file.parent_path() / near).string()) + "?"
        : wanted_at.source ? "`base` is relative to the file that says it"
                           : file_error(file, "cannot open", ENOENT).remedy());
  }
  if (status.type() == fs::file_type::directory)
    throw Error(ErrorKind::usage, where, "is a folder, not an experiment file",
                "give the name of an experiment file (.yaml)");
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    throw Error(ErrorKind::resource, where, str("cannot be opened: ", std::strerror(errno)));
  // Read in pieces up to just above the limit: the size of a pipe or a device is not known before.
  std::string bytes;
  std::vector<char> piece(std::size_t{64} << 10);
  while (bytes.size() <= kYamlMaxBytes &&
         (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
          stream.gcount() > 0))
    bytes.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) throw Error(ErrorKind::resource, where, "cannot be read to its end");
  return bytes;
}

/// An entry taken out of a mapping.
std::optional<YamlNode> take_entry(YamlNode& mapping, std::string_view key) {
  for (auto it = mapping.entries.begin(); it != mapping.entries.end(); ++it) {
    if (it->key != key) continue;
    YamlNode value = std::move(it->value);
    mapping.entries.erase(it);
    return value;
  }
  return std::nullopt;
}

/// The files that a document inherits from, in their order; `base` is taken out of it.
std::vector<YamlNode> take_bases(YamlNode& root) {
  std::optional<YamlNode> value = take_entry(root, "base");
  std::vector<YamlNode> bases;
  if (!value || value->kind == YamlNode::Kind::null) return bases;
  if (value->kind == YamlNode::Kind::sequence)
    bases = std::move(value->items);
  else
    bases.push_back(*std::move(value));
  for (const YamlNode& base : bases)
    if (base.kind != YamlNode::Kind::scalar || base.text.empty())
      throw Error(ErrorKind::usage, base.place.text(),
                  "base: expected the name of a file, found " + base.described(),
                  "write base: FILE, or base: [FILE, FILE]");
  return bases;
}

void require_mapping(YamlNode& root) {
  if (root.kind == YamlNode::Kind::null) root.kind = YamlNode::Kind::mapping;
  if (root.kind != YamlNode::Kind::mapping)
    throw Error(ErrorKind::usage, root.place.text(),
                "expected `key: value` lines, found " + root.described());
}

void relocate(YamlNode& node, const YamlPlace& place) {
  node.place = place;
  for (YamlNode& item : node.items) relocate(item, place);
  for (YamlEntry& entry : node.entries) {
    entry.place = place;
    relocate(entry.value, place);
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// `a[0].b` as it is written here: `a.0.b`.
std::string without_brackets(std::string_view path) {
  std::string dotted;
  for (const char c : path) {
    if (c == '[')
      dotted += '.';
    else if (c != ']')
      dotted += c;
  }
  return dotted;
}

/// The name of an entry of a list of named things: `hflip` or `random_crop: {...}`.
std::string_view name_of(const YamlNode& item) {
  if (item.kind == YamlNode::Kind::scalar) return item.text;
  return item.entries.size() == 1 ? std::string_view(item.entries[0].key) : std::string_view();
}

YamlNode& list_entry(YamlNode& list, std::string_view part, const YamlPlace& place) {
  const bool number = part.find_first_not_of("0123456789") == std::string_view::npos;
  YamlNode* found = nullptr;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    if (number ? part != std::to_string(i) : part != name_of(list.items[i])) continue;
    if (found != nullptr)
      throw Error(ErrorKind::usage, place.text(),
                  str("the list has more than one entry ", shown(part)),
                  "choose it by its number, counted from 0");
    found = &list.items[i];
  }
  if (found == nullptr)
    throw Error(ErrorKind::usage, place.text(),
                str("the list has no entry ", shown(part), "; it has ", list.items.size()),
                "choose it by its name or its number, counted from 0, or set the whole list");
  return *found;
}

/// The options of an entry of a list of named things, made a mapping if need be.
YamlNode& options_of(YamlNode& item, const YamlPlace& place) {
  if (item.kind == YamlNode::Kind::scalar) {
    YamlNode mapping;
    mapping.place = item.place;
    YamlNode options;
    options.place = place;
    mapping.entries.push_back({item.text, item.place, std::move(options)});
    item = std::move(mapping);
  }
  if (item.entries.size() != 1)
    throw Error(ErrorKind::usage, place.text(), "this entry of the list has no options");
  return item.entries[0].value;
}

YamlNode& descend(YamlNode& node, std::string_view part, const YamlPlace& place) {
  if (node.kind == YamlNode::Kind::sequence)
    return options_of(list_entry(node, part, place), place);
  if (node.kind != YamlNode::Kind::mapping) {
    // Over a scalar this is a mistake, which the reader reports: it knows what is expected here.
    node = YamlNode{};
    node.place = place;
  }
  if (YamlEntry* entry = node.find(part)) return entry->value;
  YamlNode section;
  section.place = place;
  node.entries.push_back({std::string(part), place, std::move(section)});
  return node.entries.back().value;
}

void assign(YamlNode& node, std::string_view part, const YamlPlace& place, YamlNode value) {
  if (node.kind == YamlNode::Kind::sequence) {
    list_entry(node, part, place) = std::move(value);
    return;
  }
  YamlNode over;
  over.place = place;
  over.entries.push_back({std::string(part), place, std::move(value)});
  merge(node, std::move(over));
}

}  // namespace

/// A file over its bases. `open`: the files that are being read, of which none may come again.
YamlNode YamlDocument::read_with_bases(const fs::path& file, const YamlPlace& wanted_at,
                                       std::vector<fs::path>& open) {
  constexpr std::size_t kMostFiles = 100;
  std::error_code ignored;
  const fs::path real = fs::weakly_canonical(file, ignored);
  if (std::find(open.begin(), open.end(), real) != open.end())
    throw Error(ErrorKind::usage, wanted_at.text(),
                str("base: ", shown(file.string()), " inherits from itself"),
                "remove one `base` of the circle");
  // Lists of bases that inherit from the same files double with every level.
  if (files_.size() >= kMostFiles)
    throw Error(ErrorKind::usage, wanted_at.text(),
                str("base: more than ", kMostFiles, " files are read for one experiment"));
  open.push_back(real);
  files_.push_back(file);

  YamlNode own = parse_yaml(read_file(file, wanted_at), file.string(), problems_);
  require_mapping(own);
  std::optional<YamlNode> under;
  for (const YamlNode& base : take_bases(own)) {
    const fs::path next =
        (file.parent_path() / fs::path(expand_home(base.text))).lexically_normal();
    YamlNode node = read_with_bases(next, base.place, open);
    if (under)
      merge(*under, std::move(node));
    else
      under = std::move(node);
  }
  open.pop_back();
  if (!under) return own;
  merge(*under, std::move(own));
  return *std::move(under);
}

YamlDocument YamlDocument::load(const fs::path& file) {
  YamlDocument document;
  std::vector<fs::path> open;
  document.root_ = document.read_with_bases(file, {}, open);
  return document;
}

void YamlDocument::lay(const fs::path& file) {
  std::vector<fs::path> open;
  merge(root_, read_with_bases(file, {}, open));
}

void YamlDocument::lay_under(std::string_view bytes, const std::string& name) {
  YamlNode under = parse_yaml(bytes, name, problems_);
  require_mapping(under);
  const YamlPlace own = root_.place;
  relocate(under, {std::make_shared<const std::string>(name), 0, 0});
  merge(under, std::move(root_));
  root_ = std::move(under);
  root_.place = own;
}

std::optional<YamlNode> YamlDocument::take(std::string_view key) { return take_entry(root_, key); }

YamlDocument YamlDocument::parse(std::string_view bytes, const std::string& name) {
  YamlDocument document;
  document.root_ = parse_yaml(bytes, name, document.problems_);
  require_mapping(document.root_);
  const YamlEntry* entry = document.root_.find("base");
  const YamlPlace place = entry != nullptr ? entry->value.place : YamlPlace{};
  if (!take_bases(document.root_).empty())
    throw Error(ErrorKind::usage, place.text(), "base: only a file can inherit from another");
  return document;
}

YamlDocument YamlDocument::of(YamlNode root) {
  YamlDocument document;
  document.root_ = std::move(root);
  require_mapping(document.root_);
  return document;
}

void YamlDocument::set(std::string_view assignment) {
  const std::string_view path = trimmed(assignment.substr(0, assignment.find('=')));
  set(assignment, "--set " + std::string(path));
}

void YamlDocument::set(std::string_view assignment, const std::string& source) {
  const std::size_t equals = assignment.find('=');
  const std::string_view path = trimmed(assignment.substr(0, equals));
  if (equals == std::string_view::npos || path.empty())
    throw Error(ErrorKind::usage, "--set", str("expected KEY=VALUE, found ", shown(assignment)),
                "for example --set optim.lr=1e-3");
  const std::vector<std::string_view> parts = split_path(path);
  for (const std::string_view part : parts)
    if (part.empty())
      throw Error(ErrorKind::usage, shown(source), "a part of the key is empty",
                  "write it as section.key, for example optim.lr");
  if (const std::string dotted = without_brackets(path); dotted != path)
    throw Error(ErrorKind::usage, shown(source), "an entry of a list has no brackets",
                "write --set " + shown(dotted + std::string(assignment.substr(equals))));
  if (parts.size() > kYamlMaxDepth)
    throw Error(ErrorKind::usage, shown(source),
                str("nested more than ", kYamlMaxDepth, " levels deep"));
  if (parts.front() == "base")
    throw Error(ErrorKind::usage, source, "only a file can inherit from another",
                "write `base:` in the experiment file");

  const std::string_view text = assignment.substr(equals + 1);
  if (trimmed(text).starts_with('#'))
    throw Error(ErrorKind::usage, shown(source), "the value is a comment in YAML",
                "put it in double quotes inside the shell's own: --set 'key=\"#...\"'");
  const std::size_t known_problems = problems_.size();
  YamlNode value;
  try {
    value = parse_yaml(text, source, problems_);
  } catch (const Error& problem) {
    throw Error(problem.kind(), shown(source), problem.problem(), problem.remedy());
  }
  const YamlPlace place{std::make_shared<const std::string>(source), 0, 0};
  relocate(value, place);
  for (std::size_t i = known_problems; i < problems_.size(); ++i) problems_[i].place = place;

  YamlNode* node = &root_;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) node = &descend(*node, parts[i], place);
  assign(*node, parts.back(), place, std::move(value));
}

}  // namespace vit
