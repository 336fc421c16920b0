#include <memory>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/report/table.h"
#include "vit/train/device.h"
#include "vit/train/environment.h"

namespace vit::cli {

void add_doctor(CLI::App& program) {
  CLI::App* command = program.add_subcommand("doctor", "What this machine and this build have");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print one JSON object");
  command->callback([json] {
    set_compute_threads(0);
    nlohmann::json object = nlohmann::json::object();
    TextTable table({{"what"}, {"found"}});
    for (const auto& [key, value] : environment(resolve_device("auto"))) {
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
