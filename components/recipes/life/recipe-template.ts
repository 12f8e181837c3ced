import { z } from 'zod';

/** Folders of `templates/`. */
export const RecipeTemplate = z.enum(['single-turn', 'every-backend']);
export type RecipeTemplate = z.infer<typeof RecipeTemplate>;

export const TEMPLATE_WORDS: Record<RecipeTemplate, { readonly title: string; readonly about: string }> = {
  'single-turn': {
    title: 'Single turn, embedded',
    about: 'One question, one answer, scored in TypeScript. Runs on this machine with nothing set up.',
  },
  'every-backend': {
    title: 'Every backend, with an agent',
    about:
      'Layers for self-hosted, Tinker, Weaver and embedded, their environment scripts, and an agent with a tool and evaluators in Python and TypeScript.',
  },
};
