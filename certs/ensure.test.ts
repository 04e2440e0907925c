import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayMs } from '../contracts/durations.ts';
import { principals, services } from '../contracts/topics.ts';
import { readPushPublicKey } from '../process/push-settings.ts';
import { authorityLifeMs, leafLifeMs } from './core/renewal.ts';
import { ensureCertificates } from './ensure.ts';
import { issueLeaf } from './issue.ts';
import { namesOf, readPair, writePair } from './stored.ts';

const nowMs = Math.floor(Date.now() / 1000) * 1000;
const folders: string[] = [];
let stateDir: string;

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-certs-'));
  folders.push(folder);
  return folder;
}

const read = (file: string, folder = stateDir) => readFileSync(join(folder, file), 'utf8');
const certificate = (file: string, folder = stateDir) => new X509Certificate(read(`certs/${file}.pem`, folder));
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
const fingerprints = (folder: string) =>
  Object.fromEntries(
    files(folder).map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );

beforeAll(async () => {
  stateDir = freshFolder();
  await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

describe('ensureCertificates', () => {
  it.each([
    ['kafka', 'ca', [serverAuth, clientAuth]],
    ['mqtt-server', 'ca', [serverAuth]],
    ['web-server', 'ca', [serverAuth]],
    ['influxdb', 'ca', [serverAuth]],
    ['admin', 'ca', [clientAuth]],
    ...principals.map((service) => [service, 'ca', [clientAuth]] as [string, string, string[]]),
    ['devices/bed-07', 'device-ca', [clientAuth]],
  ])(
    'the certificate %s is signed by %s, is only for its purpose, and has its own key',
    (file, authority, purposes) => {
      const leaf = certificate(file);
      const issuer = certificate(authority);
      expect(leaf.checkIssued(issuer)).toBe(true);
      expect(leaf.verify(issuer.publicKey)).toBe(true);
      expect(leaf.ca).toBe(false);
      expect(leaf.subject).toBe(`CN=${file.replace('devices/', '')}`);
      expect(leaf.keyUsage).toEqual(purposes);
      expect(leaf.checkPrivateKey(createPrivateKey(read(`certs/${file}.key`)))).toBe(true);
      expect(Date.parse(leaf.validTo)).toBe(nowMs + leafLifeMs);
      expect(Date.parse(leaf.validFrom)).toBeLessThanOrEqual(nowMs);
      for (const host of purposes.includes(serverAuth) ? ['localhost'] : []) expect(leaf.checkHost(host)).toBe(host);
      for (const ip of purposes.includes(serverAuth) ? ['127.0.0.1', '::1'] : []) expect(leaf.checkIP(ip)).toBe(ip);
    },
  );

  it('a folder of an older version, which had no delivery process, gets the certificate and the reader key of this process', async () => {
    const older = freshFolder();
    await ensureCertificates({ stateDir: older, devices: ['bed-07'], nowMs });
    for (const file of ['certs/delivery.pem', 'certs/delivery.key', 'secrets/reader-delivery.jwk'])
      rmSync(join(older, file));
    const readers = JSON.parse(read('secrets/readers.json', older)) as { keys: { kid: string }[] };
    const olderReaders = { keys: readers.keys.filter(({ kid }) => kid !== 'delivery') };
    writeFileSync(join(older, 'secrets/readers.json'), JSON.stringify(olderReaders));
    const recorded = JSON.parse(read('secrets/fingerprints.json', older)) as { keys: Record<string, string> };
    delete recorded.keys['secrets/reader-delivery.jwk'];
    writeFileSync(join(older, 'secrets/fingerprints.json'), JSON.stringify(recorded));
    const before = read('certs/alarms.pem', older);

    await ensureCertificates({ stateDir: older, devices: ['bed-07'], nowMs });

    expect(certificate('delivery', older).subject).toBe('CN=delivery');
    const after = JSON.parse(read('secrets/readers.json', older)) as typeof readers;
    expect(after.keys.map(({ kid }) => kid)).toEqual([...services]);
    expect(read('certs/alarms.pem', older)).toBe(before);
  });

  it('no two servers have a name in common, except the loopback names', () => {
    const loopback = ['localhost', '127.0.0.1', '::1'];
    const namesOfServers = ['kafka', 'influxdb', 'mqtt-server', 'web-server'].map((file) =>
      namesOf(certificate(file)).filter((name) => !loopback.includes(name)),
    );
    expect(namesOfServers).toEqual([['kafka'], ['influxdb'], ['gateway'], ['dashboard']]);
  });

  it('the authority of the services signed no device certificate, and the authority of the devices signed no service certificate', () => {
    expect(certificate('devices/bed-07').verify(certificate('ca').publicKey)).toBe(false);
    expect(certificate('gateway').verify(certificate('device-ca').publicKey)).toBe(false);
  });

  it('each authority is self-signed and valid for ten years', () => {
    for (const name of ['ca', 'device-ca']) {
      expect(certificate(name).ca).toBe(true);
      expect(certificate(name).verify(certificate(name).publicKey)).toBe(true);
      expect(Date.parse(certificate(name).validTo)).toBe(nowMs + authorityLifeMs);
    }
  });

  it('every certificate has a different serial number of 127 bits', () => {
    const serials = files(join(stateDir, 'certs'))
      .filter((file) => file.endsWith('.pem'))
      .map((file) => new X509Certificate(readFileSync(file)).serialNumber);
    expect(new Set(serials).size).toBe(serials.length);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it('only the owner can read the state folder, its keys and its secrets', () => {
    for (const folder of ['', 'certs', 'certs/devices', 'secrets']) {
      expect(statSync(join(stateDir, folder)).mode & 0o777).toBe(0o700);
    }
    for (const file of files(stateDir).filter((name) => !name.endsWith('.pem'))) {
      expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
    }
    expect(files(stateDir).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it('readers.json contains the public half of every reader key, and no private half', () => {
    const { keys } = JSON.parse(read('secrets/readers.json')) as { keys: Record<string, string>[] };
    expect(keys.map((key) => key.kid)).toEqual([...services]);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      const privateKey = JSON.parse(read(`secrets/reader-${key.kid}.jwk`)) as Record<string, string>;
      expect(privateKey).toMatchObject({ ...key, d: expect.any(String) });
    }
  });
});

describe('the keys of the audit trail', () => {
  type Key = { readonly owner: string; readonly kid: string; readonly d?: string };
  const publishedKeys = (folder = stateDir) =>
    (JSON.parse(read('secrets/audit-keys.json', folder)) as { keys: Key[] }).keys;

  it('each writer of the audit trail and the witness has its own key, and audit-keys.json contains the public halves', () => {
    expect(publishedKeys().map(({ owner }) => owner)).toEqual(['dashboard', 'operator', 'witness']);
    expect(new Set(publishedKeys().map(({ kid }) => kid)).size).toBe(3);
    for (const key of publishedKeys()) {
      expect(key).not.toHaveProperty('d');
      const privateKey = JSON.parse(read(`secrets/audit-${key.owner}.jwk`));
      expect(privateKey).toMatchObject({ crv: 'Ed25519', owner: key.owner, d: expect.any(String) });
    }
  });

  it('audit-keys.json keeps the public half of a replaced key', async () => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, nowMs });
    const before = publishedKeys(folder);
    rmSync(join(folder, 'secrets', 'audit-dashboard.jwk'));
    const issued = await ensureCertificates({ stateDir: folder, nowMs });
    expect(issued.map(({ file }) => file)).toEqual(['secrets/audit-dashboard.jwk', 'secrets/audit-keys.json']);
    expect(publishedKeys(folder)).toHaveLength(4);
    expect(publishedKeys(folder)).toEqual(expect.arrayContaining(before));
  });

  it('an audit key file is refused if it contains the key of another owner', async () => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, nowMs });
    const file = (owner: string) => join(folder, 'secrets', `audit-${owner}.jwk`);
    writeFileSync(file('dashboard'), readFileSync(file('operator')), { mode: 0o600 });
    await expect(ensureCertificates({ stateDir: folder, nowMs })).rejects.toThrow(
      /audit-dashboard\.jwk is not the private Ed25519 JWK of dashboard: restore it from a backup/,
    );
  });
});

