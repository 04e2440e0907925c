/**
 * Which certificates a Vigil installation has, and from which of the two authorities each comes.
 *
 * Services and devices have separate authorities, so that a service's certificate opens no MQTT listener and a device's
 * certificate opens no Kafka.
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
  /** Host names and addresses by which clients reach it; empty for what only connects. */
  readonly names: readonly string[];
};

export const authorities: Readonly<Record<AuthorityName, string>> = {
  ca: 'Vigil services CA',
  'device-ca': 'Vigil devices CA',
};

/** Where every server of one machine is reached. */
const localNames = ['localhost', '127.0.0.1', '::1'] as const;

/**
 * The servers: the file of each certificate, by the name that it alone carries. Who connects asks for that name, so that a server's stolen
 * certificate passes for no other server, also where all are reached at one address. With compose it is the host name, too.
 */
export const servers = {
  kafka: 'kafka',
  influxdb: 'influxdb',
  gateway: 'mqtt-server',
  dashboard: 'web-server',
} as const;
export type ServerName = keyof typeof servers;

const serverNames = Object.keys(servers) as ServerName[];

/** What devices and browsers connect to: a name that is given without its server is theirs. */
const reachedFromOutside: readonly ServerName[] = ['gateway', 'dashboard'];

/** A further name or address of a server: `gateway=mqtt.example`; without the server it is one of the gateway and the dashboard. */
export type ExtraName = { readonly name: string; readonly of: readonly ServerName[] };

/** @returns undefined where it is no name, or is the name of another server */
export function parseExtraName(text: string): ExtraName | undefined {
  const [, server, name = ''] = /^(?:([a-z]+)=)?(.*)$/.exec(text) ?? [];
  const of = server === undefined ? reachedFromOutside : serverNames.filter((one) => one === server);
  const isAnothers = serverNames.some((one) => one === name && !(of.length === 1 && of[0] === one));
  return of.length > 0 && isHostName(name) && !isAnothers ? { name, of } : undefined;
}

/**
 * The certificates of the services.
 * @param clients names of the Kafka client identities, besides the broker itself
 * @param principalOf the name by which Kafka knows a service now (certs/services.ts)
 * @param extraNames further host names of the servers (a hospital's DNS name, the hosts of several brokers)
 */
export function serviceCertificates(
  clients: readonly string[],
  extraNames: readonly ExtraName[],
  principalOf: (service: string) => string = (service) => service,
): WantedCertificate[] {
  return [
    ...serverNames.map((server): WantedCertificate => {
      const extra = extraNames.filter(({ of }) => of.includes(server)).map(({ name }) => name);
      return {
        file: servers[server],
        commonName: server === 'kafka' ? principalOf(server) : servers[server],
        authority: 'ca',
        // The broker connects to its own controller, so it is a client too. The others only prove who answers.
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
 * The names of a server's former certificate that its next one has, too: an earlier run was asked for them. Of a certificate from before
 * each server had names of its own it is not known whose they are: they are taken for what is reached from outside.
 */
export function keptNames(wanted: WantedCertificate, former: readonly string[]): string[] {
  const own = serverNames.find((server) => servers[server] === wanted.file);
  if (own === undefined) return [];
  const isOfAll = !former.includes(own) || hasNameOfAnother(wanted, former);
  if (isOfAll && !reachedFromOutside.includes(own)) return [];
  return former.filter((name) => name === own || !isServerName(name));
}

/** Whether a server's certificate carries the name of another server. */
export function hasNameOfAnother(wanted: WantedCertificate, names: readonly string[]): boolean {
  return names.some((name) => isServerName(name) && servers[name] !== wanted.file);
}

function isServerName(name: string): name is ServerName {
  return Object.hasOwn(servers, name);
}

/** The certificate of one bedside device: its common name is the device's identity. */
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

/** Whether a text can be a subject alternative name: a DNS name or an IP address. */
export function isHostName(text: string): boolean {
  return hostPattern.test(text) || (text.includes(':') && ipv6Pattern.test(text));
}
