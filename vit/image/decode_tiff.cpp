#include "vit/image/decode_tiff.h"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "vit/image/container.h"
#include "vit/image/geometry.h"
#include "vit/image/metadata.h"

namespace vit {
namespace {

/// A file in memory, as libtiff reads it, and what libtiff says about it, which is never printed.
struct TiffSource {
  std::span<const std::byte> bytes;
  std::uint64_t at = 0;
  std::array<char, 256> message{};  ///< the first error
};

TiffSource& tiff_source(thandle_t handle) { return *static_cast<TiffSource*>(handle); }

tmsize_t tiff_read(thandle_t handle, void* to, tmsize_t count) {
  TiffSource& source = tiff_source(handle);
  const std::uint64_t left =
      source.bytes.size() - std::min<std::uint64_t>(source.at, source.bytes.size());
  const auto read = std::min(static_cast<std::uint64_t>(std::max<tmsize_t>(count, 0)), left);
  if (read > 0) std::memcpy(to, source.bytes.data() + source.at, read);
  source.at += read;
  return static_cast<tmsize_t>(read);
}
tmsize_t tiff_write(thandle_t /*handle*/, void* /*from*/, tmsize_t /*count*/) { return 0; }
toff_t tiff_seek(thandle_t handle, toff_t offset, int whence) {
  TiffSource& source = tiff_source(handle);
  const std::uint64_t base = whence == SEEK_CUR   ? source.at
                             : whence == SEEK_END ? source.bytes.size()
                                                  : 0;
  return source.at = base + offset;
}
int tiff_close(thandle_t /*handle*/) { return 0; }
toff_t tiff_size(thandle_t handle) { return tiff_source(handle).bytes.size(); }
int tiff_map(thandle_t handle, void** base, toff_t* size) {
  const TiffSource& source = tiff_source(handle);
  *base = const_cast<std::byte*>(source.bytes.data());  // libtiff only reads
  *size = source.bytes.size();
  return 1;
}
void tiff_unmap(thandle_t /*handle*/, void* /*base*/, toff_t /*size*/) {}

void keep_tiff_message(TiffSource& source, const char* format, std::va_list values) {
  if (source.message[0] == 0)
    std::vsnprintf(source.message.data(), source.message.size(), format, values);
}

int on_tiff_error(TIFF* /*tiff*/, void* source, const char* /*module*/, const char* format,
                  std::va_list values) {
  keep_tiff_message(*static_cast<TiffSource*>(source), format, values);
  return 1;  // nobody else is to hear of it
}

/// Warnings are of odd tags, but for those of the JPEG decoder that made pixels up.
int on_tiff_warning(TIFF* /*tiff*/, void* source, const char* module, const char* format,
                    std::va_list values) {
  if (std::string_view(module != nullptr ? module : "") != "JPEGLib") return 1;
  TiffSource heard;
  keep_tiff_message(heard, format, values);
  const std::string_view text = heard.message.data();
  const bool corrupt = text.find("Corrupt JPEG") == 0 || text.find("Premature end") == 0;
  TiffSource& kept = *static_cast<TiffSource*>(source);
  if (corrupt && text.find("extraneous") == text.npos && kept.message[0] == 0)
    kept.message = heard.message;
  return 1;
}

/// Throws what libtiff said. A process that the JPEG inside has and libjpeg has not is no damage.
[[noreturn]] void fail_tiff(TIFF* tiff, const ByteView& file) {
  const std::string_view text = tiff_source(TIFFClientdata(tiff)).message.data();
  if (text.find("Unsupported JPEG") != text.npos || text.find("precision") != text.npos)
    file.refuse(str("TIFF with such JPEG data is not supported: ", text));
  file.fail(str("damaged TIFF: ", text.empty() ? "its data ends too early" : text));
}

using TiffHandle = std::unique_ptr<TIFF, void (*)(TIFF*)>;

TiffHandle open_tiff(TiffSource& source) {
  constexpr tmsize_t kMostAtOnce = tmsize_t{1} << 30;  // of libtiff's own memory
  TIFFOpenOptions* const options = TIFFOpenOptionsAlloc();
  if (options == nullptr) throw std::bad_alloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMostAtOnce);
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_tiff_error, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_tiff_warning, &source);
  TIFF* const tiff = TIFFClientOpenExt("picture", "r", &source, tiff_read, tiff_write, tiff_seek,
                                       tiff_close, tiff_size, tiff_map, tiff_unmap, options);
  TIFFOpenOptionsFree(options);
  return {tiff, TIFFClose};
}

