import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureCertificates } from '../../certs/ensure.ts';
import { canaryDeviceId } from '../../contracts/canary.ts';
import { markOf, markOrRefusal } from '../platform/key-mark.ts';
import { handOut } from './hand-out.ts';
import { holders } from './identities.ts';

let folder: string;
const authority = () => join(folder, 'authority');
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-hand-out-'));
  await ensureCertificates({ stateDir: authority(), devices: [canaryDeviceId, 'bed-01', 'bed-02'], nowMs: Date.now() });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('handOut gives every holder its files, which other users cannot read, and a second run changes nothing', () => {
  const first = handOut(authority(), folder, ['bed-01']);
  expect(new Set(first.map((name) => name.split('/')[0]))).toEqual(new Set(holders));
  for (const name of first) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  expect(handOut(authority(), folder, ['bed-01'])).toEqual([]);
});

it('the holder `setup` gets the fingerprints of the keys, but no key', () => {
  handOut(authority(), folder, []);
  const setupMark = markOf(join(folder, 'setup'));
  expect(Object.keys(setupMark.keys)).toContain('secrets/reader-alarms.jwk');
  expect(setupMark).toEqual(markOf(authority()));
  const otherMark = { epoch: 0, keys: { ...setupMark.keys, 'secrets/pseudonym.key': 'of another installation' } };
  const refusalReason = markOrRefusal(otherMark, setupMark);
  expect(refusalReason).toContain('differ or are missing: secrets/pseudonym.key');
  expect(existsSync(join(folder, 'setup/secrets/pseudonym.key'))).toBe(false);
});

it("handOut joins the broker's key and certificate into one file", () => {
  handOut(authority(), folder, []);
  const store = readFileSync(join(folder, 'kafka/certs/broker.pem'), 'utf8');
  expect(store.match(/BEGIN [A-Z ]+/g)).toEqual(['BEGIN PRIVATE KEY', 'BEGIN CERTIFICATE']);
});

it('handOut removes files that a holder must no longer have, and leaves files in other folders', () => {
  handOut(authority(), folder, ['bed-01', 'bed-02']);
  mkdirSync(join(folder, 'operator', 'kafka'), { recursive: true });
  writeFileSync(join(folder, 'operator', 'kafka', 'demo-admissions.json'), '[]');
  expect(handOut(authority(), folder, ['bed-01']).sort()).toEqual([
    'simulators/certs/devices/bed-02.key',
    'simulators/certs/devices/bed-02.pem',
  ]);
  expect(existsSync(join(folder, 'operator', 'kafka', 'demo-admissions.json'))).toBe(true);
});

it('handOut copies a renewed certificate', () => {
  handOut(authority(), folder, []);
  writeFileSync(join(authority(), 'certs', 'gateway.pem'), 'renewed');
  expect(handOut(authority(), folder, [])).toEqual(['gateway/certs/gateway.pem']);
});
