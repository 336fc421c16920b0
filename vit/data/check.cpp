#include "vit/data/check.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <set>
#include <span>
#include <thread>

#include "vit/core/error.h"
#include "vit/io/digest.h"

namespace vit {
namespace {

/// What is kept of one sample.
struct Finding {
  std::string problem{}, where{};  // empty: sound
  std::string pixels{};            // their SHA-256
  std::int64_t shorter = 0, longer = 0;
  std::vector<std::int64_t> labels{};  // of its mask, or of its boxes
  bool has_mask = false;
  std::array<bool, 256> values{};  // of its mask
  std::vector<Box> boxes{};
};

Finding look_at(const Dataset& data, std::int64_t index) {
  Finding finding;
  try {
    const Sample sample = data.get(index);
    finding.shorter = std::min(sample.image.width, sample.image.height);
    finding.longer = std::max(sample.image.width, sample.image.height);
    DigestSum sum;
    const std::int64_t shape[] = {sample.image.width, sample.image.height};
    sum.update(std::as_bytes(std::span(shape)));
    sum.update(std::as_bytes(std::span(sample.image.pixels)));
    finding.pixels = sum.hex();
    finding.has_mask = !sample.mask.empty();
    for (const std::uint8_t value : sample.mask.pixels) finding.values[value] = true;
    finding.boxes = sample.boxes;
    if (sample.label >= 0) return finding;
    for (std::int64_t value = 0; value < kIgnoredClass; ++value)
      if (finding.values[static_cast<std::size_t>(value)]) finding.labels.push_back(value);
    if (finding.has_mask) return finding;
    for (const Box& box : sample.boxes)
      if (!box.crowd) finding.labels.push_back(box.label);
  } catch (const Error& problem) {
    if (problem.kind() != ErrorKind::data) throw;
    finding.problem = problem.problem();
    finding.where = problem.where();
  }
  return finding;
}

std::vector<Finding> look_at_all(const Dataset& data, std::int64_t workers,
                                 const std::function<void()>& done) {
  std::vector<Finding> findings(static_cast<std::size_t>(data.size()));
  std::atomic<std::int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    try {
      for (std::int64_t i = next++; i < data.size(); i = next++) {
        findings[static_cast<std::size_t>(i)] = look_at(data, i);
        const std::lock_guard lock(mutex);
        done();
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
      next = data.size();
    }
  };
  std::vector<std::thread> threads;
  for (std::int64_t i = 1; i < workers; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
  return findings;
}

constexpr std::int64_t kSmallestSize = 32;

/// Masks of 0 and 255 were meant as 0 and 1: said where no mask of the split has another value.
void note_masks(const std::vector<Finding>& findings, SplitReport& report) {
  std::array<bool, 256> values{};
  bool has_masks = false;
  for (const Finding& finding : findings) {
    has_masks = has_masks || finding.has_mask;
    for (std::size_t value = 0; value < values.size(); ++value)
      values[value] = values[value] || finding.values[value];
  }
  const bool others = std::any_of(values.begin() + 1, values.end() - 1, [](bool v) { return v; });
  report.has_masks = has_masks;
  if (has_masks && values[kIgnoredClass] && !others)
    report.notes.add("all pixels that are not 0 are ignored (255): write classes as 1, 2, …",
                     "every mask of " + report.name);
}

BoxCounts count_boxes(const std::vector<Finding>& findings) {
  BoxCounts counts;
  std::vector<double> sides;
  for (const Finding& finding : findings) {
    if (!finding.problem.empty()) continue;
    const std::size_t before = sides.size();
    for (const Box& box : finding.boxes) {
      counts.difficult += box.difficult ? 1 : 0;
      counts.crowds += box.crowd ? 1 : 0;
      if (box.crowd) continue;
      const double side = std::sqrt((double{box.x1} - box.x0) * (double{box.y1} - box.y0));
      ++(side <= 32 ? counts.small : side <= 96 ? counts.medium : counts.large);
      sides.push_back(side);
    }
    const auto objects = static_cast<std::int64_t>(sides.size() - before);
    counts.empty += objects == 0 ? 1 : 0;
    counts.most = std::max(counts.most, objects);
  }
  counts.objects = static_cast<std::int64_t>(sides.size());
  const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::nth_element(sides.begin(), middle, sides.end());
  if (!sides.empty()) counts.median_side = *middle;
  return counts;
}

/// Labels that have samples in some of the splits, and none in others.
std::vector<std::string> one_sided_classes(const std::vector<SplitReport>& splits) {
  std::map<std::string, std::vector<std::string>> where;  // the splits of each class
  std::vector<std::string> labelled;
  for (const SplitReport& split : splits) {
    if (!split.has_labels) continue;
    labelled.push_back(split.name);
    for (const auto& [name, samples] : split.per_class)
      if (samples > 0) where[name].push_back(split.name);
  }
  std::vector<std::string> found;
  for (const auto& [name, there] : where) {
    if (there.size() == labelled.size()) continue;
    std::string text = name + ": in ";
    for (const std::string& split : there) text += (&split == &there[0] ? "" : ", ") + split;
    std::string missing;
    for (const std::string& split : labelled)
      if (std::find(there.begin(), there.end(), split) == there.end())
        missing += (missing.empty() ? "" : ", ") + split;
    found.push_back(text + ", not in " + missing);
  }
  return found;
}

SplitReport report_on(const CheckedSplit& split, const std::vector<Finding>& findings) {
  SplitReport report{split.name, split.data->size()};
  report.notes = split.data->notes();
  const std::vector<std::string>& classes = split.data->classes();
  for (const std::string& name : classes) report.per_class[name] = 0;
  const auto count = [&](std::int64_t label) {
    if (label >= 0 && label < static_cast<std::int64_t>(classes.size()))
      ++report.per_class[classes[static_cast<std::size_t>(label)]];
  };
  std::map<std::string, std::vector<std::string>> by_pixels;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Finding& finding = findings[i];
    const auto index = static_cast<std::int64_t>(i);
    const std::int64_t own = split.data->label(index);
    report.has_labels = report.has_labels || own >= 0;
    count(own);
    for (const std::int64_t label : finding.labels) count(label);
    if (!finding.problem.empty()) {
      report.broken.push_back({finding.where, finding.problem});
      continue;
    }
    by_pixels[finding.pixels].push_back(split.data->source(index));
    if (report.min_side == 0 || finding.shorter < report.min_side)
      report.min_side = finding.shorter;
    report.max_side = std::max(report.max_side, finding.longer);
    std::int64_t size = kSmallestSize;
    while (size < finding.shorter) size *= 2;
    ++report.by_size[size];
  }
  note_masks(findings, report);
  report.boxes = count_boxes(findings);
  for (auto& [pixels, sources] : by_pixels) {
    // Captions make several samples of one file, which is no duplicate.
    const std::set<std::string> files(sources.begin(), sources.end());
    if (files.size() > 1) report.duplicates.push_back({{files.begin(), files.end()}});
  }
  std::sort(report.duplicates.begin(), report.duplicates.end(),
            [](const auto& a, const auto& b) { return a.sources < b.sources; });
  return report;
}

}  // namespace

double SplitReport::imbalance() const {
  if (per_class.empty()) return 1;
  const auto [least, most] =
      std::minmax_element(per_class.begin(), per_class.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; });
  return least->second == 0 ? 0 : static_cast<double>(most->second) / least->second;
}

