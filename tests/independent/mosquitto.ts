/**
 * Runs a real Mosquitto for tests. The Debian package is unpacked and not installed, so that no system service starts.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { makeFolderAtomically } from '../../ops/platform/atomic-folder.ts';
import { type Child, startChild } from '../../ops/platform/child.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import { programOnPath, unpackWithDependencies } from '../../ops/platform/programs.ts';
import { until } from '../system.ts';

type Program = { readonly command: string; readonly libraries: string | undefined };

const report = (line: string) => process.stderr.write(`mosquitto: ${line}\n`);

async function ensureMosquitto(softwareDir: string): Promise<Program> {
  const installed = programOnPath(['mosquitto']) ?? ['/usr/sbin/mosquitto'].find((path) => existsSync(path));
  if (installed !== undefined) return { command: installed, libraries: undefined };
  const home = join(softwareDir, 'mosquitto-2');
  const command = join(home, 'usr', 'sbin', 'mosquitto');
  if (!existsSync(command)) {
    report('fetching Mosquitto by apt-get');
    await makeFolderAtomically(softwareDir, home, (temporaryFolder) =>
      unpackWithDependencies('Mosquitto', 'mosquitto', temporaryFolder),
    );
  }
  const lib = join(home, 'usr', 'lib');
  const machine = readdirSync(lib).find((name) => name.endsWith('-linux-gnu')) ?? '';
  return { command, libraries: join(lib, machine) };
}

export type Mosquitto = {
  readonly url: string;
  readonly port: number;
  pid(): number;
  output(): string;
  /** Stops Mosquitto with SIGTERM, so that Mosquitto writes its sessions to the disk. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
};

/**
 * Starts Mosquitto on a free port of 127.0.0.1. Mosquitto demands client certificates, and uses the common name of a
 * certificate as user name. The access list and the limits are those of docs/operator-upstream.md for a hospital's
 * broker.
 * @param options.directory folder for the files of Mosquitto
 * @param options.certs folder with the platform's certificates; Mosquitto uses the server certificate of the gateway
 */
export async function startMosquitto(options: {
  readonly softwareDir: string;
  readonly directory: string;
  readonly certs: string;
  /** Additional lines of the configuration file. */
  readonly more?: readonly string[];
}): Promise<Mosquitto> {
  const { directory, certs } = options;
  const { command, libraries } = await ensureMosquitto(options.softwareDir);
  const [port = 0] = await freePorts(1);
  const file = (name: string) => join(directory, name);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Devices have certificates of the device authority, and the gateway has a certificate of the service authority.
  const authorities = ['ca.pem', 'device-ca.pem'].map((name) => readFileSync(join(certs, name), 'utf8'));
  writeFileSync(file('authorities.pem'), authorities.join(''));
  writeFileSync(file('acl'), accessListText());
  const lines = [
    `listener ${port} 127.0.0.1`,
    `cafile ${file('authorities.pem')}`,
    `certfile ${join(certs, 'mqtt-server.pem')}`,
    `keyfile ${join(certs, 'mqtt-server.key')}`,
    'require_certificate true',
    'use_identity_as_username true',
    'allow_anonymous false',
    `acl_file ${file('acl')}`,
    'persistence true',
    `persistence_location ${directory}/`,
    'persistent_client_expiration 14d',
    'max_queued_messages 0',
    'max_queued_bytes 0',
    'message_size_limit 131072',
    `user ${userInfo().username}`,
    ...(options.more ?? []),
  ];
  writeFileSync(file('mosquitto.conf'), `${lines.join('\n')}\n`);
  const logFile = file('mosquitto.log');
  // When the log file is full, it is renamed to *.1 and a new file begins.
  const output = () =>
    [`${logFile}.1`, logFile].map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : '')).join('');
  const startCount = () => output().split(' running').length;
  let child: Child;
  async function start(): Promise<void> {
    const countBefore = startCount();
    child = startChild({
      name: 'mosquitto',
      command,
      args: ['-c', file('mosquitto.conf')],
      env: { ...process.env, ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }) },
      logFile,
    });
    await child.ready;
    await until('Mosquitto has started', () => startCount() > countBefore);
  }
  await start();
  return {
    url: `mqtts://127.0.0.1:${port}`,
    port,
    pid: () => child.pid,
    output,
    stop: () => child.stop(),
    async kill() {
      process.kill(child.pid, 'SIGKILL');
      await child.exited;
    },
    start,
  };
}

/**
 * Returns the access list. A device may write to its own topics. An integration engine with the user name `operator`
 * may write to all topics of devices. The gateway may read these topics.
 */
function accessListText(): string {
  const lines = ['user gateway', 'topic read devices/#', '', 'user operator', 'topic write devices/#', ''];
  return [...lines, 'pattern write devices/%u/#', ''].join('\n');
}
