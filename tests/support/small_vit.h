#pragma once

#include "vit/models/vit.h"

namespace vit::test {

/// A ViT that trains in milliseconds: pictures of 16 x 16 in four patches, two blocks of width 24.
inline ViTOptions small_vit(std::int64_t num_classes) {
  ViTOptions options;
  options.img_size = {16, 16};
  options.patch_size = {8, 8};
  options.embed_dim = 24;
  options.depth = 2;
  options.num_heads = 2;
  options.num_classes = num_classes;
  return options;
}

}  // namespace vit::test
