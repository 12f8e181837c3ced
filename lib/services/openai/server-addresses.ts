import { AppError } from '@/lib/shared/app-error';

const SCHEME = /^https?:\/\//i;

/**
 * The servers of a `base_url`: one address, or several with commas between. `http://` may be left out, and a trailing `/v1`
 * is. Throws an `AppError` that names the setting.
 */
export function serverAddresses(baseUrl: string, setting: string): readonly string[] {
  const parts = baseUrl.split(',').map((part) => part.trim());
  const addresses = parts.filter((part) => part !== '').map((part) => address(part, setting));
  if (addresses.length > 0) return [...new Set(addresses)];
  throw new AppError(
    'invalid_input',
    `${setting} is empty: set it to the address of your inference server, such as http://localhost:8000.`,
  );
}

function address(text: string, setting: string): string {
  const whole = SCHEME.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole) || whole.includes('@')) {
    throw new AppError(
      'invalid_input',
      `${setting}: ${text} is not an address such as http://localhost:8000.`,
    );
  }
  const { origin, pathname } = new URL(whole);
  return `${origin}${pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '');
}
