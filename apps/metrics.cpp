#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/data/data_notes.h"
#include "vit/data/picture_files.h"
#include "vit/image/threads.h"
#include "vit/metrics/segmentation.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/report/table.h"

namespace vit::cli {
namespace {

namespace fs = std::filesystem;

struct SegmentationArguments {
  std::string gt, pred;
  std::int64_t num_classes = 0;
  std::vector<std::int64_t> ignored;
  bool reduce_zero_label = false;
  bool json = false;
};

/// Masks by what a truth and its prediction have in common.
using MaskFiles = std::map<std::string, fs::path>;

MaskFiles masks_by_stem(const fs::path& folder) {
  require_folder(folder, "give a folder of masks, PNG files that hold a class index a pixel");
  MaskFiles files;
  DataFaults faults;
  for (const fs::path& path : pictures_in(folder)) {
    const auto [first, fresh] = files.emplace(path.stem().string(), path);
    if (!fresh)
      faults.add({ErrorKind::data, path.string(), "has the same name as " + first->second.string(),
                  "masks are joined by their names without folder and extension: give them "
                  "different ones, or measure a folder at a time"});
  }
  faults.require_none(folder.string());
  if (files.empty()) throw Error(ErrorKind::data, folder.string(), "found no mask in this folder");
  return files;
}

void check_joined(const MaskFiles& truths, const MaskFiles& predictions,
                  const SegmentationArguments& arguments) {
  DataFaults faults;
  for (const auto& [stem, path] : truths)
    if (!predictions.contains(stem))
      faults.add({ErrorKind::data, path.string(), "has no prediction in " + arguments.pred});
  for (const auto& [stem, path] : predictions)
    if (!truths.contains(stem))
      faults.add({ErrorKind::data, path.string(), "has no truth in " + arguments.gt});
  faults.require_none(arguments.pred);
}

SegmentationCounts count_pixels(const SegmentationArguments& arguments, const MaskFiles& truths,
                                const MaskFiles& predictions) {
  SegmentationCounts counts(arguments.num_classes, arguments.ignored);
  for (const auto& [stem, path] : truths) {
    const fs::path& predicted_path = predictions.at(stem);
    Image truth = load_mask(path);
    const Image predicted = load_mask(predicted_path);
    if (truth.width != predicted.width || truth.height != predicted.height)
      throw Error(ErrorKind::data, predicted_path.string(),
                  str("is ", predicted.width, " x ", predicted.height, " pixels, and ",
                      path.string(), " is ", truth.width, " x ", truth.height),
                  "predictions must be at the size of the truth");
    if (arguments.reduce_zero_label) reduce_zero_label(truth.pixels);
    counts.add(predicted.pixels, truth.pixels, path.string());
  }
  return counts;
}

std::string percent_of(double share) { return std::isnan(share) ? "-" : fixed(100 * share, 2); }

void print_segmentation(const SegmentationCounts& counts, const SegmentationFigures& figures) {
  TextTable table({{"class"},
                   {"IoU %", Align::right},
                   {"accuracy %", Align::right},
                   {"dice %", Align::right},
                   {"pixels", Align::right}});
  for (std::int64_t own = 0; own < counts.num_classes(); ++own) {
    const auto k = static_cast<std::size_t>(own);
    table.add({std::to_string(own), percent_of(figures.iou[k]), percent_of(figures.accuracy[k]),
               percent_of(figures.dice[k]), grouped(counts.label_area(own))});
  }
  table.add({"mean", percent_of(figures.mean_iou), percent_of(figures.mean_accuracy),
             percent_of(figures.mean_dice), ""});
  print(table.text());
  print("pixel accuracy " + percent_of(figures.pixel_accuracy) +
        " %; mIoU with absent classes as 0 " + percent_of(figures.mean_iou_absent_as_zero) + " %");
}

void measure_segmentation(const SegmentationArguments& arguments) {
  use_one_image_thread();
  const MaskFiles truths = masks_by_stem(arguments.gt), predictions = masks_by_stem(arguments.pred);
  check_joined(truths, predictions, arguments);
  const SegmentationCounts counts = count_pixels(arguments, truths, predictions);
  std::int64_t no_class = 0;
  for (std::int64_t own = 0; own < counts.num_classes(); ++own)
    no_class += counts.at(own, counts.num_classes());
  if (no_class > 0)
    log::warn(str(grouped(no_class), " predicted pixels hold values that are none of the ",
                  counts.num_classes(), " classes: they count as wrong"));
  const SegmentationFigures figures = segmentation_figures(counts);
  if (!arguments.json) return print_segmentation(counts, figures);
  print_json({{"miou", figures.mean_iou},  // what is not a number becomes null
              {"pixel_accuracy", figures.pixel_accuracy},
              {"mean_accuracy", figures.mean_accuracy},
              {"mean_dice", figures.mean_dice},
              {"miou_absent_as_zero", figures.mean_iou_absent_as_zero},
              {"iou", figures.iou},
              {"accuracy", figures.accuracy},
              {"dice", figures.dice},
              {"f_score", figures.f_score},
              {"images", truths.size()}});
}

void add_metrics_segmentation(CLI::App& metrics) {
  CLI::App* command = metrics.add_subcommand(
      "segmentation", "IoU, accuracy and dice of predicted masks, by mmseg's rule");
  command->footer(
      "Masks are PNG files that hold a class index a pixel (grey levels or palette indices), "
      "joined\n"
      "by their names without folder and extension. A class that is in neither truth nor "
      "prediction\n"
      "is left out of the means.\n"
      "Example:\n"
      "  vit metrics segmentation --gt data/camvid/masks/test --pred masks --num-classes 11 "
      "--ignore 11");
  const auto arguments = std::make_shared<SegmentationArguments>();
  command->add_option("--gt", arguments->gt, "Folder of true masks, at any depth")
      ->required()
      ->type_name("DIR");
  command->add_option("--pred", arguments->pred, "Folder of predicted masks, at any depth")
      ->required()
      ->type_name("DIR");
  command->add_option("--num-classes", arguments->num_classes, "Classes, counted from 0")
      ->required()
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--ignore", arguments->ignored,
                   "Value of the truth that does not count, or several; 255 where none is given")
      ->check(CLI::Range(0, 255));
  command->add_flag("--reduce-zero-label", arguments->reduce_zero_label,
                    "In the truth 0 becomes 255, and the others one less (ADE20K)");
  command->add_flag("--json", arguments->json, "Print one JSON object, with shares from 0 to 1");
  command->callback([arguments] {
    if (arguments->ignored.empty() || arguments->reduce_zero_label)
      arguments->ignored.push_back(255);
    measure_segmentation(*arguments);
  });
}

}  // namespace

void add_metrics(CLI::App& program) {
  CLI::App* command = program.add_subcommand("metrics", "Measure predictions that lie in files");
  command->footer(
      "Example:\n"
      "  vit metrics segmentation --gt masks/true --pred masks/predicted --num-classes 21");
  command->require_subcommand(1);
  add_metrics_detection(*command);
  add_metrics_segmentation(*command);
}

}  // namespace vit::cli
