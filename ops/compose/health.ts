/**
 * Health check of a service in its container: `node ops/compose/health.ts --listens 8883 --connected 9092`.
 *
 * Looks for sockets in the kernel's table. Opens no connection to the service, because the gateway would count a
 * connection as a device that failed to log in. With `--answers <url> --ca <file>`, the check also sends a GET request
 * to the URL; with `--ready <port>`, to the process's /healthz. The status of the answer must be 2xx.
 */
import { readFileSync } from 'node:fs';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { parseArgs } from 'node:util';
import { missingSockets } from './sockets.ts';

const answerMsMax = 3_000;

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Sends a GET request. Returns an empty list if the status is 2xx, otherwise the fault. */
function requestFaults(url: string, ca?: string): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const onAnswer = (response: IncomingMessage) => {
    response.resume();
    const status = response.statusCode ?? 0;
    resolve(status >= 200 && status < 300 ? [] : [`${url} answers with status ${status}`]);
  };
  const call =
    ca === undefined
      ? getPlain(url, { timeout: answerMsMax }, onAnswer)
      : get(url, { ca: readFileSync(ca), timeout: answerMsMax }, onAnswer);
  call.on('timeout', () => call.destroy(new Error('no answer in time')));
  call.on('error', (error) => resolve([`${url}: ${error.message}`]));
  return promise;
}

const texts = { type: 'string', multiple: true } as const;
const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { listens: texts, connected: texts, answers: text, ca: text, ready: text } });
const ports = (numbers: string[] = []) => numbers.map(Number);
const faults = [
  ...missingSockets(['/proc/net/tcp', '/proc/net/tcp6'].map(readTable), {
    listens: ports(values.listens),
    connected: ports(values.connected),
  }),
  ...(values.answers === undefined ? [] : await requestFaults(values.answers, values.ca ?? '')),
  ...(values.ready === undefined ? [] : await requestFaults(`http://127.0.0.1:${values.ready}/healthz`)),
];
process.stdout.write(faults.length === 0 ? 'healthy\n' : `${faults.join('; ')}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
