#pragma once

#include "vit/io/torch_file.h"

namespace vit {

/// Takes together what `torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, ...)`
/// says: `arguments` are its own, `element` the type of the tensor's elements. `value` is what the
/// messages point to. Throws Error(weights) where the tensor does not lie in its storage.
[[nodiscard]] TorchTensor view_of_storage(const FileBytes& file, const TorchContent& content,
                                          const PickleValue& value,
                                          std::span<const PickleRef> arguments,
                                          const TorchStorageId& id, const TorchElement& element);

}  // namespace vit
