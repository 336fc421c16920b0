#include "vit/config/yaml_node.h"

#include <utility>

#include "vit/core/hex.h"
#include "vit/core/str.h"

namespace vit {

std::string YamlPlace::text() const {
  const std::string name = source ? shown(*source) : std::string();
  return line > 0 ? str(name, ":", line, ":", column) : name;
}

YamlEntry* YamlNode::find(std::string_view key) {
  for (YamlEntry& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

const YamlEntry* YamlNode::find(std::string_view key) const {
  return const_cast<YamlNode*>(this)->find(key);
}

std::string YamlNode::described() const {
  switch (kind) {
    case Kind::null: return "null";
    case Kind::sequence: return "a list";
    case Kind::mapping: return "a mapping";
    case Kind::scalar: break;
  }
  return quoted ? str("the text \"", shown(text), "\"") : shown(text);
}

void merge(YamlNode& base, YamlNode over) {
  using Kind = YamlNode::Kind;
  if (base.kind == Kind::mapping && over.kind == Kind::null && !base.entries.empty()) return;
  if (base.kind != Kind::mapping || over.kind != Kind::mapping) {
    over.removes = over.kind == Kind::null;
    base = std::move(over);
    return;
  }
  for (YamlEntry& entry : over.entries) {
    if (YamlEntry* known = base.find(entry.key)) {
      known->place = entry.place;
      merge(known->value, std::move(entry.value));
    } else {
      base.entries.push_back(std::move(entry));
    }
  }
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool starts_character = (byte & 0xC0) != 0x80;
    if (out.size() >= kLongest && starts_character) return out + "...";
    // U+0080 to U+009F (C2 80 to C2 9F) are control characters too.
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F || c1) {
      const auto code = c1 ? static_cast<unsigned char>(text[++i]) : byte;
      out += "\\x";
      out += kHexDigits[code >> 4];
      out += kHexDigits[code & 15];
    } else {
      out += static_cast<char>(byte);
    }
  }
  return out;
}

}  // namespace vit
