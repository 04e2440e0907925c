/**
 * Network relays in front of each broker and in front of the gateway. Tests can cut, slow down and tear their
 * connections.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../ops/platform/child.ts';
import { freePorts } from '../../ops/platform/ports.ts';

/** A fault on the connections of a relay. It applies to each direction separately. */
export type RelayFault =
  /** Delays all bytes. */
  | { readonly type: 'latency'; readonly latencyMs: number; readonly jitterMs: number }
  /** Limits the rate of bytes. */
  | { readonly type: 'bandwidth'; readonly kbPerS: number }
  /** Delivers no more bytes, and leaves the connection open, as if a cable was pulled out. */
  | { readonly type: 'silence' }
  /** Closes the connection after this number of bytes, even in the middle of a packet. */
  | { readonly type: 'tear'; readonly afterBytes: number };

export type Relay = {
  readonly name: string;
  /** Port to which clients connect. */
  readonly port: number;
  /** With `false`, closes all connections and refuses new connections. With `true`, accepts connections again. */
  setOpen(open: boolean): Promise<void>;
  /** Adds a fault to both directions of all open and new connections. */
  addFault(toxic: RelayFault): Promise<void>;
  /** Removes all faults and opens the relay. */
  removeFaults(): Promise<void>;
};

export type Network = {
  /** Starts a relay from a new port to the upstream port. */
  startRelay(name: string, upstreamPort: number): Promise<Relay>;
  close(): Promise<void>;
};

/** Longest time for which toxiproxy may answer 503 while it waits for a blocked connection. */
const busyMsMax = 180_000;

export async function startNetwork(options: { readonly program: string; readonly stateDir: string }): Promise<Network> {
  const [apiPort = 0] = await freePorts(1);
  const api = `http://127.0.0.1:${apiPort}`;
  const child = startChild({
    name: 'toxiproxy',
    command: options.program,
    args: ['-host', '127.0.0.1', '-port', String(apiPort)],
    env: { PATH: process.env.PATH, LOG_LEVEL: 'warn' },
    logFile: join(options.stateDir, 'logs', 'toxiproxy.log'),
  });
  await child.ready;

  async function call(method: string, path: string, body?: object): Promise<void> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    for (const endMs = Date.now() + busyMsMax; ; await sleep(200)) {
      const response = await fetch(`${api}${path}`, init);
      const text = await response.text();
      if (response.ok || (method === 'DELETE' && response.status === 404)) return;
      // toxiproxy answers 503 after 25 s if it waits for a program that does not read, such as a stopped broker.
      if (response.status === 503 && Date.now() < endMs) continue;
      throw new Error(`toxiproxy: ${method} ${path}: ${response.status} ${text}`);
    }
  }

  await untilAnswering(api);
  return {
    async startRelay(name, upstreamPort) {
      const [port = 0] = await freePorts(1);
      const toxics = new Set<string>();
      await call('POST', '/proxies', {
        name,
        listen: `127.0.0.1:${port}`,
        upstream: `127.0.0.1:${upstreamPort}`,
        enabled: true,
      });
      return {
        name,
        port,
        setOpen: (open) => call('POST', `/proxies/${name}`, { enabled: open }),
        async addFault(toxic) {
          for (const stream of ['upstream', 'downstream']) {
            const id = `${toxic.type}-${stream}`;
            await call('POST', `/proxies/${name}/toxics`, { name: id, stream, toxicity: 1, ...toxicBodyOf(toxic) });
            toxics.add(id);
          }
        },
        async removeFaults() {
          for (const id of toxics) await call('DELETE', `/proxies/${name}/toxics/${id}`);
          toxics.clear();
          await call('POST', `/proxies/${name}`, { enabled: true });
        },
      };
    },
    close: () => child.stop(),
  };
}

/** Returns a toxic as toxiproxy's HTTP API expects it. */
function toxicBodyOf(toxic: RelayFault): { type: string; attributes: object } {
  switch (toxic.type) {
    case 'latency':
      return { type: 'latency', attributes: { latency: toxic.latencyMs, jitter: toxic.jitterMs } };
    case 'bandwidth':
      return { type: 'bandwidth', attributes: { rate: toxic.kbPerS } };
    case 'silence':
      return { type: 'timeout', attributes: { timeout: 0 } };
    case 'tear':
      return { type: 'limit_data', attributes: { bytes: toxic.afterBytes } };
  }
}

async function untilAnswering(api: string): Promise<void> {
  for (const endMs = Date.now() + 60_000; ; await sleep(50)) {
    try {
      await (await fetch(`${api}/version`)).text();
      return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
    }
  }
}
