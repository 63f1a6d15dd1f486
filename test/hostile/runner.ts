/** What services that run a job take for commands in its output. */

/** Every name that GitHub's runner knows, in either form (actions/runner, ActionCommandManager.cs and ActionCommand.cs). */
const known: ReadonlySet<string> = new Set([
  ...['add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'internal-set-repo-path'],
  ...['notice', 'remove-matcher', 'save-state', 'set-env', 'set-output', 'stop-commands', 'warning', 'x', 'pwned'],
]);

/** GitHub's: `::name …::` behind white space, or `##[name …]` anywhere. Characters without a width are not seen. */
export function readGitHubCommands(output: string): readonly string[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => {
    const seen = line.replace(/\p{Cf}/gu, '').trimStart();
    const name = /^::([^ :]*)(?: [^:]*)?::/.exec(seen)?.[1] ?? /##\[([^\] ]*)/.exec(seen)?.[1];
    return name !== undefined && known.has(name) ? [line] : [];
  });
}

/** Of Azure's agent and of TeamCity's, which look anywhere in a line. */
export function readOtherCommands(output: string): readonly string[] {
  return output.split(/\r\n|\r|\n/).filter((line) => /##(?:vso|teamcity)?\[/i.test(line));
}
