#include "vit/report/picture_grid.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "vit/core/error.h"
#include "vit/image/draw.h"
#include "vit/image/resize.h"
#include "vit/report/text.h"

namespace vit {
namespace {

constexpr double kLetterWidth = 0.95;  // mean advance of the drawing face, by its letter height
constexpr double kLineHeight = 1.9;    // by the letter height
constexpr std::int64_t kMostPixels = 1 << 28;

Image as_rgb(const Image& picture) {
  if (picture.channels == 3) return picture;
  VIT_ASSERT(picture.channels == 1 || picture.channels == 4, picture.channels, " channels");
  Image rgb(picture.width, picture.height);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      for (int c = 0; c < 3; ++c)
        rgb.pixel(x, y)[c] = picture.pixel(x, y)[picture.channels == 4 ? c : 0];
  return rgb;
}

Image fitted(const Image& picture, int tile) {
  const int longest = std::max(picture.width, picture.height);
  if (longest <= tile) {
    const int factor = tile / longest;
    if (factor == 1) return picture;
    return resize(picture, picture.width * factor, picture.height * factor, Filter::nearest);
  }
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * tile / longest)));
  };
  return resize(picture, scaled(picture.width), scaled(picture.height), Filter::lanczos);
}

void paste(Image& sheet, const Image& picture, int left, int top) {
  for (int y = 0; y < picture.height; ++y)
    std::copy_n(picture.row(y), picture.row_bytes(), sheet.pixel(left, top + y));
}

/// How much of `line` is drawn before it goes on in the next one: up to a blank where there is one.
std::size_t wrapping_place(const std::string& line, int columns) {
  std::size_t end = 0, blank = 0;
  while (end < line.size()) {
    std::size_t next = end + 1;  // letters of several bytes stay whole
    while (next < line.size() && (static_cast<unsigned char>(line[next]) & 0xC0) == 0x80) ++next;
    if (display_width(std::string_view(line).substr(0, next)) > columns) break;
    if (line[end] == ' ' || line[end] == '_' || line[end] == '-') blank = next;
    end = next;
  }
  if (end == line.size()) return end;
  return blank > 0 ? blank : std::max<std::size_t>(end, 1);
}

std::vector<std::string> lines_of(std::string_view caption, int columns, bool wrap) {
  std::vector<std::string> lines;
  while (!caption.empty()) {
    const std::size_t length = std::min(caption.find('\n'), caption.size());
    std::string line = visible(caption.substr(0, length));
    for (; wrap && display_width(line) > columns;) {
      const std::size_t end = wrapping_place(line, columns);
      lines.push_back(line.substr(0, end));
      line.erase(0, end);
    }
    // The drawing face has ASCII only, and so no ellipsis.
    if (display_width(line) > columns) line = shorten_middle(line, std::max(3, columns - 1));
    if (const auto at = line.find("…"); at != std::string::npos) line.replace(at, 3, "..");
    lines.push_back(line);
    caption.remove_prefix(std::min(length + 1, caption.size()));
  }
  return lines;
}

/// The text by itself, so that what is wider than the tile ends at its border.
Image caption_strip(const std::string& line, int width, int height, const GridOptions& options) {
  Image strip(width, height);
  fill_rectangle(strip, 0, 0, width, height, options.background);
  draw_text(strip, line, 0, (height - options.letter_height) / 2, options.ink,
            options.letter_height);
  return strip;
}

}  // namespace

Image picture_grid(const std::vector<GridPicture>& pictures, const GridOptions& options) {
  if (pictures.empty()) return {};
  VIT_ASSERT(options.tile > 0 && options.gap >= 0 && options.letter_height > 0);
  const auto count = static_cast<int>(pictures.size());
  const int wanted = options.columns > 0
                         ? options.columns
                         : static_cast<int>(std::ceil(std::sqrt(static_cast<double>(count))));
  const int columns = std::min(wanted, count), rows = (count + columns - 1) / columns;

  const auto letters = static_cast<int>(options.tile / (kLetterWidth * options.letter_height));
  const auto line_height = static_cast<int>(std::lround(kLineHeight * options.letter_height));
  std::vector<std::vector<std::string>> captions;
  std::size_t most_lines = 0;
  for (const GridPicture& picture : pictures) {
    captions.push_back(lines_of(picture.caption, letters, options.wrap_captions));
    most_lines = std::max(most_lines, captions.back().size());
  }
  const int cell = options.tile + line_height * static_cast<int>(most_lines) + options.gap;
  const std::int64_t width = std::int64_t{columns} * (options.tile + options.gap) + options.gap;
  const std::int64_t height = std::int64_t{rows} * cell + options.gap;
  if (width > kMostPixels || height > kMostPixels || width * height > kMostPixels)
    throw Error(ErrorKind::usage, "picture grid",
                str(count, " pictures would make a sheet of ", width, " x ", height, " pixels"),
                "Ask for fewer pictures or smaller tiles.");

  Image sheet(static_cast<int>(width), static_cast<int>(height));
  fill_rectangle(sheet, 0, 0, sheet.width, sheet.height, options.background);
  for (int i = 0; i < count; ++i) {
    const int left = options.gap + i % columns * (options.tile + options.gap);
    const int top = options.gap + i / columns * cell;
    const auto index = static_cast<std::size_t>(i);
    if (!pictures[index].picture.empty()) {
      const Image picture = fitted(as_rgb(pictures[index].picture), options.tile);
      paste(sheet, picture, left + (options.tile - picture.width) / 2,
            top + (options.tile - picture.height) / 2);
    }
    int line_top = top + options.tile;
    for (const std::string& line : captions[index]) {
      paste(sheet, caption_strip(line, options.tile, line_height, options), left, line_top);
      line_top += line_height;
    }
  }
  return sheet;
}

}  // namespace vit
