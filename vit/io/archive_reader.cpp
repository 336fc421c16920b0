#include "vit/io/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <new>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

constexpr const char* kDamaged = "the archive is damaged or incomplete: fetch it again";
constexpr const char* kHostile =
    "it may be an attempt to write outside the folder: do not use this archive";

const char* kind_of(unsigned type) {
  switch (type) {
    case AE_IFLNK: return "a symbolic link";
    case AE_IFIFO: return "a pipe";
    case AE_IFSOCK: return "a socket";
    case AE_IFCHR:
    case AE_IFBLK: return "a device";
    default: return "an entry of an unknown kind";
  }
}

/// Makes this thread's names UTF-8 for a while, whatever the user's locale: libarchive converts
/// names to it, and in the C locale drops what is not ASCII in a zip file.
class Utf8Names {
 public:
  Utf8Names() : previous_(utf8() != nullptr ? ::uselocale(utf8()) : nullptr) {}
  ~Utf8Names() {
    if (previous_ != nullptr) ::uselocale(previous_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  static locale_t utf8() {
    static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  locale_t previous_;
};

}  // namespace

std::filesystem::path archive_entry_path(const std::string& name, const std::string& where) {
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorKind::data, where, str("entry ", in_quotes(name), ": ", what), kHostile);
  };
  if (name.empty()) fail("it has no name");
  if (name.front() == '/') fail("its name is absolute");
  for (const char c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) fail("control characters in its name");
  std::filesystem::path path;
  for (const std::filesystem::path& part : std::filesystem::path(name)) {
    if (part == "..") fail("its name leads out of the folder");
    if (!part.empty() && part != ".") path /= part;
  }
  return path;
}

ArchiveReader::ArchiveReader(const std::filesystem::path& path, const ArchiveLimits& limits)
    : limits_(limits), stream_(path), handle_(archive_read_new()) {
  if (!handle_) throw std::bad_alloc();
  if (stream_.is_zip()) {
    // Not the streaming reader: it takes a zip file without its directory for a whole one.
    archive_read_support_format_zip_seekable(handle_.get());
  } else {
    archive_read_support_format_tar(handle_.get());
  }
  stream_.attach(handle_.get());
  check(archive_read_open1(handle_.get()));
}

void ArchiveReader::fail(const std::string& what, const std::string& remedy) const {
  throw Error(ErrorKind::data, printable_path(stream_.file().path()),
              entry_name_.empty() ? what : str("entry ", in_quotes(entry_name_), ": ", what),
              remedy);
}

/// A warning is an error here: a wrong checksum in a zip file is no more to libarchive.
void ArchiveReader::check(int result) const {
  if (result >= ARCHIVE_OK) return;
  stream_.rethrow_failure();
  const char* reason = archive_error_string(handle_.get());
  fail(reason != nullptr ? printable(reason) : "it cannot be unpacked", kDamaged);
}

bool ArchiveReader::next() {
  const Utf8Names names;
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(handle_.get(), &entry);
  if (result == ARCHIVE_EOF) {
    while (stream_.skip_piece()) check_total();
    return false;
  }
  // A warning comes for a name that is not UTF-8, and such a name is as good.
  if (result != ARCHIVE_WARN) check(result);

  const char* name = archive_entry_pathname(entry);
  entry_name_ = name != nullptr ? name : "";
  entry_path_ = archive_entry_path(entry_name_, printable_path(stream_.file().path()));
  if (archive_entry_hardlink(entry) != nullptr)
    fail("it is a hard link; only files and folders are unpacked", kHostile);
  const unsigned type = archive_entry_filetype(entry);
  if (type != AE_IFREG && type != AE_IFDIR)
    fail(str("it is ", kind_of(type), "; only files and folders are unpacked"), kHostile);
  if (archive_entry_is_encrypted(entry) != 0)
    fail("it is encrypted", "pack the archive again without a password");
  is_folder_ = type == AE_IFDIR;
  if (!is_folder_ && entry_path_.empty()) fail("it is a file without a name", kHostile);
  entry_bytes_ = 0;
  ++entries_;
  if (entries_ > limits_.max_entries)
    fail(str("the archive has more than the ", limits_.max_entries, " entries allowed"), kHostile);
  check_total();
  return true;
}

std::size_t ArchiveReader::read(std::span<std::byte> into) {
  const la_ssize_t count = archive_read_data(handle_.get(), into.data(), into.size());
  if (count < 0) check(static_cast<int>(count));
  entry_bytes_ += static_cast<std::uint64_t>(count);
  bytes_ += static_cast<std::uint64_t>(count);
  if (entry_bytes_ > limits_.max_entry_bytes)
    fail(str("it is larger than the ", limits_.max_entry_bytes, " bytes allowed"), kHostile);
  check_total();
  return static_cast<std::size_t>(count);
}

void ArchiveReader::check_total() const {
  // The stream counts beside the contents: a million empty files take no bytes but pack well.
  const std::uint64_t unpacked = std::max(bytes_, stream_.unpacked_bytes());
  if (bytes_ > limits_.max_bytes)
    fail(str("the archive unpacks to more than the ", limits_.max_bytes, " bytes allowed"),
         kHostile);
  if (unpacked > limits_.ratio_from &&
      static_cast<double>(unpacked) >
          limits_.max_ratio *
              static_cast<double>(std::max<std::uint64_t>(1, stream_.packed_bytes()))) {
    fail(str("the archive unpacks to more than ", limits_.max_ratio, " times its size"),
         "it is probably a decompression bomb: do not use this archive");
  }
}

ArchiveProgress ArchiveReader::progress() const {
  return {entries_, bytes_, stream_.packed_bytes(), stream_.file().size()};
}

}  // namespace vit
