import { z } from 'zod';
import type { Statements } from '@/lib/db/connection';
import { jsonRows } from '@/lib/db/storable-text';
import type { Attempt } from '@/lib/domain/run';
import { blockEnds, packBlock } from './trajectory-block';

/** Order of the cells of a row that is to be written. */
export const TRAJECTORY_COLUMNS = [
  'group',
  'sample',
  'reward',
  'advantage',
  'promptTokens',
  'completionTokens',
  'stopReason',
  'weightVersion',
  'error',
  'promptPreview',
  'completionPreview',
] as const;

type Cell = string | number | null;

type Rollouts = {
  readonly step: number;
  readonly validation: boolean;
  /** Cells in the order of `TRAJECTORY_COLUMNS`. */
  readonly rows: readonly (readonly Cell[])[];
  /** JSON texts, one per row. */
  readonly bodies: readonly string[];
};

const IdRow = z.tuple([z.coerce.number()]);
const CELLS = [...TRAJECTORY_COLUMNS, 'place'];
const INSERT_ROWS = `INSERT INTO "Trajectory" ("runId", "attempt", "step", "validation", "blockId",
    ${CELLS.map((column) => `"${column}"`).join(', ')})
  SELECT ?, ?, ?, ?, ?, ${CELLS.map((_, index) => `json_extract("value", '$[${index}]')`).join(', ')}
  FROM json_each(?)`;

/** Writes a step's rollouts inside the caller's transaction: per block one row with the bodies and one statement of rows. */
export async function insertTrajectories(
  statements: Statements,
  attempt: Attempt,
  { step, validation, rows, bodies }: Rollouts,
): Promise<void> {
  const place = [attempt.runId, attempt.number, step, validation] as const;
  let start = 0;
  for (const end of blockEnds(bodies)) {
    const [block] = await statements.query(
      IdRow,
      `INSERT INTO "TrajectoryBlock" ("runId", "attempt", "step", "validation", "count", "data")
       VALUES (?, ?, ?, ?, ?, ?) RETURNING "id"`,
      [...place, end - start, packBlock(bodies.slice(start, end))],
    );
    if (block === undefined) throw new Error('INSERT … RETURNING gave no row');
    const cells = rows.slice(start, end).map((row, index) => [...row, index]);
    await statements.execute(INSERT_ROWS, [...place, block[0], jsonRows(cells)]);
    start = end;
  }
}
