#include "vit/data/pixel_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include "vit/io/checksum.h"
#include "vit/io/file_error.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kVersion = 0x56504331;  // "VPC1"; of another machine's byte order: unknown
constexpr std::int32_t kLongestSide = 1 << 20;

FileDescriptor open_for(const fs::path& path, bool& writes) {
  FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!fd.valid()) {
    writes = false;
    fd = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  if (!fd.valid()) throw file_error(path, "cannot open the cache", errno);
  return fd;
}

bool read_all(int fd, std::uint64_t offset, std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t count = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

bool write_all(int fd, std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

std::uint64_t bytes_of(std::int32_t width, std::int32_t height, std::uint64_t channels) {
  return static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) * channels;
}

}  // namespace

struct PixelStore::Record {
  std::uint32_t version = kVersion;
  std::uint32_t crc = 0;  // of the pixels
  std::int64_t index = 0;
  std::uint64_t offset = 0, stamp = 0;
  std::int32_t width = 0, height = 0, mask_width = 0, mask_height = 0;
  std::uint32_t own_crc = 0;  // of what stands before
  std::uint32_t padding = 0;

  [[nodiscard]] std::uint32_t checksum() const {
    return crc32_of(std::as_bytes(std::span(this, 1)).first(offsetof(Record, own_crc)));
  }
};

PixelStore::PixelStore(const fs::path& path, std::int64_t size, std::uint64_t max_bytes)
    : path_(path), max_bytes_(max_bytes), writes_(true), places_(static_cast<std::size_t>(size)) {
  fs::path index = path;
  index += ".index";
  pixels_ = open_for(path, writes_);
  index_ = open_for(index, writes_);
  if (writes_ && ::flock(index_.get(), LOCK_EX | LOCK_NB) != 0) writes_ = false;
  load_index();
}

void PixelStore::load_index() {
  struct stat status {};
  if (::fstat(pixels_.get(), &status) != 0) throw file_error(path_, "cannot read", errno);
  const auto pixel_bytes = static_cast<std::uint64_t>(status.st_size);
  std::uint64_t at = 0;
  for (Record record; read_all(index_.get(), at, std::as_writable_bytes(std::span(&record, 1)));
       at += sizeof(Record)) {
    if (record.version != kVersion || record.own_crc != record.checksum()) break;
    const bool sane =
        record.index >= 0 && static_cast<std::size_t>(record.index) < places_.size() &&
        record.width > 0 && record.height > 0 && record.width <= kLongestSide &&
        record.height <= kLongestSide && record.mask_width >= 0 && record.mask_height >= 0 &&
        record.mask_width <= kLongestSide && record.mask_height <= kLongestSide;
    if (!sane) break;
    const std::uint64_t end = record.offset + bytes_of(record.width, record.height, 3) +
                              bytes_of(record.mask_width, record.mask_height, 1);
    if (end > pixel_bytes) break;
    places_[static_cast<std::size_t>(record.index)] = {
        record.offset,     record.stamp,       record.width, record.height,
        record.mask_width, record.mask_height, record.crc,   false};
    end_ = std::max(end_, end);
  }
  // What stands behind is of a process that was killed, or damaged.
  if (writes_) static_cast<void>(::ftruncate(index_.get(), static_cast<off_t>(at)));
}

bool PixelStore::read(std::int64_t index, std::uint64_t stamp, Image& image, Image& mask) const {
  std::optional<Place> place;
  {
    const std::lock_guard lock(mutex_);
    place = places_[static_cast<std::size_t>(index)];
  }
  if (!place || place->stamp != stamp) return false;
  image = Image(place->width, place->height, 3);
  mask = place->mask_width > 0 ? Image(place->mask_width, place->mask_height, 1) : Image();
  const auto image_bytes = std::as_writable_bytes(std::span(image.pixels));
  const auto mask_bytes = std::as_writable_bytes(std::span(mask.pixels));
  if (!read_all(pixels_.get(), place->offset, image_bytes) ||
      !read_all(pixels_.get(), place->offset + image_bytes.size(), mask_bytes))
    return false;
  if (place->is_verified) return true;
  Crc32 crc;
  crc.update(image_bytes);
  crc.update(mask_bytes);
  if (crc.value() != place->crc) return false;
  const std::lock_guard lock(mutex_);
  std::optional<Place>& known = places_[static_cast<std::size_t>(index)];
  if (known && known->offset == place->offset) known->is_verified = true;
  return true;
}

void PixelStore::add(std::int64_t index, std::uint64_t stamp, const Image& image,
                     const Image& mask) {
  const auto image_bytes = std::as_bytes(std::span(image.pixels));
  const auto mask_bytes = std::as_bytes(std::span(mask.pixels));
  Crc32 crc;
  crc.update(image_bytes);
  crc.update(mask_bytes);
  Record record;
  record.crc = crc.value();
  record.index = index;
  record.stamp = stamp;
  record.width = image.width;
  record.height = image.height;
  record.mask_width = mask.empty() ? 0 : mask.width;
  record.mask_height = mask.empty() ? 0 : mask.height;
  // One writer at a time keeps the pixels in the order of the index, and the loss to one record
  // where the process is killed.
  const std::lock_guard lock(mutex_);
  const std::uint64_t bytes = image_bytes.size() + mask_bytes.size();
  if (!writes_ || image.channels != 3 || image.empty() || end_ + bytes > max_bytes_) return;
  record.offset = end_;
  record.own_crc = record.checksum();
  const off_t index_end = ::lseek(index_.get(), 0, SEEK_END);
  if (!write_all(pixels_.get(), end_, image_bytes) ||
      !write_all(pixels_.get(), end_ + image_bytes.size(), mask_bytes) ||
      !write_all(index_.get(), static_cast<std::uint64_t>(index_end),
                 std::as_bytes(std::span(&record, 1)))) {
    writes_ = false;  // a full disk: what is there stays of use
    return;
  }
  end_ += bytes;
  places_[static_cast<std::size_t>(index)] = {
      record.offset,      stamp,      record.width, record.height, record.mask_width,
      record.mask_height, record.crc, true};
}

}  // namespace vit