/// What the samples of a pixel are.
enum class TiffMeaning { grey, palette, rgb, cmyk, ycbcr };

/// What the directory says about the pixels.
struct TiffLayout {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1, samples = 1, planar = PLANARCONFIG_CONTIG;
  std::uint16_t photometric = PHOTOMETRIC_MINISWHITE, compression = COMPRESSION_NONE;
  TiffMeaning meaning = TiffMeaning::grey;
  std::size_t used = 1;        ///< samples that make the colour, and the alpha to divide by
  bool premultiplied = false;  ///< the last of `used` is such an alpha
  bool inverted = false;       ///< 0 is white
  std::array<std::array<std::uint8_t, 3>, 256> palette{};
};

std::string tiff_compression_name(std::uint16_t compression) {
  const TIFFCodec* const codec = TIFFFindCODEC(compression);
  return codec != nullptr ? str(compression, " (", codec->name, ")") : str(compression);
}

/// Refuses the compressions that Pillow does not know, or this libtiff.
void check_tiff_compression(const ByteView& file, std::uint16_t compression) {
  constexpr std::array<std::uint16_t, 14> kKnown = {
      1, 2, 3, 4, 5, 7, 8, 32771, 32773, 32809, 32946, 34925, 50000, 50001};
  if (compression == COMPRESSION_OJPEG) file.refuse("TIFF with old-style JPEG is not supported");
  if (std::find(kKnown.begin(), kKnown.end(), compression) == kKnown.end() ||
      TIFFIsCODECConfigured(compression) == 0) {
    file.refuse(
        str("TIFF with compression ", tiff_compression_name(compression), " is not supported"));
  }
}

/// The kinds of the samples beyond the colours, as the file gives them.
std::vector<std::uint16_t> tiff_extra_samples(TIFF* tiff) {
  std::uint16_t count = 0;
  const std::uint16_t* kinds = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) != 1) return {};
  return {kinds, kinds + count};
}

void read_tiff_palette(TIFF* tiff, const ByteView& file, TiffLayout& layout) {
  std::array<std::uint16_t*, 3> channels{};
  if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &channels[0], &channels[1], &channels[2]) != 1)
    file.fail("TIFF: the palette is missing or damaged");
  for (std::size_t i = 0; i < std::size_t{1} << layout.bits; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      layout.palette[i][c] = static_cast<std::uint8_t>(channels[c][i] >> 8);
}

