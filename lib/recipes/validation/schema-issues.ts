import { z } from 'zod';
import { isSameData } from '@/lib/shared/same-data';
import { isMap } from '../config-view';
import { RecipeSchema } from '../schema/recipe-schema';

type Issues = readonly z.core.$ZodIssue[];
type Section = {
  readonly name: string;
  readonly parse: (config: unknown) => Issues;
  /** The last contents that were looked at, the newest first. */
  known: readonly { readonly content: unknown; readonly issues: Issues }[];
};

/** The variants of a recipe are looked at in turn, and each has sections of its own. */
const KEPT = 6;
/** What is looked up for a section that is not there. */
const ABSENT = Symbol('absent');

const SECTIONS: readonly Section[] = Object.entries(RecipeSchema.shape).map(([name, content]) => {
  const schema = z.looseObject({ [name]: content });
  return { name, parse: (config) => schema.safeParse(config).error?.issues ?? [], known: [] };
});

/**
 * What the schema says of a resolved configuration. It is asked section by section, and only for sections whose
 * content is not the same as before: a keystroke changes one of them.
 */
export function schemaIssues(config: unknown): Issues {
  if (!isMap(config)) return RecipeSchema.safeParse(config).error?.issues ?? [];
  return SECTIONS.flatMap((section) => {
    const content = Object.hasOwn(config, section.name) ? config[section.name] : ABSENT;
    const known = section.known.find((one) => isSameData(one.content, content));
    if (known !== undefined) return known.issues;
    const issues = section.parse(content === ABSENT ? {} : { [section.name]: content });
    section.known = [{ content, issues }, ...section.known.slice(0, KEPT - 1)];
    return issues;
  });
}
