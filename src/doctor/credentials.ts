/** The credentials: where they come from, and how the file with them is kept. Never their values. */

import { say, shell } from '../text/prose.ts';
import { quotePath } from '../text/shell.ts';
import { failed, type Judged, ok, refused, skipped, warning } from './check.ts';
import type { CredentialsKept, FoundCredentials, Looked } from './facts.ts';

export function judgeCredentials(credentials: Looked<FoundCredentials>): Judged {
  if (credentials.type === 'failed') return refused(credentials.error, 'failed');
  if (credentials.type === 'skipped') return skipped(credentials.because);
  const { target, source } = credentials.value;
  return ok(`${target.name}, from ${source}`);
}

/** @param file as shown to people; null where no file was read. */
export function judgeKept(kept: Looked<CredentialsKept | null>, file: string | null): Judged {
  if (kept.type === 'failed') return refused(kept.error, 'warning');
  if (kept.type === 'skipped') return skipped(kept.because);
  if (kept.value === null || file === null) return skipped('no file was read for them');
  const { mode, ignored } = kept.value;
  const shown = mode === null ? '' : `, mode ${mode.toString(8).padStart(4, '0')}`;
  if (ignored === 'tracked') {
    const text = `${file} is tracked by git: whoever has the repository has the token`;
    const next = say`Revoke the token and make another, then ${shell(`git rm --cached ${quotePath(file)}`)}`;
    return failed(text, next);
  }
  const isOpen = mode !== null && (mode & 0o077) !== 0;
  const tells = {
    ignored: 'ignored by git',
    'not-ignored': 'not ignored by git',
    'no-git': 'not in a git repository',
    unknown: 'git could not be asked',
  }[ignored];
  const text = `${file}: ${tells}${shown}${isOpen ? ': others on this machine can read it' : ''}`;
  const fixes = [
    ...(ignored === 'not-ignored' ? [ignoreLine(file)] : []),
    ...(isOpen ? [`chmod 600 ${quotePath(file)}`] : []),
  ];
  if (fixes.length > 0)
    return warning(
      text,
      fixes.flatMap((line, index) => say`${index === 0 ? '' : '\n'}${shell(line)}`),
    );
  return ignored === 'unknown' ? warning(text, null) : ok(text);
}

/** A name in .gitignore counts in every folder below. */
function ignoreLine(file: string): string {
  const [name = file] = file.split('/').slice(-1);
  const folder = file.slice(0, file.length - name.length);
  // Its last line may lack an end.
  return `printf '\\n%s\\n' ${quotePath(`/${name}`)} >> ${quotePath(`${folder}.gitignore`)}`;
}
