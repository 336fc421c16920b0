#include "vit/weights/state_dict.h"

#include <array>

#include "vit/core/error.h"
#include "vit/io/npz.h"
#include "vit/io/printable.h"
#include "vit/io/torch_weights.h"
#include "vit/io/zip_directory.h"
#include "vit/weights/tensors.h"

namespace vit {
namespace {

/// Tensors may share bytes of a small file, and a dimension of stride 0 repeats them, so what they
/// take once they are dense is held down.
constexpr std::uint64_t kMaxGrowth = 4;
constexpr std::uint64_t kFreeGrowth = std::uint64_t{64} << 20;

StateDict read_safetensors(const std::filesystem::path& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  StateDict result;
  result.format = "safetensors";
  for (const auto& [key, value] : file.metadata()) result.metadata[key] = value;
  for (const TensorInfo& info : file.tensors())
    result.tensors.emplace(info.name, read_tensor(file, info));
  return result;
}

/// Tied weights: the same view of the same storage becomes one tensor again.
class TorchTensors {
 public:
  explicit TorchTensors(const TorchFile& file)
      : file_(file), left_(file.size_bytes() * kMaxGrowth + kFreeGrowth) {}

  torch::Tensor read(const TorchWeights::Item& item) {
    const auto [first, last] = by_begin_.equal_range(item.tensor->begin);
    for (auto known = first; known != last; ++known)
      if (*known->second.first == *item.tensor) return known->second.second;
    const std::uint64_t bytes = item.tensor->dense_bytes();
    if (bytes > left_) {
      throw Error(ErrorKind::weights, str(printable_path(file_.path()), ": ", printable(item.name)),
                  str("its tensors share bytes of the file, and take more than ", kMaxGrowth,
                      " times its size of ", file_.size_bytes(), " bytes when each has its own"),
                  "save the tensors without repetition: tensor.clone()");
    }
    left_ -= bytes;
    torch::Tensor tensor =
        empty_tensor(item.tensor->dtype, item.tensor->layout.shape,
                     str(printable_path(file_.path()), ": ", printable(item.name)));
    file_.read(*item.tensor, bytes_of(tensor));
    by_begin_.emplace(item.tensor->begin, std::pair{item.tensor, tensor});
    return tensor;
  }

 private:
  const TorchFile& file_;
  std::uint64_t left_;
  std::multimap<std::uint64_t, std::pair<const TorchTensor*, torch::Tensor>> by_begin_;
};

StateDict read_torch(const std::filesystem::path& path, std::string_view part) {
  const TorchFile file = TorchFile::open(path);
  TorchWeights weights = find_torch_weights(file, part);
  StateDict result;
  result.format = file.is_zip() ? "pth (zip)" : "pth (before torch 1.6)";
  result.part = std::move(weights.part);
  result.choices = std::move(weights.choices);
  result.metadata = std::move(weights.others);
  TorchTensors tensors(file);
  for (const TorchWeights::Item& item : weights.tensors)
    result.tensors.emplace(item.name, tensors.read(item));
  return result;
}

StateDict read_npz(const std::filesystem::path& path) {
  const NpzFile file = NpzFile::open(path);
  StateDict result;
  result.format = "npz";
  result.metadata = file.others();
  for (const NpzArray& array : file.arrays()) {
    torch::Tensor tensor = empty_tensor(array.header.dtype, array.header.layout.shape,
                                        str(printable_path(path), ": ", printable(array.name)));
    file.read(array, bytes_of(tensor));
    result.tensors.emplace(array.name, std::move(tensor));
  }
  return result;
}

[[noreturn]] void refuse(const FileBytes& file, std::span<const std::byte> start) {
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  std::string remedy = "check that this is the right file, and fetch it again if it should be one";
  if (text.starts_with("version https://git-lfs"))
    remedy = "this is a Git LFS pointer, not the file itself: run `git lfs pull`";
  if (text.starts_with("<!DOCTYPE") || text.starts_with("<!doctype") || text.starts_with("<html"))
    remedy = "this is a web page, not the file itself: download it by its direct link";
  throw Error(
      ErrorKind::weights, printable_path(file.path()),
      file.size() == 0
          ? "the file is empty: nothing at offset 0"
          : str("at offset 0: expected a file of weights (safetensors, torch.save or .npz), "
                "found ",
                in_quotes(text.substr(0, 16))),
      remedy);
}

}  // namespace

StateDict read_state_dict(const std::filesystem::path& path, std::string_view part) {
  constexpr std::byte kPickleProtocol{0x80};
  constexpr std::size_t kHeaderBrace = 8;
  const FileBytes file = FileBytes::open(path);
  std::array<std::byte, 32> buffer{};
  const auto start = std::span(buffer).first(file.read_some(0, buffer));
  const bool is_zip = ZipDirectory::is_zip(file);
  const bool is_npz = is_zip && NpzFile::is_npz(file);
  const bool is_torch = is_zip ? !is_npz : !start.empty() && start[0] == kPickleProtocol;
  if (!part.empty() && !is_torch) {
    throw Error(ErrorKind::weights, printable_path(path),
                str("there is no part ", in_quotes(part), ": only files of torch.save have parts"),
                "leave the part out");
  }
  if (is_npz) return read_npz(path);
  // A safetensors header may be 128 bytes long, which is 0x80 too; its JSON tells them apart.
  if (start.size() > kHeaderBrace && start[kHeaderBrace] == std::byte{'{'})
    return read_safetensors(path);
  if (is_torch) return read_torch(path, part);
  if (path.extension() == ".safetensors") return read_safetensors(path);  // says what is wrong
  refuse(file, start);
}

}  // namespace vit
