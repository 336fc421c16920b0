#include <memory>
#include <string>

#include "apps/commands.h"
#include "apps/download_progress.h"
#include "apps/output.h"
#include "vit/core/log.h"
#include "vit/weights/hub_models.h"
#include "vit/weights/hub_weights.h"

namespace vit::cli {
namespace {

struct WeightsFetchArguments {
  WeightsRequest request;
  std::string output;
  bool json = false;
};

/// What a user must know before he uses them, apart from where they are.
void tell_licence(const FetchedWeights& fetched) {
  const std::string terms(licence_terms(fetched.licence));
  if (!terms.empty())
    log::warn("licence " + fetched.licence + ": " + terms + "; read it at " + fetched.page);
}

std::string next_steps(const FetchedWeights& fetched) {
  const std::string path = fetched.weights.path.string();
  const std::string model = fetched.architecture.empty() ? "MODEL" : fetched.architecture;
  return "fine-tune them:  vit train EXPERIMENT.yaml --set model.name=" + model +
         " --set init.reset_head=true --set 'init.weights=" + path + "'\n" +
         "compute them:    vit forward --model " + model + " --weights '" + path +
         "' --input IN.safetensors --output OUT.safetensors";
}

void fetch(WeightsFetchArguments arguments) {
  if (!arguments.output.empty()) arguments.request.folder = arguments.output;
  const FetchedWeights fetched = fetch_weights(hub_settings(), arguments.request, show_download());
  const HubFile& weights = fetched.weights;
  tell_licence(fetched);
  if (!weights.note.empty())
    log::warn("what is in the cache was taken as it is, and may be outdated: " + weights.note);
  if (arguments.json) {
    nlohmann::json object{{"repo", fetched.repo},
                          {"commit", weights.commit},
                          {"path", weights.path.string()},
                          {"config", nullptr},
                          {"bytes", std::filesystem::file_size(weights.path)},
                          {"verified", weights.verified},
                          {"was_there", weights.was_there},
                          {"architecture", fetched.architecture},
                          {"licence", fetched.licence}};
    if (fetched.config) object["config"] = fetched.config->path.string();
    print_json(object);
    return;
  }
  print(weights.path.string());
  print(fetched.repo + " at commit " + weights.commit.substr(0, 12) +
        (weights.verified.empty() ? "" : ", verified by " + weights.verified) +
        (weights.was_there ? ", was there already" : "") +
        (fetched.licence.empty() ? "; its licence: " + fetched.page
                                 : "; licence " + fetched.licence));
  print(next_steps(fetched));
}

}  // namespace

void add_weights_fetch(CLI::App& weights) {
  CLI::App* command = weights.add_subcommand(
      "fetch", "Get pretrained weights from the Hugging Face hub, or a mirror of it (HF_ENDPOINT)");
  command->footer(
      "Examples:\n"
      "  vit weights fetch vit_small_patch16_224          the weights that timm takes for this "
      "name\n"
      "  vit weights fetch facebook/dinov2-small --output weights");
  const auto arguments = std::make_shared<WeightsFetchArguments>();
  WeightsRequest& request = arguments->request;
  command
      ->add_option("name", request.name,
                   "A name of `vit models`, MODEL.TAG of timm, or a repository of the hub")
      ->required()
      ->type_name("NAME|ORG/REPO");
  command
      ->add_option("--output", arguments->output,
                   "Put plain files into this folder; default: the hub's cache (HF_HUB_CACHE)")
      ->type_name("DIR");
  command->add_option("--revision", request.revision, "Branch, tag or commit")
      ->capture_default_str();
  command->add_option("--file", request.file,
                      "Which file; default: model.safetensors, or else pytorch_model.bin");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { fetch(*arguments); });
}

}  // namespace vit::cli
