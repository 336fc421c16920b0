#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "vit/image/encode.h"
#include "vit/image/geometry.h"
#include "vit/io/file.h"

// Training's evaluation, `vit eval`, and predictions from a run, a checkpoint and an exported file
// feed a model the same, whatever the options of the data are.
namespace {

using nlohmann::json;
using vit::test::Outcome;
using vit::test::run_program;

/// A file whose pixels lie as `stored`, with the EXIF orientation 6 (turn to the right).
std::vector<std::byte> turned_jpeg(const vit::Image& stored) {
  std::vector<std::byte> jpeg = vit::encode_jpeg(stored, 95);
  const unsigned char app1[] = {0xFF, 0xE1, 0,  34, 'E', 'x', 'i', 'f', 0, 0,  // marker, length
                                'I',  'I',  42, 0,  8,   0,   0,   0,   1, 0,  // TIFF, one entry
                                0x12, 0x01, 3,  0,  1,   0,   0,   0,   6, 0,
                                0,    0,    0,  0,  0,   0};  // no other directory
  const auto* bytes = reinterpret_cast<const std::byte*>(app1);
  jpeg.insert(jpeg.begin() + 2, bytes, bytes + sizeof app1);
  return jpeg;
}

/// A wide image of a class: a gradient whose direction and colours tell the class, upright.
vit::Image example(int label, int number) {
  vit::Image image(26, 17 + number % 3, 3);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      std::uint8_t* const pixel = image.pixel(x, y);
      const int ramp = label == 0 ? x * 9 : y * 12;
      pixel[0] = static_cast<std::uint8_t>(ramp + number * 3);
      pixel[1] = static_cast<std::uint8_t>(200 - ramp / 2);
      pixel[2] = static_cast<std::uint8_t>((x * y + 40 * label) % 250);
    }
  return image;
}

/// Class folders for training and validation; every second file is stored turned, and says so.
void put_images(const std::filesystem::path& root) {
  for (const char* split : {"train", "val"})
    for (int label = 0; label < 2; ++label) {
      const auto folder = root / split / (label == 0 ? "across" : "down");
      std::filesystem::create_directories(folder);
      for (int i = 0; i < 4; ++i) {
        const vit::Image upright = example(label, i);
        // Turned to the left, which orientation 6 turns back.
        const vit::Image left = vit::vflip(vit::transpose(upright));
        const std::vector<std::byte> file =
            i % 2 ? turned_jpeg(left) : vit::encode_jpeg(upright, 95);
        vit::test::put(folder / (std::to_string(i) + ".jpg"),
                       std::string(reinterpret_cast<const char*>(file.data()), file.size()));
      }
    }
}

/// Mean of -log p of the right class over a folder of predictions, by the label in the path.
double loss_of(const json& predictions) {
  double sum = 0;
  for (const json& each : predictions.at("predictions")) {
    const std::string path = each.at("image").get<std::string>();
    for (const json& top : each.at("top"))
      if (path.find("/" + top.at("label").get<std::string>() + "/") != path.npos)
        sum -= std::log(top.at("probability").get<double>());
  }
  return sum / static_cast<double>(predictions.at("predictions").size());
}

}  // namespace

TEST_CASE(
    "A model is fed the same when it is evaluated, when it predicts and when it is exported") {
  const vit::test::ScratchFolder folder;
  put_images(folder / "images");
  vit::test::put(folder / "base.yaml", R"(
data: {name: folder, root: images, batch_size: 4, workers: 1}
augment: {train: [resize]}
model: {name: test_vit, img_size: 16, patch_size: 8, embed_dim: 16, depth: 1, num_heads: 2}
optim: {lr: 3e-3}
schedule: {epochs: 3, warmup_epochs: 0}
train: {device: cpu, threads: 1}
)");
  int number = 0;
  for (const std::string more :
       {"crop_mode=center --set data.crop_pct=0.8", "crop_mode=squash",
        "crop_mode=border --set data.interpolation=bilinear",
        "crop_mode=border --set data.crop_fill=[200]", "crop_mode=crop",
        "crop_offset=floor --set data.crop_pct=0.61 --set model.in_chans=1"}) {
    const std::string exif = number % 2 == 0 ? "true" : "false";
    CAPTURE(exif, more);
    const std::string run = "run" + std::to_string(number++);
    const Outcome trained = run_program(folder.path(), "train base.yaml --output " + run +
                                                           " --set data.exif_orientation=" + exif +
                                                           " --set data." + more);
    INFO(trained.errors);
    REQUIRE(trained.code == 0);
    const double evaluated = json::parse(run_program(folder.path(), "eval " + run + " --json").out)
                                 .at("eval_loss")
                                 .get<double>();
    REQUIRE(run_program(folder.path(),
                        "export " + run + " --format torchscript --output " + run + ".pt")
                .code == 0);
    for (const std::string& model : std::vector<std::string>{run + "/checkpoints/best.safetensors",
                                                             run + "/model.pt", run + ".pt"}) {
      CAPTURE(model);
      const Outcome predicted = run_program(
          folder.path(), "predict " + model + " images/val/across images/val/down --topk 2 --json");
      INFO(predicted.errors);
      REQUIRE(predicted.code == 0);
      CHECK(loss_of(json::parse(predicted.out)) == Approx(evaluated).epsilon(1e-4));
    }
  }
}

TEST_CASE("An image that is stored turned is predicted as upright where the model was trained so") {
  const vit::test::ScratchFolder folder;
  put_images(folder / "images");
  const vit::Image upright = example(0, 1);
  // Without loss of its own on either side: a PNG has no such tag, so both are JPEG of full
  // quality.
  const std::vector<std::byte> straight = vit::encode_jpeg(upright, 100),
                               turned = turned_jpeg(vit::vflip(vit::transpose(upright)));
  vit::test::put(folder / "straight.jpg",
                 std::string(reinterpret_cast<const char*>(straight.data()), straight.size()));
  vit::test::put(folder / "turned.jpg",
                 std::string(reinterpret_cast<const char*>(turned.data()), turned.size()));
  vit::test::put(folder / "base.yaml", R"(
data: {name: folder, root: images, batch_size: 4, workers: 1, exif_orientation: true}
augment: {train: [resize]}
model: {name: test_vit, img_size: 16, patch_size: 8, embed_dim: 16, depth: 1, num_heads: 2}
schedule: {epochs: 1, warmup_epochs: 0}
train: {device: cpu, threads: 1}
)");
  REQUIRE(run_program(folder.path(), "train base.yaml --output run").code == 0);
  for (const std::string to : {"timm", "transformers"}) {
    CAPTURE(to);
    // transformers has no such ViT with rotary or registers, and test_vit is plain.
    const Outcome converted =
        run_program(folder.path(), "weights convert run --to " + to + " --output " + to);
    INFO(converted.errors);
    REQUIRE(converted.code == 0);
    REQUIRE(run_program(folder.path(), "export --model auto --weights " + to +
                                           "/model.safetensors --format torchscript --output " +
                                           to + ".pt")
                .code == 0);
  }
  for (const std::string model : {"run", "run/model.pt", "timm.pt", "transformers.pt"}) {
    CAPTURE(model);
    const json result = json::parse(
        run_program(folder.path(), "predict " + model + " straight.jpg turned.jpg --json").out);
    const auto probability = [&](std::size_t image) {
      for (const json& top : result.at("predictions")[image].at("top"))
        if (top.at("label") == "across") return top.at("probability").get<double>();
      return -1.0;
    };
    CHECK(probability(0) == Approx(probability(1)).margin(0.02));
  }
}
