/** Checks certificates and revocation lists together with a Python library that shares no code with Vigil. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enrol, revoke } from '../../certs/devices.ts';
import { ensureCertificates } from '../../certs/ensure.ts';
import { readRevocationLists } from '../../process/crl.ts';
import { ensurePython } from './python.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'vigil-pki-'));
const nowMs = Math.floor(Date.now() / 1000) * 1000;
let python: string;
beforeAll(async () => {
  python = ensurePython();
  await ensureCertificates({ stateDir, nowMs });
});
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

/** Sends a request to pki.py and returns its answer. */
function callPython(request: object): Record<string, never> {
  const script = join(import.meta.dirname, 'pki.py');
  const run = spawnSync(python, [script], { input: JSON.stringify(request), encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Record<string, never>;
}

it.each(['ec', 'rsa', 'ed25519'])(
  'Vigil signs a certificate request that Python made with a key of type %s, and revokes the certificate',
  async (kind) => {
    const deviceId = `bed-${kind}`;
    const { csr, spki } = callPython({ do: 'csr', kind, cn: deviceId });
    const csrFile = join(stateDir, `${kind}.csr`);
    writeFileSync(csrFile, csr!);
    const { certificate } = await enrol({ stateDir, csrFile, out: undefined, renew: false, nowMs });
    const read = () =>
      callPython({
        do: 'read',
        certificate,
        ca: readFileSync(join(stateDir, 'certs/device-ca.pem'), 'utf8'),
        crl: readFileSync(join(stateDir, 'certs/device-ca.crl'), 'utf8'),
      });
    const beforeRevocation = read();
    expect(beforeRevocation).toMatchObject({
      signed: true,
      issuer: true,
      days: 30,
      revoked: null,
      spki,
      usages: ['1.3.6.1.5.5.7.3.2'],
      isCa: false,
    });
    await revoke({ stateDir, deviceId, serial: undefined, reason: 'superseded', nowMs });
    const afterRevocation = read();
    expect(afterRevocation).toMatchObject({ signed: true, revoked: 'superseded' });
    expect(afterRevocation.number! > beforeRevocation.number!).toBe(true);
  },
);

it.each(['ec', 'rsa', 'ed25519'])(
  'Vigil reads the revocation list of a hospital’s own authority with a key of type %s, and refuses it under another authority',
  (kind) => {
    const serials = ['1', '7f', '80', 'ff', '1234567890abcdef1234567890abcdef'];
    const { ca, pem, der } = callPython({ do: 'authority', kind, serials, number: 300, days: 7 });
    const thisUpdateMs = Date.UTC(2026, 0, 1);
    const list = { number: 300n, thisUpdateMs, nextUpdateMs: thisUpdateMs + 7 * 86_400_000, serials: new Set(serials) };
    expect(readRevocationLists(Buffer.from(pem!), [ca!])).toEqual(new Map([[0, list]]));
    expect(readRevocationLists(Buffer.from(der!, 'hex'), [ca!])).toEqual(new Map([[0, list]]));
    const otherAuthority = callPython({ do: 'authority', kind, serials: [], number: 1, days: 7 });
    expect(() => readRevocationLists(Buffer.from(pem!), [otherAuthority.ca!])).toThrow(/not signed/);
  },
);
