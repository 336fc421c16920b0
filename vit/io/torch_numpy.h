#pragma once

#include <optional>
#include <string>

#include "vit/io/torch_file.h"

namespace vit {

/// What a value of a pickle is that NumPy would make an array of.
struct PickledArray {
  std::optional<TorchTensor> tensor;  ///< its bytes lie in the pickle
  std::string unreadable;             ///< else what it is: "an array of >f4"
};

/// The array that `value` is, as pickle.dump wrote it (protocols 3 to 5): a call of NumPy's
/// _reconstruct with its state, or of _frombuffer. Nothing for other values. Throws Error (weights)
/// where it is damaged: where its bytes are not as many as its shape and type say.
[[nodiscard]] std::optional<PickledArray> pickled_array(const FileBytes& file, const Pickle& pickle,
                                                        const PickleValue& value);

}  // namespace vit
