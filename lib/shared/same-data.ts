/** Whether two values of plain data are the same, the order of keys included. */
export function isSameData(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [own, others] = [Object.entries(left), Object.entries(right)];
  return (
    own.length === others.length &&
    own.every(([key, value], at) => others[at]?.[0] === key && isSameData(value, others[at][1]))
  );
}
