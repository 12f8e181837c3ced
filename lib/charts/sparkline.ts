/** An SVG path through the values in a box; `null` and what is not finite lift the pen. Empty when there is no line. */
export function sparklinePath(
  values: readonly (number | null)[],
  box: { readonly width: number; readonly height: number; readonly low?: number; readonly high?: number },
): string {
  const finite = values.filter((value) => value !== null).filter(Number.isFinite);
  if (finite.length < 2) return '';
  const low = Math.min(box.low ?? Infinity, ...finite);
  const high = Math.max(box.high ?? -Infinity, ...finite);
  const span = high - low || 1;
  const gap = box.width / (values.length - 1);
  let isDown = false;
  return values
    .map((value, index) => {
      if (value === null || !Number.isFinite(value)) {
        isDown = false;
        return '';
      }
      const x = (index * gap).toFixed(1);
      const y = (box.height * (1 - (value - low) / span)).toFixed(1);
      const pen = isDown ? 'L' : 'M';
      isDown = true;
      return `${pen}${x} ${y}`;
    })
    .join('');
}
