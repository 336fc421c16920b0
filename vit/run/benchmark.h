#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/experiment/experiment.h"

namespace vit {

struct BenchmarkRequest {
  std::int64_t steps = 10;
  std::string dtype;     ///< of inference; empty: train.amp
  bool compare = false;  ///< also time LibTorch's own operators, in turn with ours
};

/// Times of equal steps on synthetic input, beside what the machine could do.
struct Benchmark {
  std::string model, dtype, device, isa;
  std::int64_t batch_size = 0, threads = 0;
  std::vector<double> seconds;        ///< of each step
  std::vector<double> plain_seconds;  ///< the same without our own kernels; empty unless compared
  double first_step_s = 0;  ///< from the start of the process to the end of the first step
  double flops = 0;         ///< of one step: 2 for each multiply-add of the model
  double peak_gflops = 0;   ///< best of LibTorch's matrix products on the device (int8: in bf16)
  std::int64_t peak_memory_bytes = 0;  ///< of the process, or of the tensors on a GPU

  [[nodiscard]] double images_per_s() const;  ///< of the median step
  [[nodiscard]] double best_images_per_s() const;
  [[nodiscard]] double plain_images_per_s() const;
  [[nodiscard]] double gflops() const;  ///< that the median step reaches
};

/// Whole training steps: forward under autocast, loss, backward, clipping, update.
[[nodiscard]] Benchmark benchmark_training(const Experiment& experiment,
                                           const BenchmarkRequest& request);
/// Forward passes in evaluation mode.
[[nodiscard]] Benchmark benchmark_inference(const Experiment& experiment,
                                            const BenchmarkRequest& request);

}  // namespace vit
