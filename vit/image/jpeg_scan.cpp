#include "vit/image/jpeg_scan.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/container.h"

namespace vit {
namespace {

/// A Huffman table as the file gives it (ITU T.81, annex C).
struct HuffmanCodes {
  std::array<std::uint8_t, 17> counts{};  ///< codes of each length
  std::vector<std::uint8_t> symbols;
};

struct ScanComponent {
  std::uint8_t id = 0, across = 1, down = 1, quantizer = 0, dc = 0, ac = 0;
  int predicted = 0;
};

/// What is needed to read a sequential JPEG's only scan.
struct SequentialScan {
  int width = 0, height = 0, restart_interval = 0;
  bool sequential = false;
  std::vector<ScanComponent> components;
  std::array<HuffmanCodes, 4> dc, ac;
  std::array<int, 4> dc_quantizer{1, 1, 1, 1};
  std::size_t data = 0;  ///< where the compressed data starts
};

void read_huffman_codes(const ByteView& payload, SequentialScan& scan) {
  for (std::size_t at = 0; at < payload.size();) {
    const std::uint8_t place = payload.u8(at);
    if ((place & 0xF) > 3) payload.fail("JPEG: an unknown Huffman table");
    HuffmanCodes& codes = (place >> 4 == 0 ? scan.dc : scan.ac)[place & 0xF];
    std::size_t total = 0;
    for (std::size_t length = 1; length <= 16; ++length)
      total += codes.counts[length] = payload.u8(at + length);
    codes.symbols.clear();
    for (std::size_t i = 0; i < total; ++i) codes.symbols.push_back(payload.u8(at + 17 + i));
    at += 17 + total;
  }
}

void read_quantizers(const ByteView& payload, SequentialScan& scan) {
  for (std::size_t at = 0; at < payload.size();) {
    const std::uint8_t place = payload.u8(at);
    const bool wide = place >> 4 != 0;
    const auto step = static_cast<int>(wide ? payload.big16(at + 1) : payload.u8(at + 1));
    scan.dc_quantizer[place & 3] = std::max(step, 1);
    at += wide ? 129 : 65;
  }
}

/// None where the picture has another kind of scan, or several.
std::optional<SequentialScan> read_sequential_scan(const ByteView& jpeg) {
  constexpr std::uint8_t kBaseline = 0xC0, kExtended = 0xC1, kHuffman = 0xC4, kQuantizers = 0xDB,
                         kRestarts = 0xDD;
  SequentialScan scan;
  std::size_t at = 2;  // where the segments end
  walk_jpeg(jpeg, [&](std::uint8_t marker, const ByteView& payload) {
    if (marker == kHuffman) read_huffman_codes(payload, scan);
    if (marker == kQuantizers) read_quantizers(payload, scan);
    if (marker == kRestarts) scan.restart_interval = static_cast<int>(payload.big16(0));
    if (marker == kBaseline || marker == kExtended) {
      scan.sequential = true;
      scan.height = static_cast<int>(payload.big16(1));
      scan.width = static_cast<int>(payload.big16(3));
      for (std::size_t i = 0; i < payload.u8(5); ++i) {
        const std::uint8_t sampling = payload.u8(7 + 3 * i);
        scan.components.push_back({payload.u8(6 + 3 * i), static_cast<std::uint8_t>(sampling >> 4),
                                   static_cast<std::uint8_t>(sampling & 0xF),
                                   static_cast<std::uint8_t>(payload.u8(8 + 3 * i) & 3)});
      }
    }
    at = static_cast<std::size_t>(payload.bytes().data() - jpeg.bytes().data()) + payload.size();
    return true;
  });
  if (!scan.sequential) return std::nullopt;
  while (!(jpeg.u8(at) == 0xFF && jpeg.u8(at + 1) == 0xDA)) ++at;
  const ByteView header = jpeg.slice(at + 4, jpeg.big16(at + 2) - std::size_t{2});
  if (header.u8(0) != scan.components.size()) return std::nullopt;
  for (std::size_t i = 0; i < scan.components.size(); ++i) {
    ScanComponent& component = scan.components[i];
    if (header.u8(1 + 2 * i) != component.id || component.across == 0 || component.down == 0)
      return std::nullopt;
    component.dc = header.u8(2 + 2 * i) >> 4 & 3;
    component.ac = header.u8(2 + 2 * i) & 3;
  }
  scan.data = at + 4 + header.size();
  return scan;
}

/// The bits of compressed data up to a marker.
class ScanBits {
 public:
  ScanBits(const ByteView& jpeg, std::size_t at) : jpeg_(jpeg), at_(at) {}

