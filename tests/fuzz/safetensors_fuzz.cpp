// Whatever the bytes of a safetensors file: it is read and can be written again, or it is an
// Error(weights). Run with the hostile fixtures as the corpus.

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "vit/core/error.h"
#include "vit/io/file_descriptor.h"
#include "vit/io/safetensors.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

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
  static const vit::FileDescriptor memory(::memfd_create("fuzz", 0));
  require(::ftruncate(memory.get(), 0) == 0);
  require(::pwrite(memory.get(), data, size, 0) == static_cast<ssize_t>(size));
  try {
    const auto file = vit::SafetensorsFile::open("/proc/self/fd/" + std::to_string(memory.get()));
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
