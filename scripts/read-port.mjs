import { Stop } from './progress.mjs';

/** The port asked for with `--port` or PORT; null = the first free one from 3000. */
export function readPort(option, environment = process.env.PORT) {
  const text = option ?? environment ?? '';
  if (text === '') return null;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Stop(`The port must be a whole number from 0 to 65535, not "${text}".`);
}
