#include "apps/completion.h"

namespace vit::cli {
namespace {

constexpr const char* kZshWalk = R"sh(
_vit_value() {
  local kind=$1
  local -a found
  case $kind in
    '='*) found=(${(s:,:)${kind#=}}); compadd -a found ;;
    model) compadd -a _vit_models; _files ;;
    hub_model) compadd -a _vit_hub_models ;;
    task) compadd -a _vit_tasks ;;
    data) compadd -a _vit_data ;;
    recipe) compadd -a _vit_recipes ;;
    experiment) _files -g '*.y(a|)ml' ;;
    run)
      found=(runs/*/config.yaml(N:h))
      compadd -a found
      _files ;;
    key)
      if compset -P '*='; then
        local key=${${IPREFIX%=}##*=}
        found=(${=_vit_choices[$key]})
        compadd -a found
      else
        compadd -S = -a _vit_keys
      fi ;;
    file) _files ;;
  esac
}

_vit() {
  local at=vit place=0 i word kind
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    word=${words[i]}
    if [[ $word == -* ]]; then
      kind=${_vit_option[$at ${word%%=*}]}
      if [[ $word != *=* && -n $kind && $kind != flag ]]; then
        ((i++))
        if ((i == CURRENT)); then
          _vit_value $kind
          return
        fi
      fi
    elif [[ $place -eq 0 && " ${_vit_commands[$at]} " == *" $word "* ]]; then
      at+=" $word"
    else
      ((place++))
    fi
  done
  word=${words[CURRENT]}
  if [[ $word == --*=* ]]; then
    kind=${_vit_option[$at ${word%%=*}]}
    compset -P "${word%%=*}="
    _vit_value $kind
  elif [[ $word == -* ]]; then
    found=(${(f)_vit_options[$at]})
    _describe -o option found
  else
    local -a arguments=(${=_vit_arguments[$at]})
    if [[ $place -eq 0 && -n ${_vit_commands[$at]} ]]; then
      found=(${(f)_vit_command_help[$at]})
      _describe command found
    fi
    if (($#arguments)); then
      ((place >= $#arguments)) && place=$(($#arguments - 1))
      _vit_value $arguments[place+1]
    fi
  fi
}

if [[ $funcstack[1] == _vit ]]; then
  _vit "$@"
else
  compdef _vit vit
fi
)sh";

/// In single quotes.
std::string zsh_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// `name:what it is`, as _describe reads it.
std::string zsh_described(const std::string& name, const std::string& help) {
  std::string text;
  for (const char c : name) text += (c == ':' ? "\\" : "") + std::string(1, c);
  return text + ":" + help.substr(0, help.find('\n'));
}

}  // namespace

std::string zsh_completion(const std::vector<CommandInfo>& tree, const CompletionWords& words) {
  std::string text = "#compdef vit\n# zsh completion of vit, made by `vit completion zsh`\n";
  const auto list = [&](const char* name, const CompletionWords::Words& all) {
    text += "typeset -ga " + std::string(name) + "=(" + joined_words(all) + ")\n";
  };
  list("_vit_models", words.models);
  list("_vit_hub_models", words.hub_models);
  list("_vit_tasks", words.tasks);
  list("_vit_data", words.data);
  list("_vit_recipes", words.recipes);
  CompletionWords::Words keys;
  std::string choices;
  for (const auto& [key, values] : words.keys) {
    keys.push_back(key);
    if (!values.empty()) choices += "  " + key + " " + zsh_quoted(joined_words(values)) + "\n";
  }
  list("_vit_keys", keys);
  std::string commands, command_help, options, kinds, arguments;
  for (const CommandInfo& command : tree) {
    const std::string head = "  " + zsh_quoted(command.path) + " ";
    std::string told, names;
    for (std::size_t i = 0; i < command.commands.size(); ++i)
      told += zsh_described(command.commands[i], command.command_help[i]) + "\n";
    if (!command.commands.empty()) {
      commands += head + zsh_quoted(joined_words(command.commands)) + "\n";
      command_help += head + zsh_quoted(told) + "\n";
    }
    CompletionWords::Words places;
    for (const OptionInfo& option : command.options)
      for (const std::string& name : {option.long_name, option.short_name}) {
        if (name.empty()) continue;
        names += zsh_described(name, option.help) + "\n";
        kinds += "  " + zsh_quoted(command.path + " " + name) + " " +
                 zsh_quoted(kind_name(option)) + "\n";
      }
    for (const OptionInfo& argument : command.arguments) places.push_back(kind_name(argument));
    options += head + zsh_quoted(names) + "\n";
    if (!places.empty()) arguments += head + zsh_quoted(joined_words(places)) + "\n";
  }
  const auto table = [&](const char* name, const std::string& rows) {
    text += "typeset -gA " + std::string(name) + "=(\n" + rows + ")\n";
  };
  table("_vit_choices", choices);
  table("_vit_commands", commands);
  table("_vit_command_help", command_help);
  table("_vit_options", options);
  table("_vit_option", kinds);
  table("_vit_arguments", arguments);
  return text + kZshWalk;
}

}  // namespace vit::cli
