/**
 * Creates the content of a new system: four demo accounts (a nurse, a physician, a technician and an auditor), and
 * made-up patients in eight beds of two wards.
 */
import { spawn } from 'node:child_process';
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { writeAtomic } from '../certs/files.ts';
import { VigilError } from '../contracts/errors.ts';
import {
  type AssociationPeriod,
  contentTypes,
  type DeviceAssociations,
  type Role,
} from '../contracts/messages/records.ts';
import { formatInstant } from '../contracts/time.ts';
import { pseudonym } from '../log/envelope/pseudonym.ts';
import { kafkaSettings } from '../log/kafka/settings.ts';
import { openSealedLog } from '../log/sealed-log.ts';
import { readSettings } from '../process/settings.ts';
import { run } from './platform/run.ts';
import { type SystemAddresses, serviceEnv, shippedWardsFile } from './platform/service-env.ts';

export type Login = { readonly userId: string; readonly role: Role; readonly wards: string; readonly password: string };

const wards = ['icu', 'step-down'] as const;
const bedPrefix = { icu: 'ICU', 'step-down': 'SD' } as const;
const bedsPerWard = 4;
const people: readonly { userId: string; name: string; role: Role; wards: string }[] = [
  { userId: 'nurse', name: 'Demo Nurse', role: 'nurse', wards: 'icu' },
  { userId: 'physician', name: 'Demo Physician', role: 'physician', wards: 'icu,step-down' },
  { userId: 'technician', name: 'Demo Technician', role: 'technician', wards: '*' },
  { userId: 'auditor', name: 'Demo Auditor', role: 'auditor', wards: '*' },
];
const accountProgram = join(import.meta.dirname, '..', 'dashboard', 'server', 'account.ts');

/**
 * Copies Vigil's example registry of wards and beds to a folder. Keeps an existing registry, because the hospital may
 * have edited it.
 */
export function ensureWards(folder: string): void {
  const file = join(folder, 'wards.json');
  if (!existsSync(file)) writeAtomic(file, readFileSync(shippedWardsFile, 'utf8'), 0o644);
}

/** Returns bed-01, bed-02 … */
export function demoDevices(beds: number): string[] {
  return Array.from({ length: beds }, (_, index) => `bed-${String(index + 1).padStart(2, '0')}`);
}

/**
 * Creates the missing demo accounts, each with a random password.
 * @returns the logins of all demo accounts
 * @throws VigilError `start-failed`
 */
export async function ensureDemoAccounts(stateDir: string): Promise<Login[]> {
  const file = join(stateDir, 'secrets', 'accounts.json');
  const passwordsFile = join(stateDir, 'secrets', 'demo-logins.json');
  const passwords: Record<string, string> = existsSync(passwordsFile)
    ? JSON.parse(readFileSync(passwordsFile, 'utf8'))
    : {};
  const existingUserIds = existsSync(file) ? await listAccounts(file) : [];
  const logins: Login[] = [];
  for (const person of people) {
    const storedPassword = passwords[person.userId];
    const password = storedPassword ?? newPassword();
    if (storedPassword === undefined || !existingUserIds.includes(person.userId)) {
      passwords[person.userId] = password;
      await addAccount(file, person, password);
      writeAtomic(passwordsFile, `${JSON.stringify(passwords, null, 2)}\n`, 0o600);
    }
    logins.push({ ...person, password });
  }
  return logins;
}

async function listAccounts(file: string): Promise<string[]> {
  const { code, output } = await run(process.execPath, [accountProgram, 'list', '--file', file]);
  if (code !== 0)
    throw new VigilError('start-failed', output.trim().split('\n').at(-1) ?? 'The accounts cannot be read.');
  return output.split('\n').map((line) => line.split('\t')[0] ?? '');
}

/**
 * Creates an account. `--unregistered` also allows wards of the demo that the hospital has removed from its registry.
 */
async function addAccount(file: string, person: (typeof people)[number], password: string): Promise<void> {
  const { userId, name, role, wards: ownWards } = person;
  const options = ['--user', userId, '--name', name, '--role', role, '--wards', ownWards, '--file', file];
  const child = spawn(process.execPath, [accountProgram, 'add', ...options, '--password-stdin', '--unregistered'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let errorText = '';
  child.stderr.on('data', (chunk) => {
    errorText += String(chunk);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(password);
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('error', () => resolve(null));
  child.once('close', resolve);
  if ((await promise) !== 0)
    throw new VigilError('start-failed', `The account ${userId} cannot be created: ${errorText.trim()}`);
}

/**
 * Returns a random password of 80 bits, in four groups of letters and digits. Leaves out 0, 1, l and o, which look
 * alike.
 */
function newPassword(): string {
  const letters = '23456789abcdefghijkmnpqrstuvwxyz';
  const text = [...randomBytes(16)].map((byte) => letters[byte & 31]).join('');
  return text.replace(/(.{4})(?=.)/g, '$1-');
}

const nato = ['Alpha', 'Bravo', 'Charlie', 'Delta', 'Echo', 'Foxtrot', 'Golf', 'Hotel'] as const;

/**
 * Admits a made-up patient to each of the first eight beds. A file beside Kafka's data lists the beds whose patient was
 * admitted, so that a discharged patient is not admitted again.
 * @throws VigilError if Kafka does not accept the records
 */
export async function ensureDemoAdmissions(addresses: SystemAddresses, beds: number, nowMs: number): Promise<void> {
  const marker = join(addresses.stateDir, 'kafka', 'demo-admissions.json');
  const admitted: string[] = existsSync(marker) ? JSON.parse(readFileSync(marker, 'utf8')) : [];
  const unassignedDevices = demoDevices(Math.min(beds, wards.length * bedsPerWard)).filter(
    (id) => !admitted.includes(id),
  );
  if (unassignedDevices.length === 0) return;
  const settings = readSettings(kafkaSettings, serviceEnv(addresses, 'operator'));
  const log = await openSealedLog({
    settings,
    service: 'operator',
    boot: `demo-${randomUUIDv7()}`,
    log: pino({ level: 'silent' }),
  });
  try {
    for (const deviceId of unassignedDevices) {
      const body: DeviceAssociations = { deviceId, version: 1, periods: [admission(deviceId, nowMs)] };
      await log.append(
        'associations',
        pseudonym(settings.pseudonymKey, 'device', deviceId),
        contentTypes.associations,
        body,
      );
    }
  } finally {
    await log.close();
  }
  writeAtomic(marker, `${JSON.stringify([...admitted, ...unassignedDevices])}\n`, 0o600);
}

function admission(deviceId: string, nowMs: number): AssociationPeriod {
  const index = Number(deviceId.slice('bed-'.length)) - 1;
  const number = String(index + 1).padStart(2, '0');
  const ward = wards[Math.floor(index / bedsPerWard)] ?? 'icu';
  return {
    associationId: randomUUIDv7(),
    patient: {
      patientId: `DEMO-${number}`,
      familyName: `Demo-${nato[index] ?? number}`,
      givenName: 'Test',
      birthDate: `19${40 + index * 5}-01-01`,
      sex: index % 2 === 0 ? 'female' : 'male',
      category: 'adult',
    },
    ward,
    // Bed names are unique in the hospital, so that an alarm list never shows two beds with the same name.
    bed: `${bedPrefix[ward]}-${(index % bedsPerWard) + 1}`,
    from: formatInstant(nowMs - 60_000),
    to: null,
  };
}
