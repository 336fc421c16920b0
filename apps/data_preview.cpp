#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/augment/pipeline.h"
#include "vit/core/error.h"
#include "vit/experiment/experiment_data.h"
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

/// Leaves of a sample what the task uses: the others are no part of what the model learns.
void keep_parts(Sample& sample, const SampleParts& parts) {
  if (!parts.has(SamplePart::label)) sample.label = -1;
  if (!parts.has(SamplePart::boxes)) sample.boxes.clear();
  if (!parts.has(SamplePart::mask)) sample.mask = {};
  if (!parts.has(SamplePart::caption)) sample.caption.clear();
}

/// Boxes and masks on a picture of the size that they belong to; the longer side will be reduced to
/// `tile` pixels, and names must be read then.
void annotate(Image& image, const Sample& sample, const std::vector<std::string>& classes,
              int tile) {
  const bool has_background = !classes.empty() && classes[0] == "background";
  if (sample.mask.width == image.width && sample.mask.height == image.height)
    for (int value = has_background ? 1 : 0; value < 255; ++value)
      if (std::find(sample.mask.pixels.begin(), sample.mask.pixels.end(), value) !=
          sample.mask.pixels.end())
        tint_mask(image, sample.mask, static_cast<std::uint8_t>(value), distinct_colour(value));
  for (const Box& box : sample.boxes)
    if (box.mask && box.mask->width == image.width && box.mask->height == image.height)
      tint_mask(image, *box.mask, 1, distinct_colour(static_cast<int>(box.label)));
  // Small images are enlarged as the sheet will do, so that names do not hide what they name.
  const int longest = std::max(image.width, image.height), factor = std::max(1, tile / longest);
  const double zoom = std::max(1.0, static_cast<double>(longest) / tile);
  if (factor > 1 && !sample.boxes.empty())
    image = resize(image, factor * image.width, factor * image.height, Filter::nearest);
  const auto edge = [&](float value) {
    return static_cast<int>(std::lround(static_cast<float>(factor) * value));
  };
  const auto drawn = [&](double pixels) { return static_cast<int>(std::lround(pixels * zoom)); };
  for (const Box& box : sample.boxes)
    draw_rectangle(image, edge(box.x0), edge(box.y0), edge(box.x1), edge(box.y1),
                   distinct_colour(static_cast<int>(box.label)), drawn(2));
  for (const Box& box : sample.boxes) {
    const auto label = static_cast<std::size_t>(box.label);
    if (label >= classes.size()) continue;
    const Colour plate = distinct_colour(static_cast<int>(box.label));
    const bool is_bright = 2 * plate[0] + 5 * plate[1] + plate[2] > 8 * 140;
    // Above the box where there is room: small objects would lie under their names.
    const int above = edge(box.y0) - drawn(11);
    draw_label(image, classes[label], edge(box.x0), above >= 0 ? above : edge(box.y0),
               is_bright ? Colour{0, 0, 0} : Colour{255, 255, 255}, plate, drawn(7));
  }
}

std::string caption_of(const Sample& sample, const std::vector<std::string>& classes) {
  if (!sample.caption.empty()) return sample.caption;
  if (sample.label >= 0) return classes[static_cast<std::size_t>(sample.label)];
  if (!sample.boxes.empty()) return std::to_string(sample.boxes.size()) + " boxes";
  return sample.mask.empty() ? "" : "mask";
}

/// What batches of these samples look like after the collator has mixed them, one for each epoch;
/// nothing where batches are not mixed. One column for each copy, one row for each sample, as the
/// rest.
std::vector<GridPicture> mixed_pictures(const Pipeline& pipeline, const Collator& collator,
                                        const Dataset& data,
                                        const std::vector<std::int64_t>& indices,
                                        std::int64_t copies) {
  std::vector<Batch> batches;
  const auto size = static_cast<std::int64_t>(indices.size());
  for (std::int64_t epoch = 0; epoch < copies; ++epoch) {
    LoaderOptions options{.batch_size = size, .workers = 0};
    batches.push_back(*EpochLoader(data, pipeline, collator, indices, epoch, options).next());
    if (collator.caption(*batches.back().annotations, 0, data.classes()).empty()) return {};
  }
  std::vector<GridPicture> pictures;
  for (std::int64_t i = 0; i < size; ++i) {
    pictures.push_back({data.get(indices[static_cast<std::size_t>(i)]).image, "to be mixed"});
    for (const Batch& batch : batches)
      pictures.push_back({denormalize(batch.images[i].data_ptr<float>(), pipeline.preprocessing()),
                          collator.caption(*batch.annotations, i, data.classes())});
  }
  return pictures;
}

