#include "apps/commands.h"

namespace vit::cli {

void add_weights(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("weights", "Get pretrained weights and look into them");
  command->footer(
      "Examples:\n"
      "  vit weights fetch vit_small_patch16_224\n"
      "  vit weights show model.safetensors");
  command->require_subcommand(1);
  add_weights_fetch(*command);
  add_weights_show(*command);
  add_weights_verify(*command);
  add_weights_convert(*command);
  add_weights_average(*command);
}

}  // namespace vit::cli
