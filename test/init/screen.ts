/** What stands on a terminal at the end, of all that was written to it: as much of one as prompts and progress lines need. */

const control = String.fromCharCode(27);
const piece = new RegExp(`${control}\\[([0-9;?]*)([A-Za-z])|[\\s\\S]`, 'gu');

/** @returns the lines, without colours and without spaces at their ends */
export function renderScreen(written: string): string {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  const line = (): string[] => {
    while (lines.length <= row) lines.push([]);
    return lines[row] ?? [];
  };
  for (const [text, parameter = '', command] of written.matchAll(piece)) {
    const count = Number.parseInt(parameter, 10) || 1;
    if (command === 'A') row = Math.max(0, row - count);
    else if (command === 'B') row += count;
    else if (command === 'C') column += count;
    else if (command === 'D') column = Math.max(0, column - count);
    else if (command === 'G') column = count - 1;
    else if (command === 'K') line().splice(parameter === '2' ? 0 : column);
    else if (command === 'J') {
      line().splice(column);
      lines.splice(row + 1);
    } else if (command !== undefined) continue;
    else if (text === '\n') {
      row += 1;
      column = 0;
    } else if (text === '\r') column = 0;
    else {
      const cells = line();
      while (cells.length < column) cells.push(' ');
      cells[column] = text;
      column += 1;
    }
  }
  return lines
    .map((cells) =>
      Array.from(cells, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    )
    .join('\n');
}
