import { outliveOutput } from '@/lib/shared/outlive-output';

// Prints where nothing can be printed, and says by its exit code that it went on.
outliveOutput();
for (const delay of [0, 0, 20, 40]) setTimeout(() => console.error('lost'), delay);
setTimeout(() => process.stdout.write('lost'), 60);
setTimeout(() => process.exit(7), 100);
