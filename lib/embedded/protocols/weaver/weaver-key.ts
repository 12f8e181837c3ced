/** The same secret as Tinker's API has, in the form that Weaver's keys have. */
export function weaverKey(tinkerKey: string): string {
  return tinkerKey.replace(/^tml-/, 'sk-');
}
