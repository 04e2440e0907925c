/**
 * A system that runs for months outlives its certificates. Each hour this renews those that end within 30 days. It compares the folder with
 * what runs, so that it also applies a command (`npm run certs -- revoke --service gateway`). Our processes follow their files themselves;
 * Kafka and InfluxDB read them only when they start.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthorityName } from '../certs/core/wanted.ts';
import { type EnsureOptions, ensureCertificates } from '../certs/ensure.ts';
import { readRegister, registerFiles } from '../certs/register.ts';
import { readPrincipals, serviceClients } from '../certs/services.ts';
import { VigilError } from '../contracts/errors.ts';
import type { Supervised } from './supervisor.ts';

export type RenewalOptions = {
  readonly stateDir: string;
  /** As given at the start. */
  readonly names?: EnsureOptions['names'];
  /** The folder before the first process read it, so that a command's change during the start is applied too. */
  readonly since: Sight;
  readonly processes: readonly Pick<Supervised, 'name' | 'restart'>[];
  /** Gives Kafka's permissions to the services' present names, takes them from other names, and writes the revocations into Kafka. */
  readonly permit: () => Promise<unknown>;
  readonly report: (line: string) => void;
  /** The machine's clock, by which certificates end. */
  readonly nowMs: () => number;
  /** How often the folder is checked. */
  readonly everyMs?: number;
};

const lookEveryMs = 5_000;
const renewEveryMs = 60 * 60 * 1000;

export type Renewal = {
  /** One check, for tests; resolves when everything that follows from it is done. */
  look(): Promise<void>;
  /** Stops checking; does not wait for a process that is being restarted. */
  close(): Promise<void>;
};

/** The part of the folder that affects running processes. Each check compares it with the last one. */
export type Sight = {
  readonly kafka: string;
  /** The principals that may do everything in Kafka. */
  readonly superUsers: string;
  readonly influxdb: string;
  readonly names: ReadonlyMap<string, string>;
  /** Serial numbers of the certificates that are revoked, of devices and of services. */
  readonly revoked: Readonly<Record<AuthorityName, ReadonlySet<string>>>;
};

/** The process that sends as devices do. It reads their certificates only at its start. The canary reads its own for each connection. */
const deviceProcess = 'simulators';

/** Checks until closed. A fault is reported once, and tried again: there are still 30 days. */
export function keepCertificates(options: RenewalOptions): Renewal {
  const { stateDir, names = [], since, report, nowMs } = options;
  let renewedMs = nowMs();
  let applied = since;
  let lastFault: string | undefined;
  let looking = Promise.resolve();

  async function look(): Promise<void> {
    try {
      const now = nowMs();
      requireRevoked(applied, sightOf(stateDir));
      // Uses the machine's clock, because a timer stands still while the machine sleeps.
      if (Math.abs(now - renewedMs) >= renewEveryMs) {
        const issued = await ensureCertificates({ stateDir, names, nowMs: now });
        renewedMs = now;
        const renewed = issued.filter(({ file }) => !file.endsWith('.crl'));
        if (renewed.length > 0) report(`${renewed.length} certificates were renewed`);
        if (renewed.some(({ file }) => file.startsWith('certs/devices/'))) await restart(options, deviceProcess);
      }
      for await (const done of takeUp(options, applied, sightOf(stateDir))) applied = done;
      lastFault = undefined;
    } catch (error) {
      const fault = (error as Error).message;
      if (fault !== lastFault) report(`Certificates could not be renewed: ${fault}`);
      lastFault = fault;
    }
  }
  const next = () => {
    looking = looking.then(look);
    return looking;
  };
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void next().finally(() => {
      busy = false;
    });
  }, options.everyMs ?? lookEveryMs);
  return {
    look: next,
    async close() {
      clearInterval(timer);
    },
  };
}

/** The folder as it is now. */
export function sightOf(stateDir: string): Sight {
  const certsDir = join(stateDir, 'certs');
  const read = (file: string) => readFileSync(join(certsDir, file), 'utf8');
  const principalOf = readPrincipals(certsDir);
  const revokedBy = (authority: AuthorityName) => new Set(readRegister(certsDir, authority).revoked.keys());
  return {
    kafka: read('kafka.pem'),
    superUsers: ['kafka', 'admin'].map(principalOf).join(),
    influxdb: read('influxdb.pem'),
    names: new Map(serviceClients.map((service) => [service, principalOf(service)])),
    revoked: { 'device-ca': revokedBy('device-ca'), ca: revokedBy('ca') },
  };
}

/**
 * Refuses an older register that was put back while the system runs. Nothing is applied or issued from it: its CRL would let revoked
 * devices in, and Kafka would accept a stolen key again.
 */
function requireRevoked(before: Sight, now: Sight): void {
  for (const authority of ['device-ca', 'ca'] as const) {
    const missing = [...before.revoked[authority]].filter((serial) => !now.revoked[authority].has(serial));
    if (missing.length === 0) continue;
    const file = `certs/${registerFiles[authority]}`;
    const way = authority === 'ca' ? '' : `, or: npm run certs -- revoke-again ${missing.join(' ')}`;
    throw new VigilError(
      'certificate-invalid',
      `${file} does not have ${missing.length} certificates as revoked that were revoked: an older one was put back. Put the newer one back${way}.`,
    );
  }
}

/** Yields the running state after each step, so that a failed step is tried again without those before it. */
async function* takeUp(options: RenewalOptions, before: Sight, now: Sight): AsyncGenerator<Sight> {
  let runs = before;
  if (runs.kafka !== now.kafka || runs.superUsers !== now.superUsers) {
    // Brokers know each other by these names. A broker with a new name has no permission at brokers that do not know it.
    await restart(options, 'kafka', runs.superUsers !== now.superUsers);
    runs = { ...runs, kafka: now.kafka, superUsers: now.superUsers };
    yield runs;
  }
  if (runs.influxdb !== now.influxdb) {
    await restart(options, 'influxdb');
    runs = { ...runs, influxdb: now.influxdb };
    yield runs;
  }
  const renamed = serviceClients.filter((service) => before.names.get(service) !== now.names.get(service));
  if (renamed.length === 0 && before.revoked['device-ca'].size === now.revoked['device-ca'].size) return;
  // From here on the stolen key opens nothing, and the service's own new one does. Kafka also knows which devices are revoked.
  await options.permit();
  for (const service of renamed) await restart(options, service);
  yield now;
}

/** Restarts the process of that name. If there are several (`gateway-2`), it restarts them one after the other, or together. */
async function restart({ processes, report }: RenewalOptions, name: string, together = false): Promise<void> {
  const all = processes.filter((process) => process.name === name || process.name.startsWith(`${name}-`));
  for (const process of all) report(`${process.name} is started again with its new certificate`);
  if (together) await Promise.all(all.map((process) => process.restart()));
  else for (const process of all) await process.restart();
}
