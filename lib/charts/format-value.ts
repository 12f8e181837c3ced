import type { MetricUnit } from '@/lib/domain/metric';

const SUFFIX: Readonly<Record<MetricUnit, string>> = {
  plain: '',
  share: '',
  seconds: ' s',
  tokens: ' tok',
  tokens_per_second: ' tok/s',
  nats: ' nats',
  rate: '',
  count: '',
};

const MAX_DECIMALS = 6;
const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Three significant digits; `—` for absent, the word for what is not a number. Zero is `0`. */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '—';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-3) return minus(value.toExponential(Math.max(0, digits - 2)));
  if (size >= 1000) return minus(GROUPED.format(value));
  const whole = Math.floor(Math.log10(size)) + 1;
  return minus(value.toFixed(Math.max(0, digits - whole)));
}

export function formatValue(value: number | null | undefined, unit: MetricUnit = 'plain'): string {
  const text = formatNumber(value);
  return value === null || value === undefined || !Number.isFinite(value) ? text : text + SUFFIX[unit];
}

/** A sign in front of what is not zero: advantages and differences. */
export function formatSigned(value: number | null | undefined): string {
  const text = formatNumber(value);
  return value !== null && value !== undefined && value > 0 ? `+${text}` : text;
}

/** Prints a tick so that neighbours `step` apart differ. */
export function formatTick(value: number, step: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return minus(value.toExponential(placesOf(size, step)));
  return minus(size >= 1000 && step >= 1 ? GROUPED.format(value) : value.toFixed(decimalsOf(step)));
}

/** Places of a number in scientific notation that tell it from one `step` away. */
function placesOf(size: number, step: number): number {
  const power = (value: number): number => Math.floor(Math.log10(value) + 1e-9);
  const isHalved = Math.abs(step / 10 ** power(step) - 2.5) < 1e-6;
  const places = power(size) - power(step) + (isHalved ? 1 : 0);
  return Math.min(MAX_DECIMALS, Math.max(0, places));
}

/** Places after the point that a step of 0.25, say, needs: 2. */
function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < MAX_DECIMALS; decimals += 1) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return decimals;
  }
  return MAX_DECIMALS;
}

/** A real minus sign: as wide as a plus, and not a hyphen at a line's end. */
function minus(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text;
}
