#include "vit/train/memory.h"

#include <torch/version.h>

#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 9
#include <ATen/DeviceAccelerator.h>
#define VIT_HAS_DEVICE_STATS
#endif

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace vit {
namespace {

/// The number of kilobytes behind `key` in one of /proc's tables, as bytes.
double proc_bytes(const char* file, const std::string& key) {
  std::ifstream table(file);
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string name;
    double kilobytes = 0;
    if (words >> name >> kilobytes && name == key) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

double peak_memory(c10::Device device) {
  if (device.is_cpu()) return proc_bytes("/proc/self/status", "VmHWM:");
#ifdef VIT_HAS_DEVICE_STATS
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return static_cast<double>(
      at::accelerator::getDeviceStats(device.index()).allocated_bytes[kAll].peak);
#else
  return 0;
#endif
}

double resident_memory() { return proc_bytes("/proc/self/status", "VmRSS:"); }
double available_memory() { return proc_bytes("/proc/meminfo", "MemAvailable:"); }

void keep_freed_memory() {
#ifdef __GLIBC__
  if (std::getenv("MALLOC_MMAP_THRESHOLD_") != nullptr) return;
  constexpr int kLargest = 1 << 30, kLargestOfOldGlibc = 32 << 20;
  if (mallopt(M_MMAP_THRESHOLD, kLargest) == 0) mallopt(M_MMAP_THRESHOLD, kLargestOfOldGlibc);
  mallopt(M_TRIM_THRESHOLD, kLargest);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace vit
