#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vit/core/metric.h"
#include "vit/image/image.h"
#include "vit/report/append_file.h"
#include "vit/report/histogram.h"

namespace vit {

/// CRC-32C (Castagnoli), as TensorBoard's records use it.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

/// Options of a run as TensorBoard's HParams page compares them: names and values as text; a value
/// that spells a number or a truth value is one.
using HParams = std::vector<std::pair<std::string, std::string>>;

/// Writes what TensorBoard reads: `events.out.tfevents.SECONDS.HOST`, TFRecords of Event protobufs.
/// Control characters in tags become visible text.
class TensorBoardWriter {
 public:
  /// Starts a new file in an existing folder. A run that goes on after a checkpoint names its first
  /// step: TensorBoard then forgets what an earlier file in the folder says of that step and later
  /// ones. Throws Error (resource) where the file cannot be written.
  explicit TensorBoardWriter(const std::filesystem::path& folder,
                             std::optional<std::int64_t> first_step = std::nullopt);

  void scalar(std::string_view tag, double value, std::int64_t step);
  void image(std::string_view tag, const Image& picture, std::int64_t step);
  /// Under `tag`, whatever the histogram's own name is.
  void histogram(std::string_view tag, const Histogram& values, std::int64_t step);

  /// Tells the options of the run, and which scalars are its result: `eval/NAME` of each metric.
  void hparams(const HParams& options, const Metrics& metrics);
  /// Tells that the run is complete.
  void hparams_end();

  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }

 private:
  void summary(std::string_view tag, std::string_view value_field, std::int64_t step);
  void record(std::string_view event);
  void hparams_record(std::string_view tag, std::string_view content);

  AppendFile file_;
};

}  // namespace vit
