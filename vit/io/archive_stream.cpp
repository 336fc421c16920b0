#include "vit/io/archive_stream.h"

#include <archive.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <new>
#include <string_view>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 18;
constexpr std::size_t kTarBlock = 512;

bool starts_as_zip(const FileBytes& file) {
  std::array<char, 4> start{};
  if (file.read_some(0, std::as_writable_bytes(std::span(start))) != start.size()) return false;
  const std::string_view mark(start.data(), start.size());
  return mark == "PK\x03\x04" || mark == "PK\x05\x06";
}

/// Runs the body of a callback of libarchive, which is C and knows no exceptions.
template <class Body>
la_ssize_t guarded(::archive* reader, std::exception_ptr& failure, const Body& body) {
  try {
    return static_cast<la_ssize_t>(body());
  } catch (...) {
    failure = std::current_exception();
    archive_set_error(reader, ARCHIVE_FAILED, "cannot read");
    return ARCHIVE_FATAL;
  }
}

}  // namespace

void FreeArchive::operator()(::archive* handle) const noexcept { archive_read_free(handle); }

ArchiveStream::ArchiveStream(const std::filesystem::path& path)
    : file_(FileBytes::open(path)), is_zip_(starts_as_zip(file_)), packed_(kPieceBytes) {
  if (is_zip_) return;
  piece_.resize(kPieceBytes);
  if (GzipReader::is_gzip(file_)) {
    gzip_ = std::make_unique<GzipReader>(file_);
  } else {
    open_filter();
  }
}

void ArchiveStream::open_filter() {
  filter_.reset(archive_read_new());
  if (!filter_) throw std::bad_alloc();
  archive_read_support_filter_bzip2(filter_.get());
  archive_read_support_filter_xz(filter_.get());
  archive_read_support_filter_zstd(filter_.get());
  archive_read_support_format_raw(filter_.get());
  archive_read_support_format_empty(filter_.get());
  archive_read_set_callback_data(filter_.get(), this);
  archive_read_set_read_callback(filter_.get(), [](::archive* a, void* self, const void** bytes) {
    auto& stream = *static_cast<ArchiveStream*>(self);
    *bytes = stream.packed_.data();
    return guarded(a, stream.failure_, [&] { return stream.read_packed(); });
  });
  check(archive_read_open1(filter_.get()));
  archive_entry* whole = nullptr;
  const int result = archive_read_next_header(filter_.get(), &whole);
  if (result == ARCHIVE_EOF) {
    throw Error(ErrorKind::data, printable_path(file_.path()), "the archive is empty",
                "fetch it again, or check that it is the right file");
  }
  check(result);
  is_plain_ = archive_filter_count(filter_.get()) == 1;
}

void ArchiveStream::check(int result) const {
  if (result >= ARCHIVE_OK) return;
  rethrow_failure();
  const char* reason = archive_error_string(filter_.get());
  throw Error(ErrorKind::data, printable_path(file_.path()),
              str("cannot be unpacked: ", reason != nullptr ? reason : "unknown reason"),
              "the archive is damaged or incomplete: fetch it again");
}

void ArchiveStream::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

std::size_t ArchiveStream::read_packed() {
  const std::size_t count = file_.read_some(position_, packed_);
  position_ += count;
  furthest_ = std::max(furthest_, position_);
  return count;
}

std::size_t ArchiveStream::read_unpacked() {
  la_ssize_t count = 0;
  if (gzip_) {
    count = static_cast<la_ssize_t>(gzip_->read(piece_));
  } else {
    count = archive_read_data(filter_.get(), piece_.data(), piece_.size());
    if (count < 0) check(static_cast<int>(count));
  }
  const auto bytes = std::span(piece_).first(static_cast<std::size_t>(count));
  const auto data = std::find_if(bytes.rbegin(), bytes.rend(),
                                 [](std::byte byte) { return byte != std::byte{0}; });
  const auto zeros = static_cast<std::size_t>(data - bytes.rbegin());
  zeros_at_end_ = zeros == bytes.size() ? zeros_at_end_ + zeros : zeros;
  unpacked_ += bytes.size();
  return bytes.size();
}

void ArchiveStream::attach(::archive* reader) {
  archive_read_set_callback_data(reader, this);
  if (!is_zip_) {
    archive_read_set_read_callback(reader, [](::archive* a, void* self, const void** bytes) {
      auto& stream = *static_cast<ArchiveStream*>(self);
      *bytes = stream.piece_.data();
      return guarded(a, stream.failure_, [&] { return stream.read_unpacked(); });
    });
    return;
  }
  archive_read_set_read_callback(reader, [](::archive* a, void* self, const void** bytes) {
    auto& stream = *static_cast<ArchiveStream*>(self);
    *bytes = stream.packed_.data();
    return guarded(a, stream.failure_, [&] { return stream.read_packed(); });
  });
  archive_read_set_seek_callback(
      reader, [](::archive*, void* self, la_int64_t offset, int whence) -> la_int64_t {
        auto& stream = *static_cast<ArchiveStream*>(self);
        const auto size = static_cast<la_int64_t>(stream.file_.size());
        const auto here = static_cast<la_int64_t>(stream.position_);
        const la_int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? here : size;
        const la_int64_t to = std::clamp<la_int64_t>(from + offset, 0, size);
        stream.position_ = static_cast<std::uint64_t>(to);
        return to;
      });
}

bool ArchiveStream::skip_piece() {
  if (is_zip_) return false;
  if (read_unpacked() > 0) return true;
  if (is_plain_ && zeros_at_end_ < kTarBlock) {
    throw Error(ErrorKind::data, printable_path(file_.path()),
                "the archive has no end mark, as if it were cut short", "fetch it again");
  }
  return false;
}

}  // namespace vit
