#include "vit/image/decode_jpeg.h"

#include <jpeglib.h>

#include <csetjmp>
#include <cstdio>  // jpeglib.h uses FILE and size_t without including them
// Names of the messages, to tell harmless warnings from damage.
#include <jerror.h>

#include "vit/core/error.h"

namespace vit {
namespace {

/// libjpeg reports through callbacks and must not be left by an exception, as it is C: errors jump
/// back to decode(), and only then become an Error.
struct Decoder {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape{};
  bool damaged = false;
  char message[JMSG_LENGTH_MAX] = "";
};

Decoder& decoder_of(j_common_ptr jpeg) { return *static_cast<Decoder*>(jpeg->client_data); }

[[noreturn]] void on_error(j_common_ptr jpeg) {
  Decoder& decoder = decoder_of(jpeg);
  jpeg->err->format_message(jpeg, decoder.message);
  std::longjmp(decoder.escape, 1);
}

/// Some cameras pad the compressed data by a byte or two, and odd version numbers in headers touch
/// no pixel; everything else that libjpeg warns of means that it made pixels up.
bool is_harmless(const jpeg_error_mgr& error) {
  constexpr int kPadding = 2;  // bytes; a decoder that lost its place mostly leaves more
  switch (error.msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR: return true;
    case JWRN_EXTRANEOUS_DATA: return error.msg_parm.i[0] <= kPadding;
    default: return false;
  }
}

void on_message(j_common_ptr jpeg, int level) {
  const bool is_warning = level < 0;
  Decoder& decoder = decoder_of(jpeg);
  if (!is_warning || decoder.damaged || is_harmless(*jpeg->err)) return;
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

/// False where libjpeg gave up; the message says why. Nothing with a destructor may live here:
/// longjmp would skip it.
bool decode(Decoder& decoder, std::span<const std::byte> bytes, int reduction, Image& image,
            std::vector<std::uint8_t>& inks) {
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  if (setjmp(decoder.escape) != 0) return false;
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&jpeg, TRUE);
  const bool is_cmyk = jpeg.num_components == 4;
  jpeg.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  jpeg.scale_num = 1;
  jpeg.scale_denom = static_cast<unsigned>(reduction);
  jpeg.progress = &decoder.progress;
  jpeg_start_decompress(&jpeg);
  const int width = static_cast<int>(jpeg.output_width);
  image = Image(width, static_cast<int>(jpeg.output_height));
  if (is_cmyk) inks.resize(static_cast<std::size_t>(width) * 4);
  while (jpeg.output_scanline < jpeg.output_height) {
    std::uint8_t* const row = image.row(static_cast<int>(jpeg.output_scanline));
    JSAMPROW target = is_cmyk ? inks.data() : row;
    jpeg_read_scanlines(&jpeg, &target, 1);
    if (is_cmyk) cmyk_to_rgb(inks.data(), row, width);
  }
  jpeg_finish_decompress(&jpeg);  // reads up to the end marker, so that a missing end is noticed
  return true;
}

}  // namespace

Image decode_jpeg(std::span<const std::byte> bytes, const std::string& where, int reduction) {
  VIT_ASSERT(reduction == 1 || reduction == 2 || reduction == 4 || reduction == 8, reduction);
  Image image;
  std::vector<std::uint8_t> inks;
  Decoder decoder;
  decoder.jpeg.err = jpeg_std_error(&decoder.errors);
  decoder.jpeg.client_data = &decoder;
  decoder.errors.error_exit = on_error;
  decoder.errors.emit_message = on_message;
  decoder.progress.progress_monitor = on_progress;
  bool complete = false;
  try {
    complete = decode(decoder, bytes, reduction, image, inks);
  } catch (...) {  // no memory for the picture
    jpeg_destroy_decompress(&decoder.jpeg);
    throw;
  }
  jpeg_destroy_decompress(&decoder.jpeg);
  if (!complete || decoder.damaged) {
    throw Error(ErrorKind::data, where, str("damaged JPEG: ", decoder.message),
                "Get the file again, or take it out of the data set.");
  }
  return image;
}

}  // namespace vit
