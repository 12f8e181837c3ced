import type { ConfigView } from '../config-view';
import { isList } from '../config-view';
import type { Finding, Rule } from './rule';

const TRAINING = 'data.data_files';
const HELD_OUT = 'validate.data.data_files';

export const DATA_RULES: readonly Rule[] = [
  {
    id: 'validation-is-held-out',
    title: 'Validation uses other files than training',
    reason: 'Tasks that are trained on say nothing about tasks that are not.',
    severity: 'warning',
    check: ({ config }) => {
      const training = filesAt(config, TRAINING);
      const heldOut = filesAt(config, HELD_OUT);
      if (training.length === 0 || heldOut.length === 0) return null;
      const shared = heldOut.filter((file) => training.includes(file));
      if (shared.length === 0) return `${training.length} and ${heldOut.length} files`;
      return {
        path: HELD_OUT,
        message: `${shared.join(', ')} stands in ${TRAINING} and in ${HELD_OUT}: validation would measure tasks that were trained on.`,
      };
    },
  },
  {
    id: 'file-named-once',
    title: 'No file is read twice',
    reason: 'Its tasks count twice in every pass.',
    severity: 'warning',
    check: ({ config }) => {
      const files = filesAt(config, TRAINING);
      const twice = files.filter((file, at) => files.indexOf(file) !== at);
      if (files.length < 2) return null;
      if (twice.length === 0) return `${files.length} files`;
      return {
        path: TRAINING,
        message: `${[...new Set(twice)].join(', ')} stands more than once in ${TRAINING}.`,
      };
    },
  },
  {
    id: 'file-format-known',
    title: 'The data files have a known format',
    reason: 'The ending of a name says how the file is read: .parquet, .jsonl or .csv.',
    severity: 'warning',
    check: ({ config }) => {
      const named = [TRAINING, HELD_OUT].flatMap((path) =>
        filesAt(config, path).map((file) => ({ path, file })),
      );
      if (named.length === 0) return null;
      const odd = named.filter(({ file }) => !/\.(?:parquet|jsonl|csv)$/i.test(file));
      if (odd.length === 0) return `${named.length} files`;
      return odd.map(({ path, file }): Finding => ({
        path,
        message: `${file} does not end with .parquet, .jsonl or .csv.`,
      }));
    },
  },
  {
    id: 'validation-has-files',
    title: 'Validation has tasks',
    reason: 'There is nothing to answer otherwise.',
    severity: 'warning',
    check: ({ config }) => {
      const every = config.number('validate.eval.validate_freq') ?? 0;
      const before = config.isTrue('validate.validate_before_train');
      if ((every === 0 && !before) || config.get('validate.data.type') === 'mock') return null;
      const files = filesAt(config, HELD_OUT);
      if (files.length > 0) return `${files.length} files`;
      const asked = before
        ? 'validate.validate_before_train is true'
        : `validate.eval.validate_freq is ${every}`;
      return { path: HELD_OUT, message: `${asked} and ${HELD_OUT} names no file.` };
    },
  },
  {
    id: 'validation-cadence-agrees',
    title: 'Validation and weight sync agree when to validate',
    reason: 'The weight sync starts a validation; the other key is for people and for interpolation.',
    severity: 'warning',
    check: ({ config }) => {
      const sync = config.number('weight.validate_freq');
      const every = config.number('validate.eval.validate_freq');
      if (sync === null || every === null) return null;
      if (sync === every) return `every ${every} steps`;
      return {
        path: 'weight.validate_freq',
        message: `weight.validate_freq ${sync} differs from validate.eval.validate_freq ${every}.`,
        repair: {
          title: 'Take it from validate.eval.validate_freq',
          path: 'weight.validate_freq',
          set: '${validate.eval.validate_freq}',
        },
      };
    },
  },
];

function filesAt(config: ConfigView, path: string): readonly string[] {
  const value = config.get(path);
  if (typeof value === 'string') return value === '' ? [] : [value];
  return isList(value) ? value.filter((file) => typeof file === 'string') : [];
}
