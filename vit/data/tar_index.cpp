#include "vit/data/tar_index.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file.h"

namespace vit {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kLongestName = 1 << 16;

using Block = std::array<char, kBlock>;

class TarReader {
 public:
  explicit TarReader(const std::filesystem::path& archive) : file_(FileBytes::open(archive)) {}

  std::vector<TarMember> members() {
    std::vector<TarMember> members;
    std::string long_name;  // of a header before
    std::uint64_t long_size = kNoSize;
    bool unfinished = false;  // an extended header, without the one it belongs to
    for (Block block{}; next(block);) {
      const char type = block[156];
      unfinished = type == 'x' || type == 'L';
      std::uint64_t size = number(block, 124, 12);
      if ((type == 'x' || type == 'L') && size > kLongestName) fail("a name is too long");
      if (long_size != kNoSize && type != 'x' && type != 'L') size = long_size;
      if (size > file_.size() - at_) fail("the archive is cut off");
      if (type == 'L') {
        long_name = text(size);
        long_name.resize(std::min(long_name.find('\0'), long_name.size()));
      } else if (type == 'x') {
        read_pax(text(size), long_name, long_size);
      } else {
        if (type == '0' || type == '\0')
          members.push_back({long_name.empty() ? name_in(block) : long_name, at_, size});
        long_name.clear();
        long_size = kNoSize;
      }
      at_ += (size + kBlock - 1) / kBlock * kBlock;
    }
    if (unfinished) fail("the archive is cut off");
    return members;
  }

 private:
  static constexpr auto kNoSize = ~std::uint64_t{0};  // no header before gave one

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(
        ErrorKind::data, printable_path(file_.path()), str(what, " (at byte ", at_, ")"),
        "a shard is a plain tar archive: unpack compressed ones, and get damaged ones again");
  }

  /// The next header; false at the end.
  bool next(Block& block) {
    if (at_ >= file_.size()) return false;
    const std::size_t count = file_.read_some(at_, std::as_writable_bytes(std::span(block)));
    if (count < kBlock) fail(at_ == 0 ? "is no tar archive" : "the archive is cut off");
    if (std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; })) return false;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i)
      sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
    if (number(block, 148, 8) != sum)
      fail(at_ == 0 ? "is no tar archive" : "a header's checksum is wrong");
    at_ += kBlock;
    return true;
  }

  /// Octal digits, or where the first bit is set, big-endian bytes (GNU).
  [[nodiscard]] std::uint64_t number(const Block& block, std::size_t begin,
                                     std::size_t length) const {
    std::uint64_t value = 0;
    if ((static_cast<unsigned char>(block[begin]) & 0x80) != 0) {
      for (std::size_t i = begin + 1; i < begin + length; ++i) {
        if (value >> 55 != 0) fail("a size is too large");
        value = value << 8 | static_cast<unsigned char>(block[i]);
      }
      return value;
    }
    for (std::size_t i = begin; i < begin + length; ++i) {
      if (block[i] == ' ' || block[i] == '\0') continue;
      if (block[i] < '0' || block[i] > '7') fail("a header is damaged");
      value = value * 8 + static_cast<std::uint64_t>(block[i] - '0');
    }
    return value;
  }

  [[nodiscard]] std::string text(std::uint64_t size) const {
    std::string bytes(static_cast<std::size_t>(size), '\0');
    file_.read(at_, std::as_writable_bytes(std::span(bytes)));
    return bytes;
  }

  static std::string field(const Block& block, std::size_t begin, std::size_t length) {
    const std::string_view all(block.data() + begin, length);
    return std::string(all.substr(0, all.find('\0')));
  }
  static std::string name_in(const Block& block) {
    const bool ustar = std::string_view(block.data() + 257, 6) == std::string_view("ustar\0", 6);
    const std::string prefix = ustar ? field(block, 345, 155) : std::string();
    return prefix.empty() ? field(block, 0, 100) : prefix + "/" + field(block, 0, 100);
  }

  /// Lines `LENGTH KEY=VALUE`.
  void read_pax(std::string_view lines, std::string& name, std::uint64_t& size) const {
    while (!lines.empty()) {
      std::size_t length = 0;
      const auto [after, error] =
          std::from_chars(lines.data(), lines.data() + lines.size(), length);
      const auto digits = static_cast<std::size_t>(after - lines.data());
      if (error != std::errc() || length <= digits + 2 || length > lines.size() ||
          lines[digits] != ' ')
        fail("an extended header is damaged");
      const std::string_view line = lines.substr(digits + 1, length - digits - 2);
      const std::string_view key = line.substr(0, line.find('='));
      if (key.size() == line.size()) fail("an extended header is damaged");
      const std::string_view value = line.substr(key.size() + 1);
      if (key == "path") name = value;
      std::uint64_t bytes = 0;
      if (key == "size" &&
          std::from_chars(value.data(), value.data() + value.size(), bytes).ec == std::errc())
        size = bytes;
      lines.remove_prefix(length);
    }
  }

  FileBytes file_;
  std::uint64_t at_ = 0;
};

}  // namespace

std::vector<TarMember> tar_index(const std::filesystem::path& archive) try {
  return TarReader(archive).members();
} catch (const Error& problem) {
  throw Error(ErrorKind::data, problem.where(), problem.problem(), problem.remedy());
}

}  // namespace vit
