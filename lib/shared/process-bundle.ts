/** Entries that `scripts/build-processes.mjs` bundles; Node runs no TypeScript, and a worker thread knows no loader. */
export type ProcessEntry =
  | 'orchestrator/main'
  | 'embedded/main'
  | 'embedded/model/worker'
  | 'run-store/writer-worker'
  | 'evaluators/evaluator-child'
  | 'datasets/profile/profile-child'
  | 'agents/code/script-child'
  | 'cli/main';

/**
 * Where the bundle of an entry lies; `root` is `readEnv().root`. Inside a bundle `import.meta.url` is the bundle's own
 * address, not the module's, so workers, child processes and `.wasm` files are found through the root.
 */
export function processBundle(root: string, entry: ProcessEntry): string {
  return `${root}/.galley-build/lib/${entry}.mjs`;
}