/// Which combinations Pillow reads, and what they mean.
TiffLayout read_tiff_layout(TIFF* tiff, const ByteView& file) {
  TiffLayout layout;
  std::uint16_t format = SAMPLEFORMAT_UINT, fill_order = FILLORDER_MSB2LSB;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  // Not defaulted: libtiff's default is what an obsolete tag says.
  if (find_tiff_field(file, TIFFTAG_SAMPLEFORMAT))
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &fill_order);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout.planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout.compression);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric);
  check_tiff_compression(file, layout.compression);
  std::vector<std::uint16_t> extra = tiff_extra_samples(tiff);
  // Planes of their own that mean nothing can be left alone.
  const auto means_nothing = [](std::uint16_t kind) { return kind == EXTRASAMPLE_UNSPECIFIED; };
  const bool all_mean_nothing = std::all_of(extra.begin(), extra.end(), means_nothing);
  const bool separate = layout.planar == PLANARCONFIG_SEPARATE;
  std::size_t count = layout.samples;
  if (separate && all_mean_nothing) {
    count -= std::min(count, extra.size());
    extra.clear();
  }
  const std::uint16_t bits = layout.bits;
  const bool no_extra = extra.empty(), big = TIFFIsBigEndian(tiff) != 0;
  const std::uint16_t first = no_extra ? std::uint16_t{0} : extra[0];
  const bool rest_mean_nothing =
      no_extra || std::all_of(extra.begin() + 1, extra.end(), means_nothing);
  bool known = format == SAMPLEFORMAT_UINT;
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK: {
      const bool white = layout.photometric == PHOTOMETRIC_MINISWHITE;
      const bool with_extra =
          count == 2 && extra.size() == 1 && bits == 8 && !white && first != EXTRASAMPLE_ASSOCALPHA;
      const bool small = bits == 1 || bits == 2 || bits == 4 || bits == 8;
      const bool wide = (bits == 12 && !big && !white) || (bits == 16 && !(big && white));
      known = known && (with_extra || (count == 1 && no_extra && (small || wide)));
      layout.inverted = white && bits <= 8;  // Pillow leaves wider ones as they are
      break;
    }
    case PHOTOMETRIC_PALETTE:
      layout.meaning = TiffMeaning::palette;
      known = known && (bits == 1 || bits == 2 || bits == 4 || bits == 8) &&
              ((count == 1 && no_extra) ||
               (count == 2 && extra.size() == 1 && bits == 8 && first != EXTRASAMPLE_ASSOCALPHA));
      break;
    case PHOTOMETRIC_RGB:
      layout.meaning = TiffMeaning::rgb;
      layout.premultiplied = first == EXTRASAMPLE_ASSOCALPHA;
      layout.used = layout.premultiplied ? 4 : 3;
      // Four samples of which nothing is said are taken for an alpha that stands apart.
      known = known && (count == 3 + extra.size() || (count == 4 && no_extra && !separate)) &&
              rest_mean_nothing && (bits == 8 ? count <= 6 : bits == 16 && count <= 4);
      break;
    case PHOTOMETRIC_SEPARATED:
      layout.meaning = TiffMeaning::cmyk;
      layout.used = 4;
      known = known && count == 4 + extra.size() && all_mean_nothing &&
              (bits == 8 ? count <= 6 : bits == 16 && count == 4);
      break;
    case PHOTOMETRIC_YCBCR:
      layout.meaning = TiffMeaning::ycbcr;
      // libjpeg makes it RGB where it can, as it does outside TIFF.
      if (layout.compression == COMPRESSION_JPEG && !separate) {
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        layout.meaning = TiffMeaning::rgb;
      }
      layout.used = 3;
      known =
          known && bits == 8 && count == 3 && no_extra && layout.compression != COMPRESSION_NONE;
      break;
    default: known = false;
  }
  if (format == SAMPLEFORMAT_INT || format == SAMPLEFORMAT_IEEEFP || bits > 16) {
    const char* const kind = format == SAMPLEFORMAT_INT      ? "signed"
                             : format == SAMPLEFORMAT_IEEEFP ? "floating-point"
                                                             : "unsigned";
    throw Error(ErrorKind::data, file.where(),
                str("TIFF with ", kind, " samples of ", bits, " bits is not supported"),
                "Convert it to 8-bit RGB beforehand: only you know its range of values.");
  }
  if (!known) {
    file.refuse(str("TIFF with ", layout.samples, " samples of ", bits,
                    " bits a pixel and photometric interpretation ", layout.photometric,
                    " is not supported"));
  }
  if (layout.meaning == TiffMeaning::palette) read_tiff_palette(tiff, file, layout);
  return layout;
}

/// Sample `i` of a row, in the machine's byte order where it is wide.
unsigned tiff_sample(const std::uint8_t* row, std::size_t i, unsigned bits) {
  switch (bits) {
    case 8: return row[i];
    case 16: return row[2 * i] | static_cast<unsigned>(row[2 * i + 1]) << 8;
    case 12: {
      const std::uint8_t* pair = row + i / 2 * 3;
      return i % 2 == 0 ? pair[0] << 4 | pair[1] >> 4 : (pair[1] & 0xFU) << 8 | pair[2];
    }
    default: {
      const std::size_t bit = i * bits;
      return row[bit / 8] >> (8 - bits - bit % 8) & ((1U << bits) - 1);
    }
  }
}

