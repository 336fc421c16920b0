#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "vit/io/http_retry.h"

namespace vit {

/// How to reach the Hugging Face hub, by the environment variables of its Python library.
struct HubSettings {
  std::string endpoint = "https://huggingface.co";  ///< HF_ENDPOINT; without a slash at its end
  /// HF_TOKEN, or the file that `hf auth login` writes (HF_TOKEN_PATH, HF_HOME/token), unless
  /// HF_HUB_DISABLE_IMPLICIT_TOKEN is set.
  std::string token;
  /// HF_HUB_CACHE; else HF_HOME/hub; else XDG_CACHE_HOME/huggingface/hub; else under ~/.cache.
  std::filesystem::path cache;
  bool offline = false;  ///< HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE: look in the cache only
  HttpPolicy policy{};
};

/// `variable` reads an environment variable, "" where it isn't set. Throws Error(resource) where
/// neither HOME nor any of the variables says where the cache is.
[[nodiscard]] HubSettings hub_settings(const std::function<std::string(const char*)>& variable);
/// By the environment of this process.
[[nodiscard]] HubSettings hub_settings();

}  // namespace vit
