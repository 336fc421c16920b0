#pragma once

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vit/image/image.h"

namespace vit::test {

/// How `png_of_values` stores them.
struct PngForm {
  int colour = PNG_COLOR_TYPE_GRAY;  ///< or PNG_COLOR_TYPE_PALETTE, with a palette of all indices
  int depth = 8;                     ///< bits
  bool interlaced = false;           ///< as Adam7 has it
  bool transparent = false;          ///< value 1 is no part of the image, by a tRNS chunk
};

/// A PNG file, written by libpng, of one channel's values, which may have 16 bits.
inline std::vector<std::byte> png_of_values(int width, int height,
                                            const std::vector<std::uint16_t>& values,
                                            const PngForm& form = {}) {
  std::vector<std::byte> file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &file,
      [](png_structp to, png_bytep data, std::size_t size) {
        const auto* bytes = reinterpret_cast<const std::byte*>(data);
        auto& all = *static_cast<std::vector<std::byte>*>(png_get_io_ptr(to));
        all.insert(all.end(), bytes, bytes + size);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height),
               form.depth, form.colour, form.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  const bool palette = form.colour == PNG_COLOR_TYPE_PALETTE;
  std::vector<png_color> colours(palette ? std::size_t{1} << form.depth : 0);
  for (std::size_t i = 0; i < colours.size(); ++i)
    colours[i] = {static_cast<png_byte>(i * 7), static_cast<png_byte>(255 - i), 9};
  if (palette) png_set_PLTE(png, info, colours.data(), static_cast<int>(colours.size()));
  png_byte alphas[] = {255, 0};
  png_color_16 clear{};
  clear.gray = 1;
  if (form.transparent)
    png_set_tRNS(png, info, alphas, palette ? 2 : 0, palette ? nullptr : &clear);
  png_write_info(png, info);
  png_set_packing(png);
  std::vector<png_byte> bytes;
  for (const std::uint16_t value : values) {
    if (form.depth == 16) bytes.push_back(static_cast<png_byte>(value >> 8));
    bytes.push_back(static_cast<png_byte>(value));
  }
  std::vector<png_bytep> rows;
  for (int y = 0; y < height; ++y)
    rows.push_back(bytes.data() +
                   static_cast<std::ptrdiff_t>(y) * width * (form.depth == 16 ? 2 : 1));
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

}  // namespace vit::test
