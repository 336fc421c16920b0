#include "apps/usage.h"

#include <algorithm>

#include "vit/config/other_names.h"
#include "vit/config/reference.h"
#include "vit/config/yaml_key_names.h"
#include "vit/core/fields.h"
#include "vit/core/text.h"
#include "vit/experiment/experiment.h"
#include "vit/io/home_path.h"

namespace vit::cli {
namespace {

using Words = std::vector<std::string>;

bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word != "--" &&
         std::string("0123456789.").find(word[1]) == std::string::npos;
}

std::string name_of(const std::string& word) { return word.substr(0, word.find('=')); }

bool has_option(const CLI::App& command, const std::string& name) {
  return command.get_option_no_throw(name) != nullptr;
}

/// The command that the words name, and where its own arguments begin.
struct Place {
  const CLI::App* command;
  std::string path = "vit";
  std::size_t next = 0;
};

const CLI::App* find_subcommand(const CLI::App& command, const std::string& name) {
  for (const CLI::App* each : command.get_subcommands({}))
    if (each->get_name() == name) return each;
  return nullptr;
}

Place find_command(const CLI::App& program, const Words& words) {
  Place place{&program};
  while (place.next < words.size()) {
    const CLI::App* next = find_subcommand(*place.command, words[place.next]);
    if (next == nullptr) break;
    place.path += " " + words[place.next++];
    place.command = next;
  }
  return place;
}

std::string help_of(const std::string& path) { return "`" + path + " --help` tells what there is"; }

std::string unknown_command(const Place& place, const std::string& word) {
  Words names;
  for (const CLI::App* each : place.command->get_subcommands({})) names.push_back(each->get_name());
  const std::string near = nearest(word, names);
  return "there is no command `" + place.path + " " + printable(word) + "`\n  " +
         (near.empty() ? help_of(place.path) : "did you mean `" + place.path + " " + near + "`?");
}

/// A key of the experiment that `name` means, as it is set; "" where there is none.
std::string as_set(const CLI::App& command, const std::string& name, const std::string& value) {
  if (!has_option(command, "--set")) return {};
  YamlKeyNames keys;
  for (const ReferenceRow& row : experiment_reference())
    if (row.type != "section") keys.add(row.path);
  keys.add("recipe");
  std::string text;
  constexpr std::size_t kMost = 3;
  const Words meant = keys.meant_by(name);
  for (std::size_t i = 0; i < std::min(meant.size(), kMost); ++i)
    text += (i == 0                                   ? ""
             : i + 1 == std::min(meant.size(), kMost) ? " or "
                                                      : ", ") +
            ("--set " + meant[i] + "=" + printable(value.empty() ? "VALUE" : value));
  return text;
}

/// The long option that was probably meant by one that the command has not.
std::string nearest_option(const CLI::App& command, const std::string& name) {
  Words names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& each : option->get_lnames()) names.push_back("--" + each);
  return name.starts_with("--") ? nearest(name, names) : "";
}

std::string unknown_option(const Place& place, const Words& words, std::size_t index) {
  const std::string name = name_of(words[index]);
  const std::string text = "`" + place.path + "` has no option " + printable(name) + "\n  ";
  // An option that stands before its command.
  for (std::size_t i = index + 1; i < words.size(); ++i)
    if (const CLI::App* later = find_subcommand(*place.command, words[i]))
      return text +
             (has_option(*later, name)
                  ? "write it behind the command: " + place.path + " " + words[i] + " " + name
                  : "options stand behind the command: " + place.path + " " + words[i] + " …; `" +
                        place.path + " " + words[i] + " --help` tells which");
  std::string value;
  if (name.size() < words[index].size())
    value = words[index].substr(name.size() + 1);
  else if (index + 1 < words.size() && !is_option(words[index + 1]))
    value = words[index + 1];
  const std::string bare = name.substr(name.find_first_not_of('-'));
  if (bare == "quiet" || bare == "q" || bare == "silent")
    return text + "results go to stdout, messages to stderr: 2>/dev/null hides the messages";
  if (const std::string answer = answer_to_other_name(bare);
      !answer.empty() && has_option(*place.command, "--set"))
    return text + answer;
  if (const std::string set = as_set(*place.command, bare, value); !set.empty())
    return text + "keys of the experiment are set with " + set;
  const std::string near = nearest_option(*place.command, name);
  return text + (near.empty() ? help_of(place.path) : "did you mean " + near + "?");
}

}  // namespace

Words with_home(Words words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string& word = words[i];
    const std::size_t equals = word.find("=~");
    if (word.starts_with("--set=") || (i > 0 && words[i - 1] == "--set")) continue;
    if (word.starts_with('~'))
      word = expand_home(word);
    else if (word.starts_with("--") && equals == word.find('=') && equals != std::string::npos)
      word = word.substr(0, equals + 1) + expand_home(word.substr(equals + 1));
  }
  return words;
}

std::string explain_usage(const CLI::App& program, const std::string& problem, const Words& words) {
  const Place place = find_command(program, words);
  const bool wants_command = place.command->get_require_subcommand_min() > 0;
  if (wants_command && place.next < words.size() && !is_option(words[place.next]))
    return unknown_command(place, words[place.next]);
  for (std::size_t i = place.next; i < words.size() && words[i] != "--"; ++i) {
    if (is_option(words[i]) && !has_option(*place.command, name_of(words[i])))
      return unknown_option(place, words, i);
    // `epochs=3`, as other programs take it.
    const std::string key = name_of(words[i]);
    if (is_option(words[i]) || key.size() == words[i].size() ||
        (i > 0 && is_option(words[i - 1]) && words[i - 1].find('=') == std::string::npos))
      continue;
    if (const std::string set = as_set(*place.command, key, words[i].substr(key.size() + 1));
        !set.empty())
      return "`" + place.path + "` takes no argument " + in_quotes(words[i]) +
             "\n  keys of the experiment are set with " + set;
  }
  // The parser names what was left over from the last to the first.
  Words left = program.remaining(true);
  std::string text = problem;
  if (!left.empty() && problem.find("not expected") != std::string::npos) {
    text = left.size() == 1 ? "this argument was not expected:" : "these were not expected:";
    for (const std::string& word : left) text += " " + printable(word);
  }
  return text + "\n  " + help_of(place.path);
}

std::optional<std::string> explain_unknown_command(const CLI::App& program, const Words& words) {
  const Place place = find_command(program, words);
  const bool wants_command = place.command->get_require_subcommand_min() > 0;
  if (!wants_command || place.next == words.size() || is_option(words[place.next]))
    return std::nullopt;
  return unknown_command(place, words[place.next]);
}

}  // namespace vit::cli
