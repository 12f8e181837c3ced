import { createSecretStore } from '@/lib/secrets/secret-store';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '../exit-code';
import type { CommandContext } from '../session';

/** `galley secrets list` */
export async function listSecretsCommand(
  { io, env }: CommandContext,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const store = createSecretStore(env.dataDir);
  const names = await store.names();
  if (json === true) io.out(JSON.stringify(names));
  else for (const name of names) io.out(name);
  if (names.length === 0) io.err(`No secret is stored in ${store.folder}.`);
  return EXIT.done;
}

/** `galley secrets set NAME`; the value comes from standard input or a hidden prompt, never from the command line. */
export async function setSecretCommand({ io, env }: CommandContext, name: string): Promise<ExitCode> {
  const value = await io.readSecret(`Value of ${name} (not shown): `);
  await createSecretStore(env.dataDir).set(name, value);
  io.err(`${name} is stored.`);
  return EXIT.done;
}

/** `galley secrets unset NAME` */
export async function unsetSecretCommand({ io, env }: CommandContext, name: string): Promise<ExitCode> {
  const wasThere = await createSecretStore(env.dataDir).unset(name);
  if (!wasThere)
    throw new AppError('not_found', `There is no secret ${name}. galley secrets list names them.`);
  io.err(`${name} is removed.`);
  return EXIT.done;
}
