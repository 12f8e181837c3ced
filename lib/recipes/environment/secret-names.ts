// Which names hold secrets: of environment variables by pattern, of keys in a layer by a stricter one, because
// `prompt_key` and `max_tokens` are everyday settings there.

/** `OPENAI_API_KEY`, `HF_TOKEN`, `PGPASSWORD`, `MYSQL_PWD`, `GITHUB_PAT`; not `PWD`, not `MAX_TOKENS`. */
const SECRET_VARIABLE =
  /(KEYS?|TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)(_|$)|_(PWD|PASS|PAT)$/i;
/** `AWS_SECRET_FILE` holds a place, `KEY_COLUMN` a setting; neither is the secret itself. */
const NOT_THE_SECRET =
  /_(FILE|PATH|DIR|NAME|URL|URI|HOST|PORT|TYPE|TTL|TIMEOUT|COLUMN|SIZE|LENGTH|LIMIT|COUNT|PROVIDER|HELPER)$/i;

/** Whoever knows the address of a webhook can write to its channel. */
const WEBHOOK = /(^|_)WEBHOOK(_URL|_URI)?$/i;

/** Whether an environment variable of this name is taken for a secret. */
export function isSecretVariable(name: string): boolean {
  return WEBHOOK.test(name) || (SECRET_VARIABLE.test(name) && !NOT_THE_SECRET.test(name));
}

const SECRET_KEY =
  /(^|[_-])(api[_-]?key|apikey|access[_-]?key([_-]id)?|secret([_-]?key)?|private[_-]?key|signing[_-]?key|password|passwd|passphrase|credentials?|(auth|access|api|bearer|refresh|hf|github|gh|slack|bot|session|wandb)[_-]?token)$/i;
const SECRET_WORD = /^(token|wandb_key|swanlab_key|bearer|authorization)$/i;

/** Whether a key of a layer names a secret. Keys in capitals are read as environment variables are. */
export function isSecretKey(key: string): boolean {
  if (SECRET_KEY.test(key) || SECRET_WORD.test(key)) return true;
  return /^[A-Z][A-Z0-9_]*$/.test(key) && isSecretVariable(key);
}

const MARK = /(?:^|\s)#\s*(not\s+)?(?:a\s+)?secret\b/i;

/** What a line says of itself: `# secret` or `# not secret` at its end; null when it says nothing. */
export function secretMark(line: string): 'secret' | 'not-secret' | null {
  const mark = MARK.exec(line);
  if (mark === null) return null;
  return mark[1] === undefined ? 'secret' : 'not-secret';
}

/** A name for the environment from a config path: `service.tinker_service.api_key` → `TINKER_API_KEY`. */
export function variableNameOf(path: readonly string[]): string {
  const [parent, key] = [path.at(-2), path.at(-1) ?? 'SECRET'];
  const own = upperSnake(key);
  if (parent === undefined || own.split('_').length > 2) return own;
  const owner = upperSnake(parent).replace(/_(SERVICE|CONFIG|SETTINGS)$/, '');
  return owner === '' || own.startsWith(`${owner}_`) ? own : `${owner}_${own}`;
}

function upperSnake(text: string): string {
  const words = text.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/[^A-Za-z0-9]+/g, '_');
  const name = words.replaceAll(/^_+|_+$/g, '').toUpperCase();
  return /^\d/.test(name) ? `_${name}` : name;
}
