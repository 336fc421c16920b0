#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "vit/weights/hub.h"

namespace vit {

/// The repository that a name means: that of a model of the table (`vit_tiny_patch16_224`, with the
/// tag that timm takes), timm's for a name with a tag (`vit_base_patch16_224.mae`) or for a name
/// that older versions of timm had (`vit_base_patch16_224_in21k`), or `ORG/REPO` itself, as
/// `hf-hub:ORG/REPO` too. Throws Error(usage) for anything else, with the nearest name; so for a
/// model that is here with a tag that timm does not have.
[[nodiscard]] std::string hub_repository_of(const std::string& name);

/// Whether a name without a slash is one of pretrained weights.
[[nodiscard]] bool is_hub_name(const std::string& name);

struct WeightsRequest {
  std::string name;  ///< see hub_repository_of; `NAME@REVISION` is understood too
  std::string revision = "main";
  /// "": model.safetensors, or else pytorch_model.bin, the shards of either, open_clip's file, or
  /// an adapter of PEFT.
  std::string file{};
  std::optional<std::filesystem::path> folder{};  ///< plain files there, and not the cache
};

struct FetchedWeights {
  std::string repo, page;
  HubFile weights;                ///< of shards, their index
  std::optional<HubFile> config;  ///< config.json beside them, where the repository has one
  std::string architecture;       ///< timm's name of the model, as config.json says it, or ""
  std::string licence;            ///< by its short name where it is known, or ""
};

/// Fetches pretrained weights, with all their shards, and what describes them beside: config.json,
/// preprocessor_config.json, open_clip_config.json, adapter_config.json. Errors as of
/// HubRepository, and where the repository holds the weights under other names.
[[nodiscard]] FetchedWeights fetch_weights(const HubSettings& settings,
                                           const WeightsRequest& request,
                                           const DownloadObserver& observer = {});

}  // namespace vit
