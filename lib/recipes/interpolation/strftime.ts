const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

function two(value: number): string {
  return String(value).padStart(2, '0');
}

const FIELDS: Readonly<Record<string, (at: Date) => string>> = {
  Y: (at) => String(at.getFullYear()),
  y: (at) => two(at.getFullYear() % 100),
  m: (at) => two(at.getMonth() + 1),
  d: (at) => two(at.getDate()),
  H: (at) => two(at.getHours()),
  I: (at) => two(at.getHours() % 12 || 12),
  M: (at) => two(at.getMinutes()),
  S: (at) => two(at.getSeconds()),
  f: (at) => String(at.getMilliseconds()).padStart(3, '0') + '000',
  p: (at) => (at.getHours() < 12 ? 'AM' : 'PM'),
  A: (at) => DAYS[at.getDay()] ?? '',
  a: (at) => (DAYS[at.getDay()] ?? '').slice(0, 3),
  B: (at) => MONTHS[at.getMonth()] ?? '',
  b: (at) => (MONTHS[at.getMonth()] ?? '').slice(0, 3),
  j: (at) =>
    String(Math.floor((at.getTime() - new Date(at.getFullYear(), 0, 0).getTime()) / 86_400_000)).padStart(
      3,
      '0',
    ),
  '%': () => '%',
};

/** Python's `strftime`, its common fields; an unknown field stays as it is written. */
export function strftime(at: Date, pattern: string): string {
  return pattern.replaceAll(/%(.)/g, (whole, field: string) =>
    Object.hasOwn(FIELDS, field) ? (FIELDS[field]?.(at) ?? whole) : whole,
  );
}
