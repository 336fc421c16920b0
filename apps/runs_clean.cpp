#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/str.h"
#include "vit/core/text.h"
#include "vit/report/humanize.h"
#include "vit/report/table.h"
#include "vit/run/clean_runs.h"

namespace vit::cli {
namespace {

struct CleanArguments {
  std::vector<std::string> folders;
  bool yes = false, json = false;
};

void clean(const CleanArguments& arguments) {
  std::vector<Removable> found;
  for (const std::string& folder : arguments.folders)
    for (Removable& one : removable_in(folder)) found.push_back(std::move(one));
  double bytes = 0;
  TextTable table({{"what"}, {"size", Align::right}, {"why"}});
  nlohmann::json all = nlohmann::json::array();
  for (const Removable& one : found) {
    const bool gone = arguments.yes && remove(one);
    if (arguments.yes && !gone) continue;  // somebody trains there now
    bytes += static_cast<double>(one.bytes);
    table.add({printable(one.path.string()), human_bytes(static_cast<double>(one.bytes)), one.why});
    all.push_back({{"path", one.path.string()}, {"bytes", one.bytes}, {"why", one.why}});
  }
  if (arguments.json) {
    print_json({{"removed", arguments.yes}, {"bytes", bytes}, {"items", std::move(all)}});
  } else if (found.empty()) {
    print("nothing to remove");
  } else {
    print(table.text());
    print(str(arguments.yes ? "removed: " : "could be removed with --yes: ", human_bytes(bytes)));
  }
}

}  // namespace

void add_runs_clean(CLI::App& runs) {
  CLI::App* command =
      runs.add_subcommand("clean", "Find what nobody needs of runs, and with --yes remove it");
  command->footer(
      "Removable: half-written files of dead processes; runs that were killed or failed before\n"
      "their first checkpoint; of complete runs the checkpoints older than the last. A run in "
      "which\n"
      "a process trains is never touched.\n"
      "Example:\n  vit runs clean runs --yes");
  const auto arguments = std::make_shared<CleanArguments>();
  arguments->folders = {"runs"};
  command->add_option("folder", arguments->folders, "Folders that hold runs; default: runs")
      ->type_name("FOLDER…");
  command->add_flag("--yes", arguments->yes, "Remove it");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { clean(*arguments); });
}

}  // namespace vit::cli