std::int64_t DataReport::broken() const {
  std::int64_t count = 0;
  for (const SplitReport& split : splits) count += static_cast<std::int64_t>(split.broken.size());
  return count;
}

DataReport check_data(const std::vector<CheckedSplit>& splits, std::int64_t workers,
                      const CheckProgress& progress) {
  std::int64_t done = 0, all = 0;
  for (const CheckedSplit& split : splits) all += split.data->size();
  DataReport report;
  std::map<std::string, std::map<std::string, std::string>> places;  // pixels: split: first source
  for (const CheckedSplit& split : splits) {
    const std::vector<Finding> findings = look_at_all(*split.data, workers, [&] {
      ++done;
      if (progress) progress(done, all);
    });
    report.splits.push_back(report_on(split, findings));
    for (std::size_t i = 0; i < findings.size(); ++i)
      if (!findings[i].pixels.empty())
        places[findings[i].pixels].emplace(split.name,
                                           split.data->source(static_cast<std::int64_t>(i)));
  }
  for (const auto& [pixels, found] : places) {
    if (found.size() < 2) continue;
    DuplicateGroup group;
    for (const auto& [split, source] : found) group.sources.push_back(source);
    report.leaked.push_back(std::move(group));
  }
  report.one_sided = one_sided_classes(report.splits);
  std::sort(report.leaked.begin(), report.leaked.end(),
            [](const auto& a, const auto& b) { return a.sources < b.sources; });
  return report;
}

}  // namespace vit
