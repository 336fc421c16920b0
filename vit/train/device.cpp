#include "vit/train/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

#include "vit/core/error.h"
#include "vit/image/threads.h"
#include "vit/train/load_watch.h"
#include "vit/train/memory.h"

namespace vit {
namespace {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

/// A function of NVIDIA's driver; null where there is no driver. LibTorch tells a GPU's properties
/// only to who is compiled with CUDA's own headers.
template <class Function>
Function* of_driver(const char* name) {
  static void* const driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  return driver == nullptr ? nullptr : reinterpret_cast<Function*>(dlsym(driver, name));
}

/// The driver's number of the GPU.
std::optional<int> driver_device(int index) {
  auto* const init = of_driver<int(unsigned)>("cuInit");
  auto* const get = of_driver<int(int*, int)>("cuDeviceGet");
  int device = 0;
  if (init == nullptr || get == nullptr || init(0) != 0 || get(&device, index) != 0)
    return std::nullopt;
  return device;
}

std::string gpu_name(int index) {
  const std::optional<int> device = driver_device(index);
  auto* const get_name = of_driver<int(char*, int, int)>("cuDeviceGetName");
  char name[256] = "";
  if (device && get_name != nullptr) get_name(name, sizeof name - 1, *device);
  return name;
}

int index_of(c10::Device device) { return std::max(0, static_cast<int>(device.index())); }

}  // namespace

c10::Device resolve_device(const std::string& name, std::string_view option) {
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
      throw Error(ErrorKind::usage, std::string(option),
                  vit::str("`", name, "` is not there: this machine has ", gpus,
                           " CUDA devices that LibTorch ", VIT_TORCH_VERSION, " can use"),
                  option.starts_with("--") ? vit::str("take ", option, " cpu or auto")
                                           : vit::str("set ", option, ": cpu or auto"));
    }
  }
  throw Error(ErrorKind::usage, std::string(option), vit::str("`", name, "` is no device"),
              "use auto, cpu, cuda or cuda:N");
}

std::string device_description(c10::Device device) {
  if (device.is_cpu()) return "CPU: " + cpu_name();
  const std::string name = gpu_name(index_of(device));
  return vit::str("CUDA ", index_of(device), name.empty() ? "" : ": ", name);
}

int compute_capability(c10::Device device) {
  constexpr int kMajor = 75, kMinor = 76;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_…
  const std::optional<int> number = driver_device(index_of(device));
  auto* const get = of_driver<int(int*, int, int)>("cuDeviceGetAttribute");
  int major = 0, minor = 0;
  if (!device.is_cuda() || !number || get == nullptr || get(&major, kMajor, *number) != 0 ||
      get(&minor, kMinor, *number) != 0)
    return 0;
  return 10 * major + minor;
}

void synchronize(c10::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

void set_deterministic(c10::Device device, bool deterministic) {
  if (!device.is_cuda()) return;
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(deterministic, /*warn_only=*/false);
  context.setDeterministicFillUninitializedMemory(false);  // a debugging aid that costs time
  context.setDeterministicCuDNN(deterministic);
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 11
  // These refuse products without it. Later ones need it no more, and parse it for each product.
  if (deterministic) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
#endif
}

void set_compute_threads(std::int64_t threads) {
  keep_freed_memory();
  watch_load();
  const auto cores = static_cast<std::int64_t>(std::max(1u, std::thread::hardware_concurrency()));
  at::set_num_threads(static_cast<int>(threads > 0 ? threads : cores));
  use_one_image_thread();
}

}  // namespace vit
