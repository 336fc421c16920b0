#include "vit/io/torch_weights.h"

#include <algorithm>
#include <array>
#include <set>

#include "vit/core/error.h"
#include "vit/core/fields.h"
#include "vit/core/text.h"
#include "vit/io/torch_tree.h"

namespace vit {
namespace {

/// timm's four first, in its order.
constexpr std::array<std::string_view, 18> kPreferred = {
    "state_dict_ema",   "model_ema", "state_dict", "model",          "model_state",
    "model_state_dict", "module",    "teacher",    "target_encoder", "ema",
    "student",          "encoder_q", "net",        "network",        "params_ema",
    "params",           "weights",   "backbone"};

/// Their tensors are no weights.
constexpr std::array<std::string_view, 8> kNeverWeights = {
    "optim", "lr_sched", "scheduler", "scaler", "fp16_scaler", "amp", "loss", "rng"};

constexpr int kMaxDepth = 4;                    // of the search for dicts
constexpr int kMaxDepthOfNames = 64;            // of modules in modules
constexpr std::size_t kMaxEntries = 1'000'000;  // of all modules, those in two places twice
// One text of the file can stand in many names, so their number and length are held down.
constexpr std::size_t kMaxWeights = 100'000;
constexpr std::size_t kMaxChoices = 1000;
constexpr std::size_t kMaxOthers = 1000;
constexpr std::size_t kMaxName = 1024;

bool is_never_weights(std::string_view key) {
  return std::any_of(kNeverWeights.begin(), kNeverWeights.end(),
                     [&](std::string_view start) { return key.starts_with(start); });
}

std::string joined(std::string_view prefix, std::string_view key) {
  return prefix.empty() ? std::string(key) : str(prefix, ".", key);
}

void add_other(TorchWeights& weights, const TorchFile& file, const std::string& key,
               PickleRef value) {
  if (weights.others.size() == kMaxOthers || key.size() > kMaxName) return;
  weights.others.try_emplace(key, describe_value(file, value));
}

/// A dict and where it lies.
struct Place {
  std::string path;
  PickleRef ref = 0;
};

class Search {
 public:
  explicit Search(const TorchFile& file) : file_(file) { look_in({"", file.pickle().root()}, 0); }

  [[nodiscard]] std::vector<std::string> choices() const {
    std::vector<std::string> names;
    for (const Place& place : found_) names.push_back(place.path);
    return names;
  }

  Place choose(std::string_view part) {
    if (found_.empty()) {
      const PickleRef root = file_.pickle().root();
      std::string value = describe_value(file_, root);
      constexpr std::size_t kShown = 100;
      if (value.size() > kShown) value = value.substr(0, kShown) + "...";
      fail(str("it holds no dict with tensors, so no weights; at offset ",
               file_.pickle()[root].offset, " there is ", printable(value)),
           {});
    }
    if (!part.empty()) return named(part);
    Place place{"", file_.pickle().root()};
    for (int depth = 0; depth < kMaxDepth; ++depth) {
      const auto inner = preferred_in(place);
      if (!inner) break;
      place = *inner;
    }
    if (holds_tensors_itself(place.ref)) return place;
    std::vector<Place> below;
    for (const Place& candidate : found_)
      if (place.path.empty() || candidate.path.starts_with(place.path + "."))
        below.push_back(candidate);
    if (below.size() == 1) return below.front();
    fail("it holds several dicts with tensors, and none has a name that says which are the weights",
         "");
  }

 private:
  [[noreturn]] void fail(const std::string& what, std::string remedy) const {
    if (found_.empty()) {
      remedy = "check that this is the right file";
    } else if (remedy.empty()) {
      remedy = "name one of them:";
      for (std::size_t i = 0; i < std::min<std::size_t>(found_.size(), 20); ++i)
        remedy += str(i ? ", " : " ", found_[i].path.empty() ? "\"\"" : printable(found_[i].path));
    }
    throw Error(ErrorKind::weights, printable_path(file_.path()), what, remedy);
  }

  bool is_tensor(PickleRef ref) const {
    return file_.tensor(ref) != nullptr || !file_.unreadable_tensor(ref).empty();
  }

  bool holds_tensors_itself(PickleRef ref) const {
    return std::any_of(found_.begin(), found_.end(),
                       [&](const Place& place) { return place.ref == ref; });
  }

  /// Whether a value is a tensor of more than one number, or a module or dict that holds one.
  bool holds_weights(PickleRef ref, int depth, std::set<PickleRef>& seen) const {
    if (const TorchTensor* tensor = file_.tensor(ref)) return *tensor->layout.elements() > 1;
    if (!file_.unreadable_tensor(ref).empty()) return true;
    if (depth > kMaxDepthOfNames || !seen.insert(ref).second) return false;
    const auto entries = entries_of(file_, ref);
    return std::any_of(entries.begin(), entries.end(), [&](const TorchEntry& entry) {
      return !is_never_weights(entry.first) && holds_weights(entry.second, depth + 1, seen);
    });
  }

  /// What LibTorch's OutputArchive calls the model, where the archive holds nothing else that could
  /// be weights: counters, optimizers. A module that has a head beside its `backbone` stays whole.
  std::optional<Place> part_of_archive(const Place& archive) const {
    const auto entries = entries_of(file_, archive.ref);
    std::optional<Place> part;
    for (const auto& [key, value] : entries) {
      std::set<PickleRef> seen;
      if (is_never_weights(key) || !holds_weights(value, 0, seen)) continue;
      const bool preferred =
          std::find(kPreferred.begin(), kPreferred.end(), key) != kPreferred.end();
      if (part || !preferred || !is_torch_module(file_, value)) return std::nullopt;
      part = Place{joined(archive.path, key), value};
    }
    return part;
  }

