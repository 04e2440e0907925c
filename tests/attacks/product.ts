/**
 * Starts the product with `npm start` once for all attack tests: in its own state folder, on free ports of 127.0.0.1,
 * with demo accounts and eight replayed beds in two wards. Tests read `inject('product')`. They do not restart the
 * product, so each test must work with the state that earlier tests left.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureCertificates } from '../../certs/ensure.ts';
import type { Role } from '../../contracts/messages/records.ts';
import { type Account, writeAccounts } from '../../dashboard/server/accounts/accounts.ts';
import { hashPassword } from '../../dashboard/server/accounts/password.ts';
import { defaultSoftwareDir, ensureSoftware } from '../../ops/platform/software.ts';
import { removeLeftovers, stateRoot } from '../platform.ts';
import { type ProductAddresses, startProduct } from '../product.ts';

export type Product = ProductAddresses & {
  /** Passwords of all accounts, by user id. */
  readonly passwords: Readonly<Record<string, string>>;
};

declare module 'vitest' {
  interface ProvidedContext {
    product: Product;
  }
}

/** Password of the accounts in `people`. */
const password = 'correct horse battery staple';
/**
 * Accounts in addition to the demo accounts: `nurse` of icu, `physician` of both wards, `technician` and `auditor` of
 * all wards.
 */
const people: readonly [userId: string, role: Role, wards: readonly string[]][] = [
  ['step-nurse', 'nurse', ['step-down']],
  ['icu-technician', 'technician', ['icu']],
  ['chief', 'physician', ['*']],
  // Nurses of the ICU. Some attack, some are attacked, and others must not notice the attack.
  ...Array.from({ length: 20 }, (_, index): [string, Role, string[]] => [`icu-nurse-${index + 1}`, 'nurse', ['icu']]),
];
/** Devices that have a certificate, but no bed. The devices `bed-01` to `bed-08` replay recordings. */
export const spareDevices = Array.from({ length: 12 }, (_, index) => `spare-${String(index + 1).padStart(2, '0')}`);

/** Number of beds in each ward. Four of them have a replayed device; tests may use the others. */
const bedsPerWard = 12;
const wards = [
  { ward: 'icu', letters: 'ICU' },
  { ward: 'step-down', letters: 'SD' },
];

const report = (line: string) => process.stderr.write(`attacks: ${line}\n`);

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  removeLeftovers();
  const stateDir = join(stateRoot, `test-${process.pid}-attacks`);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const softwareDir = process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir;
  await ensureSoftware(softwareDir, report);
  await ensureCertificates({ stateDir, devices: spareDevices, nowMs: Date.now() });
  addWards(join(stateDir, 'wards.json'));
  await addPeople(join(stateDir, 'secrets', 'accounts.json'));
  const running = await startProduct({ stateDir, softwareDir, beds: 8 });
  const demo: Record<string, string> = JSON.parse(readFileSync(join(stateDir, 'secrets', 'demo-logins.json'), 'utf8'));
  const passwords = { ...demo, ...Object.fromEntries(people.map(([userId]) => [userId, password])) };
  project.provide('product', { ...running.addresses, passwords });
  return async () => {
    await running.close();
    for (const path of [stateDir, `${stateDir}.start.log`]) rmSync(path, { recursive: true, force: true });
  };
}

function addWards(file: string): void {
  const beds = (letters: string) => Array.from({ length: bedsPerWard }, (_, index) => `${letters}-${index + 1}`);
  const registry = { version: 1, wards: wards.map(({ ward, letters }) => ({ ward, beds: beds(letters) })) };
  writeFileSync(file, JSON.stringify(registry));
}

async function addPeople(file: string): Promise<void> {
  const hash = await hashPassword(password);
  const accounts = people.map(([userId, role, wards]): [string, Account] => [
    userId,
    { userId, name: `The ${userId}`, role, wards: [...wards], password: hash, disabled: false },
  ]);
  writeAccounts(file, new Map(accounts));
}
