// Any bytes as a file that may be of another program: it has a name or none, and nothing throws but
// what a zip archive's directory says.

#include "tests/fuzz/memory_file.h"
#include "vit/core/error.h"
#include "vit/io/foreign_file.h"

using vit::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static vit::fuzz::MemoryFile memory;
  const vit::FileBytes file = vit::FileBytes::open(memory.with({data, size}));
  if (const auto found = vit::foreign_file(file)) require(!found->what.empty());
  if (!vit::ZipDirectory::is_zip(file)) return 0;
  try {
    require(!vit::foreign_zip(vit::ZipDirectory::read(file)).what.empty());
  } catch (const vit::Error& error) {
    require(error.kind() == vit::ErrorKind::weights);
  }
  return 0;
}
