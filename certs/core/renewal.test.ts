import { describe, expect, it } from 'vitest';
import {
  authorityNeedsRenewal,
  authorityRenewalMs,
  type CertificateFacts,
  dayMs,
  leafEndMs,
  leafLifeMs,
  leafRenewalMs,
  renewalReason,
} from './renewal.ts';
import { deviceCertificate, isHostName, keptNames, parseExtraName, serviceCertificates } from './wanted.ts';

const now = Date.UTC(2026, 0, 1);
const [wanted] = serviceCertificates([], [{ name: 'kafka.example', of: ['kafka'] }]);
if (wanted === undefined) throw new Error('no broker certificate');
const good: CertificateFacts = {
  commonName: 'kafka',
  notBeforeMs: now - dayMs,
  notAfterMs: now + leafLifeMs,
  names: ['kafka', 'localhost', '127.0.0.1', '::1', 'kafka.example'],
  purposes: ['client', 'server'],
  issuedByOurs: true,
  keyFits: true,
};

describe('renewalReason', () => {
  it.each<[string, Partial<CertificateFacts>, ReturnType<typeof renewalReason>]>([
    ['a right certificate', {}, undefined],
    ['exactly 30 days left', { notAfterMs: now + leafRenewalMs }, undefined],
    ['a millisecond less than 30 days left', { notAfterMs: now + leafRenewalMs - 1 }, 'expires'],
    ['expired', { notAfterMs: now - 1 }, 'expires'],
    ['valid from now', { notBeforeMs: now }, undefined],
    ['valid a millisecond from now', { notBeforeMs: now + 1 }, 'not-yet-valid'],
    ['another authority', { issuedByOurs: false }, 'other-authority'],
    ["another certificate's key", { keyFits: false }, 'key-does-not-fit'],
    ['another subject', { commonName: 'gateway' }, 'other-subject'],
    ['a name missing', { names: ['localhost', '127.0.0.1', '::1'] }, 'name-missing'],
    ['a further name', { names: [...good.names, 'other.example'] }, undefined],
    ['the name of another server', { names: [...good.names, 'gateway'] }, 'name-of-another'],
    ['server only', { purposes: ['server'] }, 'other-purpose'],
    ['no purpose', { purposes: [] }, 'other-purpose'],
  ])('renewalReason of a certificate: %s', (_name, change, reason) => {
    expect(renewalReason({ ...good, ...change }, wanted, now)).toBe(reason);
  });

  it('a missing certificate is issued', () => {
    expect(renewalReason(undefined, wanted, now)).toBe('missing');
  });
});

describe('authorityNeedsRenewal and leafEndMs', () => {
  it.each([
    ['a year left', authorityRenewalMs, false],
    ['less than a year', authorityRenewalMs - 1, true],
    ['expired', -1, true],
  ])('authorityNeedsRenewal of an authority with %s', (_name, leftMs, renew) => {
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
    'refuses "%s"',
    (name) => {
      expect(isHostName(name)).toBe(false);
    },
  );

  it('devices have certificates of their own authority, for clients only', () => {
    expect(deviceCertificate('bed-07')).toEqual({
      file: 'devices/bed-07',
      commonName: 'bed-07',
      authority: 'device-ca',
      purposes: ['client'],
      names: [],
    });
  });
});

describe('parseExtraName and keptNames', () => {
  it.each([
    ['mqtt.example', { name: 'mqtt.example', of: ['gateway', 'dashboard'] }],
    ['192.0.2.7', { name: '192.0.2.7', of: ['gateway', 'dashboard'] }],
    ['gateway=mqtt.example', { name: 'mqtt.example', of: ['gateway'] }],
    ['kafka=2001:db8::7', { name: '2001:db8::7', of: ['kafka'] }],
    ['dashboard=dashboard', { name: 'dashboard', of: ['dashboard'] }],
  ])('parseExtraName parses %s', (text, name) => {
    expect(parseExtraName(text)).toEqual(name);
  });

  it.each(['', 'kafka', 'gateway', 'dashboard=kafka', 'gateway=', 'trends=a.example', 'ca=a.example', 'gateway=a b'])(
    'refuses "%s": a server has no name of another',
    (text) => {
      expect(parseExtraName(text)).toBeUndefined();
    },
  );

  const all = ['localhost', 'kafka', 'influxdb', 'gateway', 'dashboard', 'ward.example'];
  const own = (file: string) => serviceCertificates([], []).find((one) => one.file === file)!;
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['of the web server from before names were apart', 'web-server', all, ['localhost', 'dashboard', 'ward.example']],
    ['of Kafka from before names were apart', 'kafka', all, []],
    ['of Kafka from before it had a name', 'kafka', ['localhost', 'ward.example'], []],
    ['of Kafka that were asked for', 'kafka', ['kafka', 'localhost', 'k.example'], ['kafka', 'localhost', 'k.example']],
    ['of a client', 'gateway', ['gateway'], []],
  ])('keptNames of a certificate: %s', (_case, file, former, kept) => {
    const wanted = serviceCertificates(['gateway'], []).find((one) => one.file === file) ?? own(file);
    expect(keptNames(wanted, former)).toEqual(kept);
  });
});
