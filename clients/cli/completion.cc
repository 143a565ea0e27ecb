#include "clients/cli/completion.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace jalon::client {
namespace {

using Value = CompletionOption::Value;

// The text between single quotes, for bash and zsh.
std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::vector<std::string> CommandNames(const CompletionCommand& command) {
  std::vector<std::string> names;
  for (const CompletionCommand& below : command.commands) names.push_back(below.name);
  return names;
}

std::vector<std::string> OptionNames(const CompletionCommand& command) {
  std::vector<std::string> names;
  for (const CompletionOption& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// What follows an option or stands for a word, as assignments both shells read.
std::string KindOf(const CompletionOption& option) {
  switch (option.value) {
    case Value::kNone:
      return "kind=flag";
    case Value::kText:
      return "kind=text";
    case Value::kFile:
      return "kind=file";
    case Value::kOneOf:
      break;
  }
  return absl::StrCat("kind=list values=", Quoted(absl::StrJoin(option.values, " ")));
}

// `case` branches, one per command that has something to say.
template <class Function>
std::string Branches(const CompletionCommand& tree, const Function& of) {
  std::string text;
  for (const CompletionCommand* command : AllCommands(tree)) {
    const std::string body = of(*command);
    if (!body.empty()) absl::StrAppend(&text, "    ", Quoted(command->path), ") ", body, " ;;\n");
  }
  return text;
}

// The options of a command before those of `jalon` itself, which may follow any command.
std::string OptionKinds(const CompletionCommand& tree) {
  std::string text;
  std::string of_all;
  for (const CompletionCommand* command : AllCommands(tree)) {
    for (const CompletionOption& option : command->options) {
      for (const std::string& name : option.names) {
        const bool global = command->path.empty();
        absl::StrAppend(global ? &of_all : &text, "    ",
                        global ? absl::StrCat("*'|", name, "'")
                               : Quoted(absl::StrCat(command->path, "|", name)),
                        ") ", KindOf(option), " ;;\n");
      }
    }
  }
  return text + of_all;
}

// The word a command takes without an option; several are completed alike.
std::string WordKinds(const CompletionCommand& tree) {
  return Branches(tree, [](const CompletionCommand& command) {
    return command.words.empty() ? std::string() : KindOf(command.words.front());
  });
}

std::string CommandLists(const CompletionCommand& tree) {
  return Branches(tree, [](const CompletionCommand& command) {
    const std::vector<std::string> names = CommandNames(command);
    return names.empty() ? std::string() : absl::StrCat("cmds=", Quoted(absl::StrJoin(names, " ")));
  });
}

std::string OptionLists(const CompletionCommand& tree) {
  return Branches(tree, [](const CompletionCommand& command) {
    return command.path.empty()
               ? std::string()
               : absl::StrCat("opts=", Quoted(absl::StrJoin(OptionNames(command), " ")));
  });
}

// Tables of both shells: they set kind, values, cmds, opts (zsh keeps `commands` and `options` for
// itself).
std::string Tables(const CompletionCommand& tree) {
  return absl::StrCat(
      "_jalon_option() {\n  kind= values=\n  case \"$1|$2\" in\n", OptionKinds(tree),
      "  esac\n}\n\n", "_jalon_word() {\n  kind= values=\n  case \"$1\" in\n", WordKinds(tree),
      "  esac\n}\n\n", "_jalon_commands() {\n  cmds=\n  case \"$1\" in\n", CommandLists(tree),
      "  esac\n}\n\n", "_jalon_options() {\n  opts=\n  case \"$1\" in\n", OptionLists(tree),
      "  esac\n  opts=\"$opts ", absl::StrJoin(OptionNames(tree), " "), "\"\n}\n\n");
}

constexpr char kBash[] = R"bash(_jalon() {
  local path='' kind='' values='' cmds='' opts='' option='' word i
  local cur=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    # Bash cuts --option=value into three words.
    [[ $word == '=' ]] && continue
    if [[ -n $option ]]; then
      option=''
    elif [[ $word == -* ]]; then
      _jalon_option "$path" "$word"
      [[ $kind == flag || -z $kind ]] || option=$word
    else
      _jalon_commands "$path"
      [[ " $cmds " == *" $word "* ]] && path="${path:+$path }$word"
    fi
  done
  [[ $cur == '=' ]] && cur=''
  if [[ -n $option ]]; then
    _jalon_option "$path" "$option"
  elif [[ $cur == -* ]]; then
    _jalon_options "$path"
    kind=list values=$opts
  else
    _jalon_commands "$path"
    if [[ -n $cmds ]]; then
      kind=list values=$cmds
    else
      _jalon_word "$path"
    fi
  fi
  case $kind in
    list) COMPREPLY=($(compgen -W "$values" -- "$cur")) ;;
    file)
      compopt -o filenames 2>/dev/null
      local IFS=$'\n'
      COMPREPLY=($(compgen -f -- "$cur"))
      ;;
  esac
}

complete -F _jalon jalon
)bash";

