/**
 * A system that runs for months outlives its certificates. Each hour what ends within 30 days is renewed; what lies in the folder is
 * compared with what runs, so that a command (`npm run certs -- revoke --service gateway`) is taken up, too. Processes of ours follow their
 * files themselves; Kafka and InfluxDB read them only when they start.
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
  /** As the start asked for them. */
  readonly names?: EnsureOptions['names'];
  /** The folder as it was before the first process read it: what a command changed while the system started is taken up as well. */
  readonly since: Sight;
  readonly processes: readonly Pick<Supervised, 'name' | 'restart'>[];
  /** Gives Kafka's permissions to the names that the services have now, takes them from others, and has it carry what is revoked. */
  readonly permit: () => Promise<unknown>;
  readonly report: (line: string) => void;
  /** The machine's clock: certificates end by it. */
  readonly nowMs: () => number;
  /** How often the folder is looked at. */
  readonly everyMs?: number;
};

const lookEveryMs = 5_000;
const renewEveryMs = 60 * 60 * 1000;

export type Renewal = {
  /** One look, for tests; resolves when what it led to is done. */
  look(): Promise<void>;
  /** Looks no more; waits for no process that is just being started again. */
  close(): Promise<void>;
};

/** What of the folder counts for what runs: it is compared from look to look. */
export type Sight = {
  readonly kafka: string;
  /** Who may do everything in Kafka. */
  readonly superUsers: string;
  readonly influxdb: string;
  readonly names: ReadonlyMap<string, string>;
  /** Serial numbers of the certificates that are revoked, of devices and of services. */
  readonly revoked: Readonly<Record<AuthorityName, ReadonlySet<string>>>;
};

/** What sends as a device does, and reads its certificates at its start alone. The canary reads its own for each connection. */
const deviceProcess = 'simulators';

/** Looks until closed. What goes wrong is said once, and tried again: 30 days are left then. */
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
      // By the machine's clock and not by a timer, which stands still while the machine sleeps.
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
 * An older register was put back while the system runs. Nothing is taken up or issued by it: a CRL of it would let in who is revoked, and
 * Kafka would obey a stolen key again.
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

/** Yields what runs after each step, so that a step that fails is tried again and those before it are not. */
async function* takeUp(options: RenewalOptions, before: Sight, now: Sight): AsyncGenerator<Sight> {
  let runs = before;
  if (runs.kafka !== now.kafka || runs.superUsers !== now.superUsers) {
    // Brokers know each other by these names: one that has a new name finds no entry at those that do not know it.
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

/** Starts again the process of that name; where there are several (`gateway-2`), one after the other, or together. */
async function restart({ processes, report }: RenewalOptions, name: string, together = false): Promise<void> {
  const all = processes.filter((process) => process.name === name || process.name.startsWith(`${name}-`));
  for (const one of all) report(`${one.name} is started again with its new certificate`);
  if (together) await Promise.all(all.map((one) => one.restart()));
  else for (const one of all) await one.restart();
}
