// Whatever the bytes of a safetensors file: it is read and can be written again, or it is an
// Error(weights).

#include "tests/fuzz/memory_file.h"
#include "vit/core/error.h"
#include "vit/io/safetensors.h"

using vit::fuzz::require;

namespace {

/// A sound header that is written anew says the same.
void check_round_trip(const vit::SafetensorsFile& file) {
  vit::SafetensorsHeader header{file.tensors(), file.metadata()};
  const std::uint64_t data_bytes = header.tensors.empty() ? 0 : header.tensors.back().end;
  const std::string json = vit::format_safetensors_header(header, "again");
  const vit::SafetensorsHeader again = vit::parse_safetensors_header(json, data_bytes, "again");
  require(again.tensors == header.tensors && again.metadata == header.metadata);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static vit::fuzz::MemoryFile memory;
  try {
    const auto file = vit::SafetensorsFile::open(memory.with({data, size}));
    std::uint64_t total = 0;
    for (const vit::TensorInfo& tensor : file.tensors()) {
      require(file.find(tensor.name) == &tensor);
      total += file.read(tensor).size();
    }
    require(total <= size);
    check_round_trip(file);
  } catch (const vit::Error& error) {
    require(error.kind() == vit::ErrorKind::weights);
  }
  return 0;
}
