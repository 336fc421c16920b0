#pragma once

#include <memory>

#include "vit/export/torchscript.h"

namespace vit {

/// Whether the file is a model that export_torchscript wrote: TorchScript with a card. False for
/// what cannot be read; whoever opens it next says why.
[[nodiscard]] bool is_exported_model(const std::filesystem::path& path);

/// An exported model as every other model is used: it computes logits, and nothing before them
/// (forward_features throws Error (usage)). Its tensors stay on the device that it was loaded to.
[[nodiscard]] std::shared_ptr<ImageModel> scripted_model(const ScriptedModel& scripted);

}  // namespace vit
