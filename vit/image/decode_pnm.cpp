#include "vit/image/decode_pnm.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "vit/image/byte_view.h"

namespace vit {
namespace {

/// Reads the samples of a PNM file one after another.
class PnmReader {
 public:
  explicit PnmReader(const ByteView& file) : file_(file) {}

  /// The next number in text; white space and comments before it are skipped.
  int number() {
    skip_space();
    int value = digit();
    while (at_ < file_.size() && std::isdigit(file_.u8(at_))) {
      value = std::min(value * 10 + digit(), 1'000'000'000 / 10);
    }
    return value;
  }
  /// The single white space between the header and binary samples.
  void end_header() { ++at_; }
  /// The next 0 or 1 in text; white space is optional between those.
  int text_bit() {
    skip_space();
    return digit();
  }
  int sample(bool wide) {
    const std::uint32_t value = wide ? file_.big16(at_) : file_.u8(at_);
    at_ += wide ? 2 : 1;
    return static_cast<int>(value);
  }
  void seek(std::size_t offset) { at_ = offset; }
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  void skip_space() {
    for (; std::isspace(file_.u8(at_)) || file_.u8(at_) == '#'; ++at_) {
      if (file_.u8(at_) != '#') continue;
      while (file_.u8(at_) != '\n' && file_.u8(at_) != '\r') ++at_;
    }
  }
  int digit() {
    const std::uint8_t letter = file_.u8(at_);
    if (!std::isdigit(letter)) file_.fail(str("PNM: expected a number at offset ", at_));
    ++at_;
    return letter - '0';
  }

  ByteView file_;
  std::size_t at_ = 2;  // after the two magic letters
};

/// PBM: a set bit is black.
void read_bits(PnmReader& reader, const ByteView& file, bool text, Image& image) {
  const std::size_t start = reader.offset();
  const std::size_t row_bytes = (static_cast<std::size_t>(image.width) + 7) / 8;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const auto column = static_cast<std::size_t>(x);
      const int bit = text
                          ? reader.text_bit()
                          : file.u8(start + static_cast<std::size_t>(y) * row_bytes + column / 8) >>
                                    (7 - column % 8) &
                                1;
      std::fill_n(image.pixel(x, y), 3, static_cast<std::uint8_t>(bit != 0 ? 0 : 255));
    }
  }
}

}  // namespace

Image decode_pnm(std::span<const std::byte> bytes, const std::string& where) {
  const ByteView file(bytes, where);
  PnmReader reader(file);
  const char kind = static_cast<char>(file.u8(1));
  const bool text = kind <= '3', bitmap = kind == '1' || kind == '4';
  const int channels = kind == '3' || kind == '6' ? 3 : 1;
  const int width = reader.number(), height = reader.number();
  const int maximum = bitmap ? 1 : reader.number();
  if (maximum < 1 || maximum > 65535) {
    file.fail(str("PNM: the largest sample must be 1 to 65535, found ", maximum));
  }
  if (!text) reader.end_header();
  // Every text sample takes a letter, every binary one its bytes: checked before memory is taken.
  const std::size_t samples = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                              static_cast<std::size_t>(channels);
  const std::size_t least = bitmap && !text         ? samples / 8
                            : text || maximum < 256 ? samples
                                                    : 2 * samples;
  static_cast<void>(file.slice(reader.offset(), least));

  Image image(width, height);
  if (bitmap) {
    read_bits(reader, file, text, image);
    return image;
  }
  const bool wide_grey = channels == 1 && maximum > 255;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
      const int sample = std::min(text ? reader.number() : reader.sample(maximum > 255), maximum);
      // As Pillow computes it: half-way values go to the even number.
      const double exact = static_cast<double>(sample) / maximum * (wide_grey ? 65535 : 255);
      image.pixels[i + c] = static_cast<std::uint8_t>(std::min(std::nearbyint(exact), 255.0));
    }
    if (channels == 1) image.pixels[i + 1] = image.pixels[i + 2] = image.pixels[i];
  }
  return image;
}

}  // namespace vit
