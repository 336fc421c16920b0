#include "vit/io/zip_directory.h"

#include <algorithm>
#include <array>
#include <limits>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/little_endian.h"

namespace vit {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::size_t kLocalBytes = 30, kEntryBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                      kLocator64Bytes = 20;
constexpr std::uint16_t kZip64Field = 1;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::uint64_t kMaxDirectory = std::uint64_t{256} << 20;
constexpr std::uint16_t kIn64Bits16 = 0xFFFF;  // "look into the zip64 record"
constexpr std::uint32_t kIn64Bits32 = 0xFFFFFFFF;

[[noreturn]] void fail(const FileBytes& file, std::uint64_t offset, const std::string& what) {
  throw Error(ErrorKind::weights, printable_path(file.path()),
              str("not a sound zip archive at offset ", offset, ": ", what),
              "the file is damaged or incomplete: fetch it again");
}

std::vector<std::byte> read_at(const FileBytes& file, std::uint64_t offset, std::uint64_t count,
                               const char* what) {
  if (offset > file.size() || count > file.size() - offset)
    fail(file, offset, str(what, " of ", count, " bytes ends after the file (", file.size(), ")"));
  std::vector<std::byte> bytes(count);
  if (file.read_some(offset, bytes) != count) fail(file, offset, "the file became shorter");
  return bytes;
}

struct End {
  std::uint64_t entries, directory_bytes, directory_begin, position;
};

/// The end record lies before a comment of up to 64 kB, so it is searched from the back.
End find_end(const FileBytes& file) {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(file.size(), kEndBytes + 0xFFFF);
  const std::uint64_t tail_begin = file.size() - tail_bytes;
  const auto tail = read_at(file, tail_begin, tail_bytes, "the end");
  for (std::size_t at = tail.size() < kEndBytes ? 0 : tail.size() - kEndBytes + 1; at-- > 0;) {
    if (number_at<std::uint32_t>(tail, at) != kEndSignature) continue;
    if (at + kEndBytes + number_at<std::uint16_t>(tail, at + 20) != tail.size()) continue;
    return {number_at<std::uint16_t>(tail, at + 10), number_at<std::uint32_t>(tail, at + 12),
            number_at<std::uint32_t>(tail, at + 16), tail_begin + at};
  }
  fail(file, file.size(), "there is no end record, so the file was cut short");
}

/// Takes what the zip64 end record says where there is one.
void look_for_zip64(const FileBytes& file, End& end) {
  if (end.position < kLocator64Bytes) return;
  const std::uint64_t locator_begin = end.position - kLocator64Bytes;
  const auto locator = read_at(file, locator_begin, kLocator64Bytes, "the zip64 locator");
  if (number_at<std::uint32_t>(locator, 0) != kLocator64Signature) {
    if (end.entries == kIn64Bits16 || end.directory_begin == kIn64Bits32)
      fail(file, end.position, "the zip64 end record is missing");
    return;
  }
  const auto begin = number_at<std::uint64_t>(locator, 8);
  const auto record = read_at(file, begin, kEnd64Bytes, "the zip64 end record");
  if (number_at<std::uint32_t>(record, 0) != kEnd64Signature)
    fail(file, begin, "expected the zip64 end record");
  end = {number_at<std::uint64_t>(record, 32), number_at<std::uint64_t>(record, 40),
         number_at<std::uint64_t>(record, 48), begin};
}

/// The 64-bit values of an entry, for those fields that are too small for them.
void take_zip64_field(const FileBytes& file, std::uint64_t offset, std::span<const std::byte> extra,
                      ZipEntry& entry) {
  std::vector<std::uint64_t*> wanted;
  for (std::uint64_t* value : {&entry.bytes, &entry.packed_bytes, &entry.begin})
    if (*value == kIn64Bits32) wanted.push_back(value);
  while (!wanted.empty() && extra.size() >= 4) {
    const auto id = number_at<std::uint16_t>(extra, 0);
    const std::size_t length = number_at<std::uint16_t>(extra, 2);
    extra = extra.subspan(4);
    if (length > extra.size()) fail(file, offset, "an extra field is cut short");
    if (id == kZip64Field) {
      if (length < 8 * wanted.size()) fail(file, offset, "the zip64 field is too short");
      for (std::size_t i = 0; i < wanted.size(); ++i)
        *wanted[i] = number_at<std::uint64_t>(extra, 8 * i);
      return;
    }
    extra = extra.subspan(length);
  }
}

/// Finds where the data begin, which only the local header says.
void locate_data(const FileBytes& file, ZipEntry& entry) {
  const std::uint64_t header_begin = entry.begin;
  const auto header = read_at(file, header_begin, kLocalBytes, "a local header");
  const auto name_bytes = number_at<std::uint16_t>(header, 26);
  if (number_at<std::uint32_t>(header, 0) != kLocalSignature)
    fail(file, header_begin, str("expected the header of ", in_quotes(entry.name)));
  const auto name = read_at(file, header_begin + kLocalBytes, name_bytes, "a name");
  if (name.size() != entry.name.size() ||
      !std::equal(name.begin(), name.end(), entry.name.begin(),
                  [](std::byte a, char b) { return a == static_cast<std::byte>(b); }))
    fail(file, header_begin,
         str("the header's name is not the directory's, ", in_quotes(entry.name)));
  entry.begin = header_begin + kLocalBytes + name_bytes + number_at<std::uint16_t>(header, 28);
  if (entry.begin > file.size() || entry.packed_bytes > file.size() - entry.begin) {
    fail(file, entry.begin,
         str("entry ", in_quotes(entry.name), " of ", entry.packed_bytes,
             " bytes ends after the file (", file.size(), ")"));
  }
}

ZipEntry parse_entry(const FileBytes& file, const std::vector<std::byte>& directory,
                     std::size_t& at, std::uint64_t directory_begin) {
  const std::uint64_t offset = directory_begin + at;
  if (directory.size() - at < kEntryBytes) fail(file, offset, "the directory is cut short");
  const auto fixed = std::span(directory).subspan(at, kEntryBytes);
  if (number_at<std::uint32_t>(fixed, 0) != kEntrySignature)
    fail(file, offset, "expected an entry of the directory");
  const std::size_t name_bytes = number_at<std::uint16_t>(fixed, 28);
  const std::size_t extra_bytes = number_at<std::uint16_t>(fixed, 30);
  const std::size_t comment_bytes = number_at<std::uint16_t>(fixed, 32);
  if (directory.size() - at - kEntryBytes < name_bytes + extra_bytes + comment_bytes)
    fail(file, offset, "the directory is cut short");

  ZipEntry entry;
  const auto* text = reinterpret_cast<const char*>(directory.data() + at + kEntryBytes);
  entry.name.assign(text, name_bytes);
  entry.crc = number_at<std::uint32_t>(fixed, 16);
  entry.packed_bytes = number_at<std::uint32_t>(fixed, 20);
  entry.bytes = number_at<std::uint32_t>(fixed, 24);
  entry.begin = number_at<std::uint32_t>(fixed, 42);
  take_zip64_field(file, offset,
                   std::span(directory).subspan(at + kEntryBytes + name_bytes, extra_bytes), entry);
  const auto method = number_at<std::uint16_t>(fixed, 10);
  if ((number_at<std::uint16_t>(fixed, 8) & kEncrypted) != 0)
    fail(file, offset, str("entry ", in_quotes(entry.name), " is encrypted"));
  if (method != kStored && method != kDeflated) {
    fail(file, offset,
         str("entry ", in_quotes(entry.name), " is packed by method ", method,
             "; known: 0 (stored), 8 (deflated)"));
  }
  entry.deflated = method == kDeflated;
  if (!entry.deflated && entry.bytes != entry.packed_bytes) {
    fail(file, offset,
         str("entry ", in_quotes(entry.name), " is stored, but ", entry.packed_bytes,
             " bytes are said to hold ", entry.bytes));
  }
  locate_data(file, entry);
  at += kEntryBytes + name_bytes + extra_bytes + comment_bytes;
  return entry;
}

/// Entries that share bytes make a small file unpack to a huge one.
void check_overlap(const FileBytes& file, std::vector<ZipEntry>& entries) {
  std::sort(entries.begin(), entries.end(),
            [](const ZipEntry& a, const ZipEntry& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const ZipEntry& before = entries[i - 1];
    if (before.begin + before.packed_bytes > entries[i].begin) {
      fail(
          file, entries[i].begin,
          str("entries ", in_quotes(before.name), " and ", in_quotes(entries[i].name), " overlap"));
    }
  }
}

}  // namespace

bool ZipDirectory::is_zip(const FileBytes& file) {
  std::array<std::byte, 4> start{};
  if (file.read_some(0, start) != start.size()) return false;
  const auto signature = number_at<std::uint32_t>(start, 0);
  return signature == kLocalSignature || signature == kEndSignature;
}

ZipDirectory ZipDirectory::read(const FileBytes& file) {
  End end = find_end(file);
  look_for_zip64(file, end);
  if (end.directory_bytes > kMaxDirectory)
    fail(file, end.position, str("a directory of ", end.directory_bytes, " bytes"));
  const auto bytes = read_at(file, end.directory_begin, end.directory_bytes, "the directory");
  if (end.entries > bytes.size() / kEntryBytes)
    fail(file, end.position, str(end.entries, " entries in ", bytes.size(), " bytes"));

  ZipDirectory directory;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < end.entries; ++i)
    directory.entries_.push_back(parse_entry(file, bytes, at, end.directory_begin));
  if (at != bytes.size())
    fail(file, end.directory_begin + at, "the directory is longer than its entries");
  check_overlap(file, directory.entries_);
  auto& entries = directory.entries_;
  std::sort(entries.begin(), entries.end(),
            [](const ZipEntry& a, const ZipEntry& b) { return a.name < b.name; });
  const auto twice =
      std::adjacent_find(entries.begin(), entries.end(),
                         [](const ZipEntry& a, const ZipEntry& b) { return a.name == b.name; });
  if (twice != entries.end())
    fail(file, twice->begin, str("entry ", in_quotes(twice->name), " is there twice"));
  return directory;
}

const ZipEntry* ZipDirectory::find(std::string_view name) const {
  const auto found = std::lower_bound(
      entries_.begin(), entries_.end(), name,
      [](const ZipEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  return found == entries_.end() || found->name != name ? nullptr : &*found;
}

}  // namespace vit
