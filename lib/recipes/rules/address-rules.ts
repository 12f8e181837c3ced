import { type Finding, quoted, type Rule, SELF_HOSTED } from './rule';

const SERVICES = 'service.train_service';
const INFERENCE = 'service.inference_service';
const ADDRESS = /^https?:\/\/(?:[^\s/@]+@)?(?:\[[\da-f:]+\]|[^\s/:@]+)(?::\d{1,5})?(?:\/(?!\/)\S*)?$/i;

/** Where self-hosted services are, and how they are asked. */
export const ADDRESS_RULES: readonly Rule[] = [
  {
    id: 'addresses-set',
    title: 'The services have addresses',
    reason: 'Without an address nothing can be asked.',
    severity: 'error',
    check: ({ config, backend, actor }) => {
      if (backend !== 'self_hosted') return null;
      const paths = config.get(`${INFERENCE}.backend`) === 'mock' ? [] : [`${INFERENCE}.base_url`];
      if (actor !== null && config.get(`${actor}.backend`) !== 'mock') paths.push(`${actor}.url`);
      const missing = paths.filter((path) => isUnset(config.get(path)));
      if (paths.length === 0) return 'mock services have none';
      if (missing.length === 0) return paths.map((path) => config.text(path) ?? 'secret').join(', ');
      return missing.map((path) => ({ path, message: `${path} is not set.` }));
    },
  },
  {
    id: 'addresses-valid',
    title: 'The addresses can be reached as they stand',
    reason: 'localhost:8000 without http:// reads as a protocol named localhost.',
    severity: 'error',
    backends: SELF_HOSTED,
    check: ({ config, backend }) => {
      if (backend !== 'self_hosted') return null;
      const paths = [
        `${INFERENCE}.base_url`,
        ...config.keys(SERVICES).map((name) => `${SERVICES}.${name}.url`),
      ];
      const set = paths.flatMap((path) => {
        const url = config.text(path) ?? '';
        return url === '' ? [] : [{ path, url }];
      });
      if (set.length === 0) return null;
      const wrong = set.filter(({ url }) => !ADDRESS.test(url));
      if (wrong.length === 0) return set.map(({ url }) => url).join(', ');
      return wrong.map(({ path, url }): Finding => ({
        path,
        message: `${path} "${url}" is no address; it must read like http://host:8000.`,
        ...(ADDRESS.test(`http://${url}`)
          ? { repair: { title: `Use http://${url}`, path, set: quoted(`http://${url}`) } }
          : {}),
      }));
    },
  },
  {
    id: 'address-without-v1',
    title: 'The address of the inference service has no /v1',
    reason: 'The client appends /v1 itself.',
    severity: 'error',
    backends: SELF_HOSTED,
    check: ({ config }) => {
      const url = config.text(`${INFERENCE}.base_url`);
      if (url === null || url === '') return null;
      if (!/\/v1\/?$/.test(url)) return url;
      const short = url.replace(/\/v1\/?$/, '');
      return {
        path: `${INFERENCE}.base_url`,
        message: `${INFERENCE}.base_url ${url} ends with /v1, which the client appends itself.`,
        repair: { title: `Use ${short}`, path: `${INFERENCE}.base_url`, set: quoted(short) },
      };
    },
  },
  {
    id: 'asks-at-least-once',
    title: 'A request is tried at least once',
    reason: 'The number counts attempts, not repetitions.',
    severity: 'error',
    backends: SELF_HOSTED,
    check: ({ config }) => {
      const attempts = config.number(`${INFERENCE}.max_retries`);
      if (attempts === null) return null;
      if (attempts > 0) return `${attempts} attempts`;
      return {
        path: `${INFERENCE}.max_retries`,
        message: `${INFERENCE}.max_retries is ${attempts}, so no request is ever sent.`,
        repair: { title: 'Use 3', path: `${INFERENCE}.max_retries`, set: '3' },
      };
    },
  },
];

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
