#include "vit/io/npz.h"

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/zip_entry.h"

namespace vit {
namespace {

constexpr std::string_view kEnding = ".npy";
/// Trained weights hardly compress; what unpacks to far more is a trap.
constexpr std::uint64_t kMaxRatio = 20;
constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{64} << 20;

std::string where_of(const FileBytes& file, const ZipEntry& entry) {
  return str(printable_path(file.path()), ": ", printable(entry.name));
}

void check_total(const FileBytes& file, const ZipDirectory& zip) {
  std::uint64_t total = 0;
  for (const ZipEntry& entry : zip.entries()) {
    const std::uint64_t limit = std::max(kAlwaysAllowed, file.size() * kMaxRatio);
    if (entry.bytes <= limit && (total += entry.bytes) <= limit) continue;
    throw Error(ErrorKind::weights, where_of(file, entry),
                str("at offset ", entry.begin, ": the archive of ", file.size(),
                    " bytes would unpack to more than ", limit),
                "this is no file of weights; if it is one, write it again with numpy.savez");
  }
}

void turn_round(std::span<std::byte> bytes, std::size_t number_bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += number_bytes) {
    const auto number = bytes.subspan(at, number_bytes);
    std::reverse(number.begin(), number.end());
  }
}

}  // namespace

bool NpzFile::is_npz(const FileBytes& file) {
  if (!ZipDirectory::is_zip(file)) return false;
  bool has_arrays = false;
  const ZipDirectory zip = ZipDirectory::read(file);
  for (const ZipEntry& entry : zip.entries()) {
    if (entry.name.ends_with("/data.pkl")) return false;
    has_arrays = has_arrays || entry.name.ends_with(kEnding);
  }
  return has_arrays;
}

NpzFile::NpzFile(FileBytes file, ZipDirectory zip) : file_(std::move(file)), zip_(std::move(zip)) {
  for (const ZipEntry& entry : zip_.entries())
    if (entry.name.ends_with(kEnding)) read_header(entry);
}

NpzFile NpzFile::open(const std::filesystem::path& path) {
  FileBytes file = FileBytes::open(path);
  ZipDirectory zip = ZipDirectory::read(file);
  check_total(file, zip);
  return {std::move(file), std::move(zip)};
}

void NpzFile::read_header(const ZipEntry& entry) {
  const std::string where = where_of(file_, entry);
  NpzArray array;
  array.name = entry.name.substr(0, entry.name.size() - kEnding.size());
  array.entry = &entry;

  ZipEntryReader reader(file_, entry);
  std::string start(static_cast<std::size_t>(std::min<std::uint64_t>(kNpyStart, entry.bytes)),
                    '\0');
  reader.read(std::as_writable_bytes(std::span(start)));
  array.data_begin = npy_data_begin(start, where);
  if (array.data_begin > entry.bytes || array.data_begin < kNpyStart) {
    throw Error(ErrorKind::weights, where,
                str("its .npy header ends at offset ", array.data_begin, " of ", entry.bytes),
                "the file is damaged: fetch it again");
  }
  std::string text(array.data_begin, '\0');
  std::copy(start.begin(), start.end(), text.begin());
  reader.read(std::as_writable_bytes(std::span(text)).subspan(kNpyStart));
  constexpr std::size_t kMajor = 6;
  array.header =
      parse_npy_header(std::string_view(text).substr(text[kMajor] == 1 ? 10 : 12), where);

  if (!array.header.readable) {
    others_.emplace(array.name, str("an array of NumPy's type ", printable(array.header.type, 40),
                                    ", which is no tensor"));
    return;
  }
  if (entry.bytes - array.data_begin != array.header.bytes()) {
    throw Error(ErrorKind::weights, where,
                str("its array takes ", array.header.bytes(), " bytes, and ",
                    entry.bytes - array.data_begin, " are there from offset ", array.data_begin),
                "the file is damaged: fetch it again");
  }
  arrays_.push_back(std::move(array));
}

void NpzFile::read(const NpzArray& array, std::span<std::byte> into) const {
  VIT_ASSERT(into.size() == array.header.bytes(), array.name, ": ", into.size(), " bytes given");
  ZipEntryReader reader(file_, *array.entry);
  std::vector<std::byte> header(array.data_begin);
  reader.read(header);
  if (array.header.layout.is_dense()) {
    reader.read(into);
  } else {
    std::vector<std::byte> fortran(into.size());
    reader.read(fortran);
    copy_to_dense(array.header.layout, array.header.element_bytes(), fortran, into);
  }
  if (array.header.big_endian) turn_round(into, array.header.number_bytes());
}

}  // namespace vit
