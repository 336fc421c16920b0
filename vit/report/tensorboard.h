#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "vit/image/image.h"
#include "vit/report/append_file.h"

namespace vit {

/// CRC-32C (Castagnoli), as TensorBoard's records use it.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

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

  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }

 private:
  void summary(std::string_view tag, std::string_view value_field, std::int64_t step);
  void record(std::string_view event);

  AppendFile file_;
};

}  // namespace vit
