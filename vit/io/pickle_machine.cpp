#include "vit/io/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/hex.h"
#include "vit/core/text.h"
#include "vit/core/utf8.h"
#include "vit/io/pickle_opcodes.h"
#include "vit/io/pickle_policy.h"

namespace vit {
namespace {

using enum PickleOpcode;

constexpr int kNewestProtocol = 5;
constexpr std::uint64_t kMaxLongBytes = 1024;
/// Of the stack, its marks, the memo and the elements of all containers: one byte of a file can add
/// to each of them.
constexpr std::size_t kMaxHeight = std::size_t{1} << 22;

bool is_sequence(PickleKind kind) { return kind == PickleKind::list || kind == PickleKind::set; }

std::string byte_text(std::uint8_t byte) { return "0x" + hex_byte(byte); }

}  // namespace

/// Python's pickle machine: a stack, marks on it, a memo. It builds values and calls nothing.
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

Pickle PickleMachine::run() {
  for (;;) {
    instruction_ = input_.position();
    const auto opcode = static_cast<PickleOpcode>(input_.byte());
    if (opcode == STOP) break;
    execute(opcode);
    if (std::max({stack_.size(), marks_.size(), memo_.size(), elements_}) > kMaxHeight)
      fail(str("more than ", kMaxHeight, " references: too many for a file of weights"));
  }
  pickle_.root_ = pop();
  if (!stack_.empty() || !marks_.empty()) fail("values are left over at its end");
  return std::move(pickle_);
}

void PickleMachine::execute(PickleOpcode opcode) {
  if (push_constant(opcode) || push_text(opcode) || build_container(opcode) ||
      fill_container(opcode) || use_memo(opcode) || use_global(opcode))
    return;
  switch (opcode) {
    case PROTO:
      if (const int protocol = input_.byte(); protocol < 2 || protocol > kNewestProtocol)
        fail(str("pickle protocol ", protocol, "; 2 to ", kNewestProtocol, " are read"));
      return;
    case FRAME: return input_.require(input_.number<std::uint64_t>());
    case POP:
      // As in Python, it takes a mark off where that is on top.
      if (!marks_.empty() && marks_.back() == stack_.size())
        marks_.pop_back();
      else
        pop();
      return;
    case POP_MARK: pop_to_mark(); return;
    case DUP: stack_.push_back(top()); return;
    default: break;
  }
  fail(str("the instruction ", byte_text(static_cast<std::uint8_t>(opcode)),
           " is not one of protocols 2 to ", kNewestProtocol));
}

bool PickleMachine::push_constant(PickleOpcode opcode) {
  switch (opcode) {
    case NONE: stack_.push_back(0); return true;
    case NEWTRUE: push(PickleKind::boolean).integer = 1; return true;
    case NEWFALSE: push(PickleKind::boolean).integer = 0; return true;
    case BININT: push(PickleKind::integer).integer = input_.number<std::int32_t>(); return true;
    case BININT1: push(PickleKind::integer).integer = input_.byte(); return true;
    case BININT2: push(PickleKind::integer).integer = input_.number<std::uint16_t>(); return true;
    case LONG1: push_long(input_.byte()); return true;
    case LONG4: {
      const auto length = input_.number<std::int32_t>();
      if (length < 0) fail(str("a number of ", length, " bytes"));
      push_long(static_cast<std::uint64_t>(length));
      return true;
    }
    case BINFLOAT:  // big-endian, unlike all else
      push(PickleKind::real).real =
          std::bit_cast<double>(__builtin_bswap64(input_.number<std::uint64_t>()));
      return true;
    default: return false;
  }
}

bool PickleMachine::push_text(PickleOpcode opcode) {
  switch (opcode) {
    case SHORT_BINUNICODE: push_unicode(input_.byte()); return true;
    case BINUNICODE: push_unicode(input_.number<std::uint32_t>()); return true;
    case BINUNICODE8: push_unicode(input_.number<std::uint64_t>()); return true;
    case SHORT_BINBYTES: push_bytes(input_.byte()); return true;
    case BINBYTES: push_bytes(input_.number<std::uint32_t>()); return true;
    case BINBYTES8:
    case BYTEARRAY8: push_bytes(input_.number<std::uint64_t>()); return true;
    case SHORT_BINSTRING: push_python2_string(input_.byte()); return true;
    case BINSTRING: {
      const auto length = input_.number<std::int32_t>();
      if (length < 0) fail(str("a string of ", length, " bytes"));
      push_python2_string(static_cast<std::uint64_t>(length));
      return true;
    }
    default: return false;
  }
}

bool PickleMachine::build_container(PickleOpcode opcode) {
  switch (opcode) {
    case MARK: marks_.push_back(stack_.size()); return true;
    case EMPTY_LIST: push(PickleKind::list); return true;
    case EMPTY_DICT: push(PickleKind::dict); return true;
    case EMPTY_SET: push(PickleKind::set); return true;
    case EMPTY_TUPLE: push_tuple(0); return true;
    case TUPLE1: push_tuple(1); return true;
    case TUPLE2: push_tuple(2); return true;
    case TUPLE3: push_tuple(3); return true;
    case TUPLE:
    case LIST:
    case FROZENSET: {
      auto items = pop_to_mark();
      push(opcode == TUPLE  ? PickleKind::tuple
           : opcode == LIST ? PickleKind::list
                            : PickleKind::set)
          .items = std::move(items);
      return true;
    }
    case DICT: {
      const auto items = pop_to_mark();
      push(PickleKind::dict);
      set_items(items);
      return true;
    }
    default: return false;
  }
}

bool PickleMachine::fill_container(PickleOpcode opcode) {
  switch (opcode) {
    case APPEND: {
      const PickleRef item = pop();
      append(std::span(&item, 1));
      return true;
    }
    case APPENDS:
    case ADDITEMS: append(pop_to_mark()); return true;
    case SETITEM: {
      const PickleRef value = pop();
      const std::array<PickleRef, 2> pair{pop(), value};
      set_items(pair);
      return true;
    }
    case SETITEMS: set_items(pop_to_mark()); return true;
    default: return false;
  }
}

bool PickleMachine::use_memo(PickleOpcode opcode) {
  switch (opcode) {
    case BINPUT: remember(input_.byte()); return true;
    case LONG_BINPUT: remember(input_.number<std::uint32_t>()); return true;
    case MEMOIZE: remember(memo_.size()); return true;
    case BINGET: recall(input_.byte()); return true;
    case LONG_BINGET: recall(input_.number<std::uint32_t>()); return true;
    default: return false;
  }
}

bool PickleMachine::use_global(PickleOpcode opcode) {
  switch (opcode) {
    case GLOBAL: {
      const std::string module = input_.line();
      push_global(module, input_.line());
      return true;
    }
    case STACK_GLOBAL: {
      const PickleValue& name = pickle_[pop()];
      const PickleValue& module = pickle_[pop()];
      if (name.kind != PickleKind::text || module.kind != PickleKind::text)
        fail("expected the names of a module and of what is in it");
      push_global(module.text, name.text);
      return true;
    }
    case REDUCE:
    case NEWOBJ: {
      const PickleRef arguments = pop();
      push_object(pop(), arguments, opcode == REDUCE);
      return true;
    }
    case NEWOBJ_EX: {
      if (pickle_[pop()].kind != PickleKind::dict) fail("expected a dict of arguments");
      const PickleRef arguments = pop();
      push_object(pop(), arguments, false);
      return true;
    }
    case BUILD: {
      const PickleRef state = pop();
      PickleValue& object = pickle_.values_[top()];
      if (object.kind != PickleKind::object) fail("a state for a value that is no object");
      object.state = state;
      return true;
    }
    case BINPERSID: {
      const PickleRef id = pop();
      push(PickleKind::persistent).items.push_back(id);
      return true;
    }
    default: return false;
  }
}

PickleValue& PickleMachine::push(PickleKind kind) {
  if (pickle_.size() == kMaxPickleValues)
    fail(str("more than ", kMaxPickleValues, " values: too many for a file of weights"));
  PickleValue& value = pickle_.values_.emplace_back();
  value.kind = kind;
  value.offset = instruction_;
  stack_.push_back(pickle_.size() - 1);
  return value;
}

void PickleMachine::push_unicode(std::uint64_t bytes) {
  std::string text = input_.text(bytes);
  if (!is_utf8(text)) fail(str("the text ", in_quotes(text, 40), " is not UTF-8"));
  push(PickleKind::text).text = std::move(text);
}

/// The content is never needed, so it is left where it is.
void PickleMachine::push_bytes(std::uint64_t bytes) {
  input_.skip(bytes);
  push(PickleKind::bytes).integer = static_cast<std::int64_t>(bytes);
}

/// Text or bytes, which Python 2 did not tell apart.
void PickleMachine::push_python2_string(std::uint64_t bytes) {
  if (bytes > PickleInput::kMaxText) return push_bytes(bytes);  // an array's, and no text
  std::string text = input_.text(bytes);
  PickleValue& value = push(is_utf8(text) ? PickleKind::text : PickleKind::bytes);
  if (value.kind == PickleKind::text) value.text = std::move(text);
  value.integer = static_cast<std::int64_t>(bytes);
}

void PickleMachine::push_long(std::uint64_t bytes) {
  if (bytes > kMaxLongBytes) {
    input_.require(bytes);
    fail(str("a number of ", bytes, " bytes"));
  }
  std::string digits = input_.text(bytes);
  if (bytes > sizeof(std::int64_t)) {
    push(PickleKind::big_integer).text = std::move(digits);
    return;
  }
  const bool negative = !digits.empty() && (static_cast<unsigned char>(digits.back()) & 0x80) != 0;
  digits.resize(sizeof(std::int64_t), negative ? '\xFF' : '\0');
  push(PickleKind::integer).integer = number_at<std::int64_t>(std::as_bytes(std::span(digits)), 0);
}

void PickleMachine::push_tuple(std::size_t count) {
  std::vector<PickleRef> items(count);
  for (std::size_t i = count; i-- > 0;) items[i] = pop();
  push(PickleKind::tuple).items = std::move(items);
}

void PickleMachine::push_global(const std::string& module, const std::string& name) {
  const std::string full = module + "." + name;
  if (!is_utf8(full)) fail(str("the name ", in_quotes(full, 80), " is not UTF-8"));
  if (!may_name_global(module, name)) {
    fail(str("it names ", printable(full, 80),
             ", which runs code: no file of weights needs it. Nothing was run"));
  }
  PickleValue& value = push(PickleKind::global);
  value.text = full;
  value.integer = static_cast<std::int64_t>(module.size());
}

void PickleMachine::push_object(PickleRef callee, PickleRef arguments, bool is_call) {
  const PickleValue& global = pickle_[callee];
  if (global.kind != PickleKind::global) fail("a call of a value that is no class or function");
  if (pickle_[arguments].kind != PickleKind::tuple) fail("the arguments of a call are no tuple");
  const auto module_bytes = static_cast<std::size_t>(global.integer);
  const std::string_view full = global.text;
  if (is_call && !may_call_global(full.substr(0, module_bytes), full.substr(module_bytes + 1))) {
    fail(str("it calls ", printable(full, 80),
             ", a function that no file of weights needs. Nothing was run"));
  }
  PickleValue& object = push(PickleKind::object);
  object.callee = callee;
  object.arguments = arguments;
}

PickleRef PickleMachine::top() const {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("a value is missing");
  return stack_.back();
}

PickleRef PickleMachine::pop() {
  const PickleRef value = top();
  stack_.pop_back();
  return value;
}

std::vector<PickleRef> PickleMachine::pop_to_mark() {
  if (marks_.empty()) fail("a mark is missing");
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleRef> items(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

void PickleMachine::append(std::span<const PickleRef> items) {
  PickleValue& list = pickle_.values_[top()];
  if (list.kind == PickleKind::object) return;  // a class made from list: inert
  if (!is_sequence(list.kind)) fail("an element for a value that is no list or set");
  list.items.insert(list.items.end(), items.begin(), items.end());
  elements_ += items.size();
}

void PickleMachine::set_items(std::span<const PickleRef> keys_and_values) {
  PickleValue& dict = pickle_.values_[top()];
  if (dict.kind != PickleKind::dict && dict.kind != PickleKind::object)
    fail("a key for a value that is no dict");
  if (keys_and_values.size() % 2 != 0) fail("a key without its value");
  dict.items.insert(dict.items.end(), keys_and_values.begin(), keys_and_values.end());
  elements_ += keys_and_values.size();
}

void PickleMachine::remember(std::uint64_t key) { memo_.insert_or_assign(key, top()); }

void PickleMachine::recall(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) fail(str("the memo has no value ", key));
  stack_.push_back(found->second);
}

Pickle read_pickle(PickleInput& input) { return PickleMachine(input).run(); }

}  // namespace vit
