// Compiles the embedded learner's kernels: AssemblyScript → lib/embedded/model/kernels.wasm. The result is committed,
// so nothing needs the compiler at run time; a test checks that compiling again gives the same bytes.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

// Not a plain import: the package's types redeclare global ones (`Array.at` without `undefined`), and TypeScript, which
// reads this file for a test, would take them over for the whole repository.
const COMPILER = 'assemblyscript/asc';
const { default: asc } = await import(COMPILER);

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bytes of the compiled kernels; throws with the compiler's messages when the source does not compile. */
export async function compileKernels() {
  let bytes = null;
  const options = [
    '--optimizeLevel',
    '3',
    '--shrinkLevel',
    '0',
    '--converge',
    '--noAssert',
    '--runtime',
    'stub',
  ];
  const memory = ['--importMemory', '--noExportMemory', '--sharedMemory', '--maximumMemory', '65536'];
  const { error, stderr } = await asc.main(
    [
      'lib/embedded/model/kernels/index.ts',
      ...options,
      ...memory,
      '--enable',
      'simd,threads',
      '--outFile',
      'kernels.wasm',
    ],
    {
      baseDir: root,
      writeFile(name, contents) {
        if (name === 'kernels.wasm') bytes = contents;
      },
    },
  );
  if (error || !bytes) throw new Error(`The kernels do not compile:\n${stderr.toString()}`, { cause: error });
  return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = await compileKernels();
  await writeFile(new URL('../lib/embedded/model/kernels.wasm', import.meta.url), bytes);
  console.log(`lib/embedded/model/kernels.wasm: ${bytes.length} bytes`);
}
