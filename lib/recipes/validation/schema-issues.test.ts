import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecipeSchema } from '../schema/recipe-schema';
import { schemaIssues } from './schema-issues';

const SOUND = {
  data: { batch_size: 8, data_files: ['a.jsonl'] },
  rollout_worker: { type: 'simple', num_workers: 2, evaluator_module_path: 'evaluator.ts:Evaluator' },
  trainer: { type: 'embedded_grpo', total_train_steps: 3 },
  service: {
    inference_service: { backend: 'embedded' },
    train_service: { main_actor: { role: 'actor', backend: 'embedded' } },
  },
};
const NAMES = [...Object.keys(RecipeSchema.shape), 'unknown'];
const leaf = fc.constantFrom<unknown>(null, true, -1, 0.5, 'text', [], {}, { batch_size: 'x' }, SOUND.data);

test('sections that are remembered say what the whole schema says', () => {
  const change = fc.tuple(fc.constantFrom(...NAMES), fc.option(leaf, { nil: undefined }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      let config: Readonly<Record<string, unknown>> = SOUND;
      for (const [name, value] of changes) {
        const others = Object.entries(config).filter(([key]) => key !== name);
        config = Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
        expect(schemaIssues(config)).toEqual(RecipeSchema.safeParse(config).error?.issues ?? []);
      }
    }),
    { numRuns: 300 },
  );
});

test.each([[null], ['text'], [[1]]])('%j is no configuration', (config) => {
  expect(schemaIssues(config)).toEqual(RecipeSchema.safeParse(config).error?.issues);
});
