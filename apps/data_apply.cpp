#include <memory>
#include <string>

#include "apps/commands.h"
#include "vit/augment/apply_op.h"
#include "vit/image/encode.h"
#include "vit/image/threads.h"

namespace vit::cli {
namespace {

struct ApplyArguments {
  std::string operation, input, output;
};

}  // namespace

void add_data_apply(CLI::App& data) {
  CLI::App* command = data.add_subcommand(
      "apply", "Do one operation with explicit values to one picture: see what it does");
  command->footer(
      "Example:\n"
      "  vit data apply '{op: ShearX, arg: 0.3, resample: bilinear}' photo.jpg sheared.png");
  const auto arguments = std::make_shared<ApplyArguments>();
  command
      ->add_option("operation", arguments->operation,
                   "YAML: '{op: ShearX, arg: 0.3, resample: bilinear, fill: [124, 116, 104]}', "
                   "'{op: Resize, filter: lanczos, size: [WIDTH, HEIGHT], box: null}', "
                   "'{op: Decode}'")
      ->required();
  command->add_option("input", arguments->input, "Picture")->required();
  command->add_option("output", arguments->output, "PNG file to write")->required();
  command->callback([arguments] {
    use_one_image_thread();
    write_png(apply_described_op(arguments->operation, arguments->input), arguments->output);
  });
}

}  // namespace vit::cli
