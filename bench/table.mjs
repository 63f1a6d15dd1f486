/** The table of `npm run bench`: one row per measure, with what it is compared with and whether it holds. */

const headings = ['measure', 'floor', 'ours', 'ratio / limit', ''];

const milliseconds = (value) => (value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${Math.round(value)} ms`);
const megabytes = (value) => `${(value / 1024 / 1024).toFixed(1)} MB`;

/** A title between the rows. */
export function buildTitle(text) {
  return { title: text };
}

/** A duration that has to stay below so many milliseconds, beside the floor's. */
export function buildTime(measure, { floor, ours }, limit) {
  const compared = `${(ours / floor).toFixed(2)}, ${milliseconds(ours)} / ${milliseconds(limit)}`;
  return { cells: [measure, milliseconds(floor), milliseconds(ours), compared], held: ours <= limit };
}

/** A duration or a memory peak against a multiple of the floor's; without a limit it is only shown. `cold` is shown beside it. */
export function buildRatio(measure, unit, { floor, ours, cold }, limit) {
  const show = unit === 'milliseconds' ? milliseconds : megabytes;
  const ratio = ours / floor;
  const first = cold === undefined ? '' : `, cold ${(cold / floor).toFixed(2)}`;
  const compared = `${ratio.toFixed(2)}${limit === undefined ? '' : ` / ${limit}`}${first}`;
  return { cells: [measure, show(floor), show(ours), compared], held: limit === undefined ? null : ratio <= limit };
}

/** A time without a floor, which has to stay below so many milliseconds. */
export function buildLimit(measure, ours, limit) {
  return { cells: [measure, '', milliseconds(ours), `at most ${milliseconds(limit)}`], held: ours <= limit };
}

/** A number of requests that must not be exceeded; `counted` is what the proxy saw. */
export function buildCount(measure, { said, counted }, limit) {
  const agree = said === undefined || said === counted;
  const ours = agree ? String(counted) : `${counted}, says ${said}`;
  return { cells: [measure, String(limit), ours, `at most ${limit}`], held: agree && counted <= limit };
}

/** A peak in bytes that must not be exceeded. */
export function buildPeak(measure, { floor, ours }, limitMegabytes) {
  const shown = floor === undefined ? '' : megabytes(floor);
  return {
    cells: [measure, shown, megabytes(ours), `at most ${limitMegabytes} MB`],
    held: ours <= limitMegabytes * 1024 * 1024,
  };
}

/** A speed in MB/s that must be reached. */
export function buildSpeed(measure, ours, limit) {
  return { cells: [measure, '', `${Math.round(ours)} MB/s`, `at least ${limit} MB/s`], held: ours >= limit };
}

/** A measure that could not be taken. */
export function buildFailed(measure, error) {
  const reason = error instanceof Error ? error.message : String(error);
  return { cells: [measure, '', '', reason.replace(/\s+/g, ' ').slice(0, 160)], held: false };
}

export function renderTable(rows) {
  const lines = rows.filter((row) => row.cells).map((row) => [...row.cells, renderVerdict(row.held)]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...lines.map((cells) => (cells[column].length > 40 ? 0 : cells[column].length))),
  );
  const render = (cells) =>
    cells
      .map((cell, column) =>
        column === 1 || column === 2 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd();
  const body = rows.map((row) =>
    row.title ? `\n${row.title}` : `  ${render([...row.cells, renderVerdict(row.held)])}`,
  );
  const missed = rows.filter((row) => row.held === false).map((row) => row.cells[0].trim());
  const end = missed.length === 0 ? 'Every limit is kept.' : `Missed (${missed.length}): ${missed.join('; ')}.`;
  return `  ${render(headings)}\n${body.join('\n')}\n\n${end}`;
}

function renderVerdict(held) {
  if (held === null) return '';
  return held ? 'ok' : 'MISS';
}
