#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/sample.h"

namespace vit::cli {

/// What could not be predicted, so that the rest can be: told as it is met, counted at the end.
class Failures {
 public:
  /// `alone`: nothing else is asked for, so that the end tells it.
  void add(const std::string& image, const Error& problem, bool alone);
  [[nodiscard]] const nlohmann::json& list() const { return list_; }
  /// Throws Error (data) where there are any.
  void end(std::size_t predicted) const;

 private:
  nlohmann::json list_ = nlohmann::json::array();
  std::unique_ptr<Error> first_;
  bool alone_ = false;
};

/// The images that an argument means: itself, or those of a folder. Throws Error (data).
[[nodiscard]] std::vector<std::filesystem::path> pictures_of(const std::string& argument);

/// An image as its file's bytes: no more of it is decoded than is needed. Throws Error (data).
[[nodiscard]] Sample encoded_picture(const std::filesystem::path& path);

}  // namespace vit::cli
