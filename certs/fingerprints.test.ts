import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureCertificates } from './ensure.ts';
import {
  acceptLostKeys,
  fingerprintsOf,
  lostOrReplacedKeys,
  parseRecordedFingerprints,
  readRecordedFingerprints,
} from './fingerprints.ts';

const nowMs = Math.floor(Date.now() / 1000) * 1000;
const folder = mkdtempSync(join(tmpdir(), 'vigil-keys-'));
const [template, otherInstallation, stateDir] = [
  join(folder, 'template'),
  join(folder, 'other'),
  join(folder, 'state'),
];
beforeAll(async () => {
  await ensureCertificates({ stateDir: template, nowMs });
  await ensureCertificates({ stateDir: otherInstallation, nowMs });
});
beforeEach(() => {
  rmSync(stateDir, { recursive: true, force: true });
  cpSync(template, stateDir, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const startVigil = () => ensureCertificates({ stateDir, nowMs });
const keyFiles = ['certs/ca.key', 'certs/device-ca.key', 'secrets/pseudonym.key', 'secrets/reader-alarms.jwk'];

describe('recorded keys', () => {
  it.each(keyFiles)('if %s is missing, the start is refused and creates no file', async (file) => {
    const before = fingerprintsOf(stateDir);
    rmSync(join(stateDir, file));
    rmSync(join(stateDir, 'certs/gateway.pem'));
    await expect(startVigil()).rejects.toThrow(`${file} is missing. Vigil's data were written with the former keys`);
    const { [file]: _missing, ...otherPrints } = before;
    expect(fingerprintsOf(stateDir)).toEqual(otherPrints);
    expect(() => readFileSync(join(stateDir, 'certs/gateway.pem'))).toThrow();
  });

  it.each(keyFiles)('if %s was replaced by the key of another installation, the start is refused', async (file) => {
    writeFileSync(join(stateDir, file), readFileSync(join(otherInstallation, file)));
    await expect(startVigil()).rejects.toThrow(`${file} contains another key. `);
  });

  it('a start succeeds after the key was restored from a backup', async () => {
    const saved = readFileSync(join(stateDir, 'secrets/pseudonym.key'));
    rmSync(join(stateDir, 'secrets/pseudonym.key'));
    await expect(startVigil()).rejects.toThrow();
    writeFileSync(join(stateDir, 'secrets/pseudonym.key'), saved, { mode: 0o600 });
    expect(await startVigil()).toEqual([]);
  });

  it('if only the certificate of an authority is missing, a start issues a new certificate for the same key', async () => {
    const before = fingerprintsOf(stateDir);
    rmSync(join(stateDir, 'certs/device-ca.pem'));
    expect(await startVigil()).toEqual([{ file: 'certs/device-ca', reason: 'missing' }]);
    expect(fingerprintsOf(stateDir)).toEqual(before);
  });

  it('acceptLostKeys returns the lost keys, and the next start creates new keys', async () => {
    rmSync(join(stateDir, 'secrets/pseudonym.key'));
    expect(acceptLostKeys(stateDir)).toEqual(['secrets/pseudonym.key']);
    await startVigil();
    expect(readRecordedFingerprints(stateDir)).toEqual({ epoch: 1, keys: fingerprintsOf(stateDir) });
    expect(await startVigil()).toEqual([]);
  });

  it('a start records the keys of a state folder that has no record yet', async () => {
    rmSync(join(stateDir, 'secrets/fingerprints.json'));
    expect(await startVigil()).toEqual([]);
    expect(readRecordedFingerprints(stateDir)).toEqual({ epoch: 0, keys: fingerprintsOf(stateDir) });
  });

  it.each(['', '{', 'null', '[]', '{"epoch":1.5,"keys":{}}', '{"epoch":0,"keys":[]}', '{"epoch":0,"keys":{"a":1}}'])(
    'a start is refused if the record of the keys is "%s"',
    async (text) => {
      expect(parseRecordedFingerprints(text)).toBeUndefined();
      writeFileSync(join(stateDir, 'secrets/fingerprints.json'), text);
      await expect(startVigil()).rejects.toThrow(/fingerprints\.json does not contain what Vigil wrote/);
    },
  );
});

it('lostOrReplacedKeys returns keys that are missing or replaced, but not added keys', () => {
  expect(lostOrReplacedKeys({ a: '1', b: '2', c: '3' }, { a: '1', b: 'x', d: '4' })).toEqual(['b', 'c']);
});
