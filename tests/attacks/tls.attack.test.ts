/** What a listener lets a stranger speak: old versions, weak ciphers, no TLS at all, and certificates that are not for it. */
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { issueAuthority, issueLeaf, type Pair } from '../../certs/issue.ts';
import { certFile, product } from './attacker.ts';

/** What each port is first told by who may speak to it, so that a server that lets one in has an answer. */
const http = Buffer.from('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
const ping = Buffer.from('GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
/** CONNECT of MQTT 3.1.1 with an empty client id and a clean session. */
const mqtt = Buffer.from([0x10, 12, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 60, 0, 0]);
/** ApiVersions, version 0. */
const kafka = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

type Listener = {
  readonly name: string;
  readonly port: number;
  readonly hello: Buffer;
  /** Who may come; undefined where anyone may. */
  readonly client?: string;
  readonly oldest: 'TLSv1.2' | 'TLSv1.3';
};
const listeners: readonly Listener[] = [
  { name: 'the screens', port: product.httpPort, hello: http, oldest: 'TLSv1.2' },
  { name: 'devices', port: product.mqttPort, hello: mqtt, client: 'devices/spare-04', oldest: 'TLSv1.2' },
  { name: 'Kafka', port: product.kafkaPort, hello: kafka, client: 'gateway', oldest: 'TLSv1.3' },
  { name: "Kafka's controller", port: product.kafkaControllerPort, hello: kafka, client: 'admin', oldest: 'TLSv1.3' },
  { name: 'InfluxDB', port: product.influxPort, hello: ping, oldest: 'TLSv1.2' },
];

const pairOf = (name: string): Pair => ({ certificate: certFile(`${name}.pem`), key: certFile(`${name}.key`) });
const withPair = ({ certificate, key }: Pair): ConnectionOptions => ({ cert: certificate, key });

/** "answered" where the server said anything after the handshake; otherwise why not. */
function speak(port: number, hello: Buffer, options: ConnectionOptions): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  socket.setTimeout(20_000, () => resolve('silent'));
  socket.on('secureConnect', () => socket.write(hello));
  socket.on('data', () => resolve('answered'));
  socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  socket.on('close', () => resolve('closed'));
  return promise.finally(() => socket.destroy());
}

const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
/** Without forward secrecy, without authentication, or with a mode that has been broken before. */
const weak = [
  ...['AES128-SHA', 'AES256-SHA', 'AES128-SHA256', 'AES256-SHA256', 'AES128-GCM-SHA256', 'AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA384'],
  ...[
    'ECDHE-ECDSA-CAMELLIA128-SHA256',
    'ECDHE-ECDSA-AES128-CCM8',
    'ECDHE-ECDSA-NULL-SHA',
    'AECDH-AES128-SHA',
    'NULL-SHA256',
  ],
];

describe('the client of these tests', () => {
  it('the client speaks old versions and weak ciphers if a server accepts them: the product refuses them', async () => {
    const server = createServer({
      cert: certFile('web-server.pem'),
      key: certFile('web-server.key'),
      minVersion: 'TLSv1',
      ciphers: 'ALL:eNULL:@SECLEVEL=0',
    });
    server.on('secureConnection', (socket) => socket.end('x'));
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      for (const version of ['TLSv1', 'TLSv1.1'] as const)
        expect([version, await speak(port, http, { ...old, maxVersion: version })]).toEqual([version, 'answered']);
      for (const cipher of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-NULL-SHA', 'ECDHE-ECDSA-AES128-CCM8'])
        expect([cipher, await speakWith(port, http, cipher)]).toEqual([cipher, 'answered']);
    } finally {
      server.close();
    }
  });
});

const speakWith = (port: number, hello: Buffer, cipher: string, more: ConnectionOptions = {}) =>
  speak(port, hello, { maxVersion: 'TLSv1.2', ciphers: `${cipher}:@SECLEVEL=0`, ...more });

describe.each(listeners)('the listener of $name', ({ port, hello, client, oldest }) => {
  const good = client === undefined ? {} : withPair(pairOf(client));

  it('the listener answers a client that speaks correct TLS', async () => {
    expect(await speak(port, hello, good)).toBe('answered');
    if (oldest === 'TLSv1.2')
      expect(await speakWith(port, hello, 'ECDHE-ECDSA-AES128-GCM-SHA256', good)).toBe('answered');
  });

  it('the listener speaks no old version', async () => {
    const versions =
      oldest === 'TLSv1.3' ? (['TLSv1', 'TLSv1.1', 'TLSv1.2'] as const) : (['TLSv1', 'TLSv1.1'] as const);
    for (const version of versions) {
      const answer = await speak(port, hello, { ...old, ...good, maxVersion: version });
      expect([version, answer]).toEqual([version, expect.stringMatching(/ALERT|closed|ECONNRESET/)]);
    }
  });

  it('the listener agrees to no cipher without forward secrecy, authentication and an authenticated mode', async () => {
    for (const cipher of weak)
      expect([cipher, await speakWith(port, hello, cipher, good)]).not.toEqual([cipher, 'answered']);
  });

  it('the listener says nothing to a client that speaks without TLS', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connectTcp({ host: '127.0.0.1', port });
    let text = '';
    socket.on('data', (part) => {
      text += part.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.write(hello);
    socket.end();
    // Go's server says in plain words that it speaks HTTPS, and nothing else; an alert of TLS has seven bytes.
    expect(await promise).toMatch(
      /^(?:.{0,7}|HTTP\/1\.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server\.\n)$/s,
    );
  });
});

describe('a client that is no device', () => {
  const leaf = (commonName: string) =>
    ({ file: commonName, commonName, authority: 'device-ca', purposes: ['client'], names: [] }) as const;
  const deviceCa = () => pairOf('device-ca');
  const yearsAgo = 3 * 365 * 24 * 3_600_000;
  const strangers: [string, () => Promise<ConnectionOptions> | ConnectionOptions][] = [
    ['without a certificate', () => ({})],
    ["with a service's certificate", () => withPair(pairOf('gateway'))],
    ["with the administrator's certificate", () => withPair(pairOf('admin'))],
    ['with a certificate that it signed itself', async () => withPair(await issueAuthority('bed-01', Date.now()))],
    [
      'with a certificate of an authority that has the name of ours',
      async () =>
        withPair(await issueLeaf(leaf('bed-01'), await issueAuthority('Vigil devices CA', Date.now()), Date.now())),
    ],
    [
      'with a certificate that our services’ authority signed for a device',
      async () => withPair(await issueLeaf(leaf('bed-01'), pairOf('ca'), Date.now())),
    ],
    [
      'with a certificate that has expired',
      async () => withPair(await issueLeaf(leaf('bed-01'), deviceCa(), Date.now() - yearsAgo)),
    ],
    [
      'with a certificate that is not yet valid',
      async () => withPair(await issueLeaf(leaf('bed-01'), deviceCa(), Date.now() + yearsAgo)),
    ],
    [
      'with a certificate for servers alone',
      async () => withPair(await issueLeaf({ ...leaf('bed-01'), purposes: ['server'] }, deviceCa(), Date.now())),
    ],
  ];

  it.each(strangers)('a client %s gets no word of MQTT', async (_name, options) => {
    expect(await speak(product.mqttPort, mqtt, await options())).toMatch(/ALERT|closed|ECONNRESET/);
  });
});

it('a server with the dashboard’s certificate is not accepted as Kafka or as a database', async () => {
  for (const [port, name] of [
    [product.httpPort, 'kafka'],
    [product.httpPort, 'influxdb'],
    [product.kafkaPort, 'dashboard'],
  ] as const) {
    const told = await speak(port, http, { ca: certFile('ca.pem'), servername: name, rejectUnauthorized: true });
    expect([name, told]).toEqual([name, 'ERR_TLS_CERT_ALTNAME_INVALID']);
  }
});