describe('the keys of Web Push', () => {
  it('push-public.key contains the public half of push.jwk as a point on P-256', () => {
    const { x, y, d } = JSON.parse(read('secrets/push.jwk')) as Record<string, string>;
    expect(d).toEqual(expect.any(String));
    const key = readPushPublicKey(read('secrets/push-public.key'));
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]);
    expect(key).toBe(point.toString('base64url'));
  });

  it('a folder of an older version gets both keys of Web Push, and a missing public key is written again', async () => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, nowMs });
    rmSync(join(folder, 'secrets', 'push.jwk'));
    rmSync(join(folder, 'secrets', 'push-public.key'));
    const written = (await ensureCertificates({ stateDir: folder, nowMs })).map(({ file }) => file);
    expect(written).toEqual(['secrets/push.jwk', 'secrets/push-public.key']);
    const publicKey = read('secrets/push-public.key', folder);
    rmSync(join(folder, 'secrets', 'push-public.key'));
    expect((await ensureCertificates({ stateDir: folder, nowMs })).map(({ file }) => file)).toEqual([
      'secrets/push-public.key',
    ]);
    expect(read('secrets/push-public.key', folder)).toBe(publicKey);
  });
});

describe('a second run', () => {
  it('a second run on the next day changes no file', async () => {
    const before = fingerprints(stateDir);
    expect(await ensureCertificates({ stateDir, nowMs: nowMs + dayMs })).toEqual([]);
    expect(fingerprints(stateDir)).toEqual(before);
  });

  it('a run 61 days later renews every leaf, of services and devices, and keeps authorities and secrets', async () => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, devices: ['bed-01'], names: ['kafka=kafka.example'], nowMs });
    const before = fingerprints(folder);
    const laterMs = nowMs + 61 * dayMs;
    const issued = await ensureCertificates({ stateDir: folder, nowMs: laterMs });
    const leaves = 4 + 1 + principals.length + 1;
    expect(issued.length).toBe(leaves + 2);
    expect(issued).toContainEqual({ file: 'certs/ca.crl', reason: 'expires' });
    expect(issued).toContainEqual({ file: 'certs/device-ca.crl', reason: 'expires' });
    expect(issued).toContainEqual({ file: 'certs/devices/bed-01', reason: 'expires' });
    const changed = Object.entries(fingerprints(folder)).filter(([file, hash]) => before[file] !== hash);
    // Each leaf has two files, a certificate and a key. Two CRLs and two registers also change.
    expect(changed.length).toBe(leaves * 2 + 4);
    expect(certificate('kafka', folder).verify(certificate('ca', folder).publicKey)).toBe(true);
    expect(certificate('kafka', folder).checkHost('kafka.example')).toBe('kafka.example');
  });

  it('a second run adds a new name to the certificates of the servers that are reached from outside', async () => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, nowMs });
    const issued = await ensureCertificates({ stateDir: folder, names: ['ward.example'], nowMs });
    expect(issued.map(({ file, reason }) => `${file} ${reason}`)).toEqual(
      ['mqtt-server', 'web-server'].map((file) => `certs/${file} name-missing`),
    );
    expect(certificate('web-server', folder).checkHost('ward.example')).toBe('ward.example');
  });

  it('a second run removes the names of other servers from a certificate that an older version issued', async () => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, nowMs });
    const names = ['localhost', '127.0.0.1', '::1', 'kafka', 'influxdb', 'gateway', 'dashboard', 'ward.example'];
    const authority = readPair(join(folder, 'certs'), 'ca')!;
    for (const file of ['kafka', 'web-server']) {
      const wanted = { file, commonName: file, authority: 'ca', purposes: ['server'], names } as const;
      const purposes = file === 'kafka' ? (['server', 'client'] as const) : wanted.purposes;
      writePair(join(folder, 'certs'), file, await issueLeaf({ ...wanted, purposes }, authority, nowMs));
    }
    expect(await ensureCertificates({ stateDir: folder, nowMs })).toEqual([
      { file: 'certs/kafka', reason: 'name-of-another' },
      { file: 'certs/web-server', reason: 'name-of-another' },
    ]);
    expect(namesOf(certificate('kafka', folder)).sort()).toEqual(['127.0.0.1', '::1', 'kafka', 'localhost']);
    expect(namesOf(certificate('web-server', folder)).sort()).toEqual(
      ['127.0.0.1', '::1', 'dashboard', 'localhost', 'ward.example'].sort(),
    );
    expect(await ensureCertificates({ stateDir: folder, nowMs })).toEqual([]);
  });

  it('a run renews an authority in its last year with the same key, so that its leaves stay valid', async () => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, nowMs: nowMs - authorityLifeMs + 300 * dayMs });
    const leafBefore = certificate('gateway', folder);
    const issued = await ensureCertificates({ stateDir: folder, nowMs });
    expect(issued).toContainEqual({ file: 'certs/ca', reason: 'expires' });
    expect(leafBefore.verify(certificate('ca', folder).publicKey)).toBe(true);
    expect(Date.parse(certificate('ca', folder).validTo)).toBe(nowMs + authorityLifeMs);
  });

  it('a second run replaces a certificate that another authority signed, and a certificate whose key was replaced', async () => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, nowMs });
    writeFileSync(join(folder, 'certs/gateway.pem'), read('certs/gateway.pem'));
    writeFileSync(join(folder, 'certs/alarms.key'), read('certs/trends.key', folder));
    expect(await ensureCertificates({ stateDir: folder, nowMs })).toEqual([
      { file: 'certs/gateway', reason: 'other-authority' },
      { file: 'certs/alarms', reason: 'key-does-not-fit' },
    ]);
  });
});