  /// Each dict is looked at once, so neither a dict that holds itself nor one that is held a
  /// thousand times costs more.
  void look_in(const Place& place, int depth) {
    if (!seen_.insert(place.ref).second) return;
    if (is_torch_module(file_, place.ref)) {  // whole, as its state_dict would be
      found_.push_back(place);
      if (file_.is_script() && depth < kMaxDepth)
        if (const auto part = part_of_archive(place)) look_in(*part, depth + 1);
      return;
    }
    const auto entries = entries_of(file_, place.ref);
    if (std::any_of(entries.begin(), entries.end(),
                    [&](const TorchEntry& entry) { return is_tensor(entry.second); }))
      found_.push_back(place);
    if (depth == kMaxDepth) return;
    for (const auto& [key, value] : entries) {
      if (found_.size() == kMaxChoices) return;
      if (!has_entries(file_, value) || is_never_weights(key) || key.size() > kMaxName) continue;
      look_in({joined(place.path, key), value}, depth + 1);
    }
  }

  std::optional<Place> preferred_in(const Place& place) const {
    if (file_.is_script() && is_torch_module(file_, place.ref)) return part_of_archive(place);
    const auto entries = entries_of(file_, place.ref);
    for (const std::string_view name : kPreferred) {
      for (const auto& [key, value] : entries) {
        if (key != name) continue;
        const std::string path = joined(place.path, key);
        const bool leads_to_tensors =
            std::any_of(found_.begin(), found_.end(), [&](const Place& candidate) {
              return candidate.path == path || candidate.path.starts_with(path + ".");
            });
        if (leads_to_tensors) return Place{path, value};
      }
    }
    return std::nullopt;
  }

  Place named(std::string_view part) const {
    for (const Place& place : found_)
      if (place.path == part) return place;
    const std::string near = nearest(part, choices());
    fail(str("it has no dict ", in_quotes(part), " with tensors"),
         near.empty() ? "" : str("did you mean ", in_quotes(near), "?"));
  }

  const TorchFile& file_;
  std::vector<Place> found_;
  std::set<PickleRef> seen_;
};

/// Lists the tensors of a dict and of the dicts in it under dotted names.
class Lister {
 public:
  Lister(const TorchFile& file, TorchWeights& weights) : file_(file), weights_(weights) {}

  void list(PickleRef dict, const std::string& prefix, int depth) {
    if (depth > kMaxDepthOfNames || !open_.insert(dict).second) return;
    const auto entries = entries_of(file_, dict);
    entries_ += entries.size() + 1;
    if (entries_ > kMaxEntries) fail(str("more than ", kMaxEntries, " entries"));
    for (const auto& [key, value] : entries) {
      if (file_.is_script() && (key == "training" || key == "_is_full_backward_hook")) continue;
      std::string name = joined(prefix, key);
      if (file_.is_script()) std::replace(name.begin(), name.end(), '|', '.');
      if (name.size() > kMaxName) fail(str("a name of more than ", kMaxName, " bytes"));
      if (const TorchTensor* tensor = file_.tensor(value)) {
        add(name, *tensor);
      } else if (const auto reason = file_.unreadable_tensor(value); !reason.empty()) {
        throw Error(ErrorKind::weights, printable_path(file_.path()),
                    str("tensor ", in_quotes(name), " is ", reason, ", which is not read"),
                    "load it with torch and save it dense, as float32, float16 or bfloat16");
      } else if (has_entries(file_, value) && !is_never_weights(key)) {
        list(value, name, depth + 1);
      } else {
        add_other(weights_, file_, name, value);
      }
    }
    open_.erase(dict);  // a module that stands in two places has two names
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::weights, printable_path(file_.path()), what,
                "save the weights as one flat dict of tensors");
  }

  void add(const std::string& name, const TorchTensor& tensor) {
    if (!names_.insert(name).second) fail(str("tensor ", in_quotes(name), " is there twice"));
    if (names_.size() > kMaxWeights) fail(str("more than ", kMaxWeights, " tensors"));
    weights_.tensors.push_back({name, &tensor});
  }

  const TorchFile& file_;
  TorchWeights& weights_;
  std::set<std::string, std::less<>> names_;
  std::set<PickleRef> open_;  // being listed
  std::size_t entries_ = 0;
};

}  // namespace

TorchWeights find_torch_weights(const TorchFile& file, std::string_view part) {
  Search search(file);
  const Place place = search.choose(part);
  TorchWeights weights;
  weights.part = place.path;
  weights.choices = search.choices();
  Lister(file, weights).list(place.ref, "", 0);
  if (weights.tensors.empty() && file.is_script()) {
    throw Error(
        ErrorKind::weights, printable_path(file.path()),
        "this TorchScript program has no tensors with names: they are constants of its code "
        "(torch.jit.freeze, or a traced function)",
        "save the module before it is frozen, or its state_dict");
  }
  if (weights.tensors.empty()) {
    throw Error(ErrorKind::weights, printable_path(file.path()),
                str("the module ", in_quotes(place.path), " at offset ",
                    file.pickle()[place.ref].offset, " has no tensors"),
                "check that this is the right file");
  }
  // What lies beside the weights; of the dict itself only what is no tensor, which list() took.
  if (place.ref != file.pickle().root()) {
    for (const auto& [key, value] : entries_of(file, file.pickle().root())) {
      if (key != place.path && !place.path.starts_with(key + "."))
        add_other(weights, file, key, value);
    }
  }
  return weights;
}

}  // namespace vit
