/**
 * Uses `mosquitto_pub` and `mosquitto_sub`. A connection is a process of mosquitto_sub, and each publish starts a
 * mosquitto_pub.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeFolderAtomically } from '../../ops/platform/atomic-folder.ts';
import { programOnPath, unpackWithDependencies } from '../../ops/platform/programs.ts';
import {
  type Acknowledgement,
  createMailbox,
  type ForeignClient,
  type ForeignOptions,
  type ForeignWill,
  type GatewayAccess,
} from './client.ts';

type Programs = { readonly pub: string; readonly sub: string; readonly libraries: string | undefined };

/** Reason codes by the texts that the programs print for them. */
const codes: Readonly<Record<string, number>> = {
  'Not authorized': 0x87,
  'Topic Name invalid': 0x90,
  'Payload format invalid': 0x99,
};

/**
 * Returns the installed programs. If they are not installed, unpacks the Debian package `mosquitto-clients` into the
 * software folder.
 */
export async function ensureMosquittoClients(softwareDir: string): Promise<Programs> {
  const [pub, sub] = [programOnPath(['mosquitto_pub']), programOnPath(['mosquitto_sub'])];
  if (pub !== undefined && sub !== undefined) return { pub, sub, libraries: undefined };
  const home = join(softwareDir, 'mosquitto-clients-2');
  if (!existsSync(home)) {
    process.stderr.write('mosquitto: fetching its clients by apt-get\n');
    await makeFolderAtomically(softwareDir, home, (temporaryFolder) =>
      unpackWithDependencies("Mosquitto's clients", 'mosquitto-clients', temporaryFolder),
    );
  }
  const bin = join(home, 'usr', 'bin');
  const lib = join(home, 'usr', 'lib');
  // The folder has only the libraries that the system lacks.
  const machine = existsSync(lib) ? readdirSync(lib).find((name) => name.endsWith('-linux-gnu')) : undefined;
  const libraries = machine === undefined ? undefined : join(lib, machine);
  return { pub: join(bin, 'mosquitto_pub'), sub: join(bin, 'mosquitto_sub'), libraries };
}

/**
 * Opens the clients of Eclipse Mosquitto. They do not report whether a session was present. A connection with a will is
 * a `mosquitto_pub` that waits for input. `mosquitto_sub` is of no use here: it ends only by a signal, and then
 * requests its will with DISCONNECT 0x04 (MQTT 5).
 */
export async function openMosquitto({ port, certsDir, softwareDir }: GatewayAccess): Promise<ForeignClient> {
  const { pub, sub, libraries } = await ensureMosquittoClients(softwareDir);
  const env = { ...process.env, ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }) };
  const running = new Set<ChildProcess>();

  function start(program: string, clientId: string, version: 4 | 5, more: readonly string[]): ChildProcess {
    const device = join(certsDir, 'devices', clientId.split('/')[0] ?? '');
    const tls = ['--cafile', join(certsDir, 'ca.pem'), '--cert', `${device}.pem`, '--key', `${device}.key`];
    const connectionOptions = [
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-i',
      clientId,
      '-V',
      version === 5 ? '5' : '311',
      '-d',
    ];
    // stdbuf makes the program write each line immediately, although its output is a pipe.
    const child = spawn('stdbuf', ['-oL', '-eL', program, ...connectionOptions, ...tls, ...more], { env });
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
    const code = await exitCodeOf(child);
    if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}: ${lines.join(' ')}`);
    // mosquitto_pub numbers its messages from 1.
    return payloads.map((_, index): Acknowledgement => {
      if (qos === 0) return undefined;
      const warning = lines.find((line) => line.includes(`Publish ${index + 1} failed: `));
      const refusalCode = codes[/failed: (.+?)\.?$/.exec(warning ?? '')?.[1] ?? ''];
      const lastPacket = qos === 1 ? 'PUBACK' : 'PUBCOMP';
      const isAnswered = lines.some((line) => line.includes(`received ${lastPacket} (Mid: ${index + 1},`));
      if (!isAnswered && refusalCode === undefined)
        throw new Error(`no ${lastPacket} for ${index + 1}: ${lines.join(' ')}`);
      return refusalCode ?? 0;
    });
  }

  async function connect(options: ForeignOptions) {
    const { clientId, version, clean = true, expiryS = 0, will } = options;
    const device = clientId.split('/')[0];
    const { promise: ended, resolve: end } = Promise.withResolvers<number | undefined>();
    const { promise: ready, resolve: setReady } = Promise.withResolvers<void>();
    const messages = createMailbox<{ topic: string; payload: string }>();
    // mosquitto_sub connects only with a subscription.
    const subscription = ['-t', `devices/${device}/inbox`, '-q', '1', '-F', 'message %t %p'];
    const session = [...(clean ? [] : ['-c']), ...(version === 5 && expiryS > 0 ? ['-x', String(expiryS)] : [])];
    const child = will
      ? start(pub, clientId, version, ['-t', will.topic, '-l', ...session, ...willArguments(will)])
      : start(sub, clientId, version, [...subscription, ...session]);
    let connects = 0;
    linesOf(child, (line) => {
      const [word, topic = '', ...rest] = line.split(' ');
      if (word === 'message') messages.put({ topic, payload: rest.join(' ') });
      if (line.startsWith('Subscribed') || (will && line.includes('received CONNACK'))) setReady();
      const disconnectCode = /Received DISCONNECT \((\d+)\)/.exec(line)?.[1];
      if (line.includes('sending CONNECT')) connects += 1;
      // Without a kill, mosquitto_sub would reconnect again and again with MQTT 3.1.1.
      if (disconnectCode === undefined && connects < 2) return;
      child.kill('SIGKILL');
      end(disconnectCode === undefined ? undefined : Number(disconnectCode));
    });
    await Promise.race([ready, exitCodeOf(child)]);
    return {
      sessionPresent: undefined,
      ended,
      message: () => messages.take(),
      publish: (topic: string, payloads: readonly string[], qos: 0 | 1 | 2) => publish(options, topic, payloads, qos),
      async subscribe(filter: string) {
        const subscriber = start(sub, `${clientId}/sub`, version, ['-t', filter, '-E']);
        const lines = linesOf(subscriber);
        await exitCodeOf(subscriber);
        const reasonCode = lines.map((line) => /^Subscribed \(mid: \d+\): (\d+)/.exec(line)?.[1]).find(Boolean);
        if (reasonCode === undefined) throw new Error(`mosquitto_sub printed no reason code: ${lines.join(' ')}`);
        return Number(reasonCode);
      },
      async abandon() {
        child.kill('SIGKILL');
        await exitCodeOf(child);
      },
      async close() {
        if (will) child.stdin?.end();
        else child.kill('SIGTERM');
        // A SIGTERM at an unlucky moment does not end the program.
        const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await exitCodeOf(child);
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

function willArguments({ topic, payload, qos }: ForeignWill): string[] {
  return ['--will-topic', topic, '--will-payload', payload, '--will-qos', String(qos)];
}

/** Returns an array to which each line of the program's output is added. */
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

function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
}
