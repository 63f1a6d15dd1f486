/** The text of a .gitignore, and whether it names a file of its folder. */

/** Lines that a person would write for it, or that many projects have. Others are for git to judge. */
function names(line: string, file: string): boolean {
  const pattern = line.trim().replace(/^\/|^\*\*\//, '');
  return pattern === file || (file.startsWith('.env.') && ['.env*', '.env.*', '*.env*', '.*'].includes(pattern));
}

/** For a folder that is no git repository, where git cannot be asked: the last line that names the file counts. */
export function isIgnoredBy(text: string, file: string): boolean {
  const lines = text.split(/\r\n|\n/);
  const last = lines.findLast((line) => names(line.trim().replace(/^!/, ''), file));
  return last !== undefined && !last.trim().startsWith('!');
}

/** What is there stays, and the line is added with the line end that the file has. @param text null for a file that is to be made. */
export function addIgnored(text: string | null, line: string): string {
  if (text === null || text === '') return `${line}\n`;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return `${text}${text.endsWith('\n') ? '' : newline}${line}${newline}`;
}
