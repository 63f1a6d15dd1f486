/** `--show-values`: values of rows are customers' data, and are fetched only to be seen by the person who asked. */

import type { Run } from './context.ts';

/**
 * Never for JSON, a document, a pipe or a file; nor in CI, where a terminal is one that writes a log.
 * @param typed whether the option was given. @param place where the values would be shown.
 */
export function chooseExamples(run: Run, typed: boolean, place: 'terminal' | 'elsewhere'): 'none' | 'some' {
  if (!typed) return 'none';
  if (place === 'terminal' && run.format === 'text' && !isCi(run.context.env)) return 'some';
  run.notice('--show-values was ignored: values of rows are shown only to a person at a terminal.');
  return 'none';
}

/**
 * GitHub, GitLab, CircleCI, Travis and most others set `CI`; the rest have a variable of their own, and the first ones too
 * where somebody took `CI` away: Azure Pipelines, Jenkins, TeamCity, Buildkite, CodeBuild, Bitbucket, Google's Cloud Build.
 */
const ciVariables = [
  ...['CI', 'CONTINUOUS_INTEGRATION', 'BUILD_NUMBER', 'GITHUB_ACTIONS', 'GITLAB_CI', 'TF_BUILD', 'JENKINS_URL'],
  ...['TEAMCITY_VERSION', 'BUILDKITE', 'CIRCLECI', 'CODEBUILD_BUILD_ID', 'BITBUCKET_COMMIT', 'BUILDER_OUTPUT'],
];

function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  return ciVariables.some((name) => !['', '0', 'false'].includes(env[name]?.toLowerCase() ?? ''));
}
