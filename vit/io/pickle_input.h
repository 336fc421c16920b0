#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vit/io/file.h"
#include "vit/io/little_endian.h"

namespace vit {

/// The bytes [begin, end) of a file in their order, read through a small window, so that the
/// tensors behind a pickle need not be in memory.
class PickleInput {
 public:
  /// `file` must outlive it.
  PickleInput(const FileBytes& file, std::uint64_t begin, std::uint64_t end);

  /// Of the next byte, in the file.
  [[nodiscard]] std::uint64_t position() const noexcept { return window_begin_ + at_; }
  [[nodiscard]] std::uint64_t left() const noexcept { return end_ - position(); }

  [[nodiscard]] std::uint8_t byte();
  template <class Number>
  [[nodiscard]] Number number() {
    std::array<std::byte, sizeof(Number)> bytes{};
    for (std::byte& one : bytes) one = static_cast<std::byte>(byte());
    return number_at<Number>(bytes, 0);
  }
  /// The next `count` bytes, of which a text may have kMaxText.
  [[nodiscard]] std::string text(std::uint64_t count);
  /// Up to a line feed, which is passed over; for the names of globals.
  [[nodiscard]] std::string line();
  void skip(std::uint64_t count);
  /// Throws unless `count` more bytes are there.
  void require(std::uint64_t count) const;

  /// Throws Error(weights) that names the file and `offset`.
  [[noreturn]] void fail(std::uint64_t offset, const std::string& what) const;

  static constexpr std::uint64_t kMaxText = std::uint64_t{16} << 20;

 private:
  void fill();

  const FileBytes& file_;
  std::uint64_t window_begin_, end_;
  std::size_t at_ = 0;
  std::vector<std::byte> window_;
};

}  // namespace vit