/// Rows of one strip or tile, `width` pixels to RGB. With planes of their own each has its row,
/// elsewhere there is one.
void tiff_row_to_rgb(const TiffLayout& layout, const std::vector<const std::uint8_t*>& rows,
                     std::uint8_t* to, std::size_t width) {
  const unsigned bits = layout.bits, most = (1U << std::min(bits, 8U)) - 1;
  const bool separate = layout.planar == PLANARCONFIG_SEPARATE;
  const std::size_t step = separate ? 1 : layout.samples;
  if (layout.meaning == TiffMeaning::rgb && !separate && bits == 8 && step == 3) {
    std::copy_n(rows[0], 3 * width, to);
    return;
  }
  for (std::size_t x = 0; x < width; ++x, to += 3) {
    std::array<unsigned, 4> value{};
    for (std::size_t s = 0; s < layout.used; ++s) {
      const unsigned sample =
          separate ? tiff_sample(rows[s], x, bits) : tiff_sample(rows[0], x * step + s, bits);
      value[s] = bits == 16 && layout.used > 1 ? sample >> 8 : sample;
    }
    switch (layout.meaning) {
      case TiffMeaning::grey: {
        const unsigned grey = bits > 8 ? std::min(value[0], 255U) : value[0] * 255 / most;
        std::fill_n(to, 3, static_cast<std::uint8_t>(layout.inverted ? 255 - grey : grey));
        break;
      }
      case TiffMeaning::palette: std::copy_n(layout.palette[value[0]].begin(), 3, to); break;
      case TiffMeaning::cmyk:
        for (std::size_t c = 0; c < 3; ++c) {
          const unsigned light = 255 - value[3], product = value[c] * light + 128;
          to[c] = static_cast<std::uint8_t>(light - ((product + (product >> 8)) >> 8));
        }
        break;
      case TiffMeaning::rgb:
      case TiffMeaning::ycbcr:
        for (std::size_t c = 0; c < 3; ++c) {
          const unsigned alpha = layout.premultiplied ? value[3] : 255;
          to[c] =
              static_cast<std::uint8_t>(alpha == 0 ? 0 : std::min(value[c] * 255 / alpha, 255U));
        }
        break;
    }
  }
}

/// The picture in strips or tiles, all of one size but for the last ones of strips.
class TiffBlocks {
 public:
  TiffBlocks(TIFF* tiff, const ByteView& file, const TiffLayout& layout)
      : tiff_(tiff), file_(file), layout_(layout), tiled_(TIFFIsTiled(tiff) != 0) {
    if (tiled_) {
      TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width_);
      TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height_);
    } else {
      width_ = layout.width;
      TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &height_);
      height_ = std::min(height_, layout.height);
    }
    row_bytes_ = static_cast<std::size_t>(tiled_ ? TIFFTileRowSize(tiff) : TIFFScanlineSize(tiff));
    const std::size_t per_row = layout.planar == PLANARCONFIG_SEPARATE ? 1 : layout.samples;
    if (width_ == 0 || height_ == 0 ||
        row_bytes_ < (std::uint64_t{width_} * per_row * layout.bits + 7) / 8)
      file.fail("TIFF: the strips or tiles have no size");
    block_bytes_ = static_cast<std::size_t>(tiled_ ? TIFFTileSize(tiff) : TIFFStripSize(tiff));
    if (block_bytes_ / row_bytes_ < height_) file.fail("TIFF: the strips or tiles are too small");
    // A tile may be larger than the picture, but a small file is not to take all memory.
    constexpr std::uint64_t kAlwaysFine = 16 << 20;
    const std::uint64_t whole = std::uint64_t{layout.height} * layout.width * layout.samples * 8;
    if (block_bytes_ > std::max(kAlwaysFine, whole))
      file.refuse(str("TIFF with tiles of ", width_, " x ", height_, " pixels is not supported"));
    const std::size_t planes = layout.planar == PLANARCONFIG_SEPARATE ? layout.used : 1;
    planes_.assign(planes, std::vector<std::uint8_t>(block_bytes_));
  }

  void decode_to(Image& image) {
    std::vector<const std::uint8_t*> rows(planes_.size());
    for (std::uint32_t top = 0; top < layout_.height; top += height_) {
      const std::uint32_t height = std::min(height_, layout_.height - top);
      for (std::uint32_t left = 0; left < layout_.width; left += width_) {
        const std::uint32_t width = std::min(width_, layout_.width - left);
        for (std::size_t plane = 0; plane < planes_.size(); ++plane) read(left, top, height, plane);
        for (std::uint32_t y = 0; y < height; ++y) {
          for (std::size_t plane = 0; plane < planes_.size(); ++plane)
            rows[plane] = planes_[plane].data() + y * row_bytes_;
          tiff_row_to_rgb(layout_, rows,
                          image.pixel(static_cast<int>(left), static_cast<int>(top + y)), width);
        }
      }
    }
  }

 private:
  void read(std::uint32_t left, std::uint32_t top, std::uint32_t height, std::size_t plane) {
    std::vector<std::uint8_t>& block = planes_[plane];
    const auto at = static_cast<std::uint16_t>(plane);
    const std::size_t expected =
        tiled_ ? block_bytes_ : std::min<std::size_t>(block_bytes_, row_bytes_ * height);
    const auto count = static_cast<tmsize_t>(expected);
    const tmsize_t got =
        tiled_ ? TIFFReadEncodedTile(tiff_, TIFFComputeTile(tiff_, left, top, 0, at), block.data(),
                                     count)
               : TIFFReadEncodedStrip(tiff_, TIFFComputeStrip(tiff_, top, at), block.data(), count);
    if (got != count) fail_tiff(tiff_, file_);
  }

  TIFF* tiff_;
  const ByteView& file_;
  const TiffLayout& layout_;
  bool tiled_;
  std::uint32_t width_ = 0, height_ = 0;  ///< of a block
  std::size_t row_bytes_ = 0, block_bytes_ = 0;
  std::vector<std::vector<std::uint8_t>> planes_;
};

