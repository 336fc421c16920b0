#pragma once

#include <cstdint>
#include <memory>

#include "vit/models/vit.h"
#include "vit/nn/initial_weights.h"
#include "vit/tasks/detect/rf_detr_options.h"

namespace vit::test {

/// A ViT of a few numbers with learned positions, for images of other sizes too.
inline std::shared_ptr<VisionTransformerImpl> windowed_vit(Size2 img_size,
                                                           bool class_token = true) {
  ViTOptions options;
  options.img_size = img_size;
  options.patch_size = {4, 4};
  options.num_classes = 0;
  options.embed_dim = 16;
  options.depth = 4;
  options.num_heads = 2;
  options.mlp_ratio = 2;
  options.init_values = 1.0;
  options.class_token = class_token;
  options.global_pool = class_token ? "token" : "avg";
  options.fc_norm = false;
  options.dynamic_img_size = true;
  const InitialWeights seeded(1);
  auto model = std::make_shared<VisionTransformerImpl>(options);
  model->eval();
  return model;
}

/// A detector that fits behind it.
inline RfDetrOptions small_rf_detr() {
  RfDetrOptions options;
  options.num_windows = 2;
  options.out_feature_indexes = {2, 4};
  options.dec_layers = 2;
  options.num_queries = 5;
  options.group_detr = 3;
  options.hidden_dim = 16;
  options.sa_nheads = 4;
  options.ca_nheads = 8;
  options.dim_feedforward = 24;
  options.projector_blocks = 1;
  return options;
}

}  // namespace vit::test
