import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../process/settings.ts';
import { upstreamConfigOf, upstreamSettings } from './settings.ts';

const directory = mkdtempSync(join(tmpdir(), 'vigil-upstream-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(directory, name), text, { mode: 0o600 });
  return join(directory, name);
};
const url = { VIGIL_UPSTREAM_URL: 'mqtts://broker.example:8883' };
const configOf = (env: Record<string, string>) => upstreamConfigOf(readSettings(upstreamSettings, env));

describe('upstreamConfigOf', () => {
  it('upstreamConfigOf returns undefined without a URL', () => {
    expect(configOf({})).toBeUndefined();
  });

  it('upstreamConfigOf uses one connection without a group by default', () => {
    expect(configOf(url)).toEqual({
      url: url.VIGIL_UPSTREAM_URL,
      tls: {},
      username: undefined,
      password: undefined,
      group: '',
      clientId: 'vigil',
      connections: 1,
      inFlightMax: 256,
      sessionExpiryS: 604_800,
    });
  });

  it('upstreamConfigOf reads the certificate and the password from files', () => {
    const config = configOf({
      ...url,
      VIGIL_UPSTREAM_CA_FILE: file('ca.pem', 'ca'),
      VIGIL_UPSTREAM_CERT_FILE: file('cert.pem', 'cert'),
      VIGIL_UPSTREAM_KEY_FILE: file('key.pem', 'key'),
      VIGIL_UPSTREAM_USER: 'vigil',
      VIGIL_UPSTREAM_PASSWORD_FILE: file('password', 'secret\n'),
      VIGIL_UPSTREAM_GROUP: 'wards',
      VIGIL_UPSTREAM_CONNECTIONS: '4',
    });
    expect(config).toMatchObject({
      tls: { ca: 'ca', cert: 'cert', key: 'key' },
      username: 'vigil',
      password: 'secret',
      group: 'wards',
      connections: 4,
    });
  });

  it.each([
    ['a URL without TLS', { VIGIL_UPSTREAM_URL: 'mqtt://broker.example' }, 'VIGIL_UPSTREAM_URL'],
    ['a URL with a password', { VIGIL_UPSTREAM_URL: 'mqtts://a:b@broker.example' }, 'VIGIL_UPSTREAM_URL'],
    ['a certificate without a key', { ...url, VIGIL_UPSTREAM_CERT_FILE: file('c', 'c') }, 'VIGIL_UPSTREAM_KEY_FILE'],
    ['a key without a certificate', { ...url, VIGIL_UPSTREAM_KEY_FILE: file('k', 'k') }, 'VIGIL_UPSTREAM_CERT_FILE'],
    ['a password without a user name', { ...url, VIGIL_UPSTREAM_PASSWORD_FILE: file('p', 'p') }, 'VIGIL_UPSTREAM_USER'],
    ['several connections without a group', { ...url, VIGIL_UPSTREAM_CONNECTIONS: '2' }, 'VIGIL_UPSTREAM_GROUP'],
    ['a group name with a slash', { ...url, VIGIL_UPSTREAM_GROUP: 'a/b' }, 'VIGIL_UPSTREAM_GROUP'],
    [
      'a file that does not exist',
      { ...url, VIGIL_UPSTREAM_CA_FILE: join(directory, 'none') },
      'VIGIL_UPSTREAM_CA_FILE',
    ],
  ])('upstreamConfigOf refuses %s and names the setting', (_name, env, name) => {
    expect(() => configOf(env)).toThrow(name);
  });
});
