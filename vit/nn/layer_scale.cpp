#include "vit/nn/layer_scale.h"

namespace vit {

LayerScaleImpl::LayerScaleImpl(const LayerScaleOptions& options_) : options(options_) { reset(); }

void LayerScaleImpl::reset() {
  gamma = register_parameter("gamma", torch::full({options.dim}, options.init_values));
}

}  // namespace vit
