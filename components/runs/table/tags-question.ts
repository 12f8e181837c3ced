import type { NameQuestion } from '@/components/ui/name-dialog';
import type { Run } from '@/lib/domain/run';
import type { Annotate } from './use-annotate';

const MAX_TAG = 40;

/** Asks for the tags of runs, as words separated by commas; those that all of the runs have stand there already. */
export function tagsQuestion(runs: readonly Run[], annotate: Annotate): NameQuestion {
  const [first] = runs;
  const common = (first?.tags ?? []).filter((tag) => runs.every(({ tags }) => tags.includes(tag)));
  return {
    title: runs.length === 1 ? `Tags of run ${first?.id ?? ''}` : `Tags of ${runs.length} runs`,
    about: 'Words separated by commas. Search for one with tag:word.',
    label: 'Tags',
    initial: common.join(', '),
    action: 'Save',
    isProse: true,
    submit: async (text) => {
      const tags = [...new Set(text.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '');
      const long = tags.find((tag) => tag.length > MAX_TAG);
      if (long !== undefined) return `"${long}" is longer than ${MAX_TAG} letters.`;
      const removeTags = common.filter((tag) => !tags.includes(tag));
      return annotate(
        runs.map(({ id }) => id),
        { addTags: tags.filter((tag) => !common.includes(tag)), removeTags },
      );
    },
  };
}
