#include "vit/weights/state_dict.h"

#include <array>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/foreign_file.h"
#include "vit/io/npz.h"
#include "vit/io/torch_weights.h"
#include "vit/io/zip_directory.h"
#include "vit/weights/shards.h"
#include "vit/weights/tensors.h"
#include "vit/weights/weights_path.h"

namespace vit {
namespace {

/// Tensors may share bytes of a small file, and a dimension of stride 0 repeats them, so what they
/// take once they are dense is held down.
constexpr std::uint64_t kMaxGrowth = 4;
constexpr std::uint64_t kFreeGrowth = std::uint64_t{64} << 20;

/// MLX's convolutions have their channels last: [D, H, W, C] becomes [D, C, H, W].
void turn_kernels(StateDict& file) {
  for (auto& [name, tensor] : file.tensors)
    if (tensor.dim() == 4 && name.ends_with("weight"))
      tensor = tensor.permute({0, 3, 1, 2}).contiguous();
  file.format = "safetensors (MLX)";
}

/// Without MLX's mark, a kernel of patches whose last axis is that of colours would be computed as
/// one of another patch size.
void refuse_channels_last(const StateDict& file, const std::filesystem::path& path) {
  constexpr std::int64_t kLeastPatch = 4, kMostColours = 4;
  for (const auto& [name, tensor] : file.tensors) {
    const bool first = name.ends_with("proj.weight") || name.ends_with("projection.weight") ||
                       name.ends_with("patch_embedding.weight") || name.ends_with("conv1.weight") ||
                       name.ends_with("patch_embeddings.weight");
    if (first && tensor.dim() == 4 && tensor.size(1) == tensor.size(2) &&
        tensor.size(1) >= kLeastPatch && tensor.size(3) < kMostColours)
      throw Error(
          ErrorKind::weights, printable_path(path),
          vit::str("tensor ", in_quotes(name), " ", tensor.sizes(),
                   " has its channels last, as MLX and JAX write them, but the file's metadata "
                   "does not say that it is of MLX"),
          "write its kernels as [D, C, H, W], or set the metadata's format to mlx");
  }
}

StateDict read_safetensors(const std::filesystem::path& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  StateDict result;
  result.format = "safetensors";
  for (const auto& [key, value] : file.metadata()) result.metadata[key] = value;
  for (const TensorInfo& info : file.tensors())
    result.tensors.emplace(info.name, read_tensor(file, info));
  const auto format = result.metadata.find("format");
  if (format != result.metadata.end() && format->second == "mlx")
    turn_kernels(result);
  else
    refuse_channels_last(result, path);
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
      throw Error(
          ErrorKind::weights, vit::str(printable_path(file_.path()), ": ", printable(item.name)),
          vit::str("its tensors share bytes of the file, and take more than ", kMaxGrowth,
                   " times its size of ", file_.size_bytes(), " bytes when each has its own"),
          "save the tensors without repetition: tensor.clone()");
    }
    left_ -= bytes;
    torch::Tensor tensor =
        empty_tensor(item.tensor->dtype, item.tensor->layout.shape,
                     vit::str(printable_path(file_.path()), ": ", printable(item.name)));
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
  result.format = file.is_script()  ? "TorchScript"
                  : file.is_numpy() ? "pickle (NumPy)"
                  : file.is_zip()   ? "pth (zip)"
                                    : "pth (before torch 1.6)";
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
    torch::Tensor tensor =
        empty_tensor(array.header.dtype, array.header.layout.shape,
                     vit::str(printable_path(path), ": ", printable(array.name)));
    file.read(array, bytes_of(tensor));
    result.tensors.emplace(array.name, std::move(tensor));
  }
  return result;
}

[[noreturn]] void refuse(const FileBytes& file, std::span<const std::byte> start) {
  const std::string where = printable_path(file.path());
  if (file.size() == 0)
    throw Error(ErrorKind::weights, where, "the file is empty: nothing at offset 0",
                "fetch it again");
  if (const auto foreign = foreign_file(file))
    throw Error(
        ErrorKind::weights, where,
        vit::str("this is ", foreign->what,
                 ", as offset 0 shows; expected a file of weights (safetensors, torch.save, "
                 "LibTorch or .npz)"),
        foreign->remedy);
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  throw Error(
      ErrorKind::weights, where,
      vit::str("at offset 0: expected a file of weights (safetensors, torch.save, LibTorch or "
               ".npz), found ",
               in_quotes(text.substr(0, 16))),
      "check that this is the right file, and fetch it again if it should be one");
}

/// A header's length of less than 2^40, and JSON behind it. (A length of 128 begins as a pickle
/// does; the JSON tells them apart.)
bool begins_as_safetensors(std::span<const std::byte> start) {
  constexpr std::size_t kBrace = 8;
  return start.size() > kBrace && start[kBrace] == std::byte{'{'} && start[5] == std::byte{0} &&
         start[6] == std::byte{0} && start[7] == std::byte{0};
}

}  // namespace

StateDict read_state_file(const std::filesystem::path& path, std::string_view part) {
  constexpr std::byte kPickleProtocol{0x80};
  const FileBytes file = FileBytes::open(path);
  std::array<std::byte, 32> buffer{};
  const auto start = std::span(buffer).first(file.read_some(0, buffer));
  const bool is_zip = ZipDirectory::is_zip(file);
  const bool is_npz = is_zip && NpzFile::is_npz(file);
  const bool is_torch = is_zip ? !is_npz : !start.empty() && start[0] == kPickleProtocol;
  if (!part.empty() && !is_torch) {
    throw Error(
        ErrorKind::weights, printable_path(path),
        vit::str("there is no part ", in_quotes(part), ": only files of torch.save have parts"),
        "leave the part out");
  }
  if (is_npz) return read_npz(path);
  if (begins_as_safetensors(start)) return read_safetensors(path);
  if (is_torch) return read_torch(path, part);
  if (path.extension() == ".safetensors" && file.size() > 0 && !foreign_file(file))
    return read_safetensors(path);  // says what is wrong
  refuse(file, start);
}

StateDict read_state_dict(const std::filesystem::path& path, std::string_view part) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return read_state_dict(weights_path(path.string()), part);
  if (!is_sharded(path)) return read_state_file(path, part);
  if (!part.empty())
    throw Error(ErrorKind::weights, printable_path(path),
                vit::str("there is no part ", in_quotes(part), ": shards have none"),
                "leave the part out");
  return read_shards(path);
}

}  // namespace vit
