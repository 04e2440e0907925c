/** `mosquitto_pub` and `mosquitto_sub`: a connection is a process of the latter, and each publish one of the former beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeAside } from '../../ops/platform/aside.ts';
import { onPath, unpackWithDependencies } from '../../ops/platform/programs.ts';
import {
  type Acknowledgement,
  createMailbox,
  type ForeignClient,
  type ForeignOptions,
  type ForeignWill,
  type Reach,
} from './client.ts';

type Programs = { readonly pub: string; readonly sub: string; readonly libraries: string | undefined };

/** What the programs say instead of a reason code. */
const codes: Readonly<Record<string, number>> = {
  'Not authorized': 0x87,
  'Topic Name invalid': 0x90,
  'Payload format invalid': 0x99,
};

/** Unpacked where they are not installed: `mosquitto-clients` of the distribution. */
export async function ensureMosquittoClients(softwareDir: string): Promise<Programs> {
  const [pub, sub] = [onPath(['mosquitto_pub']), onPath(['mosquitto_sub'])];
  if (pub !== undefined && sub !== undefined) return { pub, sub, libraries: undefined };
  const home = join(softwareDir, 'mosquitto-clients-2');
  if (!existsSync(home)) {
    process.stderr.write('mosquitto: fetching its clients by apt-get\n');
    await makeAside(softwareDir, home, (aside) =>
      unpackWithDependencies("Mosquitto's clients", 'mosquitto-clients', aside),
    );
  }
  const bin = join(home, 'usr', 'bin');
  const lib = join(home, 'usr', 'lib');
  // Only what the system lacks was fetched.
  const machine = existsSync(lib) ? readdirSync(lib).find((name) => name.endsWith('-linux-gnu')) : undefined;
  const libraries = machine === undefined ? undefined : join(lib, machine);
  return { pub: join(bin, 'mosquitto_pub'), sub: join(bin, 'mosquitto_sub'), libraries };
}

/**
 * Eclipse Mosquitto's own clients. They do not tell whether a session was there. A connection with a will is a `mosquitto_pub` that
 * waits for lines: `mosquitto_sub` can only be ended by a signal, at which it asks in MQTT 5 for its will (DISCONNECT 0x04).
 */
export async function openMosquitto({ port, certsDir, softwareDir }: Reach): Promise<ForeignClient> {
  const { pub, sub, libraries } = await ensureMosquittoClients(softwareDir);
  const env = { ...process.env, ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }) };
  const running = new Set<ChildProcess>();

  function start(program: string, clientId: string, version: 4 | 5, more: readonly string[]): ChildProcess {
    const device = join(certsDir, 'devices', clientId.split('/')[0] ?? '');
    const tls = ['--cafile', join(certsDir, 'ca.pem'), '--cert', `${device}.pem`, '--key', `${device}.key`];
    const where = ['-h', '127.0.0.1', '-p', String(port), '-i', clientId, '-V', version === 5 ? '5' : '311', '-d'];
    // Line by line, though it writes to a pipe.
    const child = spawn('stdbuf', ['-oL', '-eL', program, ...where, ...tls, ...more], { env });
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
  }

  async function publish(
    { clientId, version }: ForeignOptions,
    topic: string,
    payloads: readonly string[],
    qos: 0 | 1 | 2,
  ): Promise<Acknowledgement[]> {
    const child = start(pub, `${clientId}/pub`, version, ['-t', topic, '-q', String(qos), '-l']);
    const lines = linesOf(child);
    child.stdin?.end(payloads.map((payload) => `${payload}\n`).join(''));
    const code = await closed(child);
    if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}: ${lines.join(' ')}`);
    // It numbers its messages from 1.
    return payloads.map((_, index): Acknowledgement => {
      if (qos === 0) return undefined;
      const warning = lines.find((line) => line.includes(`Publish ${index + 1} failed: `));
      const refused = codes[/failed: (.+?)\.?$/.exec(warning ?? '')?.[1] ?? ''];
      const last = qos === 1 ? 'PUBACK' : 'PUBCOMP';
      const answered = lines.some((line) => line.includes(`received ${last} (Mid: ${index + 1},`));
      if (!answered && refused === undefined) throw new Error(`no ${last} for ${index + 1}: ${lines.join(' ')}`);
      return refused ?? 0;
    });
  }

  async function connect(options: ForeignOptions) {
    const { clientId, version, clean = true, expiryS = 0, will } = options;
    const device = clientId.split('/')[0];
    const { promise: ended, resolve: end } = Promise.withResolvers<number | undefined>();
    const { promise: ready, resolve: tellReady } = Promise.withResolvers<void>();
    const messages = createMailbox<{ topic: string; payload: string }>();
    // It subscribes or it does not connect.
    const asSub = ['-t', `devices/${device}/inbox`, '-q', '1', '-F', 'message %t %p'];
    const session = [...(clean ? [] : ['-c']), ...(version === 5 && expiryS > 0 ? ['-x', String(expiryS)] : [])];
    const child = will
      ? start(pub, clientId, version, ['-t', will.topic, '-l', ...session, ...willWords(will)])
      : start(sub, clientId, version, [...asSub, ...session]);
    let connects = 0;
    linesOf(child, (line) => {
      const [word, topic = '', ...rest] = line.split(' ');
      if (word === 'message') messages.put({ topic, payload: rest.join(' ') });
      if (line.startsWith('Subscribed') || (will && line.includes('received CONNACK'))) tellReady();
      const told = /Received DISCONNECT \((\d+)\)/.exec(line)?.[1];
      if (line.includes('sending CONNECT')) connects += 1;
      // In 3.1.1 it would connect again, for ever.
      if (told === undefined && connects < 2) return;
      child.kill('SIGKILL');
      end(told === undefined ? undefined : Number(told));
    });
    await Promise.race([ready, closed(child)]);
    return {
      sessionPresent: undefined,
      ended,
      message: () => messages.take(),
      publish: (topic: string, payloads: readonly string[], qos: 0 | 1 | 2) => publish(options, topic, payloads, qos),
      async subscribe(filter: string) {
        const asking = start(sub, `${clientId}/sub`, version, ['-t', filter, '-E']);
        const lines = linesOf(asking);
        await closed(asking);
        const granted = lines.map((line) => /^Subscribed \(mid: \d+\): (\d+)/.exec(line)?.[1]).find(Boolean);
        if (granted === undefined) throw new Error(`mosquitto_sub tells no code: ${lines.join(' ')}`);
        return Number(granted);
      },
      async abandon() {
        child.kill('SIGKILL');
        await closed(child);
      },
      async close() {
        if (will) child.stdin?.end();
        else child.kill('SIGTERM');
        // A signal that comes at a bad moment does not end it.
        const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await closed(child);
        clearTimeout(timer);
      },
    };
  }

  return {
    connect,
    async close() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

function willWords({ topic, payload, qos }: ForeignWill): string[] {
  return ['--will-topic', topic, '--will-payload', payload, '--will-qos', String(qos)];
}

/** All that a program said so far; grows. */
function linesOf(child: ChildProcess, onLine: (line: string) => void = () => {}): string[] {
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    if (!input) continue;
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      onLine(line);
    });
  }
  return lines;
}

function closed(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
}
