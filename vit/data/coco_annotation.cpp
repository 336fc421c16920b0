#include "vit/data/coco_annotation.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/error.h"
#include "vit/data/json_records.h"

namespace vit {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse_annotation(
    const std::string& what, const std::string& where,
    const std::string& remedy = "correct or remove the annotation") {
  throw Error(ErrorKind::data, where, what, remedy);
}

std::vector<RunLengths> polygons_runs(const Json& polygons, int height, int width,
                                      const std::string& where, DataNotes& notes) {
  // From a short text, an outline across a large image is long: many would exhaust the memory.
  constexpr std::size_t kMostRuns = std::size_t{1} << 26;
  std::size_t runs = 0;
  std::vector<RunLengths> all;
  for (const Json& outline : polygons) {
    const auto polygon = json_numbers(outline);
    if (!polygon)
      refuse_annotation(
          str("`segmentation` holds ", json_text(outline), "; expected lists of numbers"), where);
    if (polygon->size() < 6 || polygon->size() % 2 != 0) {
      notes.add("polygons that are no area (less than 3 corners, odd) are passed over", where);
      continue;
    }
    all.push_back(polygon_runs(*polygon, height, width, where));
    runs += all.back().size();
    if (runs > kMostRuns) refuse_annotation("its outlines are too long", where);
  }
  return all;
}

/// Run lengths as a list of numbers.
RunLengths listed_runs(const Json& segmentation, const std::string& where) {
  RunLengths runs;
  for (const double run : json_member<std::vector<double>>(segmentation, "counts", where)) {
    if (!(run >= 0 && run <= std::numeric_limits<std::uint32_t>::max()) || run != std::floor(run))
      refuse_annotation(str("the mask has a run of ", run, " pixels"), where);
    runs.push_back(static_cast<std::uint32_t>(run));
  }
  return runs;
}

}  // namespace

bool annotation_is_crowd(const Json& record, const std::string& where) {
  const auto found = record.find("iscrowd");
  if (found == record.end() || found->is_null()) return false;
  if (found->is_boolean()) return found->get<bool>();
  return json_member<std::int64_t>(record, "iscrowd", where) != 0;
}

std::vector<RunLengths> annotation_runs(const Json& record, int height, int width,
                                        const std::string& where, DataNotes& notes) {
  const auto segmentation = record.find("segmentation");
  if (segmentation == record.end() || segmentation->is_null())
    refuse_annotation(
        segmentation == record.end() ? "there is no `segmentation`" : "`segmentation` is null",
        where, "draw it, or go without masks");
  if (segmentation->is_array()) return polygons_runs(*segmentation, height, width, where, notes);
  if (!segmentation->is_object())
    refuse_annotation(
        str("`segmentation` is ", json_text(*segmentation), "; expected polygons or run lengths"),
        where);
  const auto size = json_member<std::vector<double>>(*segmentation, "size", where);
  if (size != std::vector<double>{double(height), double(width)})
    refuse_annotation("the mask is of another size than its picture", where);
  const auto counts = segmentation->find("counts");
  RunLengths runs = counts != segmentation->end() && counts->is_string()
                        ? parse_runs(counts->get<std::string>(), where)
                        : listed_runs(*segmentation, where);
  std::uint64_t total = 0;
  for (const std::uint32_t run : runs) total += run;
  const auto pixels = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  if (total != pixels)
    refuse_annotation(str("the mask's runs cover ", total, " pixels, and the picture has ", pixels),
                      where);
  return {std::move(runs)};
}

}  // namespace vit
