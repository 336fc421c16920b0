#pragma once

#include <string>

#include "vit/image/coverage.h"

/// Annotations on pictures. Everything is cut at the borders.
namespace vit {

/// Fills closed outlines (even-odd), antialiased.
void fill_polygon(Image& image, const Outlines& outlines, const Colour& colour);

/// Fills the pixels from (x0, y0) up to but not including (x1, y1).
void fill_rectangle(Image& image, int x0, int y0, int x1, int y1, const Colour& colour);

/// The frame of the same pixels, `thickness` pixels inwards.
void draw_rectangle(Image& image, int x0, int y0, int x1, int y1, const Colour& colour,
                    int thickness = 1);

/// Text in a plain sans-serif face (ASCII; other characters show as '?'), `height` pixels for a
/// capital letter, the upper left corner of the first letter at (x, y).
void draw_text(Image& image, const std::string& text, int x, int y, const Colour& colour,
               int height = 10);

/// A label on a filled plate, so that it can be read on any background.
void draw_label(Image& image, const std::string& text, int x, int y, const Colour& colour,
                const Colour& plate, int height = 10);

/// Tints the pixels of one value of `mask` (one channel, the picture's size) by `colour`;
/// `opacity` 0 to 1.
void tint_mask(Image& image, const Image& mask, std::uint8_t value, const Colour& colour,
               double opacity = 0.5);

/// The i-th of an endless list of colours that are easy to tell apart.
[[nodiscard]] Colour distinct_colour(int i);

}  // namespace vit
