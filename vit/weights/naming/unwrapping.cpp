#include "vit/weights/naming/unwrapping.h"

#include <algorithm>
#include <array>
#include <set>

#include "vit/core/error.h"

namespace vit {
namespace {

/// Modules that wrap others, and have no tensors of their own.
constexpr std::array<std::string_view, 4> kWrappers = {
    "module", "_orig_mod", "_checkpoint_wrapped_module", "_fsdp_wrapped_module"};

/// Of self-supervised training: parts of it, and numbers that it keeps.
constexpr std::array<std::string_view, 13> kProjections = {
    "projection_head",   "projection_head_momentum",
    "prediction_head",   "projector",
    "predictor",         "predictor_head",
    "online_classifier", "prototypes",
    "momentum_head",     "teacher_head",
    "student_head",      "head_momentum",
    "momentum_projector"};
constexpr std::array<std::string_view, 14> kTrainingState = {
    "queue", "queue_ptr", "queue_ids", "criterion", "optimizer",   "n_averaged", "initted",
    "step",  "center",    "loss",      "loss_fn",   "num_updates", "ema_decay",  "memory_bank"};

std::vector<std::string_view> components(std::string_view name) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t dot = name.find('.');
    parts.push_back(name.substr(0, dot));
    if (dot == name.npos) return parts;
    name.remove_prefix(dot + 1);
  }
}

template <class List>
bool is_one_of(std::string_view word, const List& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string without_wrappers(std::string_view name) {
  std::string result;
  for (const std::string_view part : components(name))
    if (!is_one_of(part, kWrappers)) result.append(result.empty() ? "" : ".").append(part);
  return result;
}

/// Smaller is better.
int rank(std::string_view prefix) {
  int best = prefix.empty() ? 1 : 2;
  for (const std::string_view part : components(prefix)) {
    if (part.find("student") != part.npos) return 4;
    if (part.find("momentum") != part.npos || part == "encoder_k" || part == "key_encoder" ||
        part == "target_network" || part == "target" || part == "backbone_k" ||
        part == "gram_teacher")
      return 3;
    if (part.find("teacher") != part.npos || part == "ema" || part.starts_with("ema_") ||
        part.ends_with("_ema") || part == "averaged_model" || part == "target_encoder")
      best = 0;
  }
  return best;
}

std::string take_wrappers_off(Translation& names) {
  // A prefix of all names is told as it stands there.
  std::string removed;
  const auto strip_if_all = [&](const std::string& prefix) {
    const bool all = !names.source.empty() &&
                     std::all_of(names.source.begin(), names.source.end(), [&](const auto& entry) {
                       return entry.first.starts_with(prefix) && entry.first.size() > prefix.size();
                     });
    if (all) {
      names.strip(prefix);
      removed += prefix;
    }
    return all;
  };
  bool again = true;
  while (again) {
    again = strip_if_all("model.");
    for (const std::string_view wrapper : kWrappers)
      again = strip_if_all(std::string(wrapper) + ".") || again;
  }
  TensorMap plain;
  std::set<std::string> within;
  for (const auto& [name, tensor] : names.source) {
    std::string without = without_wrappers(name);
    if (without.empty() || !plain.emplace(without, tensor).second) return removed;  // it means it
    if (without != name)
      for (const std::string_view part : components(name))
        if (is_one_of(part, kWrappers)) within.insert(std::string(part) + ".");
  }
  names.source = std::move(plain);
  for (const std::string& wrapper : within) removed += wrapper;
  return removed;
}

/// What of `other` tells it from `chosen`: up to the first component in which they differ.
std::string distinct_part(const std::string& other, const std::string& chosen) {
  std::size_t begin = 0;
  while (true) {
    const std::size_t dot = other.find('.', begin);
    if (dot == other.npos) return other;
    const std::string upto = other.substr(0, dot + 1);
    if (!chosen.starts_with(upto)) return upto;
    begin = dot + 1;
  }
}

/// Why a tensor beside the encoder (or at the encoder's own top, where it has no prefix) is left
/// out; empty where it is not known to be of the training alone.
std::string reason_to_leave_out(std::string_view name, bool beside) {
  std::vector<std::string_view> parts = components(name);
  if (!beside) parts.resize(1);
  for (const std::string_view part : parts) {
    if (is_one_of(part, kProjections)) return std::string(kProjectionHead);
    if (is_one_of(part, kTrainingState) || part.ends_with("_loss")) return "state of the training";
  }
  for (const std::string_view head : {"head.mlp.", "head.last_layer."})  // of DINO
    if (beside ? name.find(head) != name.npos : name.starts_with(head))
      return std::string(kProjectionHead);
  return {};
}

}  // namespace

