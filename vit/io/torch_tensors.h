#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vit/io/dtype.h"
#include "vit/io/file.h"
#include "vit/io/pickle.h"
#include "vit/io/strided.h"

/// What torch.save says of tensors and the storages that they are views of.
namespace vit {

/// What the elements of a torch storage or tensor are.
struct TorchElement {
  std::string_view name;       ///< torch.`name`: "float32"
  std::size_t bytes;           ///< of one element
  std::optional<DType> dtype;  ///< nothing for types that safetensors has no name for: quantised
                               ///< integers, complex128
};

/// By the name of the storage's class: "torch.FloatStorage". Null where it is unknown.
[[nodiscard]] const TorchElement* torch_storage_element(std::string_view global);
/// By the name of the type: "torch.float8_e4m3fn". Null where it is unknown.
[[nodiscard]] const TorchElement* torch_dtype_element(std::string_view global);
/// A storage that knows only its bytes.
[[nodiscard]] bool is_untyped_storage(std::string_view global);

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

/// A tensor in a file of torch.save: a view of one of its storages.
struct TorchTensor {
  DType dtype = DType::F32;
  StridedLayout layout;
  std::uint64_t begin = 0, bytes = 0;  ///< its span in the file, holes between elements included
  std::string storage;                 ///< key

  /// Of all elements in C order.
  [[nodiscard]] std::uint64_t dense_bytes() const;
  /// Two tensors for which this is equal are one, as tied weights are.
  friend bool operator==(const TorchTensor& a, const TorchTensor& b) {
    return a.dtype == b.dtype && a.begin == b.begin && a.layout.shape == b.layout.shape &&
           a.layout.strides == b.layout.strides;
  }
};

/// Takes together what `torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, ...)`
/// says: `arguments` are its own, `element` the type of the tensor's elements. `value` is what the
/// messages point to. Throws Error(weights) where the tensor does not lie in its storage.
[[nodiscard]] TorchTensor view_of_storage(const FileBytes& file, const TorchContent& content,
                                          const PickleValue& value,
                                          std::span<const PickleRef> arguments,
                                          const TorchStorageId& id, const TorchElement& element);

/// A zip file, as torch.save writes since 1.6. Throws Error(weights).
[[nodiscard]] TorchContent read_torch_zip(const FileBytes& file);
/// One pickle after another, then the storages; as torch.save wrote until 1.5, and does with
/// `_use_new_zipfile_serialization=False`. One pickle alone is taken too: that of somebody's dict
/// of arrays of NumPy. Throws Error(weights).
[[nodiscard]] TorchContent read_torch_legacy(const FileBytes& file);

}  // namespace vit