describe('refusals of ensureCertificates', () => {
  const corruptFiles: [string, string, string, RegExp][] = [
    [
      'a certificate file without a certificate',
      'certs/gateway.pem',
      'garbage',
      /gateway\.pem does not contain a certificate/,
    ],
    ['a key file without a key', 'certs/gateway.key', '', /gateway\.key does not contain a private key/],
    ['an authority without its key', 'certs/ca.key', 'garbage', /ca\.key does not contain a private key/],
    [
      'a reader key file without a key',
      'secrets/reader-alarms.jwk',
      '{}',
      /reader-alarms\.jwk is not the private P-256 JWK/,
    ],
    ['a push key file without a key', 'secrets/push.jwk', '{}', /push\.jwk is not the private P-256 JWK of Web Push/],
    ['an empty secret', 'secrets/pseudonym.key', '\n', /pseudonym\.key is empty/],
  ];

  it.each(corruptFiles)('ensureCertificates refuses %s with one sentence', async (_name, file, content, message) => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, nowMs });
    writeFileSync(join(folder, file), content);
    await expect(ensureCertificates({ stateDir: folder, nowMs })).rejects.toThrow(message);
  });

  it('ensureCertificates refuses an authority with the key of another authority', async () => {
    const folder = freshFolder();
    await ensureCertificates({ stateDir: folder, nowMs });
    writeFileSync(join(folder, 'certs/ca.key'), read('certs/device-ca.key', folder));
    await expect(ensureCertificates({ stateDir: folder, nowMs })).rejects.toThrow(
      /certs\/ca\.key contains another key/,
    );
  });

  it.each(['', 'a/b', '../x', '..', '.', 'a b', 'x'.repeat(65), 'bed\n7', 'bed,CN=kafka'])(
    'ensureCertificates refuses the device id "%s"',
    async (id) => {
      await expect(ensureCertificates({ stateDir: freshFolder(), devices: [id], nowMs })).rejects.toThrow(
        /is not a device id/,
      );
    },
  );

  it('ensureCertificates refuses a text that is not a host name', async () => {
    await expect(ensureCertificates({ stateDir: freshFolder(), names: ['a b'], nowMs })).rejects.toThrow(
      /"a b" is not valid: use a host name/,
    );
  });

  it('ensureCertificates names the path that it cannot write, and the path that it cannot read', async () => {
    const file = join(freshFolder(), 'file');
    writeFileSync(file, '');
    await expect(ensureCertificates({ stateDir: join(file, 'state'), nowMs })).rejects.toThrow(
      /^Cannot write .*ENOTDIR/,
    );
    const folder = freshFolder();
    mkdirSync(join(folder, 'certs/ca.key'), { recursive: true });
    writeFileSync(join(folder, 'certs/ca.pem'), '');
    await expect(ensureCertificates({ stateDir: folder, nowMs })).rejects.toThrow(/^Cannot read .*ca\.key/);
  });
});
