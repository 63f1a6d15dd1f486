/** Text that a CI service would read as a command to itself, taken apart: names and messages are not ours to trust. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Set by GitHub Actions, Azure Pipelines, TeamCity and GitLab for every step that they run. */
const services = ['GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION', 'GITLAB_CI'] as const;

/** True if the CI service reads commands from this process's output. */
export function isReadForCommands(env: Environment): boolean {
  return services.some((name) => env[name]);
}

/**
 * `##[name]`, `##vso[…]` and `##teamcity[…]`: GitHub's runner and Azure's agent look for theirs anywhere in a line
 * (actions/runner, ActionCommand.cs, `TryParse`).
 */
const marks = /#(?=#(?:vso|teamcity)?\[)/gi;

/** White space, colour, and what a comparison of the runner's may not see. */
const blank = String.raw`(?:\u001b\[[\d;]*m|(?![\n\r])[\s\p{Cc}\p{Cf}])*`;

/** `::name::` at the beginning of a line, behind white space (ActionCommand.cs, `TryParseV2`). */
const beginnings = new RegExp(String.raw`(^|[\n\r])(${blank}):(?=:)`, 'gu');
const blankOnly = new RegExp(`^${blank}$`, 'u');

/**
 * For text and Markdown, where a backslash takes a command apart and Markdown does not show it.
 * @returns a function for the pieces of one stream, in order: what a line began with counts for the next piece.
 */
export function createTextGuard(): (piece: string) => string {
  let isBeginning = true;
  return (piece) => {
    const safe = piece.replace(marks, '#\\').replace(beginnings, (all, start: string, space: string) => {
      return start === '' && !isBeginning ? all : `${start}${space}\\:`;
    });
    const end = Math.max(piece.lastIndexOf('\n'), piece.lastIndexOf('\r'));
    isBeginning = (isBeginning || end !== -1) && blankOnly.test(piece.slice(end + 1));
    return safe;
  };
}

/** For JSON on one line, which begins with a brace: the same values, one character of each mark written as an escape. */
export function guardJson(text: string): string {
  return text.replace(marks, '\\u0023');
}
