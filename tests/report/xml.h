#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vit::test {

/// Whether every element of an SVG or HTML text that needs an end has one, in the right order;
/// every attribute is quoted; and no control character or stray `&` is in it.
inline bool is_well_formed(std::string_view text) {
  static const std::set<std::string> kVoid = {"meta", "img", "br", "!DOCTYPE"};
  std::vector<std::string> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) return false;
    if (text[i] == '&') {
      const std::size_t end = text.find(';', i);
      if (end == std::string_view::npos || end - i > 8) return false;
    }
    if (text[i] != '<') continue;
    std::size_t end = i + 1;
    for (bool quoted = false; end < text.size() && (quoted || text[end] != '>'); ++end)
      if (text[end] == '"') quoted = !quoted;
    if (end >= text.size()) return false;
    const std::string_view tag = text.substr(i + 1, end - i - 1);
    const std::string name(tag.substr(0, tag.find_first_of(" \n/", 1)));
    if (tag.starts_with('/')) {
      if (open.empty() || "/" + open.back() != tag) return false;
      open.pop_back();
    } else if (!tag.ends_with('/') && kVoid.count(name) == 0) {
      open.push_back(name);
    }
    i = end;
  }
  return open.empty();
}

}  // namespace vit::test
