/** The network as the gateway meets it: a relay before each broker and one before the gateway, each to be cut, slowed or torn. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../ops/platform/child.ts';
import { freePorts } from '../../ops/platform/ports.ts';

/** What can be done to a relay's connections; each way of a connection is a stream of its own. */
export type Toxic =
  /** Bytes come later by so much. */
  | { readonly type: 'latency'; readonly latencyMs: number; readonly jitterMs: number }
  /** Bytes come at this rate. */
  | { readonly type: 'bandwidth'; readonly kbPerS: number }
  /** Nothing comes any more, and nobody is told: a cable that was pulled. */
  | { readonly type: 'silence' }
  /** The connection closes once so many bytes went through, wherever in a packet that is. */
  | { readonly type: 'tear'; readonly afterBytes: number };

export type Relay = {
  readonly name: string;
  /** Where clients connect. */
  readonly port: number;
  /** Closes its connections and takes no more, or takes them again. */
  setOpen(open: boolean): Promise<void>;
  /** Both ways, on the connections there are and on new ones. */
  poison(toxic: Toxic): Promise<void>;
  /** Healthy again: open, and no toxic left. */
  heal(): Promise<void>;
};

export type Network = {
  /** Relays from a new port to the upstream's. */
  relay(name: string, upstreamPort: number): Promise<Relay>;
  close(): Promise<void>;
};

/** How long toxiproxy may be busy with a connection that stands still. */
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
      // It answers so after 25 s where a toxic's goroutine writes to somebody who does not read, such as a stopped broker.
      if (response.status === 503 && Date.now() < endMs) continue;
      throw new Error(`toxiproxy: ${method} ${path}: ${response.status} ${text}`);
    }
  }

  await untilAnswering(api);
  return {
    async relay(name, upstreamPort) {
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
        async poison(toxic) {
          for (const stream of ['upstream', 'downstream']) {
            const id = `${toxic.type}-${stream}`;
            await call('POST', `/proxies/${name}/toxics`, { name: id, stream, toxicity: 1, ...inItsWords(toxic) });
            toxics.add(id);
          }
        },
        async heal() {
          for (const id of toxics) await call('DELETE', `/proxies/${name}/toxics/${id}`);
          toxics.clear();
          await call('POST', `/proxies/${name}`, { enabled: true });
        },
      };
    },
    close: () => child.stop(),
  };
}

function inItsWords(toxic: Toxic): { type: string; attributes: object } {
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
