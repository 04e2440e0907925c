/** Attacks on the TLS listeners: old versions, weak ciphers, connections without TLS, and wrong certificates. */
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { issueAuthority, issueLeaf, type Pair } from '../../certs/issue.ts';
import { certFile, product } from './attacker.ts';

/** First request for each protocol. A server that accepts the connection answers this request. */
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
  /** Certificate that the listener accepts; undefined if the listener demands no certificate. */
  readonly clientCertificate?: string;
  /** Oldest version of TLS that the listener accepts. */
  readonly oldestVersion: 'TLSv1.2' | 'TLSv1.3';
};
const listeners: readonly Listener[] = [
  { name: 'the screens', port: product.httpPort, hello: http, oldestVersion: 'TLSv1.2' },
  {
    name: 'devices',
    port: product.mqttPort,
    hello: mqtt,
    clientCertificate: 'devices/spare-04',
    oldestVersion: 'TLSv1.2',
  },
  { name: 'Kafka', port: product.kafkaPort, hello: kafka, clientCertificate: 'gateway', oldestVersion: 'TLSv1.3' },
  {
    name: "Kafka's controller",
    port: product.kafkaControllerPort,
    hello: kafka,
    clientCertificate: 'admin',
    oldestVersion: 'TLSv1.3',
  },
  { name: 'InfluxDB', port: product.influxPort, hello: ping, oldestVersion: 'TLSv1.2' },
];

const pairOf = (name: string): Pair => ({ certificate: certFile(`${name}.pem`), key: certFile(`${name}.key`) });
const withPair = ({ certificate, key }: Pair): ConnectionOptions => ({ cert: certificate, key });

/**
 * Connects and sends a request. Returns `answered` if the server sends data after the handshake, otherwise the reason.
 */
function sendRequest(port: number, hello: Buffer, options: ConnectionOptions): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  socket.setTimeout(20_000, () => resolve('silent'));
  socket.on('secureConnect', () => socket.write(hello));
  socket.on('data', () => resolve('answered'));
  socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  socket.on('close', () => resolve('closed'));
  return promise.finally(() => socket.destroy());
}

const oldVersions = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
/** Ciphers without forward secrecy, without authentication, or with a mode that has known attacks. */
const weakCiphers = [
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
  it('the client of these tests can connect with old versions and weak ciphers to a server that accepts them', async () => {
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
        expect([version, await sendRequest(port, http, { ...oldVersions, maxVersion: version })]).toEqual([
          version,
          'answered',
        ]);
      for (const cipher of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-NULL-SHA', 'ECDHE-ECDSA-AES128-CCM8'])
        expect([cipher, await requestWithCipher(port, http, cipher)]).toEqual([cipher, 'answered']);
    } finally {
      server.close();
    }
  });
});

const requestWithCipher = (port: number, hello: Buffer, cipher: string, more: ConnectionOptions = {}) =>
  sendRequest(port, hello, { maxVersion: 'TLSv1.2', ciphers: `${cipher}:@SECLEVEL=0`, ...more });

describe.each(listeners)('the listener of $name', ({ port, hello, clientCertificate, oldestVersion }) => {
  const acceptedOptions = clientCertificate === undefined ? {} : withPair(pairOf(clientCertificate));

  it('the listener answers a client with correct TLS', async () => {
    expect(await sendRequest(port, hello, acceptedOptions)).toBe('answered');
    if (oldestVersion === 'TLSv1.2')
      expect(await requestWithCipher(port, hello, 'ECDHE-ECDSA-AES128-GCM-SHA256', acceptedOptions)).toBe('answered');
  });

  it('the listener refuses old versions of TLS', async () => {
    const versions =
      oldestVersion === 'TLSv1.3' ? (['TLSv1', 'TLSv1.1', 'TLSv1.2'] as const) : (['TLSv1', 'TLSv1.1'] as const);
    for (const version of versions) {
      const answer = await sendRequest(port, hello, { ...oldVersions, ...acceptedOptions, maxVersion: version });
      expect([version, answer]).toEqual([version, expect.stringMatching(/ALERT|closed|ECONNRESET/)]);
    }
  });

  it('the listener refuses ciphers without forward secrecy, without authentication or without an authenticated mode', async () => {
    for (const cipher of weakCiphers)
      expect([cipher, await requestWithCipher(port, hello, cipher, acceptedOptions)]).not.toEqual([cipher, 'answered']);
  });

  it('the listener sends no data to a client without TLS, except an error', async () => {
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
    // InfluxDB answers with a plain text that it expects HTTPS. An alert of TLS has seven bytes.
    expect(await promise).toMatch(
      /^(?:.{0,7}|HTTP\/1\.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server\.\n)$/s,
    );
  });
});

describe('the MQTT listener', () => {
  const leaf = (commonName: string) =>
    ({ file: commonName, commonName, authority: 'device-ca', purposes: ['client'], names: [] }) as const;
  const deviceCa = () => pairOf('device-ca');
  const threeYearsMs = 3 * 365 * 24 * 3_600_000;
  const strangers: [string, () => Promise<ConnectionOptions> | ConnectionOptions][] = [
    ['without a certificate', () => ({})],
    ["with a service's certificate", () => withPair(pairOf('gateway'))],
    ["with the administrator's certificate", () => withPair(pairOf('admin'))],
    ['with a certificate that it signed itself', async () => withPair(await issueAuthority('bed-01', Date.now()))],
    [
      'with a certificate of a false authority with the name of Vigil’s authority',
      async () =>
        withPair(await issueLeaf(leaf('bed-01'), await issueAuthority('Vigil devices CA', Date.now()), Date.now())),
    ],
    [
      'with a device certificate that the authority of the services signed',
      async () => withPair(await issueLeaf(leaf('bed-01'), pairOf('ca'), Date.now())),
    ],
    [
      'with a certificate that has expired',
      async () => withPair(await issueLeaf(leaf('bed-01'), deviceCa(), Date.now() - threeYearsMs)),
    ],
    [
      'with a certificate that is not yet valid',
      async () => withPair(await issueLeaf(leaf('bed-01'), deviceCa(), Date.now() + threeYearsMs)),
    ],
    [
      'with a certificate that is valid only for servers',
      async () => withPair(await issueLeaf({ ...leaf('bed-01'), purposes: ['server'] }, deviceCa(), Date.now())),
    ],
  ];

  it.each(strangers)('a client %s gets no answer from the MQTT listener', async (_name, options) => {
    expect(await sendRequest(product.mqttPort, mqtt, await options())).toMatch(/ALERT|closed|ECONNRESET/);
  });
});

it('a client of Kafka or InfluxDB refuses a connection that leads to the dashboard, and a client of the dashboard refuses Kafka', async () => {
  for (const [port, name] of [
    [product.httpPort, 'kafka'],
    [product.httpPort, 'influxdb'],
    [product.kafkaPort, 'dashboard'],
  ] as const) {
    const result = await sendRequest(port, http, {
      ca: certFile('ca.pem'),
      servername: name,
      rejectUnauthorized: true,
    });
    expect([name, result]).toEqual([name, 'ERR_TLS_CERT_ALTNAME_INVALID']);
  }
});
