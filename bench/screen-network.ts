/**
 * Measures many screens in a network namespace of its own. There the kernel buffers few bytes for each connection, as
 * in the network of a hospital. With the usual settings of the loopback interface, the kernel buffers some MB for each
 * stalled screen. So no bytes would wait in the server. The server would then end a stalled screen only because of an
 * unanswered ping, and not because of waiting bytes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { VigilError } from '../contracts/errors.ts';
import { programOnPath } from '../ops/platform/programs.ts';
import type { SocketFigures } from './screen-sockets.ts';

/** Sets the packet size of Ethernet, and at most 128 kB for each direction of a connection. */
const setUp = [
  'ip link set lo mtu 1500',
  'ip link set lo up',
  'echo 4096 65536 131072 > /proc/sys/net/ipv4/tcp_rmem',
  'echo 4096 16384 131072 > /proc/sys/net/ipv4/tcp_wmem',
];

/** @throws VigilError `missing-program` if this machine cannot make a network namespace */
export async function measureSocketsInOwnNetwork(options: {
  readonly beds: number;
  readonly seconds: number;
  readonly clientDir: string;
}): Promise<SocketFigures> {
  if (process.getuid?.() !== 0 || !programOnPath(['unshare']) || !programOnPath(['ip']))
    throw new VigilError(
      'missing-program',
      'The part "sockets" needs the user root, and the programs unshare and ip (on Debian: apt-get install util-linux iproute2).',
    );
  const { beds, seconds, clientDir } = options;
  const script = `${setUp.join(' && ')} && exec "$@"`;
  const main = join(import.meta.dirname, 'screen-sockets-main.ts');
  const command = [process.execPath, '--expose-gc', main, String(beds), String(seconds), clientDir];
  const child = spawn('unshare', ['--net', 'sh', '-c', script, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0)
    throw new VigilError('start-failed', 'The measurement of many screens failed; the lines above say why.');
  return JSON.parse(output) as SocketFigures;
}
