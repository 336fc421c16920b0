#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// An element of an annotation file: text and children; attributes are passed over.
struct XmlElement {
  std::string name, text;  ///< text without blanks at its ends
  std::vector<XmlElement> children;
  std::size_t line = 0;  ///< from 1

  /// The first child of this name; null where there is none.
  [[nodiscard]] const XmlElement* child(std::string_view child_name) const;
};

/// Reads the XML of annotation tools: elements, text, the five named entities, comments, CDATA. A
/// document type, and with it entities of one's own, is refused, as are more than 64 levels. Throws
/// Error (data) with FILE:LINE.
[[nodiscard]] XmlElement parse_xml(std::string_view text, const std::string& file);

}  // namespace vit
