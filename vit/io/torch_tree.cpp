#include "vit/io/torch_tree.h"

#include <algorithm>
#include <map>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

/// The value under a text key of a plain dict; null where there is none.
const PickleValue* value_at(const Pickle& pickle, const PickleValue& dict, std::string_view key,
                            PickleRef* ref) {
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    if (pickle[dict.items[i]].kind != PickleKind::text || pickle[dict.items[i]].text != key)
      continue;
    *ref = dict.items[i + 1];
    return &pickle[*ref];
  }
  return nullptr;
}

/// A persistent id ('module', object, ...) stands for its object in old files, and a value that
/// LibTorch C++ wrote with its type, restore_type_tag(value, type), for the value.
PickleRef resolve(const Pickle& pickle, PickleRef ref) {
  const PickleValue& value = pickle[ref];
  if (pickle.callee_name(value) == "torch.jit._pickle.restore_type_tag") {
    const auto arguments = pickle.arguments(value);
    return arguments.empty() ? ref : arguments[0];
  }
  if (value.kind != PickleKind::persistent) return ref;
  const PickleValue& id = pickle[value.items.front()];
  const bool is_module = id.items.size() > 1 && pickle[id.items[0]].text == "module";
  return is_module ? id.items[1] : ref;
}

/// Whether an object is a pickled torch.nn.Module: its state is a dict with these keys.
bool is_module(const Pickle& pickle, const PickleValue& value) {
  if (value.kind != PickleKind::object) return false;
  const PickleValue& state = pickle[value.state];
  PickleRef ignored = 0;
  return state.kind == PickleKind::dict &&
         value_at(pickle, state, "_parameters", &ignored) != nullptr &&
         value_at(pickle, state, "_modules", &ignored) != nullptr;
}

/// Whether an object is a module of TorchScript: its attributes are its state.
bool is_script_module(const TorchFile& file, const PickleValue& value) {
  const Pickle& pickle = file.pickle();
  return file.is_script() && value.kind == PickleKind::object &&
         pickle.callee_name(value).starts_with("__torch__.") &&
         pickle[value.state].kind == PickleKind::dict;
}

/// Keys and values in turn; what Python 2 wrote for an OrderedDict is a call with a list of pairs.
std::vector<PickleRef> pairs_of(const Pickle& pickle, const PickleValue& value) {
  std::vector<PickleRef> pairs;
  const auto arguments = pickle.arguments(value);
  if (value.kind == PickleKind::object && !arguments.empty() &&
      pickle.callee_name(value) == "collections.OrderedDict") {
    for (const PickleRef pair : pickle[arguments[0]].items) {
      const auto& items = pickle[pair].items;
      if (items.size() == 2) pairs.insert(pairs.end(), items.begin(), items.end());
    }
  }
  pairs.insert(pairs.end(), value.items.begin(), value.items.end());
  return pairs;
}

std::vector<PickleRef> pairs_of_module(const Pickle& pickle, const PickleValue& module) {
  std::vector<PickleRef> pairs;
  for (const char* part : {"_parameters", "_buffers", "_modules"}) {
    PickleRef ref = 0;
    if (const PickleValue* dict = value_at(pickle, pickle[module.state], part, &ref)) {
      const auto inner = pairs_of(pickle, *dict);
      pairs.insert(pairs.end(), inner.begin(), inner.end());
    }
  }
  return pairs;
}

/// Writes a value with its parts, down to a depth and up to a length.
class Describer {
 public:
  explicit Describer(const TorchFile& file) : file_(file), pickle_(file.pickle()) {}

