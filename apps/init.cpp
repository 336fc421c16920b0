#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/layout.h"
#include "vit/experiment/draft.h"
#include "vit/experiment/experiment.h"
#include "vit/io/atomic_file.h"

namespace vit::cli {
namespace {

namespace fs = std::filesystem;

struct InitArguments {
  std::string folder, output, task, weights;
  bool json = false;
};

constexpr const char* kSchema = "experiment.schema.json";

/// `photos.yaml` for `data/photos/`.
fs::path default_output(const std::string& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder, error).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string() + ".yaml";
}

/// What stands above the experiment, for its reader and the editor.
std::string header(const std::string& name, const InitArguments& arguments,
                   const DataLayout& layout, const Draft& draft, std::int64_t images) {
  std::string text =
      str("# yaml-language-server: $schema=", kSchema, "\n# ", draft.about, "\n#\n",
          "#   vit data check ", name, "     what is in the data, and what is wrong\n",
          "#   vit data preview ", name, "   what the model will see\n", "#   vit train ", name,
          "\n#\n# ", printable(arguments.folder), ": ", layout.found, "; ", images,
          " images to train on",
          layout.has_val ? "" : ", of which a fifth is held out for validation", ".\n");
  for (const std::string& remark : layout.remarks) text += "# Note: " + remark + ".\n";
  if (arguments.weights.empty() && !layout.samples.text().empty())
    text +=
        "#\n# It learns from scratch, which takes thousands of images. With pretrained weights "
        "some "
        "hundreds are enough:\n# `vit weights fetch vit_small_patch16_224` tells their FILE, and "
        "`vit init FOLDER --weights FILE` begins with it.\n";
  return text + "# Keys that are not here have their defaults: `vit config reference`.\n";
}

void init(const InitArguments& arguments) {
  const fs::path output =
      arguments.output.empty() ? default_output(arguments.folder) : fs::path(arguments.output);
  std::error_code error;
  if (fs::exists(fs::symlink_status(output, error)))
    throw Error(ErrorKind::usage, printable_path(output), "is there already, and stays as it is",
                "name another file with --output, or remove it");
  const DataLayout layout = find_layout(arguments.folder);
  const std::int64_t images = open_data(layout.spec, WantedSplits::train).train->size();
  const Draft draft = draft_experiment(layout, {.task = arguments.task,
                                                .weights = arguments.weights,
                                                .training_images = images,
                                                .image_size = usual_size(arguments.folder)});
  const std::string name = printable_path(output);
  const std::string yaml = header(name, arguments, layout, draft, images) + draft.yaml;
  (void)parse_experiment(yaml, name);  // also finds weights that are none
  const fs::path schema = output.parent_path() / kSchema;
  if (!fs::exists(schema, error)) write_file_atomically(schema, experiment_schema().dump(2) + "\n");
  write_file_atomically(output, yaml);
  if (arguments.json) {
    print_json({{"experiment", output.string()},
                {"task", draft.task},
                {"data", layout.spec.name},
                {"found", layout.found},
                {"images", images},
                {"remarks", layout.remarks}});
    return;
  }
  print(printable(arguments.folder) + ": " + layout.found);
  for (const std::string& remark : layout.remarks) print("  " + remark);
  print("wrote " + name + ": task " + draft.task +
        (arguments.weights.empty() ? ", from scratch" : ", from " + printable(arguments.weights)));
  print("next: vit data check " + name + ", then vit train " + name);
}

}  // namespace

void add_init(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "init", "Look at a folder of data, and write an experiment that trains on it");
  command->footer(
      "It knows a folder for each class, COCO, VOC, YOLO's data.yaml, masks beside images, lists "
      "with\n"
      "labels or captions, tar shards, and images without labels.\n"
      "Examples:\n"
      "  vit init photos                              writes photos.yaml\n"
      "  vit init photos --weights FILE               fine-tunes pretrained weights\n"
      "  vit init photos --task mae --output pretrain.yaml");
  const auto arguments = std::make_shared<InitArguments>();
  command->add_option("folder", arguments->folder, "Folder of the data")
      ->required()
      ->type_name("FOLDER");
  command->add_option("--output", arguments->output, "The experiment; default: FOLDER.yaml here")
      ->type_name("FILE");
  command->add_option("--task", arguments->task, "What is learned; default: what the data is for")
      ->type_name("NAME");
  command->add_option("--weights", arguments->weights, "Pretrained weights to start from")
      ->type_name("FILE");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { init(*arguments); });
}

}  // namespace vit::cli
