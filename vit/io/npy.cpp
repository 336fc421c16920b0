#include "vit/io/npy.h"

#include <array>
#include <charconv>
#include <optional>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/little_endian.h"
#include "vit/io/safetensors_header.h"

namespace vit {
namespace {

constexpr std::string_view kMagic("\x93NUMPY");

struct Row {
  std::string_view name;  // without the byte order
  DType dtype;
};

constexpr std::array kTypes{Row{"f4", DType::F32},  Row{"f2", DType::F16}, Row{"f8", DType::F64},
                            Row{"V2", DType::BF16}, Row{"i1", DType::I8},  Row{"i2", DType::I16},
                            Row{"i4", DType::I32},  Row{"i8", DType::I64}, Row{"u1", DType::U8},
                            Row{"u2", DType::U16},  Row{"u4", DType::U32}, Row{"u8", DType::U64},
                            Row{"b1", DType::BOOL}, Row{"c8", DType::C64}};

[[noreturn]] void fail(const std::string& where, std::size_t offset, const std::string& what) {
  throw Error(ErrorKind::weights, where, str("its .npy header at offset ", offset, ": ", what),
              "the file is damaged, or holds no plain array: write it again with numpy.savez");
}

/// Reads just the Python that NumPy writes: one dict with three keys.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  NpyHeader parse() {
    expect('{');
    while (!take('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !type_) {
        read_type();
      } else if (key == "fortran_order" && !fortran_) {
        fortran_ = boolean();
      } else if (key == "shape" && !shape_) {
        shape_ = shape();
      } else {
        fail_here(str("the key ", in_quotes(key, 40), " is unknown or there twice"));
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) fail_here("something follows the dict");
    if (!type_ || !fortran_ || !shape_) fail_here("expected descr, fortran_order and shape");
    return header();
  }

 private:
  [[noreturn]] void fail_here(const std::string& what) const { fail(where_, at_, what); }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail_here(str("expected '", c, "'"));
  }

  std::string string() {
    skip_space();
    if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"'))
      fail_here("expected a text");
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) fail_here("a text does not end");
    std::string out(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return out;
  }

  bool boolean() {
    skip_space();
    for (const auto& [word, value] :
         {std::pair{std::string_view("True"), true}, {"False", false}}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return value;
    }
    fail_here("expected True or False");
  }

  std::vector<std::int64_t> shape() {
    std::vector<std::int64_t> dims;
    expect('(');
    while (!take(')')) {
      skip_space();
      std::int64_t dim = 0;
      const auto result = std::from_chars(text_.data() + at_, text_.data() + text_.size(), dim);
      if (result.ec != std::errc() || dim < 0) fail_here("expected a dimension of 0 or more");
      at_ = static_cast<std::size_t>(result.ptr - text_.data());
      take('L');  // Python 2
      if (dims.size() == kMaxRank) fail_here(str("more than ", kMaxRank, " dimensions"));
      dims.push_back(dim);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return dims;
  }

  /// A structured array has a list of fields here, which is no tensor.
  void read_type() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[') fail_here("an array of records is no tensor");
    type_ = string();
    if (type_->size() < 2) fail_here(str("unknown type ", in_quotes(*type_, 40)));
  }

  NpyHeader header() {
    NpyHeader header;
    header.type = *type_;
    const char order = header.type.front();
    const std::string_view name = std::string_view(header.type).substr(1);
    const Row* found = nullptr;
    for (const Row& row : kTypes)
      if (row.name == name) found = &row;
    header.readable = found != nullptr && (order == '<' || order == '>' || order == '|');
    header.layout.shape = std::move(*shape_);
    if (!header.readable) return header;
    header.dtype = found->dtype;
    header.big_endian = order == '>' && header.number_bytes() > 1;
    if (!tensor_size_bytes(header.dtype, header.layout.shape)) {
      at_ = 0;
      fail_here("the array is too large for a 64-bit size");
    }
    set_strides(header.layout);
    return header;
  }

  void set_strides(StridedLayout& layout) const {
    const std::size_t rank = layout.shape.size();
    layout.strides.resize(rank);
    std::int64_t step = 1;
    for (std::size_t i = 0; i < rank; ++i) {
      const std::size_t axis = *fortran_ ? i : rank - 1 - i;
      layout.strides[axis] = step;
      if (layout.shape[axis] != 0) step *= layout.shape[axis];
    }
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::optional<std::string> type_;
  std::optional<bool> fortran_;
  std::optional<std::vector<std::int64_t>> shape_;
};

}  // namespace

std::size_t NpyHeader::element_bytes() const {
  return static_cast<std::size_t>(dtype_size_bits(dtype)) / 8;
}
std::uint64_t NpyHeader::bytes() const { return *tensor_size_bytes(dtype, layout.shape); }
std::size_t NpyHeader::number_bytes() const {
  return dtype == DType::C64 ? element_bytes() / 2 : element_bytes();
}

std::size_t npy_data_begin(std::string_view start, const std::string& where) {
  if (start.size() < kNpyStart || !start.starts_with(kMagic))
    fail(where, 0, "it is not a .npy array: it does not begin with \\x93NUMPY");
  const int major = static_cast<unsigned char>(start[6]);
  if (major < 1 || major > 3)
    fail(where, 6, str("version ", major, " of the format; known: 1 to 3"));
  const auto bytes = std::as_bytes(std::span(start));
  const std::uint64_t length =
      major == 1 ? number_at<std::uint16_t>(bytes, 8) : number_at<std::uint32_t>(bytes, 8);
  if (length > kMaxNpyHeader) fail(where, 8, str("a header of ", length, " bytes"));
  return static_cast<std::size_t>(length) + (major == 1 ? 10 : 12);
}

NpyHeader parse_npy_header(std::string_view text, const std::string& where) {
  return HeaderParser(text, where).parse();
}

}  // namespace vit