  /// -1 where a marker or the file's end stands in the way.
  int next() {
    if (left_ == 0) {
      if (at_ >= jpeg_.size()) return -1;
      current_ = jpeg_.u8(at_);
      if (current_ == 0xFF && (at_ + 1 >= jpeg_.size() || jpeg_.u8(at_ + 1) != 0)) return -1;
      at_ += current_ == 0xFF ? 2 : 1;
      left_ = 8;
    }
    return current_ >> --left_ & 1;
  }
  /// -1 where there are too few.
  int number(int bits) {
    int value = 0;
    for (int i = 0; i < bits; ++i) {
      const int bit = next();
      if (bit < 0) return -1;
      value = value * 2 + bit;
    }
    return value;
  }
  /// -1 where no code has these bits.
  int symbol(const HuffmanCodes& codes) {
    int code = 0, first = 0;
    std::size_t before = 0;
    for (std::size_t length = 1; length <= 16; ++length) {
      const int bit = next();
      if (bit < 0) return -1;
      code = code * 2 + bit;
      first *= 2;
      if (code >= first && code - first < codes.counts[length])
        return codes.symbols[before + static_cast<std::size_t>(code - first)];
      first += codes.counts[length];
      before += codes.counts[length];
    }
    return -1;
  }
  /// Whether only ones stand between here and the next whole byte, as encoders fill it up.
  [[nodiscard]] bool filled_with_ones() const {
    const int ones = (1 << left_) - 1;
    return (current_ & ones) == ones;
  }
  void skip_to_byte() { left_ = 0; }
  /// The next whole byte.
  [[nodiscard]] std::size_t offset() const { return at_; }
  void skip(std::size_t bytes) { at_ += bytes; }

 private:
  ByteView jpeg_;
  std::size_t at_;
  int left_ = 0;
  std::uint8_t current_ = 0;
};

/// Reads one block. False for what no encoder writes: codes that do not exist, coefficients beyond
/// the last, or levels far outside the range of 8-bit samples.
bool read_block(ScanBits& bits, const SequentialScan& scan, ScanComponent& component) {
  constexpr int kMostDcBits = 11, kMostAcBits = 10, kMostDc = 2048;
  const int dc_bits = bits.symbol(scan.dc[component.dc]);
  if (dc_bits < 0 || dc_bits > kMostDcBits) return false;
  const int value = bits.number(dc_bits);
  if (value < 0) return false;
  const bool negative = dc_bits > 0 && value < 1 << (dc_bits - 1);
  component.predicted += negative ? value - (1 << dc_bits) + 1 : value;
  if (std::abs(component.predicted) * scan.dc_quantizer[component.quantizer] > kMostDc)
    return false;
  for (int k = 1; k < 64; ++k) {
    const int symbol = bits.symbol(scan.ac[component.ac]);
    if (symbol < 0) return false;
    const int zeros = symbol >> 4, ac_bits = symbol & 0xF;
    if (ac_bits == 0 && zeros != 15) break;  // nothing more in this block
    k += zeros;
    if (k > 63 || ac_bits > kMostAcBits || bits.number(ac_bits) < 0) return false;
  }
  return true;
}

/// The blocks that stand together, one place of the picture in all components.
bool read_unit(ScanBits& bits, SequentialScan& scan) {
  const bool alone = scan.components.size() == 1;
  for (ScanComponent& component : scan.components) {
    const int blocks = alone ? 1 : component.across * component.down;
    for (int i = 0; i < blocks; ++i)
      if (!read_block(bits, scan, component)) return false;
  }
  return true;
}

std::int64_t units_of(const SequentialScan& scan) {
  int across = 1, down = 1;
  if (scan.components.size() > 1) {
    for (const ScanComponent& component : scan.components) {
      across = std::max<int>(across, component.across);
      down = std::max<int>(down, component.down);
    }
  }
  const auto count = [](int pixels, int size) { return (pixels + size - 1) / size; };
  return std::int64_t{count(scan.width, 8 * across)} * count(scan.height, 8 * down);
}

/// Reads all units, with the markers between them. False where something is wrong.
bool read_units(ScanBits& bits, SequentialScan& scan, const ByteView& jpeg) {
  const std::int64_t units = units_of(scan);
  for (std::int64_t unit = 0; unit < units; ++unit) {
    if (scan.restart_interval > 0 && unit > 0 && unit % scan.restart_interval == 0) {
      bits.skip_to_byte();
      const std::size_t at = bits.offset();
      if (jpeg.u8(at) != 0xFF || (jpeg.u8(at + 1) & 0xF8) != 0xD0) return false;
      bits.skip(2);
      for (ScanComponent& component : scan.components) component.predicted = 0;
    }
    if (!read_unit(bits, scan)) return false;
  }
  return true;
}

bool all_the_same(const ByteView& jpeg, std::size_t from, std::size_t to) {
  const auto bytes = jpeg.slice(from, to - from).bytes();
  return std::all_of(bytes.begin(), bytes.end(), [&](std::byte b) { return b == bytes[0]; });
}

}  // namespace

bool is_padding(const ByteView& jpeg, std::size_t end, std::size_t left) {
  std::optional<SequentialScan> scan = read_sequential_scan(jpeg);
  if (!scan) return left <= end && all_the_same(jpeg, end - left, end);
  ScanBits bits(jpeg, scan->data);
  if (!read_units(bits, *scan, jpeg) || bits.offset() > end) return false;
  if (all_the_same(jpeg, bits.offset(), end)) return true;
  if (!bits.filled_with_ones()) return false;
  // Compressed data that was left over reads as more of the picture, and ends with the file's.
  bits.skip_to_byte();
  ScanBits behind = bits;
  for (bool more = true; more;) {
    more = read_unit(bits, *scan);
    if (more) behind = bits;
  }
  return !(behind.offset() >= end && behind.filled_with_ones());
}

}  // namespace vit