std::string unwrap(Translation& names) {
  for (const auto& [name, tensor] : names.source)
    if (name.ends_with("_flat_param") || name.ends_with("_flat_param_0"))
      throw Error(ErrorKind::weights, "",
                  vit::str("`", name,
                           "` holds many tensors of a sharded training in one, without "
                           "their names"),
                  "save the whole state dict: FSDP's StateDictType.FULL_STATE_DICT");
  for (auto entry = names.source.begin(); entry != names.source.end();) {
    const std::string_view last = components(entry->first).back();
    const bool averages = last == "n_averaged";
    if (averages || last == "total_ops" || last == "total_params") {
      names.dropped.push_back({entry->first, averages ? "counts the averages that were made"
                                                      : "counted by a profiler"});
      entry = names.source.erase(entry);
    } else {
      ++entry;
    }
  }
  return take_wrappers_off(names);
}

std::vector<std::string> prefixes_of(const TensorMap& file, std::string_view anchor) {
  std::vector<std::string> found;
  for (const auto& [name, tensor] : file) {
    if (!name.ends_with(anchor)) continue;
    const std::string prefix = name.substr(0, name.size() - anchor.size());
    if (prefix.empty() || prefix.back() == '.' || prefix.back() == '/') found.push_back(prefix);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  return found;
}

std::optional<std::string> prefix_of(const TensorMap& file, std::string_view anchor) {
  const std::vector<std::string> found = prefixes_of(file, anchor);
  return found.empty() ? std::nullopt : std::optional(found.front());
}

void choose_encoder(Translation& names, std::string_view anchor) {
  const std::vector<std::string> prefixes = prefixes_of(names.source, anchor);
  if (prefixes.empty()) return;
  const std::string& prefix = prefixes.front();
  if (prefixes.size() > 1 && rank(prefixes[1]) == rank(prefix))
    throw Error(ErrorKind::weights, "",
                vit::str("there are several models, and no name says which is meant: `", prefix,
                         "` and `", prefixes[1], "`"),
                "save the one that is wanted by itself");
  std::vector<std::string> others;
  for (std::size_t i = 1; i < prefixes.size(); ++i)
    others.push_back(distinct_part(prefixes[i], prefix));
  TensorMap encoder;
  for (auto& [name, tensor] : names.source) {
    const bool of_other = std::any_of(others.begin(), others.end(), [&](const std::string& other) {
      return name.starts_with(other) && !prefix.starts_with(other);
    });
    const bool inside = name.starts_with(prefix);
    const std::string inner = inside ? name.substr(prefix.size()) : name;
    if (of_other) {
      names.dropped.push_back({name, name.starts_with("student.")
                                         ? "the student: the teacher is what is evaluated"
                                         : vit::str("of another model than `", prefix, "`")});
    } else if (const std::string reason = reason_to_leave_out(inner, !inside); !reason.empty()) {
      names.dropped.push_back({name, reason});
    } else {
      encoder[inside ? inner : std::string(kBeside) + name] = tensor;
    }
  }
  names.source = std::move(encoder);
}

}  // namespace vit
