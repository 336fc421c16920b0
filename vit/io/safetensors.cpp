#include "vit/io/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/fields.h"
#include "vit/core/text.h"
#include "vit/io/atomic_file.h"

namespace vit {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");

constexpr std::uint64_t kLengthBytes = sizeof(std::uint64_t);

/// What people mistake for a safetensors file, by its first bytes; "" for anything else.
std::string_view what_it_looks_like(std::string_view start) {
  if (start.starts_with("PK\x03\x04"))
    return "this is a zip archive, as .pth, .pt and .npz files are: give it the ending that it had";
  if (start.starts_with("version https://git-lfs"))
    return "this is a Git LFS pointer, not the file itself: run `git lfs pull`";
  if (start.starts_with("<!DOCTYPE") || start.starts_with("<!doctype") ||
      start.starts_with("<html"))
    return "this is a web page, not the file itself: download it by its direct link";
  if (start.starts_with("\x80\x02") || start.starts_with("\x80\x04"))
    return "this is a Python pickle, as old .pth files are: give it the ending that it had";
  return {};
}

[[noreturn]] void fail_to_open(const FileBytes& file, const std::string& what) {
  std::array<std::byte, 24> start{};
  const std::size_t count = file.read_some(0, start);
  const std::string_view known =
      what_it_looks_like({reinterpret_cast<const char*>(start.data()), count});
  throw Error(ErrorKind::weights, printable_path(file.path()), what,
              known.empty() ? "the file is damaged or not a safetensors file: fetch it again"
                            : std::string(known));
}

}  // namespace

SafetensorsFile::SafetensorsFile(FileBytes file, SafetensorsHeader header, std::uint64_t data_start)
    : file_(std::move(file)),
      header_(std::move(header)),
      data_start_(data_start),
      by_name_(header_.tensors.size()) {
  std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
  std::sort(by_name_.begin(), by_name_.end(), [this](std::size_t a, std::size_t b) {
    return header_.tensors[a].name < header_.tensors[b].name;
  });
}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  FileBytes file = FileBytes::open(path);
  std::array<std::byte, kLengthBytes> length_bytes{};
  if (file.size() < kLengthBytes || file.read_some(0, length_bytes) != kLengthBytes) {
    fail_to_open(file, str("expected a safetensors file, found ", file.size(),
                           " bytes: not even the length of a header"));
  }
  const auto length = std::bit_cast<std::uint64_t>(length_bytes);
  if (length > kMaxSafetensorsHeader) {
    fail_to_open(file, str("expected a safetensors file, found a header of ", length,
                           " bytes; the format allows ", kMaxSafetensorsHeader));
  }
  std::string json;
  if (length <= file.size() - kLengthBytes) json.resize(length);
  if (json.size() != length ||
      file.read_some(kLengthBytes, std::as_writable_bytes(std::span(json))) != length) {
    fail_to_open(file,
                 str("the file is cut short: its header takes ", length, " bytes after the first ",
                     kLengthBytes, ", and the file has ", file.size(), " in all"));
  }
  const std::uint64_t data_start = kLengthBytes + length;
  SafetensorsHeader header =
      parse_safetensors_header(json, file.size() - data_start, printable_path(path));
  return {std::move(file), std::move(header), data_start};
}

const TensorInfo* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                      [this](std::size_t index, std::string_view wanted) {
                                        return tensors()[index].name < wanted;
                                      });
  if (found == by_name_.end() || tensors()[*found].name != name) return nullptr;
  return &tensors()[*found];
}

const TensorInfo& SafetensorsFile::at(std::string_view name) const {
  if (const TensorInfo* tensor = find(name)) return *tensor;
  std::vector<std::string> names;
  for (const TensorInfo& tensor : tensors()) names.push_back(tensor.name);
  const std::string near = nearest(name, names);
  throw Error(ErrorKind::weights, printable_path(path()),
              str("there is no tensor ", in_quotes(name), " among its ", names.size()),
              near.empty() ? "check that this is the right file"
                           : str("did you mean ", in_quotes(near), "?"));
}

void SafetensorsFile::read(const TensorInfo& tensor, std::span<std::byte> into) const {
  VIT_ASSERT(into.size() == tensor.size_bytes(), tensor.name, ": ", into.size(), " bytes given");
  const std::size_t count = file_.read_some(data_start_ + tensor.begin, into);
  if (count == into.size()) return;
  throw Error(ErrorKind::weights, printable_path(path()),
              str("tensor ", in_quotes(tensor.name), ": the file was cut short while it was read: ",
                  count, " of ", into.size(), " bytes are there"),
              "check that nothing else writes to the file, and fetch it again");
}

std::vector<std::byte> SafetensorsFile::read(const TensorInfo& tensor) const {
  std::vector<std::byte> bytes(tensor.size_bytes());
  read(tensor, bytes);
  return bytes;
}

void SafetensorsWriter::add(std::string name, DType dtype, std::vector<std::int64_t> shape,
                            std::span<const std::byte> data) {
  VIT_ASSERT(tensor_size_bytes(dtype, shape) == data.size(), name, ": ", data.size(), " bytes");
  VIT_ASSERT(shape.size() <= kMaxRank, name, " has ", shape.size(), " dimensions");
  entries_.push_back({{std::move(name), dtype, std::move(shape), 0, 0}, data});
}

void SafetensorsWriter::set_metadata(std::string key, std::string value) {
  metadata_.insert_or_assign(std::move(key), std::move(value));
}

void SafetensorsWriter::write(const std::filesystem::path& path) const {
  std::vector<const Entry*> order;
  for (const Entry& entry : entries_) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    return a->info.dtype != b->info.dtype ? a->info.dtype > b->info.dtype
                                          : a->info.name < b->info.name;
  });

  SafetensorsHeader header{{}, metadata_};
  std::uint64_t position = 0;
  for (const Entry* entry : order) {
    TensorInfo& tensor = header.tensors.emplace_back(entry->info);
    tensor.begin = position;
    tensor.end = position += entry->data.size();
  }
  const std::string json = format_safetensors_header(header, printable_path(path));

  AtomicFile file(path);
  file.bypass_cache();
  file.reserve(kLengthBytes + json.size() + position);
  const std::array length{std::uint64_t{json.size()}};
  file.write(std::as_bytes(std::span(length)));
  file.write(json);
  for (const Entry* entry : order) file.write(entry->data);
  file.commit();
}

}  // namespace vit
