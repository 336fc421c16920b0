#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vit/io/torch_file.h"

namespace vit {

/// The weights among all that a checkpoint holds.
struct TorchWeights {
  struct Item {
    std::string name;  ///< as in the file; nested dicts and modules joined with dots, which tch
                       ///< writes as `|`
    const TorchTensor* tensor;
  };
  std::string part;                  ///< the dict taken: "model_ema"; "" for the whole file
  std::vector<std::string> choices;  ///< every dict that could have been taken
  std::vector<Item> tensors;         ///< in the file's order
  std::map<std::string, std::string>
      others;  ///< the rest, in a few words: epoch, args (1000 at most)
};

/// Finds the dict that holds the weights and lists its tensors.
///
/// Without `part` the order is that of timm's load_state_dict, with averaged weights first:
/// state_dict_ema, model_ema, state_dict, model; then what others write (model_state, module,
/// teacher, target_encoder, student, net, ...), repeated inside of what was found; then the file's
/// own dict; then the only dict that holds tensors. A pickled module is read as its state_dict, and
/// so is a module of TorchScript; of an archive of LibTorch C++ that has a model beside an
/// optimizer and counters, the model.
///
/// Throws Error(weights) where there are no tensors, no part of that name, several dicts and no way
/// to tell, or a tensor of a kind that is not read (sparse, quantised, complex128).
[[nodiscard]] TorchWeights find_torch_weights(const TorchFile& file, std::string_view part = {});

}  // namespace vit
