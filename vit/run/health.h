#pragma once

#include <torch/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace vit {

/// How fast this machine is at what training does; found in some seconds.
struct SpeedTest {
  std::string dtype;                   ///< that was computed in
  double training_images_per_s = 0;    ///< ViT-Ti/16 at 224 pixels, batches of 4
  double gflops = 0, peak_gflops = 0;  ///< of that, and of plain matrix products
  double decoded_per_s = 0;            ///< JPEG files of 500x375 pixels, one thread
  double written_mb_per_s = 0;         ///< a file of 32 MB, until it is safe on its disk
};
/// Throws Error (resource) where nothing can be written to `folder`.
[[nodiscard]] SpeedTest speed_test(c10::Device device, const std::filesystem::path& folder);

/// Something of this machine that costs speed or will fail, and what to do.
struct HealthRemark {
  std::string what, remedy;
};
/// What there is to mend, for runs in `folder`: limits on processors, kernels that are
/// turned off, a GPU that LibTorch cannot use, memory, disk and open files that will not do, other
/// work.
[[nodiscard]] std::vector<HealthRemark> health_remarks(c10::Device device,
                                                       const std::filesystem::path& folder);

}  // namespace vit
