/** A key, or an index into a list. */
export type EditPath = readonly (string | number)[];

/** `trainer.teachers[0].base_model` → `['trainer', 'teachers', 0, 'base_model']`. */
export function editPathOf(path: string): EditPath {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name = '']) =>
    index === undefined ? name : Number(index),
  );
}
