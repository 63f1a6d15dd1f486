/** The scripts that have a shell ask `migrate-prod complete -- <words>` at each TAB. */

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof shells)[number];

const name = 'migrate-prod';

/** How each script calls the program: as it was typed, so that a path, an alias or a function works too. */
const typedProgram = { zsh: '$'.concat('{words[1]}'), fish: '$args[1]', powershell: '$Program' } as const;

/**
 * Those of @bomb.sh/tab, but for bash: its script needs the package bash-completion, defines constants that another program's
 * has too (the second one fails, aloud), and runs what is typed through `eval`.
 */
export async function writeScript(shell: Shell): Promise<string> {
  if (shell === 'bash') return bashScript;
  const { default: tab } = await import('@bomb.sh/tab');
  const script = capture(() => tab.setup(name, typedProgram[shell], shell));
  return shell === 'zsh' ? keepColons(script) : script;
}

/** In zsh's list of words a colon begins what a word is for, and a backslash of the script that keeps it is lost in tab. */
function keepColons(script: string): string {
  return script.replace(String.raw`comp//:/\:}`, () => String.raw`comp//:/\\:}`);
}

/** tab prints. */
function capture(print: () => void): string {
  const { log } = console;
  let text = '';
  Object.assign(console, {
    log: (line: unknown) => {
      text += `${line}\n`;
    },
  });
  try {
    print();
  } finally {
    Object.assign(console, { log });
  }
  return text;
}

/**
 * Also for bash 3.2, which macOS has. Words are split at white space, as they were typed, and not at = and : as readline does; of
 * what fits, only the part behind the last of these is inserted.
 */
const bashScript = `# bash completion for migrate-prod

_migrate_prod_complete() {
  local program="$1" line="\${COMP_LINE:0:COMP_POINT}" current base before='' cut='' value rest otherwise=0
  local -a words=()
  COMPREPLY=()
  IFS=$' \\t\\n' read -r -a words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  while (( \${#words[@]} > 1 )) && [[ \${words[0]} != "$program" ]]; do words=("\${words[@]:1}"); done
  (( \${#words[@]} > 1 )) || return 0
  current="\${words[\${#words[@]}-1]}"
  base="$current"
  if [[ $current == -*=* ]]; then
    base="\${current#*=}"
    [[ $COMP_WORDBREAKS == *=* ]] || before="\${current%%=*}="
  fi
  [[ $COMP_WORDBREAKS == *:* && $base == *:* ]] && cut="\${base%:*}:"
  [[ $program == '~/'* ]] && program="$HOME/\${program#'~/'}"
  while IFS=$'\\t' read -r value rest; do
    if [[ $value == :* ]]; then
      otherwise="\${value#:}"
    elif [[ $value == "$base"* ]]; then
      COMPREPLY+=("$before\${value#"$cut"}")
    fi
  done < <("$program" complete -- "\${words[@]:1}" 2>/dev/null)
  # Nothing but files would come then, and none is meant.
  if [[ $otherwise == 4 ]]; then compopt +o default 2>/dev/null; fi
  return 0
}

complete -o default -F _migrate_prod_complete migrate-prod
`;
