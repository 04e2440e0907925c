/**
 * Renews certificates while the system runs: each hour, the certificates that end within 30 days. Also looks every few
 * seconds for changes in the folder of certificates, for instance after the command `npm run certs -- revoke --service
 * gateway`. After a change, restarts the processes that must read the new files. Most of our processes notice new files
 * themselves; Kafka and InfluxDB read their files only at their start.
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
  /** Further host names of the servers, for their certificates. */
  readonly names?: EnsureOptions['names'];
  /**
   * The state of the folder before the first process started. With this state, the first check finds changes that
   * happened during the start.
   */
  readonly stateBeforeStart: CertificateState;
  readonly processes: readonly Pick<Supervised, 'name' | 'restart'>[];
  /**
   * Gives the services' permissions in Kafka to their current names, and takes these permissions from earlier names.
   * Writes the revocations into Kafka.
   */
  readonly updateKafkaPermissions: () => Promise<unknown>;
  readonly report: (line: string) => void;
  /** Returns the time of the machine's clock, ms since 1970. */
  readonly nowMs: () => number;
  /** Time between two checks of the folder. */
  readonly everyMs?: number;
};

const checkEveryMs = 5_000;
const renewEveryMs = 60 * 60 * 1000;

export type Renewal = {
  /** Checks the folder once, for tests. Resolves when all restarts that follow from the check are done. */
  check(): Promise<void>;
  /** Stops the checks. Does not wait for a process that is being restarted. */
  close(): Promise<void>;
};

/** The content of the folder of certificates that affects running processes. */
export type CertificateState = {
  readonly kafka: string;
  /** The principals that may do everything in Kafka. */
  readonly superUsers: string;
  readonly influxdb: string;
  /** The name in Kafka of each service. */
  readonly principals: ReadonlyMap<string, string>;
  /** Serial numbers of revoked certificates, by authority. */
  readonly revoked: Readonly<Record<AuthorityName, ReadonlySet<string>>>;
};

/**
 * The process that reads the certificates of devices only at its start. The canary reads its certificate for each
 * connection.
 */
const deviceProcess = 'simulators';

/**
 * Checks the folder every few seconds until it is closed. Reports a fault once, and tries again at each check. A
 * certificate is renewed 30 days before its end, so a person has time to mend the fault.
 */
export function startRenewal(options: RenewalOptions): Renewal {
  const { stateDir, names = [], stateBeforeStart, report, nowMs } = options;
  let renewedMs = nowMs();
  let applied = stateBeforeStart;
  let lastFault: string | undefined;
  let lastCheck = Promise.resolve();

  async function check(): Promise<void> {
    try {
      const now = nowMs();
      requireRevoked(applied, readCertificateState(stateDir));
      // The machine's clock decides, because a timer stands still while the machine sleeps.
      if (Math.abs(now - renewedMs) >= renewEveryMs) {
        const issued = await ensureCertificates({ stateDir, names, nowMs: now });
        renewedMs = now;
        const renewed = issued.filter(({ file }) => !file.endsWith('.crl'));
        if (renewed.length > 0) report(`${renewed.length} certificates were renewed`);
        if (renewed.some(({ file }) => file.startsWith('certs/devices/'))) await restart(options, deviceProcess);
      }
      for await (const state of applyChanges(options, applied, readCertificateState(stateDir))) applied = state;
      lastFault = undefined;
    } catch (error) {
      const fault = (error as Error).message;
      if (fault !== lastFault) report(`Certificates could not be renewed: ${fault}`);
      lastFault = fault;
    }
  }
  const checkNext = () => {
    lastCheck = lastCheck.then(check);
    return lastCheck;
  };
  let isChecking = false;
  const timer = setInterval(() => {
    if (isChecking) return;
    isChecking = true;
    void checkNext().finally(() => {
      isChecking = false;
    });
  }, options.everyMs ?? checkEveryMs);
  return {
    check: checkNext,
    async close() {
      clearInterval(timer);
    },
  };
}

export function readCertificateState(stateDir: string): CertificateState {
  const certsDir = join(stateDir, 'certs');
  const read = (file: string) => readFileSync(join(certsDir, file), 'utf8');
  const principalOf = readPrincipals(certsDir);
  const revokedBy = (authority: AuthorityName) => new Set(readRegister(certsDir, authority).revoked.keys());
  return {
    kafka: read('kafka.pem'),
    superUsers: ['kafka', 'admin'].map(principalOf).join(),
    influxdb: read('influxdb.pem'),
    principals: new Map(serviceClients.map((service) => [service, principalOf(service)])),
    revoked: { 'device-ca': revokedBy('device-ca'), ca: revokedBy('ca') },
  };
}

/**
 * Throws if a certificate was revoked before and is not revoked now, because somebody replaced the register by an older
 * copy. With such a register, revoked devices could connect, and Kafka would accept a stolen key again.
 */
function requireRevoked(before: CertificateState, now: CertificateState): void {
  for (const authority of ['device-ca', 'ca'] as const) {
    const missing = [...before.revoked[authority]].filter((serial) => !now.revoked[authority].has(serial));
    if (missing.length === 0) continue;
    const file = `certs/${registerFiles[authority]}`;
    const revokeAgain = authority === 'ca' ? '' : `, or run: npm run certs -- revoke-again ${missing.join(' ')}`;
    throw new VigilError(
      'certificate-invalid',
      `${file} is an older copy: it lacks the revocation of ${missing.length} certificates. Restore the newer file${revokeAgain}.`,
    );
  }
}

/**
 * Restarts the processes whose certificates changed, and updates Kafka's permissions. Yields the applied state after
 * each step, so that after a fault only the failed step and the later steps are repeated.
 */
async function* applyChanges(
  options: RenewalOptions,
  before: CertificateState,
  now: CertificateState,
): AsyncGenerator<CertificateState> {
  let applied = before;
  if (applied.kafka !== now.kafka || applied.superUsers !== now.superUsers) {
    // If the names of super users changed, all brokers restart at the same time: a running broker would refuse a broker
    // with a new name.
    await restart(options, 'kafka', applied.superUsers !== now.superUsers);
    applied = { ...applied, kafka: now.kafka, superUsers: now.superUsers };
    yield applied;
  }
  if (applied.influxdb !== now.influxdb) {
    await restart(options, 'influxdb');
    applied = { ...applied, influxdb: now.influxdb };
    yield applied;
  }
  const renamed = serviceClients.filter((service) => before.principals.get(service) !== now.principals.get(service));
  if (renamed.length === 0 && before.revoked['device-ca'].size === now.revoked['device-ca'].size) return;
  // After this call a stolen key has no permissions in Kafka, and the service's new key has them.
  await options.updateKafkaPermissions();
  for (const service of renamed) await restart(options, service);
  yield now;
}

/** Restarts the processes of a kind (`gateway`, `gateway-2` …): one after the other, or all at the same time. */
async function restart({ processes, report }: RenewalOptions, kind: string, allTogether = false): Promise<void> {
  const all = processes.filter(({ name }) => name === kind || name.startsWith(`${kind}-`));
  for (const process of all) report(`${process.name} is restarted with its new certificate`);
  if (allTogether) await Promise.all(all.map((process) => process.restart()));
  else for (const process of all) await process.restart();
}