/// The views of multi-crop, one behind the other.
std::vector<GridPicture> views_of(const Pipeline& pipeline, Sample sample, std::int64_t index) {
  std::vector<std::vector<float>> planes;
  std::vector<float*> places;
  std::vector<InputSpec> inputs;
  for (const Size2& size : pipeline.view_sizes()) {
    inputs.push_back(pipeline.preprocessing());
    inputs.back().img_size = size;
    planes.emplace_back(
        static_cast<std::size_t>(inputs.back().in_chans * size.height * size.width));
  }
  for (std::vector<float>& plane : planes) places.push_back(plane.data());
  pipeline.apply(sample, 0, index, places);
  std::vector<GridPicture> pictures;
  for (std::size_t i = 0; i < planes.size(); ++i)
    pictures.push_back({denormalize(planes[i].data(), inputs[i]), "view " + std::to_string(i + 1)});
  return pictures;
}

/// A row for each picture: as it is, and as the model gets it in the first epochs, or with
/// multi-crop its views; then the same for the batch that they make, where batches are mixed.
void preview(const DataPreviewArguments& arguments) {
  use_one_image_thread();
  Experiment experiment = load_experiment(arguments.experiment, arguments.sets);
  // What the task uses; all that there is, where the data is for another task.
  const SampleParts needs = experiment.task->needs(), held = parts_of(experiment.data.set);
  const DataSplits data = open_data(experiment.data, needs);
  const SampleParts parts = held.has_all(needs) ? needs : held;
  resolve(experiment, *data.train);
  if (held.has_all(needs)) experiment.task.config().learn_from(*data.train);
  const InputSpec input = experiment_input(experiment);
  const auto seed = static_cast<std::uint64_t>(experiment.seed);
  const Pipeline pipeline = training_pipeline(experiment);
  const std::vector<std::string>& classes =
      held.has_all(needs) ? experiment.task->classes(*data.train) : data.train->classes();
  const std::vector<std::int64_t> order = shuffled_order(data.train->size(), seed, 0);
  const auto rows = std::min<std::int64_t>(arguments.count, data.train->size());
  const int tile = static_cast<int>(std::clamp<std::int64_t>(input.img_size.width, 128, 256));
  std::vector<GridPicture> pictures;
  const std::size_t views = pipeline.view_sizes().size();
  const bool several_views = views > 1;
  std::vector<float> planes(
      static_cast<std::size_t>(input.in_chans * input.img_size.height * input.img_size.width));
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t index = order[static_cast<std::size_t>(row)];
    Sample sample = data.train->get(index), encoded = data.train->read(index);
    keep_parts(sample, parts);
    keep_parts(encoded, parts);
    GridPicture original{sample.image, caption_of(sample, classes)};
    annotate(original.picture, sample, classes, tile);
    pictures.push_back(std::move(original));
    if (several_views) {
      for (GridPicture& view : views_of(pipeline, encoded, index))
        pictures.push_back(std::move(view));
      continue;
    }
    for (std::int64_t copy = 0; copy < arguments.copies; ++copy) {
      Sample varied = encoded;
      for (const std::int64_t other : pipeline.companions(data.train->size(), copy, index)) {
        varied.companions.push_back(data.train->read(other));
        keep_parts(varied.companions.back(), parts);
      }
      pipeline.apply(varied, copy, index, planes.data());
      Image seen = denormalize(planes.data(), input);
      annotate(seen, varied, classes, tile);
      pictures.push_back({std::move(seen), "epoch " + std::to_string(copy + 1)});
    }
  }
  if (!several_views) {
    const std::vector<std::int64_t> shown(order.begin(), order.begin() + rows);
    const auto collator = experiment.task->collator(
        Split::train, {.num_classes = static_cast<std::int64_t>(classes.size()),
                       .mixup = experiment.augment.mixup,
                       .seed = seed});
    for (GridPicture& mixed :
         mixed_pictures(pipeline, *collator, *data.train, shown, arguments.copies))
      pictures.push_back(std::move(mixed));
  }
  GridOptions options;
  options.wrap_captions = true;
  options.columns =
      several_views ? static_cast<int>(views) + 1 : static_cast<int>(arguments.copies + 1);
  options.tile = tile;
  write_png(picture_grid(pictures, options), arguments.output);
  print("wrote " + arguments.output);
}

}  // namespace

void add_data_preview(CLI::App& data) {
  CLI::App* command = data.add_subcommand(
      "preview", "Draw training pictures as they are and as the model gets them");
  command->footer(
      "Example:\n  vit data preview mine.yaml --count 8 --copies 6 --output preview.png");
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
