/**
 * Health check of a service in its container: `node ops/compose/health.ts --listens 8883 --connected 9092`.
 *
 * It reads the kernel's table of sockets and does not connect itself, so that no check looks like a device that fails to log in. `--answers
 * <url> --ca <file>` also demands a 2xx answer to a GET, and `--ready <port>` one from the process's own /healthz.
 */
import { readFileSync } from 'node:fs';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { parseArgs } from 'node:util';
import { missingSockets } from './sockets.ts';

const answerMsMax = 3_000;

function table(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Returns the fault of the answer, or an empty list. */
function faultOf(url: string, ca?: string): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const onAnswer = (response: IncomingMessage) => {
    response.resume();
    const status = response.statusCode ?? 0;
    resolve(status >= 200 && status < 300 ? [] : [`${url} answers ${status}`]);
  };
  const call =
    ca === undefined
      ? getPlain(url, { timeout: answerMsMax }, onAnswer)
      : get(url, { ca: readFileSync(ca), timeout: answerMsMax }, onAnswer);
  call.on('timeout', () => call.destroy(new Error('no answer in time')));
  call.on('error', (error) => resolve([`${url}: ${error.message}`]));
  return promise;
}

const many = { type: 'string', multiple: true } as const;
const one = { type: 'string' } as const;
const { values } = parseArgs({ options: { listens: many, connected: many, answers: one, ca: one, ready: one } });
const ports = (texts: string[] = []) => texts.map(Number);
const faults = [
  ...missingSockets(['/proc/net/tcp', '/proc/net/tcp6'].map(table), {
    listens: ports(values.listens),
    connected: ports(values.connected),
  }),
  ...(values.answers === undefined ? [] : await faultOf(values.answers, values.ca ?? '')),
  ...(values.ready === undefined ? [] : await faultOf(`http://127.0.0.1:${values.ready}/healthz`)),
];
process.stdout.write(faults.length === 0 ? 'healthy\n' : `${faults.join('; ')}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
