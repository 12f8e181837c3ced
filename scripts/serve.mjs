// The web process: Next behind our own listener, so that the port, the address and the way it ends are ours.
import { createPatientServer } from './patient-server.mjs';
import { ROOT } from './prepare.mjs';
import { Stop } from './progress.mjs';

const HOST = '127.0.0.1';
const FIRST_PORT = 3000;
const PORTS_TRIED = 100;

/** Serves until SIGINT or SIGTERM. Runs are processes of their own and go on. Resolves with the exit code. */
export async function serve({ dev = false, port = null, onReady }) {
  process.env.NODE_ENV = dev ? 'development' : 'production';
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  const { server, answerWith } = createPatientServer();
  const taken = await listenSomewhere(server, port);
  process.env.GALLEY_ROOT = ROOT;
  process.env.PORT = String(taken);
  const ended = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(0));
  });
  const { default: next } = await import('next');
  const app = next({ dev, dir: ROOT, hostname: HOST, port: taken, httpServer: server, quiet: !dev });
  await app.prepare();
  answerWith(app.getRequestHandler());
  onReady(`http://${HOST}:${taken}`);
  const code = await ended;
  await close(server, app);
  return code;
}

async function close(server, app) {
  const closed = new Promise((resolve) => server.close(resolve));
  // Event streams never end by themselves.
  server.closeAllConnections();
  await closed;
  await app.close();
}

async function listenSomewhere(server, wanted) {
  if (wanted !== null) {
    if (await listen(server, wanted)) return server.address().port;
    throw new Stop(
      `Port ${wanted} on ${HOST} is in use by another program. Stop that program, or choose another port: PORT=${wanted + 1} npm start`,
    );
  }
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port += 1) {
    if (await listen(server, port)) return port;
  }
  throw new Stop(
    `Ports ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED - 1} on ${HOST} are all in use. Choose one: PORT=4000 npm start`,
  );
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    const fail = (error) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else if (error.code === 'EACCES')
        reject(new Stop(`Port ${port} may not be used by this account: choose one above 1023.`));
      else reject(error);
    };
    server.once('error', fail);
    server.listen(port, HOST, () => {
      server.off('error', fail);
      resolve(true);
    });
  });
}