constexpr char kZsh[] = R"zsh(_jalon() {
  emulate -L zsh
  local jalon_path='' kind='' values='' cmds='' opts='' option='' word i
  local cur=${words[CURRENT]}
  for ((i = 2; i < CURRENT; i++)); do
    word=${words[i]}
    if [[ -n $option ]]; then
      option=''
    elif [[ $word == -*=* ]]; then
      continue
    elif [[ $word == -* ]]; then
      _jalon_option "$jalon_path" "$word"
      [[ $kind == flag || -z $kind ]] || option=$word
    else
      _jalon_commands "$jalon_path"
      [[ " $cmds " == *" $word "* ]] && jalon_path="${jalon_path:+$jalon_path }$word"
    fi
  done
  if [[ -n $option ]]; then
    _jalon_option "$jalon_path" "$option"
  elif [[ $cur == -*=* ]]; then
    _jalon_option "$jalon_path" "${cur%%=*}"
    compset -P '*='
  elif [[ $cur == -* ]]; then
    _jalon_options "$jalon_path"
    kind=list values=$opts
  else
    _jalon_commands "$jalon_path"
    if [[ -n $cmds ]]; then
      kind=list values=$cmds
    else
      _jalon_word "$jalon_path"
    fi
  fi
  case $kind in
    list) compadd -- ${=values} ;;
    file) _files ;;
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _jalon "$@"
else
  compdef _jalon jalon
fi
)zsh";

// fish quotes `'` and `\` with `\`.
std::string FishQuoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

std::string FishList(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(FishQuoted(text));
  return absl::StrJoin(quoted, " ");
}

constexpr char kFish[] = R"fish(# The command typed so far, without options: `runs list`.
function __jalon_path
    set -l words (commandline -opc)
    set -l path ''
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
        else if string match -q -- '-*=*' $word
            continue
        else if contains -- $word $__jalon_with_value
            set skip 1
        else if not string match -q -- '-*' $word
            set -l longer (string trim -- "$path $word")
            contains -- $longer $__jalon_commands; and set path $longer
        end
    end
    echo $path
end

function __jalon_at
    test (__jalon_path) = "$argv[1]"
end

complete -c jalon -f
)fish";

// Names, description and value of an option, as `complete` takes them.
std::string FishOption(const CompletionOption& option) {
  std::string line;
  for (const std::string& name : option.names) {
    const bool is_long = absl::StartsWith(name, "--");
    absl::StrAppend(&line, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
  }
  if (option.value == Value::kText) absl::StrAppend(&line, " -x");
  if (option.value == Value::kFile) absl::StrAppend(&line, " -r -F");
  if (option.value == Value::kOneOf) {
    absl::StrAppend(&line, " -x -a ", FishQuoted(absl::StrJoin(option.values, " ")));
  }
  return absl::StrCat(line, " -d ", FishQuoted(option.what), "\n");
}

std::string FishWord(const CompletionOption& word) {
  if (word.value == Value::kFile) return " -F\n";
  return absl::StrCat(" -a ", FishQuoted(absl::StrJoin(word.values, " ")), "\n");
}

std::string FishCommand(const CompletionCommand& command) {
  const std::string at = absl::StrCat(
      "complete -c jalon -n ", FishQuoted(absl::StrCat("__jalon_at ", FishQuoted(command.path))));
  std::string text;
  for (const CompletionCommand& below : command.commands) {
    absl::StrAppend(&text, at, " -a ", below.name, " -d ", FishQuoted(below.what), "\n");
  }
  for (const CompletionOption& option : command.options) {
    // Those of `jalon` itself may follow any command.
    absl::StrAppend(&text, command.path.empty() ? "complete -c jalon" : at, FishOption(option));
  }
  for (const CompletionOption& word : command.words) {
    if (word.value != Value::kText) absl::StrAppend(&text, at, FishWord(word));
  }
  return text;
}

}  // namespace

std::string BashCompletion(const CompletionCommand& tree) {
  return absl::StrCat("# bash completion for jalon, made by `jalon completion bash`\n\n",
                      Tables(tree), kBash);
}

std::string ZshCompletion(const CompletionCommand& tree) {
  return absl::StrCat("#compdef jalon\n# made by `jalon completion zsh`\n\n", Tables(tree), kZsh);
}

std::string FishCompletion(const CompletionCommand& tree) {
  std::vector<std::string> paths;
  std::vector<std::string> with_value;
  std::string lines;
  for (const CompletionCommand* command : AllCommands(tree)) {
    if (!command->path.empty()) paths.push_back(command->path);
    for (const CompletionOption& option : command->options) {
      if (option.value == Value::kNone) continue;
      with_value.insert(with_value.end(), option.names.begin(), option.names.end());
    }
    lines += FishCommand(*command);
  }
  return absl::StrCat("# fish completion for jalon, made by `jalon completion fish`\n\n",
                      "set -g __jalon_commands ", FishList(paths), "\n",
                      "set -g __jalon_with_value ", FishList(with_value), "\n\n", kFish, lines);
}

}  // namespace jalon::client
