#include "vit/config/yaml_node.h"

#include <utility>

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

}  // namespace vit
