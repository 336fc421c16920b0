#pragma once

#include <c10/core/Device.h>

#include <string>

namespace vit {

/// The device of `train.device`: `auto` takes the first GPU, else the CPU. Throws Error (usage),
/// naming what there is, where the one asked for is not there: nothing falls back silently.
[[nodiscard]] c10::Device resolve_device(const std::string& name);

/// `CPU: AMD EPYC 9B14` or `CUDA 0`, for people.
[[nodiscard]] std::string device_description(c10::Device device);

/// Sets the threads of the computation (0: one for each core), once at the start of a command, and
/// keeps OpenCV to the thread that calls it and freed memory in the process (memory.h).
void set_compute_threads(std::int64_t threads);

}  // namespace vit
