/** Names and places differ between any two runs and explain nothing. */
const INCIDENTAL =
  /(^|\.)(project_name|experiment_name|identifier|trace_path|[a-z_]*checkpoint_path|sync_weight_path|base_url|url|api_key)$/;

/** Whether a difference at this key is left out: by nature, or because the reader asked for it (a key, or a part before a dot). */
export function isIgnored(path: string, ignored: readonly string[]): boolean {
  return (
    INCIDENTAL.test(path) ||
    ignored.some((key) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`))
  );
}
