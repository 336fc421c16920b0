#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/augment/pipeline.h"
#include "vit/config/experiment_data.h"
#include "vit/core/error.h"
#include "vit/image/draw.h"
#include "vit/image/encode.h"
#include "vit/image/resize.h"
#include "vit/image/threads.h"
#include "vit/report/picture_grid.h"

namespace vit::cli {
namespace {

struct DataPreviewArguments {
  std::string experiment, output = "preview.png";
  std::vector<std::string> sets;
  std::int64_t count = 6, copies = 5;
};

/// Boxes and masks on a picture of the size that they belong to.
void annotate(Image& image, const Sample& sample, const std::vector<std::string>& classes) {
  const bool has_background = !classes.empty() && classes[0] == "background";
  if (sample.mask.width == image.width && sample.mask.height == image.height)
    for (int value = has_background ? 1 : 0; value < 255; ++value)
      if (std::find(sample.mask.pixels.begin(), sample.mask.pixels.end(), value) !=
          sample.mask.pixels.end())
        tint_mask(image, sample.mask, static_cast<std::uint8_t>(value), distinct_colour(value));
  for (const Box& box : sample.boxes) {
    const Colour colour = distinct_colour(static_cast<int>(box.label));
    const auto pixel = [](float value) { return static_cast<int>(std::lround(value)); };
    draw_rectangle(image, pixel(box.x0), pixel(box.y0), pixel(box.x1), pixel(box.y1), colour, 2);
    const auto label = static_cast<std::size_t>(box.label);
    if (label < classes.size())
      draw_text(image, classes[label], pixel(box.x0) + 3, pixel(box.y0) + 3, colour, 8);
  }
}

std::string caption_of(const Sample& sample, const std::vector<std::string>& classes) {
  if (!sample.caption.empty()) return sample.caption;
  if (sample.label >= 0) return classes[static_cast<std::size_t>(sample.label)];
  if (!sample.boxes.empty()) return std::to_string(sample.boxes.size()) + " boxes";
  return sample.mask.empty() ? "" : "mask";
}

/// A row for each picture: as it is, and as the model gets it in the first epochs.
void preview(const DataPreviewArguments& arguments) {
  use_one_image_thread();
  Experiment experiment = load_experiment(arguments.experiment, arguments.sets);
  const DataSplits data = open_data(experiment.data);
  resolve(experiment, *data.train);
  const Preprocessing input = experiment_preprocessing(experiment);
  const auto seed = static_cast<std::uint64_t>(experiment.seed);
  const Pipeline pipeline = training_pipeline(experiment);
  const std::vector<std::string>& classes = data.train->classes();
  const std::vector<std::int64_t> order = shuffled_order(data.train->size(), seed, 0);
  const auto rows = std::min<std::int64_t>(arguments.count, data.train->size());
  std::vector<GridPicture> pictures;
  std::vector<float> planes(
      static_cast<std::size_t>(input.in_chans * input.img_size.height * input.img_size.width));
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t index = order[static_cast<std::size_t>(row)];
    const Sample sample = data.train->get(index), encoded = data.train->read(index);
    GridPicture original{sample.image, caption_of(sample, classes)};
    annotate(original.picture, sample, classes);
    pictures.push_back(std::move(original));
    for (std::int64_t copy = 0; copy < arguments.copies; ++copy) {
      Sample varied = encoded;
      pipeline.apply(varied, copy, index, planes.data());
      Image seen = denormalize(planes.data(), input);
      annotate(seen, varied, classes);
      pictures.push_back({std::move(seen), "epoch " + std::to_string(copy + 1)});
    }
  }
  GridOptions options;
  options.columns = static_cast<int>(arguments.copies + 1);
  options.tile = static_cast<int>(std::clamp<std::int64_t>(input.img_size.width, 128, 256));
  write_png(picture_grid(pictures, options), arguments.output);
  print("wrote " + arguments.output);
}

}  // namespace

void add_data_preview(CLI::App& data) {
  CLI::App* command = data.add_subcommand(
      "preview", "Draw training pictures as they are and as the model gets them");
  const auto arguments = std::make_shared<DataPreviewArguments>();
  command->add_option("experiment", arguments->experiment, "Experiment file")->required();
  add_sets(*command, arguments->sets);
  command->add_option("--output", arguments->output, "PNG file to write")->capture_default_str();
  command->add_option("--count", arguments->count, "Pictures, a row each")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option("--copies", arguments->copies, "How often each is augmented")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  command->callback([arguments] { preview(*arguments); });
}

}  // namespace vit::cli
