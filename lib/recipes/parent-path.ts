/** `data` of `data.batch_size`; '' at the top. */
export function parentOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
  return cut === -1 ? '' : path.slice(0, cut);
}

/** The sections around a path, the nearest first. A list: Turbopack 16.4 loses an imported name in the last part of a `for`. */
export function sectionsAround(path: string): readonly string[] {
  const sections: string[] = [];
  for (let around = parentOf(path); around !== ''; around = parentOf(around)) sections.push(around);
  return sections;
}
