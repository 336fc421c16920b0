#include "vit/sweep/journal.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file.h"
#include "vit/io/file_error.h"
#include "vit/report/append_file.h"
#include "vit/report/number.h"
#include "vit/sweep/journal_lock.h"

namespace vit {
namespace {

using Record = nlohmann::ordered_json;

/// Optuna's JournalOperation.
enum Operation {
  kCreateStudy = 0,
  kSetStudyAttribute = 2,
  kCreateTrial = 4,
  kSetParameter = 5,
  kSetState = 6,
  kSetIntermediate = 7,
  kSetTrialAttribute = 8
};
/// Optuna's TrialState.
enum State { kComplete = 1, kPruned = 2, kFailed = 3 };

/// `2026-03-01T12:00:00.123456+00:00`
std::string now_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  const auto seconds = static_cast<std::time_t>(micros / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  const std::string fraction = std::to_string(micros % 1'000'000);
  return std::string(text, length) + "." + std::string(6 - fraction.size(), '0') + fraction +
         "+00:00";
}

/// A label as the value that it would be in Python, where Optuna knows such: a number, true, null.
Record choice_value(const std::string& label) {
  if (label == "null" || label == "~") return nullptr;
  if (label == "true" || label == "false") return label == "true";
  if (const auto number = parse_number(label)) {
    if (*number == static_cast<double>(static_cast<std::int64_t>(*number)) &&
        label.find_first_of(".eE") == std::string::npos)
      return static_cast<std::int64_t>(*number);
    return *number;
  }
  return label;
}

/// Optuna's distribution_to_json.
std::string distribution(const Parameter& p) {
  Record attributes;
  const char* name = "FloatDistribution";
  switch (p.kind) {
    case Parameter::Kind::choice:
      name = "CategoricalDistribution";
      attributes["choices"] = Record::array();
      for (const Choice& choice : p.choices)
        attributes["choices"].push_back(choice_value(choice.label));
      break;
    case Parameter::Kind::integer:
      name = "IntDistribution";
      attributes = {{"log", p.log},
                    {"step", static_cast<std::int64_t>(p.step)},
                    {"low", static_cast<std::int64_t>(p.low)},
                    {"high", static_cast<std::int64_t>(p.high)}};
      break;
    case Parameter::Kind::real:
      attributes = {{"step", nullptr}, {"low", p.low}, {"high", p.high}, {"log", p.log}};
  }
  return Record{{"name", name}, {"attributes", attributes}}.dump();
}

std::string worker_id() {
  static const std::string id = own_process().text();
  return id;
}

Record record(Operation operation) { return {{"op_code", operation}, {"worker_id", worker_id()}}; }

Record of_trial(Operation operation, std::int64_t trial) {
  Record object = record(operation);
  object["trial_id"] = trial;
  return object;
}

Record trial_attribute(std::int64_t trial, const std::string& key, Record value) {
  Record object = of_trial(kSetTrialAttribute, trial);
  object["user_attr"] = {{key, std::move(value)}};
  return object;
}

Record closing(std::int64_t trial, State state, std::optional<double> value) {
  Record object = of_trial(kSetState, trial);
  object["state"] = static_cast<int>(state);
  object["values"] = value ? Record::array({*value}) : Record(nullptr);
  object["datetime_complete"] = now_text();
  return object;
}

}  // namespace

Journal::Journal(std::filesystem::path file) : file_(std::move(file)) {}

void Journal::read() {
  std::error_code error;
  if (!std::filesystem::exists(file_, error)) return;
  const FileBytes bytes = FileBytes::open(file_);
  if (bytes.size() < offset_)
    throw Error(ErrorKind::resource, printable_path(file_),
                "has become shorter: something else writes to it",
                "leave the journal of a sweep to the sweep");
  std::string text(static_cast<std::size_t>(bytes.size() - offset_), '\0');
  text.resize(bytes.read_some(offset_, std::as_writable_bytes(std::span(text))));
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    ++lines_;
    const auto object = nlohmann::json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                              text.begin() + static_cast<std::ptrdiff_t>(end),
                                              nullptr, /*allow_exceptions=*/false);
    const auto damaged = [&] {
      return Error(ErrorKind::resource, str(printable_path(file_), ":", lines_),
                   "is no record of a sweep", "remove that line; what it recorded is done again");
    };
    if (!object.is_object() || !object.contains("op_code")) throw damaged();
    try {
      apply(object, lines_);
    } catch (const nlohmann::json::exception&) {
      throw damaged();
    }
    offset_ += end + 1 - begin;
    begin = end + 1;
  }
}

void Journal::repair() {
  std::error_code error;
  const auto size = std::filesystem::file_size(file_, error);
  if (error || size == offset_) return;
  std::filesystem::resize_file(file_, offset_, error);
  if (error) throw file_error(file_, "cannot repair", error.value());
}

std::string Journal::attribute(const std::string& key) const {
  const auto found = attributes_.find(key);
  return found != attributes_.end() ? found->second : std::string();
}

void Journal::create_study(const std::string& name, Better better) {
  Record object = record(kCreateStudy);
  object["study_name"] = name;
  object["directions"] = {better == Better::smaller ? 1 : 2};
  add(object);
}

void Journal::set_attribute(const std::string& key, const std::string& value) {
  Record object = record(kSetStudyAttribute);
  object["study_id"] = 0;
  object["user_attr"] = {{key, value}};
  add(object);
}

