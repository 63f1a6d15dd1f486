/** The blocks of a .prisma file and what they assign, found by the rules of Prisma's grammar for comments, strings and lines. */

export interface Assignment {
  readonly name: string;
  /** From the name to the end of the value, without a comment behind it. */
  readonly start: number;
  readonly end: number;
  readonly value: readonly PrismaToken[];
}

export interface Block {
  /** `datasource`, `generator`, `model`, …; unchecked. */
  readonly keyword: string;
  readonly name: string;
  readonly assignments: readonly Assignment[];
}

export interface PrismaToken {
  readonly kind: 'string' | 'word' | 'mark';
  /** A string with its quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const grammar =
  /(?<gap>[^\S\r\n]+|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)|(?<newline>\r\n?|\n)|(?<string>"(?:\\[^\r\n]|[^"\\\r\n])*")|(?<word>\w[\w-]*)|(?<mark>[^\r\n])/gu;

/**
 * Prisma's grammar (datamodel.pest of its engines) goes by lines: a block opens at the end of one, closes with a `}` at the
 * beginning of one, and an assignment has a line for itself. What is wrong there is left for Prisma's engine to say.
 */
export function parseBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let assignments: Assignment[] | null = null;
  for (const line of splitLines(text)) {
    let tokens = line;
    if (assignments !== null) {
      if (tokens[0]?.text !== '}') {
        const assignment = parseAssignment(tokens);
        if (assignment !== null) assignments.push(assignment);
        continue;
      }
      assignments = null;
      tokens = tokens.slice(1);
    }
    const [keyword, name, brace] = tokens;
    if (keyword?.kind !== 'word' || name?.kind !== 'word' || brace?.text !== '{') continue;
    assignments = [];
    blocks.push({ keyword: keyword.text, name: name.text, assignments });
  }
  return blocks;
}

function parseAssignment([name, equals, ...value]: readonly PrismaToken[]): Assignment | null {
  const last = value.at(-1);
  if (name?.kind !== 'word' || equals?.text !== '=' || last === undefined) return null;
  return { name: name.text, start: name.start, end: last.end, value };
}

function splitLines(text: string): readonly (readonly PrismaToken[])[] {
  let line: PrismaToken[] = [];
  const lines = [line];
  for (const { 0: found, index, groups = {} } of text.matchAll(grammar)) {
    if (groups.newline !== undefined) {
      line = [];
      lines.push(line);
    } else if (groups.gap === undefined) {
      const kind = groups.string !== undefined ? 'string' : groups.word !== undefined ? 'word' : 'mark';
      line.push({ kind, text: found, start: index, end: index + found.length });
    }
  }
  return lines;
}
