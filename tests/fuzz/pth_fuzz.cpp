// Any bytes as a file of torch.save: its weights are found and read, or it is an Error(weights).
// Bytes that begin as a pickle does are also put into a zip archive with two storages, of
// torch.save and of TorchScript, because no fuzzer would find the checksum of a changed pickle.

#include <vector>

#include "tests/fuzz/memory_file.h"
#include "tests/io/zip_bytes.h"
#include "vit/core/error.h"
#include "vit/io/torch_weights.h"

using vit::fuzz::require;

namespace {

void read_all(const std::filesystem::path& path) {
  constexpr std::uint64_t kMost = 1 << 20;  // a view of stride 0 may be larger than any memory
  try {
    const vit::TorchFile file = vit::TorchFile::open(path);
    const vit::TorchWeights weights = vit::find_torch_weights(file);
    for (const auto& [name, tensor] : weights.tensors) {
      require(tensor->begin + tensor->bytes <= file.size_bytes());
      if (tensor->dense_bytes() > kMost) continue;
      std::vector<std::byte> bytes(tensor->dense_bytes());
      file.read(*tensor, bytes);
    }
    for (const std::string& part : weights.choices) (void)vit::find_torch_weights(file, part);
  } catch (const vit::Error& error) {
    require(error.kind() == vit::ErrorKind::weights);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static vit::fuzz::MemoryFile memory;
  read_all(memory.with({data, size}));
  if (size == 0 || data[0] != 0x80) return 0;
  const std::string pickle(reinterpret_cast<const char*>(data), size);
  const std::vector<vit::test::ZipPart> storages = {{"0", std::string(24, '\1')},
                                                    {"1", std::string(16, '\2')}};
  read_all(memory.with(vit::test::torch_zip(pickle, storages)));
  read_all(memory.with(vit::test::script_zip(pickle, storages)));
  return 0;
}
