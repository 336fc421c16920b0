#include "apps/prediction_inputs.h"

#include <cerrno>

#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/data/picture_files.h"
#include "vit/io/file_error.h"

namespace vit::cli {

namespace fs = std::filesystem;

void Failures::add(const std::string& image, const Error& problem, bool alone) {
  if (first_ == nullptr) first_ = std::make_unique<Error>(problem);
  list_.push_back({{"image", image}, {"error", problem.what()}});
  alone_ = alone;
  if (!alone) log::error(problem.what());
}

void Failures::end(std::size_t predicted) const {
  if (first_ == nullptr) return;
  if (alone_) throw *first_;
  const bool one = list_.size() == 1;
  throw Error(ErrorKind::data, printable(list_[0]["image"].get<std::string>()),
              str(one ? "this image" : str("this and ", list_.size() - 1, " more"), " of ",
                  list_.size() + predicted, " could not be predicted, for the reason above"),
              predicted == 0 ? "" : "the others are predicted");
}

std::vector<fs::path> pictures_of(const std::string& argument) {
  std::error_code error;
  if (!fs::exists(argument, error)) {
    const Error missing = file_error(argument, "cannot open", ENOENT);
    throw Error(ErrorKind::data, missing.where(), missing.problem(), missing.remedy());
  }
  if (!fs::is_directory(argument, error)) return {argument};
  std::vector<fs::path> inside = pictures_in(argument);
  if (inside.empty())
    throw Error(ErrorKind::data, argument, "found no picture in this folder",
                "name pictures (.jpg, .png, .webp, .bmp, .ppm, .tif) or a folder of them");
  return inside;
}

Sample encoded_picture(const fs::path& path) {
  Sample sample;
  sample.encoded = read_picture(path);
  sample.source = path.string();
  return sample;
}

}  // namespace vit::cli
