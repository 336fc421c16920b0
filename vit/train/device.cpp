#include "vit/train/device.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include <fstream>
#include <thread>

#include "vit/core/error.h"
#include "vit/image/threads.h"
#include "vit/train/memory.h"

namespace vit {
namespace {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

c10::Device resolve_device(const std::string& name) {
  const auto gpus =
      torch::cuda::is_available() ? static_cast<std::int64_t>(torch::cuda::device_count()) : 0;
  if (name == "auto") return gpus > 0 ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
  if (name == "cpu") return c10::kCPU;
  if (name == "cuda" || name.starts_with("cuda:")) {
    std::int64_t index = 0;
    const std::string digits = name == "cuda" ? "0" : name.substr(5);
    if (!digits.empty() && digits.size() < 4 &&
        digits.find_first_not_of("0123456789") == std::string::npos) {
      index = std::stoll(digits);
      if (index < gpus) return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
      throw Error(ErrorKind::usage, "train.device",
                  vit::str("`", name, "` is not there: this machine has ", gpus,
                           " CUDA devices that LibTorch ", VIT_TORCH_VERSION, " can use"),
                  "set train.device: cpu or auto");
    }
  }
  throw Error(ErrorKind::usage, "train.device", vit::str("`", name, "` is no device"),
              "use auto, cpu, cuda or cuda:N");
}

std::string device_description(c10::Device device) {
  return device.is_cpu() ? "CPU: " + cpu_name()
                         : vit::str("CUDA ", static_cast<int>(device.index()));
}

void set_compute_threads(std::int64_t threads) {
  keep_freed_memory();
  const auto cores = static_cast<std::int64_t>(std::max(1u, std::thread::hardware_concurrency()));
  at::set_num_threads(static_cast<int>(threads > 0 ? threads : cores));
  use_one_image_thread();
}

}  // namespace vit
