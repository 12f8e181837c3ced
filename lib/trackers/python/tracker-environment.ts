import type { Variables } from '../tracker';

/** What a package needs of the run's environment; the rest, secrets of others among it, is not its business. */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|PYTHON.*|VIRTUAL_ENV|(https?|all|no)_proxy|SSL_CERT_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|WANDB_.*|SWANLAB_.*|XDG_.*)$/i;

/** The environment of a tracker's process. `WANDB_KEY` and `WANDB_HOST` are what recipes call wandb's own two names. */
export function trackerEnvironment(variables: Variables): NodeJS.ProcessEnv {
  const passed = Object.fromEntries(Object.entries(variables).filter(([name]) => PASSED.test(name)));
  const { WANDB_KEY: key = '', WANDB_HOST: host = '' } = variables;
  return {
    NODE_ENV: 'production',
    ...passed,
    ...(key === '' ? {} : { WANDB_API_KEY: key }),
    ...(host === '' ? {} : { WANDB_BASE_URL: host }),
    WANDB_SILENT: 'true',
  };
}