void Journal::create_trial(const Space& space, const Configuration& values) {
  const auto trial = static_cast<std::int64_t>(trials_.size());
  Record object = record(kCreateTrial);
  object["study_id"] = 0;
  object["datetime_start"] = now_text();
  add(object);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) continue;
    Record parameter = of_trial(kSetParameter, trial);
    parameter["param_name"] = space.parameters[i].name;
    parameter["param_value_internal"] = *values[i];
    parameter["distribution"] = distribution(space.parameters[i]);
    add(parameter);
  }
}

void Journal::begin(std::int64_t trial, std::int64_t epochs, const std::string& worker) {
  add(trial_attribute(trial, str("vit:begin:", epochs),
                      {{"worker", worker}, {"time", now_text()}}));
}

void Journal::finish(std::int64_t trial, std::int64_t epochs, const TrialResult& result,
                     bool complete) {
  Record figures = Record::object();
  for (const auto& [name, value] : result.figures) figures[name] = value;
  add(trial_attribute(trial, str("vit:result:", epochs),
                      {{"value", result.value},
                       {"best_epoch", result.best_epoch},
                       {"seconds", result.seconds},
                       {"time", now_text()},
                       {"figures", figures}}));
  Record intermediate = of_trial(kSetIntermediate, trial);
  intermediate["step"] = epochs;
  intermediate["intermediate_value"] = result.value;
  add(intermediate);
  if (complete) add(closing(trial, kComplete, result.value));
}

void Journal::fail(std::int64_t trial, const TrialFailure& failure) {
  add(trial_attribute(trial, "vit:failure",
                      {{"epochs", failure.epochs},
                       {"code", failure.code},
                       {"message", failure.message},
                       {"time", now_text()}}));
  add(closing(trial, kFailed, std::nullopt));
}

void Journal::prune(std::int64_t trial) {
  const auto& results = trials_[static_cast<std::size_t>(trial)].results;
  add(closing(trial, kPruned, results.rbegin()->second.value));
}

void Journal::add(const nlohmann::ordered_json& record) {
  // Messages of other programs may hold any bytes.
  pending_ += record.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
  // What is to be written counts already, for the numbers of trials.
  apply(nlohmann::json::parse(record.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)),
        0);
}

void Journal::append() {
  if (pending_.empty()) return;
  const std::size_t lines =
      static_cast<std::size_t>(std::count(pending_.begin(), pending_.end(), '\n'));
  AppendFile(file_).append(pending_);
  offset_ += pending_.size();
  lines_ += static_cast<std::int64_t>(lines);
  pending_.clear();
  synced_ = false;
}

void Journal::sync() {
  if (std::exchange(synced_, true)) return;
  const FileDescriptor fd(::open(file_.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0)
    throw file_error(file_, "cannot write to the disk", errno);
}

void Journal::apply(const nlohmann::json& record, std::int64_t line) {
  const auto trial = [&]() -> JournalTrial& {
    const auto id = record.at("trial_id").get<std::int64_t>();
    if (id < 0 || id >= static_cast<std::int64_t>(trials_.size()))
      throw Error(ErrorKind::resource, str(printable_path(file_), ":", line),
                  str("speaks of trial ", id, ", which no line before it has begun"),
                  "the journal has lost lines: begin the sweep in another folder");
    return trials_[static_cast<std::size_t>(id)];
  };
  switch (record.at("op_code").get<int>()) {
    case kCreateStudy: has_study_ = true; break;
    case kSetStudyAttribute:
      for (const auto& [key, value] : record.at("user_attr").items())
        if (value.is_string()) attributes_[key] = value.get<std::string>();
      break;
    case kCreateTrial: trials_.emplace_back(); break;
    case kSetParameter:
      trial().values[record.at("param_name").get<std::string>()] =
          record.at("param_value_internal").get<double>();
      break;
    case kSetState: trial().closed = record.at("state").get<int>() != 0; break;
    case kSetTrialAttribute:
      for (const auto& [key, value] : record.at("user_attr").items())
        apply_attribute(trial(), key, value);
      break;
    default: break;  // what Optuna itself has to say
  }
}

void Journal::apply_attribute(JournalTrial& trial, const std::string& key,
                              const nlohmann::json& value) {
  const auto epochs_in = [&](const char* prefix) -> std::optional<std::int64_t> {
    if (!key.starts_with(prefix)) return std::nullopt;
    return std::atoll(key.c_str() + std::string_view(prefix).size());
  };
  const auto end_span = [&](std::int64_t epochs) {
    for (TrialSpan& span : trial.spans)
      if (span.epochs == epochs) span.end = value.at("time").get<std::string>();
  };
  if (const auto epochs = epochs_in("vit:begin:")) {
    // Begun again after a kill: the time before is nobody's.
    std::erase_if(trial.spans, [&](const TrialSpan& span) { return span.epochs == *epochs; });
    trial.spans.push_back(
        {value.at("worker").get<std::string>(), value.at("time").get<std::string>(), "", *epochs});
  } else if (const auto done = epochs_in("vit:result:")) {
    TrialResult result;
    result.value = value.at("value").get<double>();
    result.best_epoch = value.at("best_epoch").get<std::int64_t>();
    result.seconds = value.at("seconds").get<double>();
    for (const auto& [name, figure] : value.at("figures").items())
      result.figures.emplace_back(name, figure.get<double>());
    trial.results.emplace(*done, std::move(result));
    end_span(*done);
  } else if (key == "vit:failure") {
    trial.failure =
        TrialFailure{value.at("epochs").get<std::int64_t>(), value.at("code").get<int>(),
                     value.at("message").get<std::string>()};
    end_span(trial.failure->epochs);
  }
}

}  // namespace vit
