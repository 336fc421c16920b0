#pragma once

#include "tests/catch.h"
#include "vit/weights/naming/convention.h"

namespace vit::test {

/// Every tensor of the file has found its name in timm's, none is left, and none is changed.
inline void check_named(const NamedWeights& found, const TensorMap& expected) {
  CHECK(found.names.source.empty());
  CHECK(found.names.tensors.size() == expected.size());
  for (const auto& [name, tensor] : expected) {
    INFO(name);
    REQUIRE(found.names.tensors.contains(name));
    CHECK(torch::equal(found.names.tensors.at(name), tensor));
  }
}

}  // namespace vit::test
