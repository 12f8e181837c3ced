const STEPS = [
  { name: 'day', ms: 86_400_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
] as const;

/** `3 hours ago`, from ISO times; both are arguments so that server and browser say the same. */
export function timeAgo(time: string, now: string): string {
  const passed = Date.parse(now) - Date.parse(time);
  const step = STEPS.find(({ ms }) => passed >= ms);
  if (step === undefined) return 'just now';
  const count = Math.floor(passed / step.ms);
  return `${count} ${step.name}${count === 1 ? '' : 's'} ago`;
}
