#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "vit/weights/hub.h"

namespace vit {

/// The repository that a name means: that of a model of the table (`vit_tiny_patch16_224`, with the
/// tag that timm takes), timm's for a name with a tag (`vit_base_patch16_224.mae`), or `ORG/REPO`
/// itself. Throws Error(usage) for anything else, with the nearest name.
[[nodiscard]] std::string hub_repository_of(const std::string& name);

struct WeightsRequest {
  std::string name;  ///< see hub_repository_of
  std::string revision = "main";
  std::string file{};  ///< "": model.safetensors, or else pytorch_model.bin
  std::optional<std::filesystem::path> folder{};  ///< plain files there, and not the cache
};

struct FetchedWeights {
  std::string repo, page;
  HubFile weights;
  std::optional<HubFile> config;  ///< config.json beside them, where the repository has one
  std::string architecture;       ///< timm's name of the model, as config.json says it, or ""
  std::string licence;            ///< by its short name where it is known, or ""
};

/// Fetches pretrained weights, in one file, and the config.json beside them. Errors as of
/// HubRepository, and where the repository holds the weights in several files or under other names.
[[nodiscard]] FetchedWeights fetch_weights(const HubSettings& settings,
                                           const WeightsRequest& request,
                                           const DownloadObserver& observer = {});

}  // namespace vit
