#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/models/image_model.h"

namespace vit {

/// What one layer of a model does to one picture.
struct LayerProfile {
  std::string name;                  ///< as in the state_dict, without `.weight`
  std::string operation;             ///< linear, convolution, layer_norm, batch_norm, attention …
  std::vector<std::int64_t> output;  ///< shape
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;
};

struct ModelProfile {
  std::vector<LayerProfile> layers;  ///< in the order in which they run
  std::int64_t parameters = 0;       ///< of the whole model, learned ones
  std::int64_t multiply_adds = 0;    ///< of one picture: linear layers, convolutions and the two
                                     ///< products of attention
  std::int64_t activation_bytes =
      0;  ///< outputs of these layers in fp32: what training keeps, about
};

/// Counts what the model does to one picture of its size, by listening to the operators of a
/// forward pass of shapes (see ShapeRun): it holds for every model, and nothing is computed. A
/// product of activations (attention) is listed under the module whose layer ran before it.
[[nodiscard]] ModelProfile profile(ImageModel& model);

/// The number of parameters, those that do not learn among them.
[[nodiscard]] std::int64_t parameter_count(Network& network);

}  // namespace vit
