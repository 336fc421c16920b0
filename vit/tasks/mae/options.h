#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vit/core/fields.h"
#include "vit/tasks/mae/mae_decoder.h"
#include "vit/tasks/representation.h"

namespace vit {

/// How a masked autoencoder is built and trained.
struct MaeOptions {
  std::string method = "mae";
  std::optional<double> mask_ratio;  ///< none: MAE's 0.75, SimMIM's 0.6
  std::int64_t mask_size = 32;       ///< simmim: pixels of what is masked as one
  bool norm_pix_loss = false;
  MaeDecoderOptions decoder;
  RepresentationOptions judged;

  [[nodiscard]] bool simmim() const { return method == "simmim"; }
  [[nodiscard]] double ratio() const { return mask_ratio.value_or(simmim() ? 0.6 : 0.75); }
};
void describe(FieldVisitor& visitor, MaeOptions& options);

}  // namespace vit
