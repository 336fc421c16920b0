#pragma once

#include <unordered_map>
#include <vector>

#include "vit/io/pickle.h"
#include "vit/io/pickle_opcodes.h"

namespace vit {

/// Python's pickle machine: a stack, marks on it, a memo. It builds values and calls nothing; the
/// mechanism under read_pickle.
class PickleMachine {
 public:
  explicit PickleMachine(PickleInput& input) : input_(input) {}

  /// Up to STOP.
  Pickle run();

 private:
  void execute(PickleOpcode opcode);
  bool push_constant(PickleOpcode opcode);
  bool push_text(PickleOpcode opcode);
  bool build_container(PickleOpcode opcode);
  bool fill_container(PickleOpcode opcode);
  bool use_memo(PickleOpcode opcode);
  bool use_global(PickleOpcode opcode);

  /// A new value of this kind on the stack.
  PickleValue& push(PickleKind kind);
  void push_unicode(std::uint64_t bytes);
  void push_bytes(std::uint64_t bytes);
  void push_python2_string(std::uint64_t bytes);
  void push_long(std::uint64_t bytes);
  void push_tuple(std::size_t count);
  void push_global(const std::string& module, const std::string& name);
  void push_object(PickleRef callee, PickleRef arguments, bool is_call);

  PickleRef pop();
  PickleRef top() const;
  /// Takes off what lies above the last mark, and the mark.
  std::vector<PickleRef> pop_to_mark();
  void append(std::span<const PickleRef> items);
  void set_items(std::span<const PickleRef> keys_and_values);
  void remember(std::uint64_t key);
  void recall(std::uint64_t key);

  [[noreturn]] void fail(const std::string& what) const { input_.fail(instruction_, what); }

  PickleInput& input_;
  Pickle pickle_;
  std::vector<PickleRef> stack_;
  std::vector<std::size_t> marks_;  // heights of the stack
  std::unordered_map<std::uint64_t, PickleRef> memo_;
  std::size_t elements_ = 0;       // of all lists and dicts
  std::uint64_t instruction_ = 0;  // the offset of the present one
};

}  // namespace vit
