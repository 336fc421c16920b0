#pragma once

#include <string>
#include <string_view>

#include "vit/image/image.h"

/// What HTML and SVG share.
namespace vit {

/// Any text as the text or attribute value of a page: control characters visible, `<>&"'` escaped.
[[nodiscard]] std::string html_text(std::string_view text);
/// The same, with line ends and tabs kept as they are: for <pre>.
[[nodiscard]] std::string html_lines(std::string_view text);

[[nodiscard]] std::string base64(std::string_view bytes);
/// A picture as `data:image/png;base64,…`, without loss, or as a JPEG, which is far smaller for
/// photographs.
[[nodiscard]] std::string png_data_uri(const Image& picture);
[[nodiscard]] std::string jpeg_data_uri(const Image& picture);

}  // namespace vit
