#include "vit/image/decode_jpeg.h"

#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>  // jpeglib.h uses FILE and size_t without including them
// Names of the messages, to tell harmless warnings from damage.
#include <jerror.h>

#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/byte_view.h"
#include "vit/image/jpeg_scan.h"

namespace vit {
namespace {

/// libjpeg reports through callbacks and must not be left by an exception, as it is C: errors jump
/// back to decode(), and only then become an Error.
struct Decoder {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape{};
  std::span<const std::byte> file;
  std::string where;
  bool damaged = false;
  bool unsupported = false;  ///< the file may be sound, but libjpeg has no decoder for it
  char message[JMSG_LENGTH_MAX] = "";
};

Decoder& decoder_of(j_common_ptr jpeg) { return *static_cast<Decoder*>(jpeg->client_data); }

/// The name of a kind of JPEG that libjpeg cannot decode, by its error; none for other errors.
const char* unsupported_kind(const jpeg_error_mgr& error) {
  switch (error.msg_code) {
    case JERR_SOF_UNSUPPORTED:
      switch (error.msg_parm.i[0]) {
        case 0xC3:
        case 0xCB: return "lossless JPEG";
        case 0xC5:
        case 0xC6:
        case 0xC7:
        case 0xCD:
        case 0xCE:
        case 0xCF: return "hierarchical JPEG";
        default: return "JPEG with an unknown process";
      }
    case JERR_ARITH_NOTIMPL: return "JPEG with arithmetic coding";
    case JERR_BAD_PRECISION: return "JPEG with other than 8 bits a sample";
    case JERR_NOT_COMPILED: return "JPEG with a process that this libjpeg is built without";
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL: return "JPEG with this resolution of chroma";
    case JERR_CONVERSION_NOTIMPL:
    case JERR_COMPONENT_COUNT: return "JPEG with this number of components";
    default: return nullptr;
  }
}

[[noreturn]] void on_error(j_common_ptr jpeg) {
  Decoder& decoder = decoder_of(jpeg);
  if (const char* kind = unsupported_kind(*jpeg->err)) {
    decoder.unsupported = true;
    std::snprintf(decoder.message, sizeof decoder.message, "%s", kind);
  } else {
    jpeg->err->format_message(jpeg, decoder.message);
  }
  std::longjmp(decoder.escape, 1);
}

/// Whether the bytes that libjpeg skipped are padding behind a scan, not a part of it.
bool is_left_behind_scan(const Decoder& decoder, const jpeg_error_mgr& error) {
  const int marker = error.msg_parm.i[1];
  if (marker >= JPEG_RST0 && marker < JPEG_RST0 + 8) return false;
  const ByteView file(decoder.file, decoder.where);
  const auto* first = reinterpret_cast<const JOCTET*>(decoder.file.data());
  const auto end = static_cast<std::size_t>(decoder.jpeg.src->next_input_byte - first);
  try {
    return is_padding(file, end, static_cast<std::size_t>(error.msg_parm.i[0]));
  } catch (const Error&) {
    return false;
  }
}

/// Odd numbers in headers touch no pixel, nor do bytes between the header's segments;
/// everything else that libjpeg warns of means that it made pixels up.
bool is_harmless(const Decoder& decoder) {
  const jpeg_error_mgr& error = decoder.errors;
  constexpr int kPadding = 2;  // bytes; a decoder that lost its place mostly leaves more
  switch (error.msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL: return true;
    case JWRN_EXTRANEOUS_DATA:
      return decoder.jpeg.input_scan_number == 0 || error.msg_parm.i[0] <= kPadding ||
             is_left_behind_scan(decoder, error);
    default: return false;
  }
}

void on_message(j_common_ptr jpeg, int level) {
  const bool is_warning = level < 0;
  Decoder& decoder = decoder_of(jpeg);
  if (!is_warning || decoder.damaged || is_harmless(decoder)) return;
  decoder.damaged = true;
  jpeg->err->format_message(jpeg, decoder.message);
}

/// A small progressive file can name thousands of scans, each of which costs as much as the
/// picture.
void on_progress(j_common_ptr jpeg) {
  constexpr int kMaxScans = 500;
  Decoder& decoder = decoder_of(jpeg);
  if (decoder.jpeg.input_scan_number > kMaxScans) {
    std::snprintf(decoder.message, sizeof decoder.message, "more than %d scans", kMaxScans);
    std::longjmp(decoder.escape, 1);
  }
}

std::uint8_t multiply_255(int a, int b) {  // a * b / 255, rounded to nearest
  const int product = a * b + 128;
  return static_cast<std::uint8_t>((product + (product >> 8)) >> 8);
}

/// Inks to light without a colour profile. All programs that write CMYK JPEGs store them inverted,
/// 255 for no ink, as Adobe does.
void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, int width) {
  for (int x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    for (int c = 0; c < 3; ++c) {
      rgb[c] = static_cast<std::uint8_t>(cmyk[3] - multiply_255(255 - cmyk[c], cmyk[3]));
    }
  }
}

/// What a decode needs besides libjpeg's state; it outlives a jump out of it.
struct Target {
  Image image;
  PixelBox window;                 ///< of the picture; all of it where its width is 0
  std::vector<std::uint8_t> line;  ///< one row as libjpeg gives it
};

/// Rows and columns around a window that are decoded as well: upsampling of chroma reads the
/// neighbours, and treats the border of what it is given as that of the picture.
constexpr int kMargin = 2 * DCTSIZE;

/// Restricts decoding to the window's columns and skips the rows above it. Returns the first column
/// that rows will hold.
int enter_window(jpeg_decompress_struct& jpeg, const PixelBox& window) {
  const int width = static_cast<int>(jpeg.output_width);
  const int left = std::max(window.left - kMargin, 0);
  const int right = std::min(window.left + window.width + kMargin, width);
  auto first = static_cast<JDIMENSION>(left);
  if (right - left < width) {
    auto count = static_cast<JDIMENSION>(right - left);
    jpeg_crop_scanline(&jpeg, &first, &count);
  }
  if (window.top > kMargin)
    jpeg_skip_scanlines(&jpeg, static_cast<JDIMENSION>(window.top - kMargin));
  return static_cast<int>(first);
}

/// Whether the end marker is there; what lies before it is not looked at.
bool has_end(const jpeg_decompress_struct& jpeg, std::span<const std::byte> bytes) {
  if (jpeg.unread_marker == JPEG_EOI) return true;
  // 0xFF 0xD9 cannot stand in compressed data. The decoder reads a few bytes ahead.
  constexpr std::size_t kAhead = 16;
  const std::size_t left = std::min(jpeg.src->bytes_in_buffer + kAhead, bytes.size());
  const auto rest = bytes.last(left);
  for (std::size_t i = rest.size(); i-- > 1;)
    if (rest[i] == std::byte{JPEG_EOI} && rest[i - 1] == std::byte{0xFF}) return true;
  return false;
}

/// False where libjpeg gave up; the message says why. Nothing with a destructor may live here:
/// longjmp would skip it.
bool decode(Decoder& decoder, std::span<const std::byte> bytes, const JpegOptions& options,
            Target& target) {
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  if (setjmp(decoder.escape) != 0) return false;
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&jpeg, TRUE);
  const bool is_cmyk = jpeg.num_components == 4;
  jpeg.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  jpeg.scale_num = 1;
  jpeg.scale_denom = static_cast<unsigned>(options.reduction);
  jpeg.progress = &decoder.progress;
  // Chroma stays smooth: without that, libjpeg-turbo skips rows by decoding them.
  if (options.fast) jpeg.dct_method = JDCT_IFAST;
  jpeg_start_decompress(&jpeg);
  PixelBox& window = target.window;
  const int width = static_cast<int>(jpeg.output_width),
            height = static_cast<int>(jpeg.output_height);
  if (window.width == 0) window = {0, 0, width, height};
  if (window.left + window.width > width || window.top + window.height > height) {
    std::snprintf(decoder.message, sizeof decoder.message, "it has %d x %d pixels", width, height);
    return false;
  }
  target.image = Image(window.width, window.height);
  const int bottom = window.top + window.height, first = enter_window(jpeg, window);
  const auto samples = static_cast<std::size_t>(is_cmyk ? 4 : 3);
  target.line.resize(static_cast<std::size_t>(width) * samples);
  const bool direct = !is_cmyk && window.width == static_cast<int>(jpeg.output_width);
  std::uint8_t* const part =
      target.line.data() + static_cast<std::size_t>(window.left - first) * samples;
  while (static_cast<int>(jpeg.output_scanline) < bottom) {
    const int y = static_cast<int>(jpeg.output_scanline) - window.top;
    std::uint8_t* const row = y < 0 ? nullptr : target.image.row(y);
    JSAMPROW to = direct && row != nullptr ? row : target.line.data();
    jpeg_read_scanlines(&jpeg, &to, 1);
    if (row == nullptr || to == row) continue;
    if (is_cmyk)
      cmyk_to_rgb(part, row, window.width);
    else
      std::copy_n(part, target.image.row_bytes(), row);
  }
  if (bottom == height) {
    jpeg_finish_decompress(&jpeg);  // reads up to the end marker, so that a missing end is noticed
    return true;
  }
  if (has_end(jpeg, bytes)) return true;
  std::snprintf(decoder.message, sizeof decoder.message, "Premature end of JPEG file");
  return false;
}

}  // namespace

