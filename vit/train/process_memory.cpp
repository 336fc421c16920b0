#include "vit/train/process_memory.h"

#include <fstream>
#include <sstream>
#include <string>

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

double peak_memory() { return proc_bytes("/proc/self/status", "VmHWM:"); }
double resident_memory() { return proc_bytes("/proc/self/status", "VmRSS:"); }
double available_memory() { return proc_bytes("/proc/meminfo", "MemAvailable:"); }

}  // namespace vit
