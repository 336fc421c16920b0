#include "vit/train/step_profiler.h"

#include <ATen/SequenceNumber.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "vit/core/error.h"

namespace vit {
namespace {

using Clock = std::chrono::steady_clock;

std::string module_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(0, dot);
}

/// `blocks.3.attn` as `blocks.*.attn`.
std::string without_numbers(const std::string& name) {
  std::string result;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string piece = name.substr(begin, end - begin);
    const bool number =
        !piece.empty() && piece.find_first_not_of("0123456789") == std::string::npos;
    result += (begin > 0 ? "." : "") + (number ? "*" : piece);
    begin = end + 1;
  }
  return result;
}

/// `torch::autograd::CppNode<vit::kernels::(anonymous namespace)::FusedMlp>` as `FusedMlp`.
std::string short_name(std::string_view name) {
  if (const std::size_t end = name.find('>'); end != std::string_view::npos)
    name = name.substr(0, end);
  if (const std::size_t colon = name.rfind("::"); colon != std::string_view::npos &&
                                                  name.substr(0, 6) != "aten::" &&
                                                  name.substr(0, 5) != "vit::")
    name = name.substr(colon + 2);
  return std::string(name);
}

}  // namespace

class StepProfiler::Listener {
 public:
  explicit Listener(const torch::nn::Module& model) {
    for (const auto& item : model.named_parameters())
      module_of_[item.value().unsafeGetTensorImpl()] = module_of(item.key());
    current_ = this;
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&Listener::start, &Listener::end)
            .needsInputs(true)
            .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION,
                     at::RecordScope::USER_SCOPE}));
  }
  ~Listener() {
    at::removeCallback(handle_);
    current_ = nullptr;
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  struct Heard {
    TraceEvent event;
    at::RecordScope scope = at::RecordScope::FUNCTION;
    bool in_backward = false;
  };
  std::vector<Heard> heard;

 private:
  struct Running : at::ObserverContext {
    bool outermost = false;
    double start = 0;
    std::uint64_t first_node = 0;
    std::string part;
  };

  [[nodiscard]] double now() const {
    return std::chrono::duration<double, std::micro>(Clock::now() - origin_).count();
  }

  static std::unique_ptr<at::ObserverContext> start(const at::RecordFunction& function) {
    auto running = std::make_unique<Running>();
    if (current_ == nullptr) return running;
    if (function.scope() != at::RecordScope::USER_SCOPE)
      running->outermost = current_->depth_++ == 0;
    // Its inputs can be looked at here only.
    if (running->outermost && function.scope() == at::RecordScope::FUNCTION &&
        !in_backward(function))
      running->part = current_->part_of(function);
    running->first_node = at::sequence_number::peek();
    running->start = current_->now();
    return running;
  }

  static void end(const at::RecordFunction& function, at::ObserverContext* context) {
    if (current_ == nullptr || context == nullptr) return;
    current_->add(function, *static_cast<Running*>(context));
  }

  void add(const at::RecordFunction& function, const Running& running) {
    const at::RecordScope scope = function.scope();
    if (scope != at::RecordScope::USER_SCOPE) --depth_;
    Heard one{{short_name(function.name()), "", running.start, now() - running.start},
              scope,
              scope == at::RecordScope::BACKWARD_FUNCTION};
    if (scope == at::RecordScope::FUNCTION) {
      // The engine's own is around each node of the backward pass, which is heard by itself.
      if (!running.outermost || in_backward(function)) return;
      one.event.part = running.part;
      // The nodes that this operator has made for the backward pass carry these numbers.
      for (std::uint64_t node = running.first_node; node < at::sequence_number::peek(); ++node)
        part_of_node_[node] = one.event.part;
    } else if (scope == at::RecordScope::BACKWARD_FUNCTION) {
      const auto found = part_of_node_.find(static_cast<std::uint64_t>(function.seqNr()));
      if (found != part_of_node_.end()) one.event.part = found->second;
    }
    heard.push_back(std::move(one));
  }

  static bool in_backward(const at::RecordFunction& function) {
    return std::string_view(function.name()).find("::evaluate_function") != std::string_view::npos;
  }

  std::string part_of(const at::RecordFunction& function) {
    for (const c10::IValue& input : function.inputs()) {
      if (!input.isTensor()) continue;
      const auto found = module_of_.find(input.toTensor().unsafeGetTensorImpl());
      if (found == module_of_.end()) continue;
      last_ = found->second;
      // Two layers in one: what is seen is the first one's weight.
      return std::string_view(function.name()) == "vit::mlp" ? module_of(last_) : last_;
    }
    return module_of(last_);
  }

  static inline thread_local Listener* current_ = nullptr;
  Clock::time_point origin_ = Clock::now();
  std::map<const c10::TensorImpl*, std::string> module_of_;
  std::map<std::uint64_t, std::string> part_of_node_;
  std::string last_;
  int depth_ = 0;
  at::CallbackHandle handle_ = 0;
};

