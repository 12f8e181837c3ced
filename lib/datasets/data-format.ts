import path from 'node:path';

export const DATA_FORMATS = ['parquet', 'jsonl', 'csv'] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

/** By the last ending, whatever its case; null for a format that is not read. */
export function formatOf(file: string): DataFormat | null {
  const ending = path.extname(file).slice(1).toLowerCase();
  return DATA_FORMATS.find((format) => format === ending) ?? null;
}
