import type { Command } from 'commander';
import { RefusedError } from './ask.ts';
import { spellingsOf } from './spelling.ts';

/** What a shell reads at its start to complete commands and options after Tab. */
export function completion(shell: string, program: Command): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    options: command.options.flatMap(({ long }) => (long == null ? [] : spellingsOf(long))),
  }));
  const write = shells[shell];
  if (write === undefined) {
    throw new RefusedError(`there is no completion for ${shell}; there is for ${Object.keys(shells).join(', ')}`);
  }
  return write(commands);
}

interface Completed {
  name: string;
  options: readonly string[];
}

const shells: Readonly<Record<string, (commands: readonly Completed[]) => string>> = {
  bash: (commands) => `_calc() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  case "\${COMP_WORDS[1]}" in
${cases(commands)}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map(({ name }) => name).join(' ')}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _calc calc
`,
  zsh: (commands) => `autoload -U +X bashcompinit && bashcompinit\n${shells.bash?.(commands) ?? ''}`,
  fish: (commands) =>
    [
      ...commands.map(({ name }) => `complete -c calc -n __fish_use_subcommand -a ${name}`),
      ...commands.flatMap(({ name, options }) =>
        options.map((option) => `complete -c calc -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
      ),
      '',
    ].join('\n'),
};

function cases(commands: readonly Completed[]): string {
  const named = commands.map(({ name, options }) => `    ${name}) local words="${options.join(' ')}" ;;`);
  // `calc 8b 4090 --gpus` is `calc calculate 8b 4090 --gpus`.
  const plain = commands.find(({ name }) => name === 'calculate')?.options ?? [];
  return [...named, `    *) local words="${plain.join(' ')}" ;;`].join('\n');
}