StepProfiler::StepProfiler(const torch::nn::Module& model)
    : listener_(std::make_unique<Listener>(model)) {}
StepProfiler::~StepProfiler() = default;

StepProfile StepProfiler::profile(std::int64_t steps) const {
  StepProfile result;
  result.steps = steps;
  std::map<std::string, StepProfile::Part> parts;
  double begin = 0, end = 0;
  // Of the phases, which lie around the operators: what is outside of forward and backward passes
  // (updates, sums) is no part of the model.
  const auto phase_at = [&](double time) -> std::string {
    for (const Listener::Heard& one : listener_->heard)
      if (one.scope == at::RecordScope::USER_SCOPE && one.event.start_us <= time &&
          time < one.event.start_us + one.event.duration_us)
        return one.event.name;
    return "";
  };
  for (const Listener::Heard& one : listener_->heard) {
    const double seconds = one.event.duration_us / 1e6;
    if (one.scope == at::RecordScope::USER_SCOPE) {
      if (one.event.name == "wait") result.wait += seconds;
      if (one.event.name == "forward") result.forward += seconds;
      if (one.event.name == "backward") result.backward += seconds;
      if (one.event.name == "update") result.update += seconds;
      if (begin == 0) begin = one.event.start_us;
      end = std::max(end, one.event.start_us + one.event.duration_us);
    } else {
      const std::string phase = phase_at(one.event.start_us);
      if (phase != "forward" && phase != "backward") continue;
      const std::string name =
          one.event.part.empty() ? "(sums of gradients)" : without_numbers(one.event.part);
      StepProfile::Part& part = parts[name];
      part.name = name;
      (one.in_backward ? part.backward : part.forward) += seconds;
    }
    result.trace.push_back(one.event);
  }
  result.seconds = (end - begin) / 1e6;
  for (auto& [name, part] : parts) result.parts.push_back(part);
  std::sort(result.parts.begin(), result.parts.end(), [](const auto& a, const auto& b) {
    return a.forward + a.backward > b.forward + b.backward;
  });
  return result;
}

StepProfile profile_steps(TrainingParts& parts, std::int64_t steps) {
  constexpr std::int64_t kWarmup = 5;
  struct Listening : Observer {
    const TrainingParts& parts;
    std::int64_t steps, seen = 0;
    std::atomic<bool> enough = false;
    std::optional<StepProfiler> profiler;
    Listening(const TrainingParts& parts_, std::int64_t steps_) : parts(parts_), steps(steps_) {}
    void on_update(const UpdateEvent& /*event*/) override {
      ++seen;
      if (seen == kWarmup) profiler.emplace(parts.task.network().module());
      if (seen == kWarmup + steps) enough = true;
    }
  } listening(parts, steps);
  TrainingHooks hooks;
  hooks.stop = &listening.enough;
  hooks.observers = {&listening};
  hooks.save = [](CheckpointKind, const TrainingState&) {};
  hooks.roll_back = [] { return false; };
  TrainingState state;
  train(parts, state, hooks);
  if (!listening.profiler || listening.seen <= kWarmup)
    throw Error(
        ErrorKind::usage, "--profile",
        str("the run has only ", listening.seen, " steps, and ", kWarmup, " are needed to warm up"),
        "set schedule.epochs higher");
  return listening.profiler->profile(listening.seen - kWarmup);
}

}  // namespace vit
