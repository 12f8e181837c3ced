/**
 * Lines that cannot be printed are lost, and nothing else is: where the disk of a process's log file is full, Node would
 * end the process for it, while the process waits for room and has told its trouble elsewhere. Call it once, first.
 */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
