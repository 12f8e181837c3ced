import { z } from 'zod';

const Refusal = z.object({ code: z.string() });

/** Whether a process with this id exists on this machine, whoever owns it. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    const refusal = Refusal.safeParse(error);
    return refusal.success && refusal.data.code === 'EPERM';
  }
}
