#include "vit/data/mat_file.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file.h"

// MAT-File Format, The MathWorks, version 5: tagged elements, each padded to 8 bytes.
namespace vit {
namespace {

constexpr std::size_t kHeader = 128;
constexpr std::uint64_t kLargestMat = std::uint64_t{4} << 30;

enum Type : std::uint32_t {
  kInt8 = 1,
  kUint8 = 2,
  kInt16 = 3,
  kUint16 = 4,
  kInt32 = 5,
  kUint32 = 6,
  kSingle = 7,
  kDouble = 9,
  kMatrix = 14,
  kCompressed = 15,
};

class MatReader {
 public:
  explicit MatReader(const std::filesystem::path& file) : file_(file) {}

  std::map<std::string, MatArray> read(std::span<const std::byte> bytes) {
    if (bytes.size() < kHeader || text(bytes.subspan(126, 2)) != "IM")
      fail("is no MATLAB file of level 5 of a little-endian machine");
    bytes = bytes.subspan(kHeader);
    while (!bytes.empty()) {
      const Element element = next(bytes, false);
      if (element.type == kCompressed) {
        const std::vector<std::byte> unpacked = inflate(element.data);
        std::span<const std::byte> inside = unpacked;
        add(next(inside, true));
      } else {
        add(element);
      }
    }
    return std::move(arrays_);
  }

 private:
  struct Element {
    std::uint32_t type = 0;
    std::span<const std::byte> data;
  };

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::data, printable_path(file_), what,
                "the file is damaged or of another kind: get it again");
  }

  static std::string_view text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  [[nodiscard]] std::uint32_t word(std::span<const std::byte> bytes, std::size_t at) const {
    if (at + 4 > bytes.size()) fail("is cut off");
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, 4);
    return value;
  }

  /// Takes the first element off `bytes`. Only those inside another are padded when compressed.
  Element next(std::span<const std::byte>& bytes, bool padded) const {
    const std::uint32_t first = word(bytes, 0);
    if (first >> 16 != 0) {  // the small form: type, size and up to 4 bytes of data in 8
      if (bytes.size() < 8 || first >> 16 > 4) fail("an element's size is wrong");
      const Element element{first & 0xFFFF, bytes.subspan(4, first >> 16)};
      bytes = bytes.subspan(8);
      return element;
    }
    const std::size_t size = word(bytes, 4);
    if (size > bytes.size() - 8) fail("is cut off");
    const Element element{first, bytes.subspan(8, size)};
    const bool pads = padded || first != kCompressed;
    const std::size_t whole = 8 + (pads ? (size + 7) / 8 * 8 : size);
    bytes = bytes.subspan(std::min(whole, bytes.size()));
    return element;
  }

  [[nodiscard]] std::vector<std::byte> inflate(std::span<const std::byte> packed) const {
    std::vector<std::byte> out(std::size_t{1} << 20);
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::size_t filled = 0;
    int result = Z_OK;
    while (result == Z_OK && filled <= kLargestMat) {
      if (filled == out.size()) out.resize(2 * out.size());
      const std::size_t room = std::min<std::size_t>(out.size() - filled, std::size_t{1} << 30);
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
      stream.avail_out = static_cast<uInt>(room);
      result = ::inflate(&stream, Z_NO_FLUSH);
      filled += room - stream.avail_out;
    }
    inflateEnd(&stream);
    if (result != Z_STREAM_END) fail("its compressed data is damaged, cut off or too large");
    out.resize(filled);
    return out;
  }

  template <class Number>
  void convert(std::span<const std::byte> data, std::vector<std::uint8_t>& out,
               const std::string& name) const {
    if (data.size() % sizeof(Number) != 0) fail(str("array ", in_quotes(name), " is cut off"));
    out.resize(data.size() / sizeof(Number));
    for (std::size_t i = 0; i < out.size(); ++i) {
      Number value{};
      std::memcpy(&value, data.data() + i * sizeof(Number), sizeof(Number));
      // Negated, so that NaN is outside, too.
      if (!(value >= Number{0} &&
            value <=
                static_cast<Number>(sizeof(Number) == 1 && Number(-1) < Number(0) ? 127 : 255)) ||
          static_cast<Number>(static_cast<std::uint8_t>(value)) != value)
        fail(str("array ", in_quotes(name), " has a value at ", i,
                 " that is no whole number from 0 to 255"));
      out[i] = static_cast<std::uint8_t>(value);
    }
  }

  void add(const Element& element) {
    if (element.type != kMatrix) return;
    std::span<const std::byte> inside = element.data;
    const Element flags = next(inside, true);
    const std::uint32_t kind = word(flags.data, 0);
    if ((kind & 0xFF) < 6 || (kind & 0xFF) > 15 || (kind & 0x0800) != 0)
      return;  // not real numbers
    const Element sizes = next(inside, true);
    const std::string name(text(next(inside, true).data));
    const Element values = next(inside, true);
    MatArray array;
    std::uint64_t count = 1;
    for (std::size_t at = 0; at + 4 <= sizes.data.size(); at += 4) {
      array.sizes.push_back(word(sizes.data, at));
      count *= std::max<std::uint32_t>(array.sizes.back(), 1);
      if (count > kLargestMat) fail(str("array ", in_quotes(name), " is too large"));
    }
    switch (values.type) {
      case kInt8: convert<std::int8_t>(values.data, array.values, name); break;
      case kUint8: convert<std::uint8_t>(values.data, array.values, name); break;
      case kInt16: convert<std::int16_t>(values.data, array.values, name); break;
      case kUint16: convert<std::uint16_t>(values.data, array.values, name); break;
      case kInt32: convert<std::int32_t>(values.data, array.values, name); break;
      case kUint32: convert<std::uint32_t>(values.data, array.values, name); break;
      case kSingle: convert<float>(values.data, array.values, name); break;
      case kDouble: convert<double>(values.data, array.values, name); break;
      default: fail(str("array ", in_quotes(name), " is of an unknown type"));
    }
    if (array.values.size() != count)
      fail(str("array ", in_quotes(name), " has ", array.values.size(), " values, expected ",
               count));
    arrays_[name] = std::move(array);
  }

  const std::filesystem::path& file_;
  std::map<std::string, MatArray> arrays_;
};

}  // namespace

std::map<std::string, MatArray> read_mat(const std::filesystem::path& file) {
  std::vector<std::byte> bytes;
  try {
    bytes = read_file(file, kLargestMat);
  } catch (const Error& problem) {
    throw Error(ErrorKind::data, problem.where(), problem.problem(), problem.remedy());
  }
  return MatReader(file).read(bytes);
}

}  // namespace vit
