#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "vit/io/file.h"
#include "vit/io/pickle.h"
#include "vit/io/torch_types.h"

namespace vit {

/// Where the numbers of a storage lie in the file.
struct TorchStorage {
  std::uint64_t begin = 0, bytes = 0;
  std::optional<std::uint32_t> crc;  ///< of zip files that were written with checksums
};

/// What a persistent id says about a storage: ('storage', class, key, device, number of elements),
/// and in old files a view: (key, offset, size).
struct TorchStorageId {
  std::string key;
  const TorchElement* element = nullptr;
  bool untyped = false;
  std::uint64_t elements = 0;
  std::uint64_t view_offset = 0;  ///< in elements
  std::uint64_t view_elements = 0;

  [[nodiscard]] std::uint64_t bytes() const { return elements * element->bytes; }
};

/// What lies in a file of torch.save before its tensors are looked at.
struct TorchContent {
  Pickle pickle;
  std::map<std::string, TorchStorage, std::less<>> storages;  ///< by key
  bool is_script = false;  ///< a TorchScript program, whose code nobody looks at
  bool is_numpy = false;   ///< a pickle with arrays of NumPy, which torch.save did not write
};

/// Throws Error(weights), naming file, `where` and the value's offset.
[[noreturn]] void fail_in_pickle(const FileBytes& file, const PickleValue& value,
                                 const std::string& what);

/// Nothing where `value` is a persistent id of something else. Throws Error(weights) where it is a
/// malformed id, of an unknown class, or of a size that does not fit 64 bits.
[[nodiscard]] std::optional<TorchStorageId> torch_storage_id(const FileBytes& file,
                                                             const Pickle& pickle,
                                                             const PickleValue& value);

/// A zip file, as torch.save writes since 1.6. Throws Error(weights).
[[nodiscard]] TorchContent read_torch_zip(const FileBytes& file);
/// One pickle after another, then the storages; as torch.save wrote until 1.5, and does with
/// `_use_new_zipfile_serialization=False`. One pickle alone is taken too: that of somebody's dict
/// of arrays of NumPy. Throws Error(weights).
[[nodiscard]] TorchContent read_torch_legacy(const FileBytes& file);

}  // namespace vit
