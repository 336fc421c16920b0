#include "vit/io/pickle.h"

#include "vit/io/pickle_machine.h"

namespace vit {

Pickle::Pickle() { values_.emplace_back(); }

std::span<const PickleRef> Pickle::arguments(const PickleValue& object) const {
  if (object.kind != PickleKind::object) return {};
  return values_[object.arguments].items;
}

std::string_view Pickle::callee_name(const PickleValue& object) const {
  if (object.kind != PickleKind::object) return {};
  return values_[object.callee].text;
}

Pickle read_pickle(PickleInput& input) { return PickleMachine(input).run(); }

}  // namespace vit
