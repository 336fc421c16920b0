#include "vit/weights/hub_settings.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <system_error>

#include "vit/io/file.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

using Variable = std::function<std::string(const char*)>;

constexpr std::uint64_t kLongestToken = 1 << 16;

bool is_true(std::string value) {
  for (char& c : value) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

/// A token never has blanks; files that hold one end with a line break.
std::string without_blanks(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(),
                            [](unsigned char c) { return std::isspace(c) != 0; }),
             text.end());
  return text;
}

class Places {
 public:
  explicit Places(const Variable& variable) : variable_(variable) {}

  [[nodiscard]] fs::path cache() const {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
      if (const std::string value = variable_(name); !value.empty()) return expanded(value);
    return home() / "hub";
  }

  [[nodiscard]] fs::path token_file() const {
    const std::string value = variable_("HF_TOKEN_PATH");
    return value.empty() ? home() / "token" : expanded(value);
  }

 private:
  [[nodiscard]] fs::path home() const {
    if (const std::string value = variable_("HF_HOME"); !value.empty()) return expanded(value);
    if (const std::string value = variable_("XDG_CACHE_HOME"); !value.empty())
      return expanded(value) / "huggingface";
    return expanded("~/.cache/huggingface");
  }

  [[nodiscard]] fs::path expanded(const std::string& path) const {
    if (path != "~" && !path.starts_with("~/")) return path;
    const std::string user = variable_("HOME");
    if (user.empty())
      throw Error(ErrorKind::resource, path, "HOME is not set, so there is no place for the cache",
                  "set HF_HUB_CACHE to a folder");
    return fs::path(user) / path.substr(std::min<std::size_t>(path.size(), 2));
  }

  const Variable& variable_;
};

}  // namespace

HubSettings hub_settings(const Variable& variable) {
  HubSettings settings;
  if (const std::string endpoint = variable("HF_ENDPOINT"); !endpoint.empty())
    settings.endpoint = endpoint;
  while (settings.endpoint.ends_with('/')) settings.endpoint.pop_back();
  const Places places(variable);
  settings.cache = places.cache();
  settings.offline =
      is_true(variable("HF_HUB_OFFLINE")) || is_true(variable("TRANSFORMERS_OFFLINE"));
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
    if (settings.token.empty()) settings.token = without_blanks(variable(name));
  std::error_code missing;
  if (settings.token.empty() && !is_true(variable("HF_HUB_DISABLE_IMPLICIT_TOKEN")) &&
      fs::is_regular_file(places.token_file(), missing))
    settings.token = without_blanks(read_text_file(places.token_file(), kLongestToken));
  return settings;
}

HubSettings hub_settings() {
  return hub_settings([](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
  });
}

}  // namespace vit
