import { createInterface } from 'node:readline';
import { AppError } from '@/lib/shared/app-error';
import { profileData } from './profile-data';
import { type ProfileMessage, ProfileTask } from './profile-messages';

// Entry of the process that profiles data: the first line of its input is the task, it answers in lines, and it ends
// when its input does, so that it never outlives who asked.

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('close', () => process.exit(0));
lines.once('line', (line) => void work(line));

async function work(line: string): Promise<void> {
  const { plan, ...options } = ProfileTask.parse(JSON.parse(line));
  let told = 0;
  try {
    const profile = await profileData(plan, {
      ...options,
      onFirst: (first) => say({ kind: 'first', profile: first }),
      onProgress: (share) => {
        if (share - told < 0.005) return;
        told = share;
        say({ kind: 'progress', share });
      },
    });
    say({ kind: 'done', profile });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    say({ kind: 'refused', code: error.code, message: error.message });
  }
  lines.close();
}

function say(message: ProfileMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
