import { z } from 'zod';

const Turns = z.array(z.string()).min(1);

/** What an agent should have said, turn by turn: a list of texts, or one as JSON in a text, or a single text. */
export function demonstratedTurns(value: unknown): readonly string[] {
  const list = Turns.safeParse(typeof value === 'string' ? jsonOf(value) : value);
  if (list.success) return list.data;
  return [typeof value === 'string' ? value : JSON.stringify(value ?? '')];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
