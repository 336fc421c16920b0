#include "vit/train/environment.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <chrono>
#include <ctime>
#include <thread>

#include "vit/core/error.h"
#include "vit/core/str.h"
#include "vit/io/digest.h"
#include "vit/kernels/isa.h"
#include "vit/train/device.h"

namespace vit {

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string version_text() {
  return vit::str("vit ", VIT_VERSION, ", LibTorch ", VIT_TORCH_VERSION);
}

namespace {

/// SHA-256 of the program that runs: the versions of what is being developed say little.
std::string program_digest() {
  try {
    return digest_of_file("/proc/self/exe", DigestKind::sha256);
  } catch (const Error&) {
    return "not known";
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> numeric_environment() {
  return {{"vit", VIT_VERSION},
          {"libtorch", VIT_TORCH_VERSION},
          {"compiler", __VERSION__},
          {"cpu_capability", at::get_cpu_capability()},
          {"kernels", kernels::enabled() ? std::string(kernels::name(kernels::active_isa()))
                                         : "LibTorch's (VIT_FUSED=0)"}};
}

std::vector<std::pair<std::string, std::string>> environment(c10::Device device) {
  auto rows = numeric_environment();
  rows.insert(rows.begin(), {"started", utc_now()});
  rows.insert(rows.end(), {{"program", program_digest()},
                           {"device", device_description(device)},
                           {"cores", std::to_string(std::thread::hardware_concurrency())},
                           {"threads", std::to_string(at::get_num_threads())}});
  return rows;
}

}  // namespace vit
