#include "vit/run/health.h"

#include <ATen/Parallel.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>
#include <thread>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/image/decode.h"
#include "vit/image/encode.h"
#include "vit/io/atomic_file.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/run/benchmark.h"
#include "vit/train/device.h"
#include "vit/train/fast_types.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A photograph's amount of detail.
Image drawn_image() {
  Image image(500, 375, 3);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < 3; ++c)
        image.pixel(x, y)[c] = static_cast<std::uint8_t>(
            128 + 60 * std::sin(0.05 * x * (c + 1)) * std::cos(0.07 * y) + (x * 31 + y * 17) % 23);
  return image;
}

double decoding_speed() {
  const std::vector<std::byte> bytes = encode_jpeg(drawn_image());
  constexpr double kSeconds = 0.2;
  const auto start = Clock::now();
  int decoded = 0;
  while (seconds_since(start) < kSeconds) {
    (void)decode_image(bytes, "speed test");
    ++decoded;
  }
  return decoded / seconds_since(start);
}

double writing_speed(const fs::path& folder) {
  constexpr std::size_t kBytes = std::size_t{32} << 20;
  const fs::path file = folder / (".vit-speed-" + std::to_string(::getpid()));
  const std::string bytes(kBytes, 'v');
  const auto start = Clock::now();
  write_file_atomically(file, bytes);
  const double seconds = seconds_since(start);
  std::error_code ignored;
  fs::remove(file, ignored);
  return kBytes / 1e6 / seconds;
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

/// The number in a file of one line, such as a limit of the control group.
std::optional<double> number_in(const char* file) {
  std::ifstream stream(file);
  double number = 0;
  return stream >> number ? std::optional(number) : std::nullopt;
}

/// The processors that the control group lets this process use; nothing where it sets no limit.
std::optional<double> processor_quota() {
  std::ifstream stream("/sys/fs/cgroup/cpu.max");
  double quota = 0, period = 0;
  return stream >> quota >> period && period > 0 ? std::optional(quota / period) : std::nullopt;
}

/// Bytes that are free for this process, by the kernel and by the control group's limit.
double available_memory() {
  double available = 1e18;
  std::ifstream stream("/proc/meminfo");
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with("MemAvailable:"))
      available = 1024 * std::strtod(line.c_str() + sizeof "MemAvailable:", nullptr);
  if (const auto most = number_in("/sys/fs/cgroup/memory.max"))
    available = std::min(available, *most - number_in("/sys/fs/cgroup/memory.current").value_or(0));
  return available;
}

void processor_remarks(std::vector<HealthRemark>& remarks) {
  const auto cores = static_cast<double>(std::thread::hardware_concurrency());
  const int threads = at::get_num_threads();
  if (const auto quota = processor_quota(); quota && *quota + 0.01 < threads)
    remarks.push_back({str("this container may use ", fixed(*quota, 1), " processors, and ",
                           threads, " threads would share them"),
                       str("set train.threads: ", std::max(1, static_cast<int>(*quota)))});
  double load = 0;
  if (::getloadavg(&load, 1) == 1 && load > cores + 0.5)
    remarks.push_back(
        {str("other work keeps the processors busy (load ", fixed(load, 1), " on ", cores, ")"),
         "figures of speed mean little until it has ended"});
  for (const auto& [name, what] :
       {std::pair("VIT_CPU_ISA", "limits the instruction sets of our kernels"),
        {"ONEDNN_MAX_CPU_ISA", "limits those of LibTorch's"}})
    if (const auto value = variable(name))
      remarks.push_back({str(name, "=", printable(*value), " ", what), str("unset ", name)});
  if (const auto fused = variable("VIT_FUSED"); fused && *fused == "0")
    remarks.push_back({"VIT_FUSED=0 turns the fused kernels off", "unset VIT_FUSED"});
  std::ifstream governor("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (std::string name; governor >> name && name == "powersave" &&
                        !fs::exists("/sys/devices/system/cpu/intel_pstate"))
    remarks.push_back(
        {"the processors are set to save power", "as root: cpupower frequency-set -g performance"});
}

void gpu_remarks(std::vector<HealthRemark>& remarks, c10::Device device) {
  std::error_code error;
  if (device.is_cuda() || !fs::exists("/dev/nvidiactl", error)) return;
  if (const auto visible = variable("CUDA_VISIBLE_DEVICES"); visible && visible->empty())
    remarks.push_back(
        {"there is a GPU, and CUDA_VISIBLE_DEVICES hides it", "unset CUDA_VISIBLE_DEVICES"});
  else
    remarks.push_back(
        {str("there is an NVIDIA GPU that LibTorch (", VIT_TORCH_VERSION, ") does not use"),
         "build with a LibTorch for CUDA (LIBTORCH=FOLDER ./vitw), or update the driver"});
}

void limit_remarks(std::vector<HealthRemark>& remarks, const fs::path& folder) {
  constexpr double kMemory = 2e9, kDisk = 2e9;
  if (const double bytes = available_memory(); bytes < kMemory)
    remarks.push_back(
        {"only " + human_bytes(bytes) + " of memory are free",
         "lower data.batch_size (train.grad_accum_steps keeps the size of an update)"});
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (!error && static_cast<double>(space.available) < kDisk)
    remarks.push_back({str("only ", human_bytes(static_cast<double>(space.available)),
                           " are free in ", printable_path(folder)),
                       "a run keeps two checkpoints and more: make room, or name another folder "
                       "with --output"});
  constexpr rlim_t kFiles = 256;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kFiles)
    remarks.push_back(
        {str("no more than ", limit.rlim_cur, " files may be open"), "ulimit -n 1024"});
}

}  // namespace

SpeedTest speed_test(c10::Device device, const fs::path& folder) {
  SpeedTest result;
  result.written_mb_per_s = writing_speed(folder);
  result.decoded_per_s = decoding_speed();
  result.dtype = chosen_type("auto", device, "train.amp");
  const Experiment experiment =
      parse_experiment("{model: {name: vit_tiny_patch16_224}, data: {batch_size: 4}}", "vit doctor",
                       {"train.amp=" + result.dtype, "train.device=" + device.str()});
  const Benchmark training = benchmark_training(experiment, {.steps = 3});
  result.training_images_per_s = training.images_per_s();
  result.gflops = training.gflops();
  result.peak_gflops = training.peak_gflops;
  return result;
}

std::vector<HealthRemark> health_remarks(c10::Device device, const fs::path& folder) {
  std::vector<HealthRemark> remarks;
  processor_remarks(remarks);
  gpu_remarks(remarks, device);
  limit_remarks(remarks, folder);
  return remarks;
}

}  // namespace vit
