#include "vit/image/decode_bmp.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "vit/image/byte_view.h"

namespace vit {
namespace {

constexpr std::uint32_t kBmpRaw = 0, kBmpRle8 = 1, kBmpRle4 = 2, kBmpMasks = 3;

/// How a pixel of 16 bits or more becomes a colour.
struct BmpColours {
  enum Kind { whole_bytes, bits_555, bits_565 } kind = whole_bytes;
  std::size_t red = 2, green = 1, blue = 0;  ///< bytes of the pixel, of whole_bytes
};

/// What a BMP file says before its pixels.
struct BmpHeader {
  std::size_t width = 0, height = 0;
  bool top_down = false;
  std::uint32_t bits = 0, compression = kBmpRaw;
  std::size_t colours = 0, colour_bytes = 4;  ///< of the palette
  std::size_t palette = 0, pixels = 0;        ///< where they start in the file
  BmpColours pixel;
};

/// The masks that Pillow reads: each colour in bytes of its own, 5 bits each, or 5, 6 and 5.
BmpColours bmp_masks(const ByteView& file, std::uint32_t bits,
                     const std::array<std::uint32_t, 4>& masks) {
  struct Known {
    std::uint32_t bits;
    std::array<std::uint32_t, 4> masks;  // red, green, blue, alpha
    BmpColours colours;
  };
  using Kind = BmpColours::Kind;
  static constexpr std::array<Known, 11> kKnown = {{
      {32, {0xFF0000, 0xFF00, 0xFF, 0}, {Kind::whole_bytes, 2, 1, 0}},
      {32, {0xFF000000, 0xFF0000, 0xFF00, 0}, {Kind::whole_bytes, 3, 2, 1}},
      {32, {0xFF000000, 0xFF00, 0xFF, 0}, {Kind::whole_bytes, 3, 1, 0}},
      {32, {0xFF000000, 0xFF0000, 0xFF00, 0xFF}, {Kind::whole_bytes, 3, 2, 1}},
      {32, {0xFF, 0xFF00, 0xFF0000, 0xFF000000}, {Kind::whole_bytes, 0, 1, 2}},
      {32, {0xFF0000, 0xFF00, 0xFF, 0xFF000000}, {Kind::whole_bytes, 2, 1, 0}},
      {32, {0xFF000000, 0xFF00, 0xFF, 0xFF0000}, {Kind::whole_bytes, 3, 1, 0}},
      {32, {0, 0, 0, 0}, {Kind::whole_bytes, 2, 1, 0}},
      {24, {0xFF0000, 0xFF00, 0xFF, 0}, {Kind::whole_bytes, 2, 1, 0}},
      {16, {0xF800, 0x7E0, 0x1F, 0}, {Kind::bits_565}},
      {16, {0x7C00, 0x3E0, 0x1F, 0}, {Kind::bits_555}},
  }};
  const std::size_t compared = bits == 32 ? 4 : 3;  // alpha counts where it has a byte
  for (const Known& known : kKnown) {
    if (known.bits == bits &&
        std::equal(masks.begin(), masks.begin() + compared, known.masks.begin())) {
      return known.colours;
    }
  }
  file.refuse(str("a BMP of ", bits, " bits with these masks for its colours is not supported"));
}

BmpHeader read_bmp_header(const ByteView& file) {
  constexpr std::size_t kFileHeader = 14, kCore = 12, kInfo = 40;
  const std::size_t size = file.little32(kFileHeader);
  const std::array known_sizes = {kCore,           kInfo,           std::size_t{52},
                                  std::size_t{56}, std::size_t{64}, std::size_t{108},
                                  std::size_t{124}};
  if (std::find(known_sizes.begin(), known_sizes.end(), size) == known_sizes.end())
    file.refuse(str("a BMP with a header of ", size, " bytes is not supported"));
  const ByteView header = file.slice(kFileHeader, size);
  BmpHeader bmp;
  std::size_t end = kFileHeader + size;  // of what has been read
  if (size == kCore) {
    bmp.width = header.little16(4);
    bmp.height = header.little16(6);
    bmp.bits = header.little16(10);
    bmp.colour_bytes = 3;
  } else {
    const auto height = static_cast<std::int32_t>(header.little32(8));
    bmp.width = header.little32(4);
    bmp.height = static_cast<std::size_t>(std::abs(std::int64_t{height}));
    bmp.top_down = height < 0;
    bmp.bits = header.little16(14);
    bmp.compression = header.little32(16);
    bmp.colours = header.little32(32);
  }
  const std::array known_bits = {1U, 4U, 8U, 16U, 24U, 32U};
  if (std::find(known_bits.begin(), known_bits.end(), bmp.bits) == known_bits.end())
    file.refuse(str("a BMP of ", bmp.bits, " bits a pixel is not supported"));
  if (bmp.bits == 16) bmp.pixel.kind = BmpColours::bits_555;
  if (bmp.compression == kBmpMasks) {
    std::array<std::uint32_t, 4> masks{};
    // Behind the shortest header they stand apart, and there is no alpha.
    const std::size_t count = size < 56 ? 3 : 4;
    for (std::size_t i = 0; i < count; ++i) masks[i] = file.little32(kFileHeader + kInfo + 4 * i);
    if (size == kInfo) end += 4 * count;
    bmp.pixel = bmp_masks(file, bmp.bits, masks);
  } else if (bmp.compression != kBmpRaw && !(bmp.compression == kBmpRle8 && bmp.bits == 8) &&
             !(bmp.compression == kBmpRle4 && bmp.bits == 4)) {
    file.refuse(str("a BMP of ", bmp.bits, " bits a pixel with compression ", bmp.compression,
                    " is not supported"));
  }
  bmp.palette = end;
  constexpr std::size_t kMostColours = 256;
  if (bmp.bits <= 8) {
    if (bmp.colours == 0) bmp.colours = std::size_t{1} << bmp.bits;
    if (bmp.colours > kMostColours)
      file.refuse(str("a BMP with a palette of ", bmp.colours, " colours is not supported"));
    end += bmp.colours * bmp.colour_bytes;
  }
  // Some writers forget the palette when they say where the pixels start, or do not say it.
  const std::size_t start = file.little32(10);
  bmp.pixels = start == 0 || (bmp.bits <= 8 && start == kFileHeader + size) ? end : start;
  return bmp;
}

using BmpPalette = std::array<std::array<std::uint8_t, 3>, 256>;

BmpPalette read_bmp_palette(const ByteView& file, const BmpHeader& bmp) {
  BmpPalette palette{};
  const ByteView stored = file.slice(bmp.palette, bmp.colours * bmp.colour_bytes);
  for (std::size_t i = 0; i < bmp.colours; ++i) {
    for (std::size_t c = 0; c < 3; ++c) palette[i][2 - c] = stored.u8(i * bmp.colour_bytes + c);
  }
  return palette;
}

/// The indices of a run-length encoded picture in the order of the file. Runs end with the row, and
/// what is skipped is 0; rows of numbers apart may be longer than the picture's and then go on in
/// the next: all as Pillow does.
std::vector<std::uint8_t> read_bmp_runs(const ByteView& file, const BmpHeader& bmp) {
  const bool nibbles = bmp.compression == kBmpRle4;
  const std::size_t total = bmp.width * bmp.height;
  std::vector<std::uint8_t> indices;
  std::size_t at = bmp.pixels, x = 0;
  const auto half = [](std::uint8_t pair, std::size_t i) {
    return static_cast<std::uint8_t>(i % 2 == 0 ? pair >> 4 : pair & 0xF);
  };
  while (indices.size() < total) {
    const std::size_t count = file.u8(at);
    const std::uint8_t value = file.u8(at + 1);
    at += 2;
    if (count > 0) {
      const std::size_t shown = std::min(count, bmp.width - std::min(x, bmp.width));
      for (std::size_t i = 0; i < shown; ++i) indices.push_back(nibbles ? half(value, i) : value);
      x += shown;
    } else if (value == 0) {  // end of the row
      const std::size_t rows = (indices.size() + bmp.width - 1) / bmp.width;
      indices.resize(rows * bmp.width);
      x = 0;
    } else if (value == 1) {
      file.refuse("a BMP whose run lengths leave pixels out is not supported");
    } else if (value == 2) {
      const std::size_t skipped = file.u8(at) + std::size_t{file.u8(at + 1)} * bmp.width;
      at += 2;
      indices.resize(std::min(total, indices.size() + skipped));
      x = indices.size() % bmp.width;
    } else {
      const std::size_t shown = std::min<std::size_t>(value, total - indices.size());
      for (std::size_t i = 0; i < shown; ++i)
        indices.push_back(nibbles ? half(file.u8(at + i / 2), i) : file.u8(at + i));
      at += nibbles ? (shown + 1) / 2 : shown;
      at += at % 2;
      x += value;
    }
  }
  indices.resize(total);
  return indices;
}

void bmp_row(const BmpHeader& bmp, const BmpPalette& palette, const std::uint8_t* from,
             std::uint8_t* to) {
  const std::size_t step = bmp.bits / 8;
  const BmpColours& pixel = bmp.pixel;
  for (std::size_t x = 0; x < bmp.width; ++x, to += 3) {
    if (bmp.bits <= 8) {
      const std::size_t bit = x * bmp.bits, shift = 8 - bmp.bits - bit % 8;
      const auto index = (from[bit / 8] >> shift) & ((1U << bmp.bits) - 1);
      std::copy_n(palette[index].begin(), 3, to);
    } else if (pixel.kind == BmpColours::whole_bytes) {
      to[0] = from[x * step + pixel.red];
      to[1] = from[x * step + pixel.green];
      to[2] = from[x * step + pixel.blue];
    } else {
      const unsigned value = from[2 * x] | static_cast<unsigned>(from[2 * x + 1]) << 8;
      const unsigned green_bits = pixel.kind == BmpColours::bits_565 ? 6 : 5;
      const unsigned most_green = (1U << green_bits) - 1;
      to[0] = static_cast<std::uint8_t>((value >> (5 + green_bits) & 31) * 255 / 31);
      to[1] = static_cast<std::uint8_t>((value >> 5 & most_green) * 255 / most_green);
      to[2] = static_cast<std::uint8_t>((value & 31) * 255 / 31);
    }
  }
}

}  // namespace

Image decode_bmp(std::span<const std::byte> bytes, const std::string& where) {
  const ByteView file(bytes, where);
  BmpHeader bmp = read_bmp_header(file);
  const BmpPalette palette = bmp.bits <= 8 ? read_bmp_palette(file, bmp) : BmpPalette{};
  std::vector<std::uint8_t> indices;
  const std::uint8_t* rows = nullptr;
  std::size_t stride = bmp.width;
  if (bmp.compression == kBmpRle8 || bmp.compression == kBmpRle4) {
    indices = read_bmp_runs(file, bmp);
    rows = indices.data();
    bmp.bits = 8;
  } else {
    const std::size_t row_bits = bmp.width * bmp.bits;
    stride = (row_bits + 31) / 32 * 4;
    // The last row may go without its padding.
    const ByteView stored = file.slice(bmp.pixels, stride * (bmp.height - 1) + (row_bits + 7) / 8);
    rows = reinterpret_cast<const std::uint8_t*>(stored.bytes().data());
  }
  Image image(static_cast<int>(bmp.width), static_cast<int>(bmp.height));
  for (std::size_t y = 0; y < bmp.height; ++y) {
    const std::size_t row = bmp.top_down ? y : bmp.height - 1 - y;
    bmp_row(bmp, palette, rows + y * stride, image.row(static_cast<int>(row)));
  }
  return image;
}

}  // namespace vit
