/**
 * Lists the certificates of a Vigil installation, and the authority that signs each certificate.
 *
 * Services and devices have separate authorities. So the MQTT listener refuses a service's certificate, and Kafka
 * refuses a device's certificate.
 */

/** `serverAuth` and `clientAuth` of RFC 5280, 4.2.1.12. */
export type Purpose = 'server' | 'client';

export type AuthorityName = 'ca' | 'device-ca';

export type WantedCertificate = {
  /** Path inside `certs/` without the ending: `kafka`, `devices/bed-07`. */
  readonly file: string;
  readonly commonName: string;
  readonly authority: AuthorityName;
  readonly purposes: readonly Purpose[];
  /** Host names and addresses by which clients reach the server. Empty for a client. */
  readonly names: readonly string[];
};

export const authorities: Readonly<Record<AuthorityName, string>> = {
  ca: 'Vigil services CA',
  'device-ca': 'Vigil devices CA',
};

/** Names and addresses of a server for clients on the same machine. */
const localNames = ['localhost', '127.0.0.1', '::1'] as const;

/**
 * The file of each server's certificate, by the name of the server. A client checks that the certificate contains the
 * server's name. No other server's certificate contains this name. So a certificate that was stolen from one server
 * cannot be used for another server, even at the same address. With compose, the name is also the host name.
 */
export const certificateFiles = {
  kafka: 'kafka',
  influxdb: 'influxdb',
  gateway: 'mqtt-server',
  dashboard: 'web-server',
} as const;
export type ServerName = keyof typeof certificateFiles;

const serverNames = Object.keys(certificateFiles) as ServerName[];

/**
 * The servers to which devices and browsers connect. If an operator adds a further name without a server, these two
 * servers get the name.
 */
const publicServers: readonly ServerName[] = ['gateway', 'dashboard'];

/** A host name or address that an operator adds to the certificates of `servers`. */
export type ExtraName = { readonly name: string; readonly servers: readonly ServerName[] };

/**
 * Parses the text of a further name: `gateway=mqtt.example`, or `mqtt.example` for both the gateway and the dashboard.
 * @returns undefined if the name is not a host name, or is the name of another server
 */
export function parseExtraName(text: string): ExtraName | undefined {
  const [, server, name = ''] = /^(?:([a-z]+)=)?(.*)$/.exec(text) ?? [];
  const servers = server === undefined ? publicServers : serverNames.filter((serverName) => serverName === server);
  const isNameOfAnother = serverNames.some(
    (serverName) => serverName === name && !(servers.length === 1 && servers[0] === serverName),
  );
  return servers.length > 0 && isHostName(name) && !isNameOfAnother ? { name, servers } : undefined;
}

/**
 * Returns the certificates that the services need.
 * @param clients names of the clients of Kafka, without the broker
 * @param principalOf function that returns a service's name in Kafka (certs/services.ts)
 * @param extraNames further host names of the servers (a hospital's DNS name, the hosts of several brokers)
 */
export function serviceCertificates(
  clients: readonly string[],
  extraNames: readonly ExtraName[],
  principalOf: (service: string) => string = (service) => service,
): WantedCertificate[] {
  return [
    ...serverNames.map((server): WantedCertificate => {
      const extra = extraNames.filter(({ servers }) => servers.includes(server)).map(({ name }) => name);
      return {
        file: certificateFiles[server],
        commonName: server === 'kafka' ? principalOf(server) : certificateFiles[server],
        authority: 'ca',
        // The broker is also a client, because it connects to its own controller. The other servers only accept
        // connections.
        purposes: server === 'kafka' ? ['server', 'client'] : ['server'],
        names: [...new Set([server, ...localNames, ...extra])],
      };
    }),
    ...clients.map(
      (name): WantedCertificate => ({
        file: name,
        commonName: principalOf(name),
        authority: 'ca',
        purposes: ['client'],
        names: [],
      }),
    ),
  ];
}

/**
 * Returns which names of a server's former certificate the next certificate keeps: the names that an operator added in
 * an earlier run. A former certificate from an older version of Vigil contains the names of all servers. From such a
 * certificate, only the servers in `publicServers` keep the added names.
 */
export function namesToKeep(wanted: WantedCertificate, former: readonly string[]): string[] {
  const server = serverNames.find((name) => certificateFiles[name] === wanted.file);
  if (server === undefined) return [];
  const isOfOlderVersion = !former.includes(server) || hasNameOfOtherServer(wanted, former);
  if (isOfOlderVersion && !publicServers.includes(server)) return [];
  return former.filter((name) => name === server || !isServerName(name));
}

/** Returns whether the names of a server's certificate contain the name of another server. */
export function hasNameOfOtherServer(wanted: WantedCertificate, names: readonly string[]): boolean {
  return names.some((name) => isServerName(name) && certificateFiles[name] !== wanted.file);
}

function isServerName(name: string): name is ServerName {
  return Object.hasOwn(certificateFiles, name);
}

/** Returns the certificate that a bedside device needs. Its common name is the device's identity. */
export function deviceCertificate(deviceId: string): WantedCertificate {
  return {
    file: `devices/${deviceId}`,
    commonName: deviceId,
    authority: 'device-ca',
    purposes: ['client'],
    names: [],
  };
}

const hostPattern = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$/;
const ipv6Pattern = /^[0-9A-Fa-f:]{2,39}$/;

/** Returns whether a text can be a subject alternative name: a DNS name or an IP address. */
export function isHostName(text: string): boolean {
  return hostPattern.test(text) || (text.includes(':') && ipv6Pattern.test(text));
}
