#pragma once

#include <string>
#include <vector>

#include "vit/run/open_predictor.h"

namespace vit::cli {

/// A search among images by a text.
struct SearchArguments {
  PredictorRequest request;
  std::vector<std::string> pictures;  ///< files and folders
  std::string query, dtype, device;
  int topk = 5;
  bool json = false;
};

/// Prints the images that are most like the text. Throws Error (usage) where the model reads no
/// texts, Error (data) at the end where images could not be read.
void search(const SearchArguments& arguments);

}  // namespace vit::cli
