#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vit/core/text.h"

namespace vit {

/// Where something was written: a line and column of a file, or a `--set` as a whole (line 0).
struct YamlPlace {
  std::shared_ptr<const std::string> source;  ///< the file's name, or `--set a.b`
  int line = 0, column = 0;                   ///< from 1; the column counts bytes

  /// `file:line:column`, or the source alone.
  [[nodiscard]] std::string text() const;
};

struct YamlEntry;

/// One value of a YAML document, and where it came from. What a scalar means is decided by the
/// option that it is read into, so `text` is kept as written.
struct YamlNode {
  enum class Kind { null, scalar, sequence, mapping };

  Kind kind = Kind::mapping;
  YamlPlace place;
  std::string text;             ///< of a scalar, with its quotes removed and its escapes resolved
  bool quoted = false;          ///< a scalar in quotes, which is text whatever it looks like
  bool removes = false;         ///< a null written over an inherited value: takes it away
  std::vector<YamlNode> items;  ///< of a sequence
  std::vector<YamlEntry> entries;  ///< of a mapping, in the order of the file

  /// The entry with this key, or null.
  [[nodiscard]] const YamlEntry* find(std::string_view key) const;
  [[nodiscard]] YamlEntry* find(std::string_view key);
  /// What it is, for messages: "null", "a list", "a mapping", "3.7", "the text \"3.7\"".
  [[nodiscard]] std::string described() const;
};

struct YamlEntry {
  std::string key;
  YamlPlace place;
  YamlNode value;
};

/// Lays `over` upon `base`: mappings merge entry by entry, everything else is replaced. A null says
/// nothing about a mapping, so that a section with all its options commented out inherits.
void merge(YamlNode& base, YamlNode over);

/// A key or value for a message.
[[nodiscard]] inline std::string shown(std::string_view text) { return printable(text, 100); }

}  // namespace vit
