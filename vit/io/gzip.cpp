#include "vit/io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

constexpr int kGzipWindow = 16 + MAX_WBITS;  // 16: the gzip format, with its checksum

}  // namespace

struct GzipReader::State {
  State() {
    if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~State() { inflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  z_stream stream{};
};

bool GzipReader::is_gzip(const FileBytes& file) {
  std::array<std::byte, 2> start{};
  return file.read_some(0, start) == start.size() && start[0] == std::byte{0x1F} &&
         start[1] == std::byte{0x8B};
}

GzipReader::GzipReader(const FileBytes& file)
    : file_(file), state_(std::make_unique<State>()), packed_(std::size_t{1} << 17) {}

GzipReader::~GzipReader() = default;

void GzipReader::fail(const char* what) const {
  throw Error(ErrorKind::data, printable_path(file_.path()), str("cannot be unpacked: ", what),
              "the archive is damaged or incomplete: fetch it again");
}

std::size_t GzipReader::read(std::span<std::byte> into) {
  z_stream& stream = state_->stream;
  const std::size_t wanted = std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max());
  stream.next_out = reinterpret_cast<Bytef*>(into.data());
  stream.avail_out = static_cast<uInt>(wanted);
  while (stream.avail_out > 0) {
    if (stream.avail_in == 0) {
      const std::size_t count = file_.read_some(position_, packed_);
      position_ += count;
      stream.next_in = reinterpret_cast<Bytef*>(packed_.data());
      stream.avail_in = static_cast<uInt>(count);
      if (count == 0 && !between_members_) fail("the gzip file is cut short");
      if (count == 0) break;
    }
    between_members_ = false;
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      fail(stream.msg != nullptr ? stream.msg : "the gzip file is damaged");
    if (result == Z_STREAM_END) {
      between_members_ = true;
      inflateReset(&stream);
    }
  }
  return wanted - stream.avail_out;
}

}  // namespace vit
