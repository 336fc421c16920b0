#include "vit/run/label_join.h"

#include <torch/utils.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>

#include "vit/core/error.h"
#include "vit/data/joined_classes.h"
#include "vit/io/json.h"
#include "vit/run/open_model.h"
#include "vit/train/checkpoint.h"
#include "vit/weights/load_report.h"
#include "vit/weights/source_config.h"

namespace vit {
namespace {

/// The index of each name in `among`, -1 where it is not there.
std::vector<std::int64_t> indices(const std::vector<std::string>& names,
                                  const std::vector<std::string>& among) {
  std::map<std::string, std::int64_t> places;
  for (std::size_t i = 0; i < among.size(); ++i)
    places.emplace(among[i], static_cast<std::int64_t>(i));
  std::vector<std::int64_t> result;
  for (const std::string& name : names) {
    const auto found = places.find(name);
    result.push_back(found == places.end() ? -1 : found->second);
  }
  return result;
}

/// Puts row `rows[i]` of every head at i.
void permute_heads(ImageModel& model, const std::vector<std::int64_t>& rows) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : model.module().named_parameters()) {
    const std::string owner = item.key().substr(0, item.key().rfind('.'));
    if (owner != model.classifier() && owner != "head_dist") continue;
    torch::Tensor weights = item.value();
    weights.copy_(weights.index_select(0, torch::tensor(rows, weights.device())).clone());
  }
}

}  // namespace

std::vector<std::string> labels_of(const std::filesystem::path& weights) {
  std::error_code error;
  const bool is_run = std::filesystem::is_directory(weights / "checkpoints", error);
  if (is_run || is_checkpoint(weights))
    return read_checkpoint_info(find_checkpoint(weights)).labels;
  const auto config = find_config(weights, kTimm);
  return config ? config_labels(*config) : std::vector<std::string>();
}

std::string join_labels(ImageModel& model, const std::vector<std::string>& of_model,
                        const std::vector<std::string>& of_data, const std::string& where) {
  if (of_model == of_data || of_model.empty() || of_model.size() != of_data.size() ||
      static_cast<std::int64_t>(of_model.size()) != model.num_classes())
    return "";
  const std::vector<std::int64_t> rows = indices(of_data, of_model);
  const auto unknown = std::count(rows.begin(), rows.end(), -1);
  std::vector<std::int64_t> once = rows;
  std::sort(once.begin(), once.end());
  const bool each_once = std::adjacent_find(once.begin(), once.end()) == once.end();
  if (unknown == 0 && each_once) {
    permute_heads(model, rows);
    return str(where, ": its classes are the data's in another order (", first_names(of_model),
               "); its outputs are put into the data's order (", first_names(of_data), ")");
  }
  if (!are_names(of_model) || !are_names(of_data)) return "";
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i] >= 0 && of_model[i] != of_data[i])
      throw Error(
          ErrorKind::data, where,
          str("its class ", rows[i], " is `", of_data[i], "`, which is class ", i,
              " of the data, and other names differ: the weights have ", first_names(of_model),
              "; the data ", first_names(of_data)),
          "name the classes alike (data.class_map), or set init.reset_head: true to train a "
          "new head");
  return str(where, ": its classes have other names than the data's and are taken in their order: ",
             first_names(of_model), "; the data has ", first_names(of_data));
}

}  // namespace vit
