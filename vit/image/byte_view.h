#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "vit/core/error.h"

namespace vit {

/// The bytes of a picture file with checked access: reading past the end is an Error (data) that
/// names the file, so that parsers of headers need no checks of their own.
class ByteView {
 public:
  ByteView(std::span<const std::byte> bytes, const std::string& where)
      : bytes_(bytes), where_(&where) {}

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] const std::string& where() const { return *where_; }

  [[nodiscard]] ByteView slice(std::size_t offset, std::size_t count) const {
    need(offset, count);
    return {bytes_.subspan(offset, count), *where_};
  }
  [[nodiscard]] bool starts_with(std::string_view text, std::size_t offset = 0) const {
    if (offset > size() || text.size() > size() - offset) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (static_cast<char>(bytes_[offset + i]) != text[i]) return false;
    }
    return true;
  }
  [[nodiscard]] std::uint8_t u8(std::size_t offset) const {
    need(offset, 1);
    return std::to_integer<std::uint8_t>(bytes_[offset]);
  }
  [[nodiscard]] std::uint32_t big16(std::size_t offset) const { return big(offset, 2); }
  [[nodiscard]] std::uint32_t big32(std::size_t offset) const { return big(offset, 4); }
  [[nodiscard]] std::uint32_t little16(std::size_t offset) const { return little(offset, 2); }
  [[nodiscard]] std::uint32_t little24(std::size_t offset) const { return little(offset, 3); }
  [[nodiscard]] std::uint32_t little32(std::size_t offset) const { return little(offset, 4); }

  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorKind::data, *where_, problem,
                "The file is damaged or incomplete: get it again, or take it out of the data set.");
  }
  /// For a sound file of a kind that is not read: `problem` names the kind.
  [[noreturn]] void refuse(const std::string& problem) const {
    throw Error(ErrorKind::data, *where_, problem,
                "Convert it to PNG or JPEG beforehand, or take it out of the data set.");
  }

 private:
  void need(std::size_t offset, std::size_t count) const {
    if (offset > size() || count > size() - offset) {
      fail(str("the picture ends too early: expected ", count, " bytes at offset ", offset,
               ", found ", offset > size() ? 0 : size() - offset));
    }
  }
  [[nodiscard]] std::uint32_t big(std::size_t offset, std::size_t count) const {
    need(offset, count);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = (value << 8) | std::to_integer<std::uint32_t>(bytes_[offset + i]);
    }
    return value;
  }
  [[nodiscard]] std::uint32_t little(std::size_t offset, std::size_t count) const {
    need(offset, count);
    std::uint32_t value = 0;
    for (std::size_t i = count; i-- > 0;) {
      value = (value << 8) | std::to_integer<std::uint32_t>(bytes_[offset + i]);
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  const std::string* where_;
};

}  // namespace vit