Image decode_jpeg(std::span<const std::byte> bytes, const std::string& where,
                  const JpegOptions& options, const std::optional<PixelBox>& window) {
  const int reduction = options.reduction;
  VIT_ASSERT(reduction == 1 || reduction == 2 || reduction == 4 || reduction == 8, reduction);
  Target target;
  if (window) target.window = *window;
  Decoder decoder;
  decoder.file = bytes;
  decoder.where = where;
  decoder.jpeg.err = jpeg_std_error(&decoder.errors);
  decoder.jpeg.client_data = &decoder;
  decoder.errors.error_exit = on_error;
  decoder.errors.emit_message = on_message;
  decoder.progress.progress_monitor = on_progress;
  bool complete = false;
  try {
    complete = decode(decoder, bytes, options, target);
  } catch (...) {  // no memory for the picture
    jpeg_destroy_decompress(&decoder.jpeg);
    throw;
  }
  jpeg_destroy_decompress(&decoder.jpeg);
  if (decoder.unsupported) ByteView(bytes, where).refuse(str(decoder.message, " is not supported"));
  if (!complete || decoder.damaged) {
    throw Error(ErrorKind::data, where, str("damaged JPEG: ", decoder.message),
                "Get the file again, or take it out of the data set.");
  }
  return std::move(target.image);
}

}  // namespace vit
