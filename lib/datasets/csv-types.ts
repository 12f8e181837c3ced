/** What every cell of a CSV column allows; `empty` = no cell has text. */
export type CsvType = 'empty' | 'int64' | 'double' | 'boolean' | 'string';

const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BOOLEAN = /^(?:true|false)$/i;
const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** The narrowest type of a cell. Digits with a leading zero are text: 007 is a name, not the number 7. */
export function typeOfCell(cell: string): CsvType {
  if (cell === '') return 'empty';
  if (INTEGER.test(cell)) return fitsInt64(cell) ? 'int64' : 'string';
  if (NUMBER.test(cell)) return Number.isFinite(Number(cell)) ? 'double' : 'string';
  return BOOLEAN.test(cell) ? 'boolean' : 'string';
}

/** What a column with both kinds of cell is. */
export function widerType(left: CsvType, right: CsvType): CsvType {
  if (left === right || right === 'empty') return left;
  if (left === 'empty') return right;
  return isNumeric(left) && isNumeric(right) ? 'double' : 'string';
}

/** Integers come as `bigint` where a double would round them. */
export function readCell(cell: string, type: CsvType): string | number | bigint | boolean | null {
  if (cell === '') return null;
  switch (type) {
    case 'int64':
      return Number.isSafeInteger(Number(cell)) ? Number(cell) : BigInt(cell);
    case 'double':
      return Number(cell);
    case 'boolean':
      return cell.toLowerCase() === 'true';
    case 'empty':
    case 'string':
      return cell;
  }
}

function fitsInt64(cell: string): boolean {
  if (cell.length < 19) return true;
  const value = BigInt(cell);
  return value >= INT64.least && value <= INT64.most;
}

function isNumeric(type: CsvType): boolean {
  return type === 'int64' || type === 'double';
}
