#include "vit/io/zip_entry.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 17;

}  // namespace

struct ZipEntryReader::Inflater {
  Inflater() : packed(kPiece) {
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
      throw std::bad_alloc();  // no header: raw deflate
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
  std::vector<std::byte> packed;
  bool ended = false;
};

ZipEntryReader::ZipEntryReader(const FileBytes& file, const ZipEntry& entry)
    : file_(file), entry_(entry) {
  if (entry.deflated) inflater_ = std::make_unique<Inflater>();
}

ZipEntryReader::~ZipEntryReader() = default;

void ZipEntryReader::fail(const std::string& what) const {
  throw Error(
      ErrorKind::weights, printable_path(file_.path()),
      str("the entry ", in_quotes(entry_.name), " at offset ", entry_.begin, " is damaged: ", what),
      "fetch the file again");
}

void ZipEntryReader::read(std::span<std::byte> into) {
  VIT_ASSERT(into.size() <= left(), into.size(), " of ", left());
  while (!into.empty()) {
    const auto piece = into.first(std::min(into.size(), kPiece));
    inflater_ ? read_deflated(piece) : read_stored(piece);
    crc_ = static_cast<std::uint32_t>(
        crc32_z(crc_, reinterpret_cast<const Bytef*>(piece.data()), piece.size()));
    done_ += piece.size();
    into = into.subspan(piece.size());
  }
  if (left() == 0) check_end();
}

void ZipEntryReader::read_stored(std::span<std::byte> into) {
  if (file_.read_some(entry_.begin + done_, into) != into.size())
    fail("the file was cut short while it was read");
}

void ZipEntryReader::read_deflated(std::span<std::byte> into) {
  z_stream& stream = inflater_->stream;
  stream.next_out = reinterpret_cast<Bytef*>(into.data());
  stream.avail_out = static_cast<uInt>(into.size());
  while (stream.avail_out > 0) {
    if (inflater_->ended) fail(str("it unpacks to less than the ", entry_.bytes, " bytes it says"));
    if (stream.avail_in == 0) {
      const std::uint64_t packed_left = entry_.packed_bytes - packed_done_;
      if (packed_left == 0) fail("its packed data are cut short");
      const auto part =
          std::span(inflater_->packed)
              .first(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, packed_left)));
      if (file_.read_some(entry_.begin + packed_done_, part) != part.size())
        fail("the file was cut short while it was read");
      packed_done_ += part.size();
      stream.next_in = reinterpret_cast<Bytef*>(part.data());
      stream.avail_in = static_cast<uInt>(part.size());
    }
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_STREAM_END)
      inflater_->ended = true;
    else if (result != Z_OK && result != Z_BUF_ERROR)
      fail(stream.msg != nullptr ? stream.msg : "its packed data make no sense");
  }
}

void ZipEntryReader::check_end() {
  if (crc_ != entry_.crc) fail("its CRC-32 is not what the archive says");
}

}  // namespace vit