  std::string text(PickleRef ref) {
    write(ref, 0);
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kMaxLength = 4000;
  static constexpr std::size_t kMaxItems = 200;
  static constexpr std::size_t kMaxEntries = 2000;
  static constexpr int kMaxDepth = 2;

  void write(PickleRef ref, int depth) {
    const PickleValue& value = pickle_[ref];
    if (const TorchTensor* tensor = file_.tensor(ref)) return write_tensor(*tensor);
    switch (value.kind) {
      case PickleKind::none: out_ += "None"; return;
      case PickleKind::boolean: out_ += value.integer != 0 ? "True" : "False"; return;
      case PickleKind::integer: out_ += str(value.integer); return;
      case PickleKind::real: out_ += str(value.real); return;
      case PickleKind::text: out_ += in_quotes(value.text); return;
      case PickleKind::big_integer: out_ += "a number of more than 64 bits"; return;
      case PickleKind::bytes: out_ += str(value.integer, " bytes"); return;
      case PickleKind::global: out_ += printable(value.text); return;
      case PickleKind::persistent: out_ += "a storage"; return;
      case PickleKind::list: return write_items(value, "list", "[", "]", depth);
      case PickleKind::tuple: return write_items(value, "tuple", "(", ")", depth);
      case PickleKind::set: return write_items(value, "set", "{", "}", depth);
      case PickleKind::dict: return write_entries(ref, "dict", "{", ": ", "}", depth);
      case PickleKind::object: return write_object(ref, value, depth);
    }
  }

  void write_tensor(const TorchTensor& tensor) {
    out_ += str(dtype_name(tensor.dtype), "[");
    for (std::size_t i = 0; i < tensor.layout.shape.size(); ++i)
      out_ += str(i ? ", " : "", tensor.layout.shape[i]);
    out_ += "]";
  }

  void write_items(const PickleValue& value, const char* kind, const char* open, const char* close,
                   int depth) {
    if (depth > kMaxDepth) {
      out_ += str(kind, " of ", value.items.size());
      return;
    }
    out_ += open;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (i > 0) out_ += ", ";
      if (stop(i)) break;
      write(value.items[i], depth + 1);
    }
    out_ += close;
  }

  void write_entries(PickleRef ref, const char* kind, const char* open, const char* between,
                     const char* close, int depth) {
    const std::size_t count = pickle_[ref].items.size() / 2;
    if (depth > kMaxDepth || count > kMaxEntries) {
      out_ += str(kind, " of ", count);
      return;
    }
    out_ += open;
    const auto entries = entries_of(file_, ref);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) out_ += ", ";
      if (stop(i)) break;
      out_ += printable(entries[i].first) + between;
      write(entries[i].second, depth + 1);
    }
    out_ += close;
  }

  void write_object(PickleRef ref, const PickleValue& value, int depth) {
    out_ += printable(pickle_.callee_name(value), 80);
    if (has_entries(file_, ref)) return write_entries(ref, " object", "{", ": ", "}", depth);
    if (pickle_[value.state].kind == PickleKind::dict)
      return write_entries(value.state, " object", "(", "=", ")", depth);
    write_items(pickle_[value.arguments], " object", "(", ")", depth);
  }

  bool stop(std::size_t item) {
    if (item < kMaxItems && out_.size() < kMaxLength) return false;
    out_ += "...";
    return true;
  }

  const TorchFile& file_;
  const Pickle& pickle_;
  std::string out_;
};

}  // namespace

bool has_entries(const TorchFile& file, PickleRef ref) {
  const Pickle& pickle = file.pickle();
  const PickleValue& value = pickle[resolve(pickle, ref)];
  if (value.kind == PickleKind::dict || is_module(pickle, value) || is_script_module(file, value))
    return true;
  return value.kind == PickleKind::object && file.tensor(ref) == nullptr &&
         (!value.items.empty() || pickle.callee_name(value) == "collections.OrderedDict");
}

bool is_torch_module(const TorchFile& file, PickleRef ref) {
  const Pickle& pickle = file.pickle();
  const PickleValue& value = pickle[resolve(pickle, ref)];
  return is_module(pickle, value) || is_script_module(file, value);
}

std::vector<TorchEntry> entries_of(const TorchFile& file, PickleRef ref) {
  if (!has_entries(file, ref)) return {};
  const Pickle& pickle = file.pickle();
  const PickleValue& value = pickle[resolve(pickle, ref)];
  const auto pairs = is_script_module(file, value) ? pickle[value.state].items
                     : is_module(pickle, value)    ? pairs_of_module(pickle, value)
                                                   : pairs_of(pickle, value);
  std::vector<TorchEntry> entries;
  std::map<std::string, std::size_t, std::less<>> place;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const PickleValue& key = pickle[pairs[i]];
    if (key.kind != PickleKind::text && key.kind != PickleKind::integer) continue;
    std::string name = key.kind == PickleKind::text ? key.text : str(key.integer);
    const auto [found, is_new] = place.try_emplace(name, entries.size());
    const PickleRef item = resolve(pickle, pairs[i + 1]);
    if (is_new)
      entries.emplace_back(std::move(name), item);
    else
      entries[found->second].second = item;
  }
  return entries;
}

std::string describe_value(const TorchFile& file, PickleRef ref) {
  return Describer(file).text(ref);
}

}  // namespace vit
