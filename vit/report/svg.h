#pragma once

#include <string>
#include <string_view>

/// Pieces of SVG text that the plots share. Coordinates are CSS pixels.
namespace vit::svg_text {

/// A coordinate: two decimals are more than a screen shows.
[[nodiscard]] std::string px(double value);

enum class Anchor { start, middle, end };
/// A text; `more` are further attributes, such as a class.
[[nodiscard]] std::string label(double x, double y, std::string_view text, Anchor anchor,
                                std::string_view more = {});
/// The width of a text in the plots' font, estimated: SVG cannot ask the browser without a script.
[[nodiscard]] double text_width(std::string_view text, double font_size);
/// Opens the element with its size, its name for screen readers, and the style of the plots.
[[nodiscard]] std::string open(double width, double height, std::string_view name);

}  // namespace vit::svg_text
