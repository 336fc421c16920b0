#include "apps/completion.h"

namespace vit::cli {
namespace {

/// The part that walks through the words; what there is to know stands in functions before it.
constexpr const char* kBashWalk = R"sh(
_vit_runs() {
  local run
  for run in runs/*/; do
    [[ -e ${run}config.yaml ]] && printf '%s\n' "${run%/}"
  done
}

# Candidates for a value of a kind, in COMPREPLY.
_vit_value() {
  local kind=$1 value=$2 words=
  case $kind in
    =*) words=${kind#=}; words=${words//,/ } ;;
    model) words=$_vit_models ;;
    hub_model) words=$_vit_hub_models ;;
    task) words=$_vit_tasks ;;
    data) words=$_vit_data ;;
    recipe) words=$_vit_recipes ;;
    key)
      if [[ $value == *=* ]]; then
        words=$(_vit_choices "${value%%=*}")
        COMPREPLY=($(compgen -P "${value%%=*}=" -W "$words" -- "${value#*=}"))
      else
        COMPREPLY=($(compgen -S = -W "$_vit_keys" -- "$value"))
        compopt -o nospace
      fi
      return ;;
    experiment)
      COMPREPLY=($(compgen -f -X '!*.y*ml' -- "$value") $(compgen -d -- "$value"))
      compopt -o filenames
      return ;;
  esac
  COMPREPLY=()
  case $kind in run | model | file) compopt -o filenames ;; esac
  [[ $kind == run ]] && words=$(_vit_runs)
  [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$value"))
  local IFS=$'\n'
  case $kind in
    file) COMPREPLY=($(compgen -f -- "$value")) ;;
    run | model) [[ ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$value")) ;;
  esac
}

_vit() {
  # COMP_WORDS cuts words at `=`: put them together again.
  local -a words=()
  local i word
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $i -gt 1 && ($word == =* || ${COMP_WORDS[i - 1]} == *=) && ${COMP_WORDS[i - 1]} != -* ||
      $word == =* ]]; then
      words[${#words[@]} - 1]+=$word
    elif [[ $i -gt 1 && ${COMP_WORDS[i - 1]} == = ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
  done
  local current=${words[${#words[@]} - 1]} path=vit place=0 kind
  COMPREPLY=()
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    if [[ $word == -* ]]; then
      kind=$(_vit_option "$path" "${word%%=*}")
      if [[ $word != *=* && -n $kind && $kind != flag ]]; then
        ((i++))
        if ((i == ${#words[@]} - 1)); then
          _vit_value "$kind" "$current"
          _vit_cut "$current"
          return
        fi
      fi
    elif [[ $place -eq 0 && " $(_vit_commands "$path") " == *" $word "* ]]; then
      path+=" $word"
    else
      ((place++))
    fi
  done
  if [[ $current == --*=* ]]; then
    kind=$(_vit_option "$path" "${current%%=*}")
    _vit_value "$kind" "${current#*=}"
    COMPREPLY=("${COMPREPLY[@]/#/${current%%=*}=}")
    _vit_cut "$current"
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(_vit_options "$path")" -- "$current"))
  else
    local -a arguments=($(_vit_arguments "$path"))
    if ((${#arguments[@]} > 0)); then
      ((place >= ${#arguments[@]})) && place=$((${#arguments[@]} - 1))
      _vit_value "${arguments[place]}" "$current"
    fi
    [[ $place -eq 0 ]] &&
      COMPREPLY+=($(compgen -W "$(_vit_commands "$path")" -- "$current"))
  fi
}

# The shell puts its word in place of what stands behind the last `=` alone.
_vit_cut() {
  [[ $1 == *=* && $COMP_WORDBREAKS == *=* ]] || return 0
  local before=${1%=*}= i
  for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$before"}; done
}

complete -F _vit vit
)sh";

}  // namespace

std::string bash_completion(const std::vector<CommandInfo>& tree, const CompletionWords& words) {
  std::string text = "# bash completion of vit, made by `vit completion bash`\n";
  const auto list = [&](const char* name, const CompletionWords::Words& all) {
    text += std::string(name) + "='" + joined_words(all) + "'\n";
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
    if (!values.empty()) choices += "    " + key + ") echo '" + joined_words(values) + "' ;;\n";
  }
  list("_vit_keys", keys);
  text += "_vit_choices() {\n  case $1 in\n" + choices + "  esac\n}\n";
  // What each command has: its subcommands, its options, the kinds of its arguments.
  std::string commands, options, arguments, kinds;
  for (const CommandInfo& command : tree) {
    const std::string head = "    '" + command.path + "') echo '";
    if (!command.commands.empty()) commands += head + joined_words(command.commands) + "' ;;\n";
    CompletionWords::Words names, places;
    for (const OptionInfo& option : command.options) {
      std::string both;
      for (const std::string& name : {option.long_name, option.short_name}) {
        if (name.empty()) continue;
        names.push_back(name);
        both += (both.empty() ? "" : " | ") + ("'" + command.path + " " + name + "'");
      }
      kinds += "    " + both + ") echo '" + kind_name(option) + "' ;;\n";
    }
    for (const OptionInfo& argument : command.arguments) places.push_back(kind_name(argument));
    options += head + joined_words(names) + "' ;;\n";
    if (!places.empty()) arguments += head + joined_words(places) + "' ;;\n";
  }
  text += "_vit_commands() {\n  case $1 in\n" + commands + "  esac\n}\n";
  text += "_vit_options() {\n  case $1 in\n" + options + "  esac\n}\n";
  text += "_vit_arguments() {\n  case $1 in\n" + arguments + "  esac\n}\n";
  text += "_vit_option() {\n  case \"$1 $2\" in\n" + kinds + "  esac\n}\n";
  return text + kBashWalk;
}

}  // namespace vit::cli
