import { z } from 'zod';
import { TrackerRefusal, type Variables } from '../tracker';

/** Variables of MLflow's own clients: address, and how to be let in. */
const MLFLOW_ADDRESS = 'MLFLOW_TRACKING_URI';
const USER = 'MLFLOW_TRACKING_USERNAME';
const PASSWORD = 'MLFLOW_TRACKING_PASSWORD';
const TOKEN = 'MLFLOW_TRACKING_TOKEN';

/** Calls of MLflow's REST API 2.0 (https://mlflow.org/docs/latest/rest-api.html). */
export type MlflowClient = {
  get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown>;
  post(path: string, body: unknown, signal: AbortSignal): Promise<unknown>;
};

/** MLflow's own word for what was wrong with a request, e.g. `RESOURCE_DOES_NOT_EXIST`. */
export class MlflowError extends TrackerRefusal {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

const ErrorBody = z.object({ error_code: z.string(), message: z.string().default('') });

/** Rejects at once with a `TrackerRefusal` where no server is named. */
export function createMlflowClient(variables: Variables): MlflowClient {
  const base = addressOf(variables);
  const headers = { 'content-type': 'application/json', ...authorizationOf(variables) };
  const call = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await fetch(`${base}/api/2.0/mlflow/${path}`, {
      ...init,
      headers,
      redirect: 'error',
    }).catch((cause: unknown) => {
      // the words of the error may hold the address, and the address a password
      throw new Error(`the server at ${MLFLOW_ADDRESS} cannot be reached.`, { cause });
    });
    const text = await response.text();
    if (response.ok) return parsed(text);
    throw refusalOf(path.replace(/\?.*/, ''), response.status, text);
  };
  return {
    get: (path, query, signal) => call(`${path}?${new URLSearchParams(query).toString()}`, { signal }),
    post: (path, body, signal) => call(path, { method: 'POST', body: JSON.stringify(body), signal }),
  };
}

function addressOf(variables: Variables): string {
  const address = variables[MLFLOW_ADDRESS] ?? '';
  if (address === '') {
    throw new TrackerRefusal(`${MLFLOW_ADDRESS} is not set. Set it to the address of an MLflow server.`);
  }
  if (!z.url({ protocol: /^https?$/ }).safeParse(address).success) {
    throw new TrackerRefusal(
      `${MLFLOW_ADDRESS} is no http address. Galley writes to a server: start one with "mlflow server".`,
    );
  }
  return address.replace(/\/+$/, '');
}

function authorizationOf(variables: Variables): Readonly<Record<string, string>> {
  const token = variables[TOKEN] ?? '';
  if (token !== '') return { authorization: `Bearer ${token}` };
  const user = variables[USER] ?? '';
  if (user === '') return {};
  const pair = Buffer.from(`${user}:${variables[PASSWORD] ?? ''}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('its answer is no JSON.', { cause });
  }
}

/** What a second attempt may mend is an error; what it will not is a refusal. */
function refusalOf(path: string, status: number, text: string): Error {
  const said = ErrorBody.safeParse(jsonOrNull(text)).data;
  const what = `it answered ${status} to ${path}${said === undefined ? '' : `: ${said.message || said.error_code}`}.`;
  const mayPass = status === 408 || status === 429 || status >= 500;
  return mayPass ? new Error(what) : new MlflowError(what, said?.error_code ?? String(status));
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
