import { ServiceError } from '../service-error';

/** Log-probabilities and tokens come by the million: they are read in plain loops, where a schema would cost more than JSON. */
export function readNumbers(values: readonly unknown[], where: string): readonly number[] {
  const numbers = new Array<number>(values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (typeof value !== 'number') throw unreadable(where, at, value);
    numbers[at] = value;
  }
  return numbers;
}

export function unreadable(where: string, at: number, value: unknown): ServiceError {
  return new ServiceError('protocol', `${where}[${at}] is not what it should be: ${JSON.stringify(value)}`);
}
