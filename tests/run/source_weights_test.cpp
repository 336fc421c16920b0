#include "tests/models/fixture.h"
#include "vit/core/error.h"
#include "vit/experiment/experiment.h"
#include "vit/experiment/recognised_model.h"
#include "vit/io/json.h"

// Small files of other libraries, as users have them: the model is found by the tensors alone, and
// computes what the library does (tests/fixtures/models/README.md says which).
namespace {

using vit::test::own_fixture;

vit::Experiment experiment_of(const std::string& folder, std::vector<std::string> sets) {
  const std::string weights = (own_fixture("sources/" + folder) / "weights.safetensors").string();
  sets.insert(sets.begin(),
              {"init.weights=" + vit::json_string(weights, "weights"), "model.img_size=16"});
  return vit::parse_experiment("model: {name: auto}", "test", sets, vit::Size2{16, 16});
}

void check(const std::string& folder, const std::vector<std::string>& sets = {}) {
  INFO(folder);
  const vit::Experiment experiment = experiment_of(folder, sets);
  const std::shared_ptr<vit::ImageModel> model = vit::create_model(experiment.model);
  vit::test::check_parity(*model, own_fixture("sources/" + folder), 1e-5);
}

const std::vector<std::string> kTwoHeads = {"model.num_heads=2"};

}  // namespace

TEST_CASE("BEiT and Data2Vec: relative positions of each block, shared ones, timm's") {
  check("hf_beit");  // the table of positions tells the heads
  check("hf_beit_shared");
  check("hf_data2vec");
  check("timm_beit");
  check("timm_relpos");
}

TEST_CASE("Classifiers of transformers pool in other ways than timm") {
  check("hf_clip_classifier", kTwoHeads);
  check("hf_siglip_classifier", kTwoHeads);
  check("hf_dinov2_classifier", kTwoHeads);
  check("hf_dinov2_reg_classifier", kTwoHeads);
  check("hf_deit_classifier", kTwoHeads);
}

TEST_CASE("DINOv2 with its published linear classifier") { check("dinov2_linear", kTwoHeads); }

TEST_CASE("Of a model that was trained to fill in patches the encoder is taken") {
  check("hf_vit_mim", kTwoHeads);
}

TEST_CASE("ConvNeXt and ResNet of transformers, ConvNeXt of torchvision") {
  check("hf_convnext");
  check("hf_resnet");
  check("hf_resnet_bottleneck");
  check("tv_convnext");
}

TEST_CASE("A new head can be trained on all of them") {
  for (const std::string folder :
       {"hf_beit", "hf_data2vec", "hf_clip_classifier", "hf_siglip_classifier",
        "hf_dinov2_classifier", "hf_deit_classifier", "hf_vit_mim", "hf_convnext", "hf_resnet",
        "tv_convnext", "dinov2_linear"}) {
    INFO(folder);
    std::vector<std::string> sets = {"init.reset_head=true", "model.num_classes=5"};
    const vit::Experiment experiment = experiment_of(folder, sets);
    const std::shared_ptr<vit::ImageModel> model = vit::create_model(experiment.model);
    model->init_weights(1);
    const vit::LoadReport report = vit::load_initial_weights(*model, experiment);
    CHECK(report.reset.size() == 2);
    CHECK(report.unexpected.empty());
  }
}
