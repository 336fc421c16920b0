#include <memory>
#include <string>

#include "apps/commands.h"
#include "apps/download_progress.h"
#include "apps/output.h"
#include "vit/core/log.h"
#include "vit/data/downloads.h"
#include "vit/data/prepare.h"
#include "vit/report/humanize.h"

namespace vit::cli {
namespace {

struct DataPrepareArguments {
  std::string name, from, root, mirror;
  bool json = false;
};

void prepare(const DataPrepareArguments& arguments) {
  if (arguments.from.empty())
    if (const auto download = dataset_download(arguments.name))
      log::info(arguments.name + ": " + std::string(download->terms));
  const PreparedData done = prepare_data(
      {arguments.name, arguments.from, arguments.root, arguments.mirror}, show_download());
  if (arguments.json)
    return print_json({{"root", done.root.string()},
                       {"train", done.train},
                       {"val", done.val},
                       {"classes", done.classes}});
  print(done.root.string() + ": " + grouped(done.train) + " training and " + grouped(done.val) +
        " validation pictures of " + std::to_string(done.classes) + " classes");
}

}  // namespace

void add_data_prepare(CLI::App& data) {
  CLI::App* command = data.add_subcommand(
      "prepare", "Fetch a data set from its official address, or unpack what you have");
  command->footer(
      "Examples:\n"
      "  vit data prepare cifar10\n"
      "  vit data prepare cifar10 --from cifar-10-binary.tar.gz");
  const auto arguments = std::make_shared<DataPrepareArguments>();
  command->add_option("name", arguments->name, "Name of `vit data list`")->required();
  command
      ->add_option("--from", arguments->from,
                   "Archive (.tar.xz, .tar.gz, .zip …) or folder of the published files that you "
                   "have; default: fetch them")
      ->type_name("ARCHIVE|FOLDER");
  command->add_option("--root", arguments->root, "Folder to make; default: data/NAME");
  command
      ->add_option("--mirror", arguments->mirror,
                   "Fetch the files from MIRROR/FILE instead of their official address")
      ->type_name("URL");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { prepare(*arguments); });
}

}  // namespace vit::cli
