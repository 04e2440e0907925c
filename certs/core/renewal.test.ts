import { describe, expect, it } from 'vitest';
import { dayMs } from '../../contracts/durations.ts';
import {
  authorityNeedsRenewal,
  authorityRenewalMs,
  type CertificateFacts,
  leafEndMs,
  leafLifeMs,
  leafRenewalMs,
  renewalReason,
} from './renewal.ts';
import { deviceCertificate, isHostName, namesToKeep, parseExtraName, serviceCertificates } from './wanted.ts';

const now = Date.UTC(2026, 0, 1);
const [wanted] = serviceCertificates([], [{ name: 'kafka.example', servers: ['kafka'] }]);
if (wanted === undefined) throw new Error('no broker certificate');
const goodFacts: CertificateFacts = {
  commonName: 'kafka',
  notBeforeMs: now - dayMs,
  notAfterMs: now + leafLifeMs,
  names: ['kafka', 'localhost', '127.0.0.1', '::1', 'kafka.example'],
  purposes: ['client', 'server'],
  isIssuedByUs: true,
  isKeyRight: true,
};

describe('renewalReason', () => {
  it.each<[string, Partial<CertificateFacts>, ReturnType<typeof renewalReason>]>([
    ['everything is right', {}, undefined],
    ['the certificate is valid for exactly 30 more days', { notAfterMs: now + leafRenewalMs }, undefined],
    [
      'the certificate is valid for a millisecond less than 30 more days',
      { notAfterMs: now + leafRenewalMs - 1 },
      'expires',
    ],
    ['the certificate has expired', { notAfterMs: now - 1 }, 'expires'],
    ['the certificate is valid from now on', { notBeforeMs: now }, undefined],
    ['the certificate is valid from a millisecond after now', { notBeforeMs: now + 1 }, 'not-yet-valid'],
    ['another authority signed the certificate', { isIssuedByUs: false }, 'other-authority'],
    ["the certificate's key belongs to another certificate", { isKeyRight: false }, 'key-does-not-fit'],
    ['the certificate has another subject', { commonName: 'gateway' }, 'other-subject'],
    ['a name is missing', { names: ['localhost', '127.0.0.1', '::1'] }, 'name-missing'],
    ['the certificate has a further name', { names: [...goodFacts.names, 'other.example'] }, undefined],
    ['the certificate has the name of another server', { names: [...goodFacts.names, 'gateway'] }, 'name-of-another'],
    ['the only purpose of the certificate is server', { purposes: ['server'] }, 'other-purpose'],
    ['the certificate has no purpose', { purposes: [] }, 'other-purpose'],
  ])('renewalReason if %s: %j → %s', (_name, change, reason) => {
    expect(renewalReason({ ...goodFacts, ...change }, wanted, now)).toBe(reason);
  });

  it('renewalReason of a missing certificate is `missing`', () => {
    expect(renewalReason(undefined, wanted, now)).toBe('missing');
  });
});

describe('authorityNeedsRenewal and leafEndMs', () => {
  it.each([
    ['is valid for exactly one more year', authorityRenewalMs, false],
    ['is valid for a millisecond less than one more year', authorityRenewalMs - 1, true],
    ['has expired', -1, true],
  ])('authorityNeedsRenewal returns the right answer for an authority that %s', (_name, leftMs, renew) => {
    expect(authorityNeedsRenewal({ notBeforeMs: now - 1, notAfterMs: now + leftMs }, now)).toBe(renew);
  });

  it('a certificate never outlives its authority', () => {
    expect(leafEndMs(now, now + leafLifeMs + 1)).toBe(now + leafLifeMs);
    expect(leafEndMs(now, now + dayMs)).toBe(now + dayMs);
  });
});

describe('isHostName', () => {
  it.each(['localhost', 'kafka', 'a.b-c.example', '10.0.0.1', '::1', 'fe80::1', 'x'.repeat(63)])(
    'isHostName accepts %s',
    (name) => {
      expect(isHostName(name)).toBe(true);
    },
  );

  it.each(['', ' ', '-a', 'a..b', 'a b', 'a/b', '*.example', 'DNS:x, IP:y', ':', 'x'.repeat(254), 'naïve.example'])(
    'isHostName refuses "%s"',
    (name) => {
      expect(isHostName(name)).toBe(false);
    },
  );
});

it('deviceCertificate returns a certificate that the authority of the devices signs and that is only for clients', () => {
  expect(deviceCertificate('bed-07')).toEqual({
    file: 'devices/bed-07',
    commonName: 'bed-07',
    authority: 'device-ca',
    purposes: ['client'],
    names: [],
  });
});

describe('parseExtraName and namesToKeep', () => {
  it.each([
    ['mqtt.example', { name: 'mqtt.example', servers: ['gateway', 'dashboard'] }],
    ['192.0.2.7', { name: '192.0.2.7', servers: ['gateway', 'dashboard'] }],
    ['gateway=mqtt.example', { name: 'mqtt.example', servers: ['gateway'] }],
    ['kafka=2001:db8::7', { name: '2001:db8::7', servers: ['kafka'] }],
    ['dashboard=dashboard', { name: 'dashboard', servers: ['dashboard'] }],
  ])('parseExtraName parses %s', (text, name) => {
    expect(parseExtraName(text)).toEqual(name);
  });

  it.each(['', 'kafka', 'gateway', 'dashboard=kafka', 'gateway=', 'trends=a.example', 'ca=a.example', 'gateway=a b'])(
    'parseExtraName refuses "%s"',
    (text) => {
      expect(parseExtraName(text)).toBeUndefined();
    },
  );

  const allNames = ['localhost', 'kafka', 'influxdb', 'gateway', 'dashboard', 'ward.example'];
  it.each<[string, string, readonly string[], readonly string[]]>([
    [
      'the web server, from an old version of Vigil that put all names into each certificate',
      'web-server',
      allNames,
      ['localhost', 'dashboard', 'ward.example'],
    ],
    ['Kafka, from an old version of Vigil that put all names into each certificate', 'kafka', allNames, []],
    [
      'Kafka, from an old version of Vigil that put no name of Kafka into its certificate',
      'kafka',
      ['localhost', 'ward.example'],
      [],
    ],
    [
      'Kafka, with a name that an operator gave',
      'kafka',
      ['kafka', 'localhost', 'k.example'],
      ['kafka', 'localhost', 'k.example'],
    ],
    ['a client', 'gateway', ['gateway'], []],
  ])('namesToKeep returns the right names for the former certificate of %s', (_case, file, former, kept) => {
    const wanted = serviceCertificates(['gateway'], []).find((certificate) => certificate.file === file)!;
    expect(namesToKeep(wanted, former)).toEqual(kept);
  });
});
