#include "vit/io/pickle_policy.h"

#include <algorithm>
#include <array>
#include <string>

namespace vit {
namespace {

/// They run code, reach the system or the network, or read another pickle.
constexpr std::array<std::string_view, 48> kRefusedPackages = {"_pickle",    "_posixsubprocess",
                                                               "aiohttp",    "asyncio",
                                                               "bdb",        "cPickle",
                                                               "cProfile",   "cloudpickle",
                                                               "code",       "codeop",
                                                               "commands",   "ctypes",
                                                               "dill",       "distutils",
                                                               "ftplib",     "gc",
                                                               "http",       "httplib",
                                                               "idlelib",    "imp",
                                                               "importlib",  "inspect",
                                                               "linecache",  "marshal",
                                                               "nt",         "os",
                                                               "pdb",        "pickle",
                                                               "pip",        "pkgutil",
                                                               "platform",   "popen2",
                                                               "posix",      "profile",
                                                               "pty",        "pydoc",
                                                               "requests",   "runpy",
                                                               "setuptools", "shutil",
                                                               "signal",     "smtplib",
                                                               "socket",     "subprocess",
                                                               "sys",        "timeit",
                                                               "urllib",     "webbrowser"};

constexpr std::array<std::string_view, 16> kRefusedBuiltins = {
    "__import__", "apply", "breakpoint", "compile", "delattr", "eval", "exec", "execfile",
    "exit",       "file",  "globals",    "input",   "locals",  "open", "quit", "vars"};

/// Functions, and classes with a small letter, that only make data.
constexpr std::array<std::string_view, 37> kDataCalls = {
    "_codecs.encode",
    "builtins.bool",
    "builtins.bytearray",
    "builtins.bytes",
    "builtins.complex",
    "builtins.dict",
    "builtins.float",
    "builtins.frozenset",
    "builtins.getattr",  // a member of an enumeration
    "builtins.int",
    "builtins.list",
    "builtins.object",
    "builtins.range",
    "builtins.set",
    "builtins.slice",
    "builtins.str",
    "builtins.tuple",
    "collections.defaultdict",
    "collections.deque",
    "copyreg._reconstructor",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "functools.partial",
    "re._compile",
    "torch.device",
    "torch.dtype",
    "torch.serialization._get_layout",
    "torch.jit._pickle.build_boollist",
    "torch.jit._pickle.build_doublelist",
    "torch.jit._pickle.build_intlist",
    "torch.jit._pickle.build_tensorlist",
    "torch.jit._pickle.restore_type_tag",
    "numpy.dtype",
    "numpy.ndarray"};

constexpr std::array<std::string_view, 4> kDataCallPrefixes = {
    "torch._utils._rebuild_", "torch._tensor._rebuild_", "numpy.random._pickle.__",
    "torch.nn.parameter._rebuild_"};

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

/// "Optimizer", "_LRScheduler": what Python's style guide makes a class.
bool looks_like_class(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of('_'), name.size()));
  return !name.empty() && is_capital(name.front());
}

/// The module under its name of Python 3.
std::string_view modern(std::string_view module) {
  if (module == "__builtin__") return "builtins";
  if (module == "copy_reg") return "copyreg";
  return module;
}

}  // namespace

bool may_name_global(std::string_view module, std::string_view name) {
  module = modern(module);
  if (contains(kRefusedPackages, module.substr(0, module.find('.')))) return false;
  if (module == "builtins" && contains(kRefusedBuiltins, name)) return false;
  // A nested class is "Outer.Inner"; any other dotted name walks through a module's imports.
  if (name.find('.') == std::string_view::npos) return true;
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t dot = rest.find('.');
    if (!looks_like_class(rest.substr(0, dot))) return false;
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  }
  return name.back() != '.';
}

bool may_call_global(std::string_view module, std::string_view name) {
  if (!may_name_global(module, name)) return false;
  if (looks_like_class(name)) return true;
  const std::string full = std::string(modern(module)) + "." + std::string(name);
  if (contains(kDataCalls, full)) return true;
  // numpy.core.multiarray of NumPy 1, numpy._core.multiarray of NumPy 2.
  if (module.starts_with("numpy.") &&
      (name == "scalar" || name == "_reconstruct" || name == "_frombuffer"))
    return true;
  return std::any_of(kDataCallPrefixes.begin(), kDataCallPrefixes.end(),
                     [&](std::string_view prefix) { return full.starts_with(prefix); });
}

}  // namespace vit
