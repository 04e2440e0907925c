import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandHere } from '../process/command.testing.ts';
import { readRevocationLists } from '../process/crl.ts';
import { runProgram } from '../tests/program.ts';
import { certsCommand } from './command.ts';

const state = mkdtempSync(join(tmpdir(), 'vigil-certs-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

const env = { VIGIL_STATE_DIR: state };
const certs = (...args: string[]) => runCommandHere(certsCommand, args, { env });

describe('npm run certs', () => {
  it('npm run certs issues all certificates once, and `device` issues one more', async () => {
    expect(await certs()).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('certs/kafka: issued (missing)'),
    });
    expect((await certs()).out).toMatch(/^Nothing to do/);
    expect((await certs('device', 'bed-07')).out).toBe('certs/devices/bed-07: issued (missing)\n');
    expect(existsSync(join(state, 'certs/devices/bed-07.key'))).toBe(true);
  });

  it('npm run certs enrols a device by its request, lists and revokes its certificates, and issues the CRL', async () => {
    const csr = join(state, 'bed-09.csr');
    const pair = generateKeyPairSync('ed25519', {
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    });
    writeFileSync(csr, ed25519Request('bed-09', pair));
    const enrolled = await certs('enrol', '--csr', csr);
    expect(enrolled).toMatchObject({ code: 0, err: expect.stringMatching(/^bed-09: enrolled until .*, serial /) });
    expect(new X509Certificate(enrolled.out).subject).toBe('CN=bed-09');
    expect(await certs('enrol', '--csr', csr)).toMatchObject({ code: 1, err: expect.stringMatching(/add --renew/) });
    const out = join(state, 'bed-09.pem');
    expect((await certs('enrol', '--csr', csr, '--renew', '--out', out)).out).toMatch(
      /^bed-09: enrolled .*bed-09\.pem\n$/,
    );
    expect((await certs('list')).out.match(/bed-09 .* request {2}valid\n/g)).toHaveLength(2);
    expect(
      (await certs('revoke', 'bed-09', '--reason', 'superseded')).out.match(/bed-09: revoked \w+ \(superseded\)/g),
    ).toHaveLength(2);
    expect((await certs('revoke', 'bed-09')).out).toMatch(/^bed-09 has no valid certificate to revoke/);
    expect((await certs('list')).out).toMatch(/bed-09 .* request {2}revoked \(superseded\)/);
    expect((await certs('crl')).out).toMatch(/^certs\/device-ca\.crl: number \d+, 2 revoked, valid until /);
  });

  it('`revoke --serial` refuses the certificate of another device, and names its owner', async () => {
    await certs('device', 'bed-11', 'bed-12');
    const serial = (await certs('list')).out.match(/^(\w+) {2}bed-11/m)?.[1] ?? '';
    expect(await certs('revoke', 'bed-12', '--serial', serial)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining(`of bed-12: this certificate belongs to bed-11.`),
    });
  });

  it('`revoke-again` revokes a certificate that is not in the register, and a valid certificate in the register', async () => {
    await certs('device', 'bed-13');
    const serial = (await certs('list')).out.match(/^(\w+) {2}bed-13/m)?.[1] ?? '';
    expect(await certs('revoke-again', serial, '0ABC')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^certs\/device-ca\.crl: number \d+, 2 newly revoked, \d+ revoked, valid until /),
    });
    expect((await certs('list')).out).toMatch(/bed-13 .* revoked \(key-compromise\)/);
    const listed = readRevocationLists(readFileSync(join(state, 'certs/device-ca.crl')), [
      readFileSync(join(state, 'certs/device-ca.pem'), 'utf8'),
    ]).get(0);
    expect(listed?.serials).toContain('abc');
    expect(listed?.serials).toContain(serial);
    expect((await certs('revoke-again', '0abc')).out).toMatch(/: number \d+, 0 newly revoked, /);
  });

  it('`--help` prints the help with the settings', async () => {
    expect(await certs('--help')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('VIGIL_STATE_DIR') });
  });

  it.each([
    [['frobnicate'], /"frobnicate" is not a command/],
    [['device'], /Name the device/],
    [['device', 'a/b'], /"a\/b" is not a device id/],
    [['--nonsense'], /--nonsense/],
    [['all'], /"all" is not a command/],
    [['enrol'], /Name the file of the request/],
    [['enrol', '--csr'], /--csr/],
    [['enrol', '--csr', '/nowhere'], /Cannot read \/nowhere \(ENOENT\)/],
    [['enrol', 'bed-07', '--csr', 'x'], /Name the file of the request/],
    [['--csr', 'x'], /--csr is not an option of this command/],
    [['revoke'], /Name one device/],
    [['revoke-again'], /Name the serial numbers/],
    [['revoke-again', 'bed-07'], /"bed-07" is not a serial number/],
    [['revoke', 'a', 'b'], /Name one device/],
    [['revoke', 'bed-77'], /no certificate of bed-77: `npm run certs -- list` prints all/],
    [['revoke', 'gateway'], /gateway: gateway is a service of Vigil; .* add --service/],
    [['revoke', 'web-server', '--serial', '0a'], /web-server is a service of Vigil; .* add --service/],
    [['revoke', 'bed-07', '--service'], /"bed-07" is not a service: .* leave out --service/],
    [['list', 'bed-07'], /`list` takes no name/],
    [['crl', 'bed-07'], /`crl` takes no name\. .* use `npm run certs -- revoke`/],
    [['revoke', 'bed-07', '--reason', 'anger'], /"anger" is not a reason/],
    [['crl', '--renew'], /--renew is not an option/],
    [['--state', '/proc/nowhere'], /^Cannot write \/proc\/nowhere/],
  ])('npm run certs refuses the arguments %j with one line on stderr, and exits with 1', async (args, message) => {
    const { code, out, err } = await certs(...args);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n').length).toBe(1);
  });
});

it('certs/main.ts runs the command with its arguments, and ends with the exit code of the command', async () => {
  expect(runProgram('certs/main.ts', ['--help'], { env })).toEqual(await certs('--help'));
  const { code, out, err } = runProgram('certs/main.ts', ['--csr', 'x'], { env });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^--csr is not an option of this command.*\n$/);
});

/** Returns a certificate signing request (PKCS #10) that this test encodes byte by byte, without our library. */
function ed25519Request(commonName: string, pair: { publicKey: Buffer; privateKey: Buffer }): string {
  const der = (tag: number, ...parts: Uint8Array[]) => {
    const content = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([tag, content.length]), content]);
  };
  const oid = (...bytes: number[]) => der(0x06, Buffer.from(bytes));
  const name = der(0x30, der(0x31, der(0x30, oid(0x55, 4, 3), der(0x0c, Buffer.from(commonName)))));
  const info = der(0x30, der(0x02, Buffer.from([0])), name, pair.publicKey, der(0xa0));
  const key = { key: pair.privateKey, format: 'der', type: 'pkcs8' } as const;
  const signature = der(0x03, Buffer.from([0]), sign(null, info, key));
  const request = Buffer.concat([info, der(0x30, oid(0x2b, 0x65, 0x70)), signature]);
  const whole = Buffer.concat([Buffer.from([0x30, 0x81, request.length]), request]);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${whole.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}
