#include <memory>
#include <string>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/data/downloads.h"
#include "vit/data/registry.h"
#include "vit/report/table.h"

namespace vit::cli {
namespace {

void list(bool json) {
  TextTable table({{"data.name"}, {"samples have"}, {"prepare"}, {"what"}});
  nlohmann::json rows = nlohmann::json::array();
  for (const DataEntry& entry : data_entries()) {
    const auto download = dataset_download(entry.name);
    table.add({std::string(entry.name), entry.samples.text(), download ? "fetches" : "",
               std::string(entry.help)});
    rows.push_back({{"name", entry.name},
                    {"samples", entry.samples.text()},
                    {"help", entry.help},
                    {"terms", download ? nlohmann::json(download->terms) : nlohmann::json()}});
  }
  if (json)
    print_json({{"data", rows}});
  else
    print(table.text());
}

}  // namespace

void add_data(CLI::App& program) {
  CLI::App* command = program.add_subcommand("data", "List, get, check and look at data sets");
  command->footer(
      "Examples:\n"
      "  vit data prepare cifar10\n"
      "  vit data check mine.yaml");
  command->require_subcommand(1);
  CLI::App* list_command = command->add_subcommand("list", "The data sets that data.name knows");
  list_command->footer("Example:\n  vit data list --json");
  const auto json = std::make_shared<bool>(false);
  list_command->add_flag("--json", *json, "Print one JSON object");
  list_command->callback([json] { list(*json); });
  add_data_prepare(*command);
  add_data_check(*command);
  add_data_preview(*command);
  add_data_apply(*command);
}

}  // namespace vit::cli
