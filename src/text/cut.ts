/** Texts that may be megabytes long, shown by their beginning. */

/** At most so many characters, the last of them whole. */
export function takeFirst(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
}

/** The same, and ` …` where something is left out. */
export function cutText(text: string, longest: number): string {
  return text.length <= longest ? text : `${takeFirst(text, longest)} …`;
}
