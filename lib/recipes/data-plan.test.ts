import { expect, test } from 'vitest';
import { dataPlanOf } from './data-plan';

const data = { data_files: 'a.parquet' };

test('a service without a tokenizer has data to look at all the same', () => {
  const plan = dataPlanOf(
    { data, service: { inference_service: { backend: 'embedded' } } },
    'r/embedded.yaml',
  );
  expect(plan).toMatchObject({ backend: 'embedded', trainFiles: ['a.parquet'], tokenizer: null });
});

test('settings of the wrong kind give way to defaults, data without files to null', () => {
  expect(dataPlanOf({ data: { ...data, batch_size: 'many' } }, 'r/v.yaml')).toMatchObject({ batchSize: 32 });
  expect(dataPlanOf({ data: { prompt_key: 'q' } }, 'r/v.yaml')).toBeNull();
});
