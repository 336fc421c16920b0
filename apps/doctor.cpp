#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/error.h"
#include "vit/core/join.h"
#include "vit/core/thread_waits.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/run/health.h"
#include "vit/train/device.h"
#include "vit/train/environment.h"
#include "vit/train/fast_types.h"
#include "vit/train/instruction_sets.h"
#include "vit/train/load_watch.h"

namespace vit::cli {
namespace {

/// The folder of the library that this process has loaded, for who links with the same one.
std::string libtorch_folder() {
  Dl_info found{};
  if (dladdr(reinterpret_cast<const void*>(&at::get_num_threads), &found) == 0) return "unknown";
  std::error_code error;
  const std::filesystem::path file = std::filesystem::weakly_canonical(found.dli_fname, error);
  return (error ? std::filesystem::path(found.dli_fname) : file).parent_path().string();
}

/// Which types `device` is fast in, and which not.
std::pair<std::string, std::string> types_text(c10::Device device) {
  const FastTypes types = fast_types(device);
  std::vector<std::string> fast{"fp32"}, slow;
  (types.bf16 ? fast : slow).emplace_back("bf16");
  (types.fp16 ? fast : slow).emplace_back("fp16");
  if (device.is_cpu()) (types.int8 ? fast : slow).emplace_back("int8");
  return {joined(fast, ", "), slow.empty() ? "none" : joined(slow, ", ") + " (slower than fp32)"};
}

std::string waits_text() {
  return thread_waits() + (watch_load() ? "; at once while other work interrupts them" : "");
}

}  // namespace

void add_doctor(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "doctor", "What this machine and this build have, how fast they are, and what to mend");
  command->footer("Examples:\n  vit doctor\n  vit doctor --no-speed --json");
  struct Arguments {
    bool json = false, no_speed = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_flag("--no-speed", arguments->no_speed,
                    "Leave out the speed test, which takes seconds");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] {
    set_compute_threads(0);
    const c10::Device device = resolve_device("auto");
    auto found = environment(device);
    const auto [fast, slow] = types_text(device);
    found.insert(found.end(), {{"libtorch_folder", libtorch_folder()},
                               {"instruction_sets", joined(instruction_sets(), " ")},
                               {"fast_types", fast},
                               {"slow_types", slow},
                               {"threads_wait", waits_text()}});
    nlohmann::json object = nlohmann::json::object();
    TextTable table({{"what"}, {"found"}});
    for (const auto& [key, value] : found) {
      if (key == "started") continue;
      object[key] = value;
      table.add({key, value});
    }
    const auto speed = [&](const char* key, double value, const std::string& text) {
      object[key] = value;
      table.add({key, text});
    };
    std::vector<HealthRemark> remarks = health_remarks(device, ".");  // before the test's own load
    if (!arguments->no_speed) {
      try {
        const SpeedTest test = speed_test(device, ".");
        speed("training_images_per_s", test.training_images_per_s,
              fixed(test.training_images_per_s, 1) + " (ViT-Ti/16 at 224 pixels in " + test.dtype +
                  ", batches of 4)");
        speed("gflops", test.gflops,
              fixed(test.gflops, 0) + " of " + fixed(test.peak_gflops, 0) + " in matrix products");
        speed("decoded_per_s", test.decoded_per_s,
              fixed(test.decoded_per_s, 0) + " JPEG images of 500x375 pixels, in one thread");
        speed("written_mb_per_s", test.written_mb_per_s,
              fixed(test.written_mb_per_s, 0) + " to this folder, until it is safe on the disk");
      } catch (const Error& problem) {
        if (problem.kind() != ErrorKind::resource) throw;
        remarks.push_back({"nothing can be written to this folder: " + problem.problem(),
                           "runs are written to runs/NAME here, or where --output says"});
      }
    }
    object["to_mend"] = nlohmann::json::array();
    std::string mend;
    for (const HealthRemark& remark : remarks) {
      object["to_mend"].push_back({{"what", remark.what}, {"remedy", remark.remedy}});
      mend += "\n- " + remark.what + "\n  " + remark.remedy;
    }
    if (arguments->json)
      print_json(object);
    else
      print(table.text() + (mend.empty() ? "\nnothing to mend" : "\nto mend:" + mend));
  });
}

}  // namespace vit::cli
