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
#include "vit/core/thread_waits.h"
#include "vit/report/table.h"
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

template <class Words>
std::string joined(const Words& words, std::string_view between) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
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
  CLI::App* command = program.add_subcommand("doctor", "What this machine and this build have");
  command->footer("Example:\n  vit doctor --json");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print one JSON object");
  command->callback([json] {
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
    if (*json)
      print_json(object);
    else
      print(table.text());
  });
}

}  // namespace vit::cli
