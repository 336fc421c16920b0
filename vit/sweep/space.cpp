#include "vit/sweep/space.h"

#include <algorithm>
#include <cmath>

#include "vit/config/yaml_scalar.h"
#include "vit/report/number.h"

namespace vit {
namespace {

/// A real number is at most the largest below `high` times rounding, never beyond it.
double clamped(const Parameter& p, double value) { return std::clamp(value, p.low, p.high); }

double on_a_step(const Parameter& p, double value) {
  return clamped(p, p.low + std::round((value - p.low) / p.step) * p.step);
}

}  // namespace

std::int64_t Parameter::count() const {
  if (kind == Kind::choice) return static_cast<std::int64_t>(choices.size());
  if (kind == Kind::integer) return std::llround((high - low) / step) + 1;
  return 0;
}

double Parameter::at(double unit) const {
  if (kind == Kind::real)
    return clamped(*this, log ? std::exp(std::log(low) + unit * std::log(high / low))
                              : low + unit * (high - low));
  if (!log) return clamped(*this, low + step * std::floor(unit * static_cast<double>(count())));
  // Each integer has the share of the logarithm that lies nearest to it.
  const double from = std::log(low - 0.5), to = std::log(high + 0.5);
  return on_a_step(*this, std::exp(from + unit * (to - from)));
}

std::vector<double> Parameter::grid() const {
  std::vector<double> values;
  if (points == 0 || kind == Kind::choice) {
    for (std::int64_t i = 0; i < count(); ++i)
      values.push_back(low + step * static_cast<double>(i));
    return values;
  }
  for (std::int64_t i = 0; i < points; ++i) {
    const double share =
        points == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(points - 1);
    double value =
        log ? std::exp(std::log(low) + share * std::log(high / low)) : low + share * (high - low);
    value = kind == Kind::integer ? on_a_step(*this, value) : clamped(*this, value);
    if (values.empty() || value != values.back()) values.push_back(value);
  }
  return values;
}

std::string Parameter::text(double value) const {
  if (kind == Kind::choice) return choices[static_cast<std::size_t>(value)].label;
  return kind == Kind::integer ? fixed(value, 0) : shortest(value);
}

std::optional<std::size_t> Space::find(std::string_view name) const {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (parameters[i].name == name) return i;
  return std::nullopt;
}

bool Space::active(std::size_t parameter, const Configuration& values) const {
  const auto& when = parameters[parameter].when;
  return std::all_of(when.begin(), when.end(), [&](const Condition& condition) {
    const auto& value = values[condition.parameter];
    return value && std::find(condition.values.begin(), condition.values.end(), *value) !=
                        condition.values.end();
  });
}

Configuration Space::at(std::span<const double> point) const {
  Configuration values(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (active(i, values)) values[i] = parameters[i].at(point[i]);
  return values;
}

bool Space::allows(const Configuration& values) const {
  const auto value_of = [&](std::string_view name) -> std::optional<ConstraintValue> {
    const std::size_t i = *find(name);
    if (!values[i]) return std::nullopt;
    const Parameter& parameter = parameters[i];
    if (parameter.kind != Parameter::Kind::choice) return ConstraintValue(*values[i]);
    std::string label = parameter.text(*values[i]);
    if (const auto number = parse_number(label)) return ConstraintValue(*number);
    return ConstraintValue(std::move(label));
  };
  return std::all_of(constraints.begin(), constraints.end(),
                     [&](const Constraint& constraint) { return constraint.holds(value_of); });
}

std::vector<std::string> Space::sets(const Configuration& values) const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!values[i]) continue;
    const Parameter& parameter = parameters[i];
    if (parameter.kind == Parameter::Kind::choice) {
      const Choice& choice = parameter.choices[static_cast<std::size_t>(*values[i])];
      all.insert(all.end(), choice.sets.begin(), choice.sets.end());
    } else {
      all.push_back(parameter.name + "=" +
                    (parameter.kind == Parameter::Kind::integer ? fixed(*values[i], 0)
                                                                : yaml_text(*values[i])));
    }
  }
  return all;
}

}  // namespace vit
