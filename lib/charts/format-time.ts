/** `8 s`, `3 min 20 s`, `2 h 5 min`: two units at most, what a person would say. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '—';
  const whole = Math.max(0, Math.round(seconds));
  if (seconds > 0 && seconds < 9.95) return `${seconds.toFixed(1).replace(/\.0$/, '')} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 3600) return `${Math.round(whole / 60)} min`;
  if (whole < 48 * 3600) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.round(whole / 86_400)} days`;
}

/** How long ago, in words that change no oftener than they must. */
export function formatAge(seconds: number): string {
  return seconds < 1.5 ? 'just now' : `${formatDuration(Math.round(seconds))} ago`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[power - 1] ?? 'TB'}`;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** `14:03:22`, with the day in front when it is not `today`'s. Local time: call it in the browser only. */
export function formatClock(time: string | number, today: number): string {
  const date = new Date(time);
  const clock = CLOCK.format(date);
  return new Date(today).toDateString() === date.toDateString() ? clock : `${DAY.format(date)} ${clock}`;
}
