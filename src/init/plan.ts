/** What `init` would write, as a value: it is shown, and then written as it is. */

import type { ChosenManager } from './choose-manager.ts';
import { envFile, npmScripts, scriptText, writeEnvFile, writeSkill } from './files.ts';
import { addIgnored } from './ignore.ts';
import { addEntries, type PackageFacts } from './package-json.ts';
import { installArguments } from './package-manager.ts';
import type { ChosenSpec } from './spec.ts';
import { writeWorkflow } from './workflow.ts';

/** In the order in which they are written: the ignored file is ignored before it is there. */
export type Part = 'gitignore' | 'env' | 'script' | 'skill' | 'workflow' | 'package';

/** What is at a path. */
export type Found =
  | { readonly type: 'absent' }
  | { readonly type: 'file'; readonly text: string }
  /** A folder, a link that leads nowhere: what it is, for people. */
  | { readonly type: 'other'; readonly what: string };

export interface Place {
  /** Absolute. */
  readonly file: string;
  /** As shown to people. */
  readonly shown: string;
  readonly found: Found;
}

export interface InitFacts {
  readonly package: Place & { readonly text: string; readonly facts: PackageFacts };
  readonly manager: ChosenManager;
  readonly spec: ChosenSpec;
  /** True if the project's node_modules has this program. */
  readonly isInstalled: boolean;
  readonly gitignore: Place;
  /** True if the credentials' file is ignored already. */
  readonly isIgnored: boolean;
  readonly env: Place;
  readonly script: Place;
  readonly skill: Place & { readonly template: string };
  readonly workflow: Place & { readonly folder: string };
}

/** False for what the user leaves out. */
export interface InitParts {
  readonly gitignore: boolean;
  readonly env: boolean;
  readonly script: boolean;
  readonly skill: boolean;
  readonly workflow: boolean;
  readonly npmScripts: boolean;
  readonly install: boolean;
}

export interface Writing {
  readonly part: Part;
  readonly file: string;
  readonly shown: string;
  /** What is there now; null for a new file. */
  readonly before: string | null;
  readonly after: string;
  /** What is new in it, line by line, or what it is for. */
  readonly says: readonly string[];
}

export type InitStep =
  | ({ readonly type: 'write' } & Writing)
  /** Something else is there: it is only replaced by who is asked. */
  | ({ readonly type: 'differs' } & Writing)
  | { readonly type: 'there'; readonly part: Part; readonly shown: string; readonly says: readonly string[] }
  /** What is there is no file: nothing can be written. */
  | { readonly type: 'blocked'; readonly part: Part; readonly shown: string; readonly what: string };

export interface InitPlan {
  readonly steps: readonly InitStep[];
  /** Run after everything is written; null where nothing is to be installed. */
  readonly install: { readonly command: string; readonly args: readonly string[] } | null;
  /** What a person should know of it. */
  readonly notices: readonly string[];
}

export function planInit(facts: InitFacts, parts: InitParts): InitPlan {
  const steps = [
    ...(parts.gitignore ? [planIgnore(facts)] : []),
    ...(parts.env ? [planEnv(facts)] : []),
    ...(parts.script ? [planFile('script', facts.script, scriptText, 'starts the installed program')] : []),
    ...(parts.skill ? [planSkill(facts)] : []),
    ...(parts.workflow ? [planWorkflow(facts)] : []),
    ...planPackage(facts, parts),
  ];
  const { manager, spec, isInstalled } = facts;
  const args = installArguments[manager.manager];
  const isMissing = facts.package.facts.dependency === null;
  const notices =
    parts.install && isMissing && spec.isLocal
      ? [`"${spec.spec}" is a path on this machine: other machines and CI need the same file at the same place.`]
      : [];
  return {
    steps,
    install: parts.install && (isMissing || !isInstalled) ? { command: manager.manager, args } : null,
    notices,
  };
}

function planIgnore({ gitignore, isIgnored }: InitFacts): InitStep {
  const { shown, found } = gitignore;
  if (isIgnored) return { type: 'there', part: 'gitignore', shown, says: [`${envFile} is ignored already`] };
  if (found.type === 'other') return { type: 'blocked', part: 'gitignore', shown, what: found.what };
  const before = found.type === 'file' ? found.text : null;
  return { ...write('gitignore', gitignore, before, addIgnored(before, envFile)), says: [envFile] };
}

/** Whatever is there is kept, a link to another place too: it is never looked into. */
function planEnv({ env }: InitFacts): InitStep {
  const { shown, found } = env;
  if (found.type !== 'absent') return { type: 'there', part: 'env', shown, says: [] };
  const says = ['TURSO_DATABASE_URL and TURSO_AUTH_TOKEN, readable by you only'];
  return { ...write('env', env, null, writeEnvFile({ url: '', token: '' })), says };
}

function planSkill({ skill, manager }: InitFacts): InitStep {
  return planFile('skill', skill, writeSkill(skill.template, manager.manager), 'how agents use it');
}

function planWorkflow({ workflow, manager }: InitFacts): InitStep {
  const text = writeWorkflow({ manager: manager.manager, folder: workflow.folder });
  return planFile('workflow', workflow, text, 'check and plan on pull requests, apply on main');
}

function planFile(part: Part, place: Place, after: string, purpose: string): InitStep {
  const { shown, found } = place;
  if (found.type === 'other') return { type: 'blocked', part, shown, what: found.what };
  if (found.type === 'absent') return { ...write(part, place, null, after), says: [purpose] };
  if (withLf(found.text) === withLf(after)) return { type: 'there', part, shown, says: [] };
  return { ...write(part, place, found.text, after), type: 'differs', says: ['another one is there'] };
}

/** A checkout with CRLF line ends is no other file. */
function withLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function planPackage({ package: own, spec }: InitFacts, parts: InitParts): readonly InitStep[] {
  if (!parts.install && !parts.npmScripts) return [];
  const { text, facts, shown } = own;
  const entries = parts.install && facts.dependency === null ? [['migrate-prod', spec.spec] as const] : [];
  const scripts = parts.npmScripts ? npmScripts.filter(([name]) => !facts.scripts.includes(name)) : [];
  if (entries.length + scripts.length === 0) {
    const says = facts.dependency === null ? [] : [`"migrate-prod": "${facts.dependency}"`];
    return [{ type: 'there', part: 'package', shown, says }];
  }
  const after = addEntries(addEntries(text, 'scripts', scripts), 'devDependencies', entries);
  const says = [...entries, ...scripts].map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return [{ ...write('package', own, text, after), says }];
}

function write(part: Part, { file, shown }: Place, before: string | null, after: string) {
  return { type: 'write', part, file, shown, before, after } as const;
}
