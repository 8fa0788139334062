/** A command as the tab key knows it: its path, and its options. */
export interface Completed {
  readonly path: string;
  readonly options: readonly string[];
}

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** A script for a shell that completes the words of all commands and their options, without asking this program. */
export function completionScript(shell: Shell, commands: readonly Completed[]): string {
  return shell === "fish" ? fish(commands) : shell === "bash" ? bash(commands) : zsh(commands);
}

/** What may follow these words: the next word of a path, or the options of the command. */
function followers(commands: readonly Completed[]): ReadonlyMap<string, string> {
  const next = new Map<string, Set<string>>();
  for (const { path, options } of commands) {
    const words = path.split(" ");
    for (const [index, word] of words.entries()) {
      const before = words.slice(0, index).join(" ");
      next.set(before, (next.get(before) ?? new Set()).add(word));
    }
    next.set(path, new Set([...(next.get(path) ?? []), ...options]));
  }
  return new Map([...next].map(([path, words]) => [path, [...words].join(" ")]));
}

function cases(commands: readonly Completed[]): string {
  return [...followers(commands)].map(([path, words]) => `    "${path}") words="${words}" ;;`).join("\n");
}

/** The words before the cursor without options, at most two of which are a path; zsh and bash share it. */
const shared = (commands: readonly Completed[]): string => `
_deploy_queue_words() {
  local word path="" count=0
  for word in "$@"; do
    case "$word" in -*) break ;; esac
    [ "$count" -lt 2 ] && path="\${path:+$path }$word"
    count=$((count + 1))
  done
  local words=""
  case "$path" in
${cases(commands)}
  esac
  if [ -z "$words" ]; then
    case "\${path%% *}" in
${cases(commands.filter(({ path }) => !path.includes(" ")))}
    esac
  fi
  printf '%s' "$words"
}
`;

function bash(commands: readonly Completed[]): string {
  return `# deploy-queue completion bash > ~/.local/share/bash-completion/completions/deploy-queue
${shared(commands).trim()}
_deploy_queue() {
  local words
  words="$(_deploy_queue_words "\${COMP_WORDS[@]:1:COMP_CWORD-1}")"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _deploy_queue deploy-queue`;
}

function zsh(commands: readonly Completed[]): string {
  return `#compdef deploy-queue
# deploy-queue completion zsh > a folder of $fpath, as _deploy-queue
${shared(commands).trim()}
_deploy_queue() {
  local -a found
  found=(\${(s: :)"$(_deploy_queue_words "\${(@)words[2,CURRENT-1]}")"})
  compadd -- $found
}
if [ "$funcstack[1]" = "_deploy-queue" ]; then _deploy_queue "$@"; else compdef _deploy_queue deploy-queue; fi`;
}

function fish(commands: readonly Completed[]): string {
  const lines = [...followers(commands)].flatMap(([path, following]) => {
    const words = path.split(" ").filter((word) => word !== "");
    const options = following.split(" ").filter((word) => word.startsWith("--"));
    const others = following.split(" ").filter((word) => !word.startsWith("-"));
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const condition = [...seen, ...(others.length > 0 ? [`not __fish_seen_subcommand_from ${others.join(" ")}`] : [])];
    const prefix = `complete -c deploy-queue -n "${condition.join("; and ")}"`;
    return [
      ...(others.length > 0 ? [`${prefix} -f -a "${others.join(" ")}"`] : []),
      ...options.map((option) => `${prefix} -l ${option.slice(2)}`),
    ];
  });
  return ["# deploy-queue completion fish > ~/.config/fish/completions/deploy-queue.fish", ...lines].join("\n");
}
