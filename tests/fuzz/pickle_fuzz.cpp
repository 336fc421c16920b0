// Any bytes as a pickle: they become values that refer to each other, or are an Error(weights).

#include <algorithm>

#include "tests/fuzz/memory_file.h"
#include "vit/core/error.h"
#include "vit/io/pickle.h"

using vit::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static vit::fuzz::MemoryFile memory;
  const vit::FileBytes file = vit::FileBytes::open(memory.with({data, size}));
  vit::PickleInput input(file, 0, file.size());
  try {
    const vit::Pickle pickle = vit::read_pickle(input);
    require(input.position() <= size && pickle.root() < pickle.size());
    for (vit::PickleRef ref = 0; ref < pickle.size(); ++ref) {
      const vit::PickleValue& value = pickle[ref];
      require(value.offset < size || ref == 0);
      for (const vit::PickleRef item : value.items) require(item < pickle.size());
      require(std::max({value.callee, value.arguments, value.state}) < pickle.size());
    }
  } catch (const vit::Error& error) {
    require(error.kind() == vit::ErrorKind::weights);
  }
  return 0;
}
