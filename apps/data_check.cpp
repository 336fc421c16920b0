#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/data/check.h"
#include "vit/data/image_folder.h"
#include "vit/data/layout.h"
#include "vit/data/picture_files.h"
#include "vit/data/picture_list.h"
#include "vit/experiment/experiment_data.h"
#include "vit/image/threads.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/report/terminal.h"

namespace vit::cli {
namespace {

namespace fs = std::filesystem;

struct DataCheckArguments {
  std::string what;
  std::vector<std::string> sets;
  std::int64_t workers = 0;
  bool json = false;
};

struct NamedSplit {
  std::string name;
  std::unique_ptr<Dataset> data;
};

std::unique_ptr<Dataset> plain_pictures(const fs::path& folder) {
  std::vector<ListedPicture> pictures;
  DataNotes notes;
  for (fs::path& path : pictures_in(folder, &notes)) pictures.push_back({std::move(path)});
  if (pictures.empty())
    throw Error(ErrorKind::data, folder.string(), "found no picture in this folder");
  return std::make_unique<PictureList>(std::move(pictures), std::vector<std::string>(),
                                       MaskLabels{}, std::move(notes));
}

bool has_class_folders(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.is_directory(error) && !entry.path().filename().string().starts_with("."))
      return true;
  return false;
}

/// Both splits, or the training split alone where it has no other.
std::vector<NamedSplit> splits_of(const DataSpec& set, bool has_val) {
  DataSplits data = open_data(set, has_val ? WantedSplits::both : WantedSplits::train);
  std::vector<NamedSplit> splits;
  splits.push_back({"train", std::move(data.train)});
  if (has_val) splits.push_back({"val", std::move(data.val)});
  return splits;
}

/// A folder with annotations, or one of splits, of classes, or of pictures.
std::vector<NamedSplit> open_folder(const fs::path& folder) {
  const DataLayout layout = find_layout(folder);
  log::info(printable_path(folder) + ": " + layout.found);
  if (layout.spec.name != "folder" && layout.spec.name != "images")
    return splits_of(layout.spec, layout.has_val);
  std::error_code error;
  std::vector<NamedSplit> splits;
  for (const char* name : {"train", "training", "val", "validation", "valid", "test"})
    if (fs::is_directory(folder / name, error))
      splits.push_back({name, has_class_folders(folder / name) ? image_folder(folder / name)
                                                               : plain_pictures(folder / name)});
  if (splits.empty())
    splits.push_back(
        {"all", has_class_folders(folder) ? image_folder(folder) : plain_pictures(folder)});
  return splits;
}

std::vector<NamedSplit> open_splits(const DataCheckArguments& arguments) {
  std::error_code error;
  if (fs::is_directory(arguments.what, error)) {
    if (!arguments.sets.empty())
      throw Error(ErrorKind::usage, "--set", "a folder has no keys", "give an experiment file");
    return open_folder(arguments.what);
  }
  const Experiment experiment = load_experiment(arguments.what, arguments.sets);
  const DataSpec& set = experiment.data.set;
  const SubsetOptions& subset = experiment.data.subset;
  const bool validates_on_its_own = subset.folds == 0 && subset.val_split == 0;
  const bool has_val = validates_on_its_own && !lacks_validation(set);
  if (validates_on_its_own && !has_val)
    log::warn("there is no validation split: training needs one, or data.val_split: 0.2");
  return splits_of(set, has_val);
}

CheckProgress show_progress() {
  const auto terminal = std::make_shared<Terminal>(stderr_terminal());
  const auto shown = std::make_shared<double>(0);
  return [terminal, shown](std::int64_t done, std::int64_t all) {
    if (!terminal->live || (terminal->seconds() - *shown < 0.2 && done < all)) return;
    *shown = terminal->seconds();
    terminal->write("\r\033[K" + (done < all ? grouped(done) + " of " + grouped(all) : ""));
  };
}

constexpr std::size_t kMostLines = 50;

void print_groups(const char* title, const std::vector<DuplicateGroup>& groups) {
  if (groups.empty()) return;
  print(std::string("\n") + title);
  for (std::size_t i = 0; i < std::min(groups.size(), kMostLines); ++i) {
    std::string line;
    for (const std::string& source : groups[i].sources)
      line += (line.empty() ? "  " : "  =  ") + printable(source);
    print(line);
  }
  if (groups.size() > kMostLines)
    print("  and " + grouped(static_cast<std::int64_t>(groups.size() - kMostLines)) +
          " more; --json lists all");
}

void print_notes(const DataNotes& notes) {
  for (const DataNote& note : notes.all()) {
    print("note: " + note.what + ": " + grouped(note.count));
    for (const std::string& place : note.places) print("  " + printable(place));
    if (note.count > static_cast<std::int64_t>(note.places.size())) print("  …");
  }
}

/// The classes of which there is none, the first ten by name.
std::string classes_without(const SplitReport& split) {
  constexpr std::size_t kMostNames = 10;
  std::string names;
  std::size_t count = 0;
  for (const auto& [name, samples] : split.per_class) {
    if (samples > 0 || ++count > kMostNames) continue;
    names += (names.empty() ? "" : ", ") + printable(name, 40);
  }
  if (count > kMostNames)
    names += " and " + std::to_string(count - kMostNames) + " more; --json lists all";
  return names;
}

void print_boxes(const BoxCounts& boxes, std::int64_t images) {
  if (boxes.objects == 0) return;
  const double mean = static_cast<double>(boxes.objects) / static_cast<double>(images);
  std::string line = grouped(boxes.objects) + " boxes, " + fixed(mean, 1) + " an image, at most " +
                     grouped(boxes.most) + "; " + grouped(boxes.empty) + " images without any";
  if (boxes.difficult > 0) line += "; " + grouped(boxes.difficult) + " difficult";
  if (boxes.crowds > 0) line += "; " + grouped(boxes.crowds) + " crowds besides";
  print(line);
  print("areas up to 32² pixels " + grouped(boxes.small) + ", up to 96² " + grouped(boxes.medium) +
        ", above " + grouped(boxes.large) + "; median side " + fixed(boxes.median_side, 0) +
        " pixels\n");
}

void print_split(const SplitReport& split) {
  const bool unicode = stderr_terminal().unicode;
  print(split.name + ": " + grouped(split.samples) + " samples, " +
        grouped(static_cast<std::int64_t>(split.broken.size())) + " broken, sides of " +
        std::to_string(split.min_side) + " to " + std::to_string(split.max_side) + " pixels");
  print_notes(split.notes);
  TextTable sizes({{"shorter side"}, {"pictures", Align::right}, {""}});
  for (const auto& [size, count] : split.by_size)
    sizes.add(
        {"to " + std::to_string(size), grouped(count),
         text_bar(static_cast<double>(count) / static_cast<double>(split.samples), 30, unicode)});
  print(sizes.text());
  print_boxes(split.boxes, split.samples - static_cast<std::int64_t>(split.broken.size()));
  if (!split.per_class.empty()) {
    std::vector<std::pair<std::string, std::int64_t>> classes(split.per_class.begin(),
                                                              split.per_class.end());
    std::stable_sort(classes.begin(), classes.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    const std::size_t ends = 5;  // the largest and the smallest
    const char* counted = split.has_labels ? "samples" : split.has_masks ? "images" : "objects";
    TextTable table({{"class"}, {counted, Align::right}});
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (i == ends && classes.size() > 2 * ends + 1) {
        table.add({"…", ""});
        i = classes.size() - ends;
      }
      table.add({printable(classes[i].first, 40), grouped(classes[i].second)});
    }
    print(table.text());
    const double ratio = split.imbalance();
    if (ratio == 0) print("without any: " + classes_without(split));
    if (ratio > 1.5) print("the largest class has " + fixed(ratio, 1) + " times the smallest's");
  }
  if (!split.broken.empty()) print("\nbroken:");
  for (std::size_t i = 0; i < split.broken.size(); ++i) {
    if (i == kMostLines) {
      print("  and more; --json lists all");
      break;
    }
    print("  " + printable(split.broken[i].source) + ": " +
          printable(split.broken[i].problem, 300));
  }
  print_groups("pictures that are there more than once:", split.duplicates);
}

nlohmann::json json_of(const std::vector<DuplicateGroup>& groups) {
  nlohmann::json array = nlohmann::json::array();
  for (const DuplicateGroup& group : groups) array.push_back(group.sources);
  return array;
}

nlohmann::json json_of(const DataReport& report) {
  nlohmann::json splits = nlohmann::json::object();
  for (const SplitReport& split : report.splits) {
    nlohmann::json broken = nlohmann::json::array(), sizes = nlohmann::json::object();
    for (const BrokenSample& sample : split.broken)
      broken.push_back({{"source", sample.source}, {"problem", sample.problem}});
    nlohmann::json notes = nlohmann::json::array();
    for (const DataNote& note : split.notes.all())
      notes.push_back({{"what", note.what}, {"count", note.count}, {"places", note.places}});
    for (const auto& [size, count] : split.by_size) sizes[std::to_string(size)] = count;
    splits[split.name] = {{"samples", split.samples},
                          {"broken", broken},
                          {"duplicates", json_of(split.duplicates)},
                          {"notes", notes},
                          {"classes", split.per_class},
                          {"imbalance", split.imbalance()},
                          {"min_side", split.min_side},
                          {"max_side", split.max_side},
                          {"shorter_side", sizes}};
    if (const BoxCounts& boxes = split.boxes; boxes.objects > 0)
      splits[split.name]["boxes"] = {{"objects", boxes.objects},
                                     {"difficult", boxes.difficult},
                                     {"crowds", boxes.crowds},
                                     {"most", boxes.most},
                                     {"empty", boxes.empty},
                                     {"small", boxes.small},
                                     {"medium", boxes.medium},
                                     {"large", boxes.large},
                                     {"median_side", boxes.median_side}};
  }
  return {{"splits", splits},
          {"leaked", json_of(report.leaked)},
          {"one_sided", report.one_sided},
          {"broken", report.broken()}};
}

void check(const DataCheckArguments& arguments) {
  use_one_image_thread();
  const std::vector<NamedSplit> splits = open_splits(arguments);
  std::vector<CheckedSplit> checked;
  for (const NamedSplit& split : splits) checked.push_back({split.name, split.data.get()});
  const auto workers = arguments.workers > 0
                           ? arguments.workers
                           : static_cast<std::int64_t>(std::thread::hardware_concurrency());
  const DataReport report = check_data(checked, workers, show_progress());
  if (arguments.json) {
    print_json(json_of(report));
  } else {
    for (const SplitReport& split : report.splits) print_split(split);
    print_groups("\npictures that are in more than one split (validation is too good by them):",
                 report.leaked);
  }
  if (!arguments.json && !report.one_sided.empty()) {
    print("\nclasses that are not in every split:");
    for (std::size_t i = 0; i < std::min(report.one_sided.size(), kMostLines); ++i)
      print("  " + printable(report.one_sided[i], 200));
    if (report.one_sided.size() > kMostLines) print("  and more; --json lists all");
  }
  if (report.broken() == 0 && !report.one_sided.empty())
    throw Error(ErrorKind::data, arguments.what,
                std::to_string(report.one_sided.size()) +
                    " classes are not in every split, of which this is one: " +
                    printable(report.one_sided[0], 200),
                "all splits need samples of the same classes: is a name misspelt?");
  if (report.broken() == 0) return;
  for (const SplitReport& split : report.splits)
    if (!split.broken.empty())
      throw Error(
          ErrorKind::data, split.broken[0].source,
          std::to_string(report.broken()) + " pictures cannot be used, of which this is one",
          "mend or remove those listed above, or let training replace them: data.max_bad");
}

}  // namespace

void add_data_check(CLI::App& data) {
  CLI::App* command = data.add_subcommand(
      "check", "Decode every picture: broken ones, duplicates, leaks, class counts, sizes");
  command->footer(
      "Examples:\n"
      "  vit data check photos\n"
      "  vit data check mine.yaml --json");
  const auto arguments = std::make_shared<DataCheckArguments>();
  command
      ->add_option("what", arguments->what,
                   "Folder (of splits, of classes, or of pictures) or experiment file")
      ->required()
      ->type_name("DIR|EXPERIMENT");
  add_sets(*command, arguments->sets);
  command->add_option("--workers", arguments->workers, "Threads; 0: as many as there are cores")
      ->check(CLI::Range(0, 256));
  command->add_flag("--json", arguments->json, "Print one JSON object, which lists all");
  command->callback([arguments] { check(*arguments); });
}

}  // namespace vit::cli
