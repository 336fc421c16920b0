#pragma once

#include <c10/core/Device.h>

#include <string>
#include <string_view>

namespace vit {

/// The device that `option` (a key, or an argument as `--device`) asks for: `auto` takes the first
/// GPU, else the CPU. Throws Error (usage), naming what there is, where the one asked for is not
/// there: nothing falls back silently.
[[nodiscard]] c10::Device resolve_device(const std::string& name,
                                         std::string_view option = "train.device");

/// `CPU: AMD EPYC 9B14` or `CUDA 0: NVIDIA H100`, for people.
[[nodiscard]] std::string device_description(c10::Device device);

/// A GPU's compute capability, as 80 for 8.0; 0 where no driver tells it.
[[nodiscard]] int compute_capability(c10::Device device);

/// Returns when the device has done what it was given: a GPU works while the program goes on.
void synchronize(c10::Device device);

/// Has a GPU add in one order, so that the same computation gives the same bits each time (the CPU
/// does so anyhow); to be called before it computes anything. Where an operator has no such way, as
/// the gradient of a bicubic resize, LibTorch then throws.
void set_deterministic(c10::Device device, bool deterministic);

/// Sets the threads of the computation (0: one for each core), once at the start of a command, and
/// keeps OpenCV to the thread that calls it and freed memory in the process (memory.h).
void set_compute_threads(std::int64_t threads);

}  // namespace vit
