#include "vit/data/idx.h"

#include <algorithm>
#include <array>
#include <functional>
#include <span>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file.h"
#include "vit/io/gzip.h"

namespace vit {
namespace {

constexpr std::uint64_t kLargestIdx = std::uint64_t{1} << 30;
constexpr std::uint8_t kUnsignedByte = 0x08;

/// Reads up to the end of the buffer or of the file; returns the count.
using Read = std::function<std::size_t(std::span<std::byte>)>;

IdxArray read(const Read& next, const std::filesystem::path& file, int dimensions) {
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorKind::data, printable_path(file), what,
                "the file is damaged, cut off or of another kind: get it again");
  };
  std::array<std::uint8_t, 4> magic{};
  if (next(std::as_writable_bytes(std::span(magic))) != magic.size() || magic[0] != 0 ||
      magic[1] != 0)
    fail("is no IDX file");
  if (magic[2] != kUnsignedByte || magic[3] != dimensions)
    fail(str("expected unsigned bytes in ", dimensions, " dimensions, found type ", int{magic[2]},
             " in ", int{magic[3]}));
  IdxArray array;
  std::uint64_t count = 1;
  for (int i = 0; i < dimensions; ++i) {
    std::array<std::uint8_t, 4> b{};
    if (next(std::as_writable_bytes(std::span(b))) != b.size()) fail("its header is cut off");
    const std::uint32_t size = std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 |
                               std::uint32_t{b[2]} << 8 | std::uint32_t{b[3]};
    array.sizes.push_back(size);
    if (size == 0 || (count *= size) > kLargestIdx)
      fail(str("its header names ", size, " for dimension ", i,
               ", which makes it empty or too "
               "large"));
  }
  // In pieces, so that a header that lies takes no memory.
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  while (array.values.size() < count) {
    const std::size_t have = array.values.size();
    array.values.resize(have +
                        static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, count - have)));
    const auto room = std::as_writable_bytes(std::span(array.values)).subspan(have);
    const std::size_t got = next(room);
    if (got < room.size())
      fail(str("its header promises ", count, " values, and there are ", have + got));
  }
  std::array<std::byte, 1> more{};
  if (next(more) != 0) fail(str("there is more in it than the ", count, " values of its header"));
  return array;
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& path, int dimensions) try {
  const FileBytes file = FileBytes::open(path);
  if (GzipReader::is_gzip(file)) {
    GzipReader reader(file);
    return read(
        [&](std::span<std::byte> into) {
          std::size_t filled = 0;
          while (filled < into.size()) {
            const std::size_t count = reader.read(into.subspan(filled));
            if (count == 0) break;
            filled += count;
          }
          return filled;
        },
        path, dimensions);
  }
  std::uint64_t offset = 0;
  return read(
      [&](std::span<std::byte> into) {
        const std::size_t count = file.read_some(offset, into);
        offset += count;
        return count;
      },
      path, dimensions);
} catch (const Error& problem) {
  throw Error(ErrorKind::data, problem.where(), problem.problem(), problem.remedy());
}

}  // namespace vit
