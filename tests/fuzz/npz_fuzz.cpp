// Any bytes as a .npz file: its arrays are read, or it is an Error(weights). Bytes that begin as
// an array does are also put into an archive, stored and deflated.

#include <vector>

#include "tests/fuzz/memory_file.h"
#include "tests/io/zip_bytes.h"
#include "vit/core/error.h"
#include "vit/io/npz.h"

using vit::fuzz::require;

namespace {

void read_all(const std::filesystem::path& path) {
  try {
    (void)vit::NpzFile::is_npz(vit::FileBytes::open(path));
    const vit::NpzFile file = vit::NpzFile::open(path);
    for (const vit::NpzArray& array : file.arrays()) {
      std::vector<std::byte> bytes(array.header.bytes());
      file.read(array, bytes);
    }
  } catch (const vit::Error& error) {
    require(error.kind() == vit::ErrorKind::weights);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static vit::fuzz::MemoryFile memory;
  read_all(memory.with({data, size}));
  if (size == 0 || data[0] != 0x93) return 0;
  const std::string array(reinterpret_cast<const char*>(data), size);
  read_all(memory.with(vit::test::zip_bytes(
      {{"a.npy", array},
       {"b.npy", vit::test::deflated(array), 8, 0, array.size(), vit::test::crc_of(array)}})));
  return 0;
}
