/** Where the Python half lies; `root` is `readEnv().root`. scripts/build-processes.mjs copies it there. */
export function pythonFolder(root: string): string {
  return `${root}/.galley-build/lib/python`;
}
