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

export function judgeKept(kept: Looked<CredentialsKept | null>): Judged {
  if (kept.type === 'failed') return refused(kept.error, 'warning');
  if (kept.type === 'skipped') return skipped(kept.because);
  if (kept.value === null) return skipped('no file with a token was read');
  const { file, openMode, git, remove, ignore } = kept.value;
  if (git === 'tracked') {
    const text = `git tracks ${file}: whoever has the repository has the token`;
    return failed(text, say`Make the token worthless and make another one, then ${shell(remove)}`);
  }
  const tells = {
    ignored: 'git ignores it',
    open: 'git does not ignore it',
    refused: 'git does not say whether it ignores it',
    unknown: 'no git that could be asked',
  }[git];
  const others = openMode === null ? '' : `; others on this machine can open it (mode ${openMode})`;
  const fixes = [
    ...(git === 'open' && ignore !== null ? [say`Add this line to ${ignore.file}: ${ignore.line}`] : []),
    ...(openMode === null ? [] : [say`${shell(`chmod 600 ${quotePath(file)}`)}`]),
  ];
  const text = `${file}: ${tells}${others}`;
  if (git !== 'open' && git !== 'refused' && openMode === null) return ok(text);
  return warning(
    text,
    fixes.length === 0 ? null : fixes.flatMap((fix, index) => [...(index === 0 ? [] : say`\n`), ...fix]),
  );
}