/// Colours with chroma of another resolution, by libtiff's own conversion.
void decode_tiff_ycbcr(TIFF* tiff, const ByteView& file, Image& image) {
  std::array<char, 1024> message{};
  TIFFRGBAImage reader;
  if (TIFFRGBAImageOK(tiff, message.data()) == 0 ||
      TIFFRGBAImageBegin(&reader, tiff, 1, message.data()) == 0)
    file.refuse(str("this TIFF's colours are not supported: ", message.data()));
  const std::unique_ptr<TIFFRGBAImage, void (*)(TIFFRGBAImage*)> end(&reader, TIFFRGBAImageEnd);
  reader.orientation = reader.req_orientation = ORIENTATION_TOPLEFT;
  std::vector<std::uint32_t> raster(image.pixels.size() / 3);
  if (TIFFRGBAImageGet(&reader, raster.data(), reader.width, reader.height) == 0)
    fail_tiff(tiff, file);
  for (std::size_t i = 0; i < raster.size(); ++i) {
    image.pixels[3 * i] = static_cast<std::uint8_t>(TIFFGetR(raster[i]));
    image.pixels[3 * i + 1] = static_cast<std::uint8_t>(TIFFGetG(raster[i]));
    image.pixels[3 * i + 2] = static_cast<std::uint8_t>(TIFFGetB(raster[i]));
  }
}

}  // namespace

Image decode_tiff(std::span<const std::byte> bytes, const std::string& where) {
  const ByteView file(bytes, where);
  TiffSource source{bytes};
  const TiffHandle tiff = open_tiff(source);
  if (!tiff) file.fail(str("damaged TIFF: ", source.message.data()));
  const TiffLayout layout = read_tiff_layout(tiff.get(), file);
  // The limit of pixels was held against these; libtiff takes more types.
  if (tiff_tag(file, TIFFTAG_IMAGEWIDTH) != layout.width ||
      tiff_tag(file, TIFFTAG_IMAGELENGTH) != layout.height)
    file.fail("the TIFF header contradicts itself about the picture's size");
  source.message[0] = 0;
  Image image(static_cast<int>(layout.width), static_cast<int>(layout.height));
  if (layout.meaning == TiffMeaning::ycbcr) {
    decode_tiff_ycbcr(tiff.get(), file, image);
  } else {
    TiffBlocks(tiff.get(), file, layout).decode_to(image);
  }
  if (source.message[0] != 0) fail_tiff(tiff.get(), file);
  return orient(image, tiff_orientation(file));
}

}  // namespace vit
