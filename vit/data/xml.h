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

/// Reads the XML of annotation tools by expat, in UTF-8, UTF-16 or an encoding of one byte a letter
/// that it names; text comes out as UTF-8. Nothing outside of the file is opened; entities of one's
/// own are refused, as are more than 64 levels and a million elements. Throws Error (data) with
/// FILE:LINE.
[[nodiscard]] XmlElement parse_xml(std::string_view text, const std::string& file);

}  // namespace vit
