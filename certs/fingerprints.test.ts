import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureCertificates } from './ensure.ts';
import { acceptLostKeys, differing, parseRecorded, printsOf, readRecorded } from './fingerprints.ts';

const nowMs = Math.floor(Date.now() / 1000) * 1000;
const folder = mkdtempSync(join(tmpdir(), 'vigil-keys-'));
const [made, other, stateDir] = [join(folder, 'made'), join(folder, 'other'), join(folder, 'state')];
beforeAll(async () => {
  await ensureCertificates({ stateDir: made, nowMs });
  await ensureCertificates({ stateDir: other, nowMs });
});
beforeEach(() => {
  rmSync(stateDir, { recursive: true, force: true });
  cpSync(made, stateDir, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const begin = () => ensureCertificates({ stateDir, nowMs });
const keys = ['certs/ca.key', 'certs/device-ca.key', 'secrets/pseudonym.key', 'secrets/reader-alarms.jwk'];

describe('a key that the data need', () => {
  it.each(keys)('if %s is gone, no new key and nothing else is made', async (file) => {
    const before = printsOf(stateDir);
    rmSync(join(stateDir, file));
    rmSync(join(stateDir, 'certs/gateway.pem'));
    await expect(begin()).rejects.toThrow(`${file} is missing. The data were written with the keys that were there`);
    const { [file]: _gone, ...others } = before;
    expect(printsOf(stateDir)).toEqual(others);
    expect(() => readFileSync(join(stateDir, 'certs/gateway.pem'))).toThrow();
  });

  it.each(keys)('a key is not taken from elsewhere: %s', async (file) => {
    writeFileSync(join(stateDir, file), readFileSync(join(other, file)));
    await expect(begin()).rejects.toThrow(`${file} is another key. `);
  });

  it('a start succeeds after the key was restored from a backup', async () => {
    const saved = readFileSync(join(stateDir, 'secrets/pseudonym.key'));
    rmSync(join(stateDir, 'secrets/pseudonym.key'));
    await expect(begin()).rejects.toThrow();
    writeFileSync(join(stateDir, 'secrets/pseudonym.key'), saved, { mode: 0o600 });
    expect(await begin()).toEqual([]);
  });

  it('the signatures of a key stay valid if only its certificate is gone', async () => {
    const before = printsOf(stateDir);
    rmSync(join(stateDir, 'certs/device-ca.pem'));
    expect(await begin()).toEqual([{ file: 'certs/device-ca', reason: 'missing' }]);
    expect(printsOf(stateDir)).toEqual(before);
  });

  it('only an operator can give a key up, and learns which key it is', async () => {
    rmSync(join(stateDir, 'secrets/pseudonym.key'));
    expect(acceptLostKeys(stateDir)).toEqual(['secrets/pseudonym.key']);
    await begin();
    expect(readRecorded(stateDir)).toEqual({ epoch: 1, keys: printsOf(stateDir) });
    expect(await begin()).toEqual([]);
  });

  it('the keys are recorded in state folders from before there was a record', async () => {
    rmSync(join(stateDir, 'secrets/fingerprints.json'));
    expect(await begin()).toEqual([]);
    expect(readRecorded(stateDir)).toEqual({ epoch: 0, keys: printsOf(stateDir) });
  });

  it.each(['', '{', 'null', '[]', '{"epoch":1.5,"keys":{}}', '{"epoch":0,"keys":[]}', '{"epoch":0,"keys":{"a":1}}'])(
    'is not judged by a record of "%s"',
    async (text) => {
      expect(parseRecorded(text)).toBeUndefined();
      writeFileSync(join(stateDir, 'secrets/fingerprints.json'), text);
      await expect(begin()).rejects.toThrow(/fingerprints\.json does not hold what Vigil wrote there/);
    },
  );
});

it('the refusal names keys that are missing or replaced, and no added keys', () => {
  expect(differing({ a: '1', b: '2', c: '3' }, { a: '1', b: 'x', d: '4' })).toEqual(['b', 'c']);
});
