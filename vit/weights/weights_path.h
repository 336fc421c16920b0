#pragma once

#include <filesystem>
#include <string>

namespace vit {

/// The file that a user means by `text` where weights are asked for: the file itself; of a folder,
/// the weights in it under the names that transformers, timm, open_clip, PEFT and this program give
/// them (an index of shards counts as the file); of a name of pretrained weights
/// (`vit_tiny_patch16_224`, `timm/NAME`, `hf-hub:ORG/REPO`) that is no file here, what the cache of
/// the hub holds, or else what is fetched from there, with its progress in the log.
///
/// A path that is neither is given back as it is: opening it says what is wrong. Errors (weights):
/// a folder without weights, or with several files to choose from; Errors (resource): they cannot
/// be fetched, with `vit weights fetch` as the way.
[[nodiscard]] std::filesystem::path weights_path(const std::string& text);

}  // namespace vit
