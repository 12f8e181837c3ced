const WIDTH = 80;
const GAP = 2;

/** Columns under their titles, no wider than 80 columns: the last one is cut. Cells of digits stand right. */
export function textTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const isNumber = titles.map((_, column) => rows.every((row) => /^[\d,.\s%–-]*$/.test(row[column] ?? '')));
  const fitted = fit(widths);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = fitted[column] ?? 0;
        const text = clip(cell, width);
        return isNumber[column] === true ? text.padStart(width) : text.padEnd(width);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(titles), ...rows.map(line)].join('\n');
}

/** Takes from the widest column until all fit. */
function fit(widths: readonly number[]): readonly number[] {
  const fitted = [...widths];
  const room = WIDTH - GAP * (widths.length - 1);
  for (let total = sum(fitted); total > room; total = sum(fitted)) {
    const widest = fitted.indexOf(Math.max(...fitted));
    fitted[widest] = Math.max(4, (fitted[widest] ?? 0) - (total - room > 8 ? 4 : 1));
    if (Math.max(...fitted) <= 4) break;
  }
  return fitted;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Text in lines of at most 80 columns; `indent` stands before all but the first. */
export function wrapText(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ''}`;
}
