/**
 * The settings of the upstream broker: a hospital's own broker as a second source of messages. The upstream broker is
 * not used if no URL is set.
 */
import { readFileSync } from 'node:fs';
import { VigilError } from '../../contracts/errors.ts';
import type { Manifest, Settings } from '../../process/settings.ts';

const dayS = 86_400;

export const upstreamSettings = {
  upstreamUrl: {
    kind: 'text',
    env: 'VIGIL_UPSTREAM_URL',
    help: "mqtts://host:port of the upstream broker: the hospital's own broker, whose messages are read too; empty if there is no such broker",
    pattern: /^mqtts:\/\/[^/@\s]+$/,
    fallback: '',
  },
  upstreamCaFile: {
    kind: 'file',
    env: 'VIGIL_UPSTREAM_CA_FILE',
    help: "CA of the upstream broker's certificate, PEM; empty for the CAs that Node knows",
    fallback: '',
  },
  upstreamCertFile: {
    kind: 'file',
    env: 'VIGIL_UPSTREAM_CERT_FILE',
    help: 'client certificate for the upstream broker, PEM',
    fallback: '',
  },
  upstreamKey: {
    kind: 'secret',
    env: 'VIGIL_UPSTREAM_KEY_FILE',
    help: 'private key of the client certificate for the upstream broker, PEM, mode 0600',
    fallback: '',
  },
  upstreamUser: { kind: 'text', env: 'VIGIL_UPSTREAM_USER', help: 'user name at the upstream broker', fallback: '' },
  upstreamPassword: {
    kind: 'secret',
    env: 'VIGIL_UPSTREAM_PASSWORD_FILE',
    help: 'file with the password at the upstream broker, mode 0600',
    fallback: '',
  },
  upstreamGroup: {
    kind: 'text',
    env: 'VIGIL_UPSTREAM_GROUP',
    help: 'name of the shared subscriptions ($share); empty: plain subscriptions, which work only with one gateway and one connection',
    pattern: /^[A-Za-z0-9._-]{1,40}$/,
    fallback: '',
  },
  upstreamClientId: {
    kind: 'text',
    env: 'VIGIL_UPSTREAM_CLIENT_ID',
    help: "start of the gateway's client ids at the upstream broker; must differ for each gateway process",
    pattern: /^[A-Za-z0-9._-]{1,40}$/,
    fallback: 'vigil',
  },
  upstreamConnections: {
    kind: 'integer',
    env: 'VIGIL_UPSTREAM_CONNECTIONS',
    help: 'connections to the upstream broker; more than 1 needs a group, and a broker that sends all messages of a device to one connection',
    min: 1,
    max: 64,
    fallback: 1,
  },
  upstreamInFlightMax: {
    kind: 'integer',
    env: 'VIGIL_UPSTREAM_IN_FLIGHT_MAX',
    help: 'maximum number of messages of one connection to the upstream broker that wait for Kafka (Receive Maximum)',
    min: 1,
    max: 65_535,
    fallback: 256,
  },
  upstreamSessionExpiryS: {
    kind: 'integer',
    env: 'VIGIL_UPSTREAM_SESSION_EXPIRY_S',
    help: 'time for which the upstream broker keeps messages for a gateway that is not connected, s',
    min: 60,
    max: 30 * dayS,
    fallback: 7 * dayS,
  },
} as const satisfies Manifest;

/** The configuration of the connections to the upstream broker. */
export type UpstreamConfig = {
  readonly url: string;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly group: string;
  readonly clientId: string;
  readonly connections: number;
  readonly inFlightMax: number;
  readonly sessionExpiryS: number;
};

/**
 * Returns the configuration of the upstream broker; undefined if no URL is set.
 * @throws VigilError `settings-invalid` if a certificate has no key, a password has no user, or several connections
 * have no group
 */
export function upstreamConfigOf(settings: Settings<typeof upstreamSettings>): UpstreamConfig | undefined {
  if (settings.upstreamUrl === '') return undefined;
  const faults = [
    ...((settings.upstreamCertFile === '') === (settings.upstreamKey === '')
      ? []
      : ['VIGIL_UPSTREAM_CERT_FILE and VIGIL_UPSTREAM_KEY_FILE must be set together']),
    ...(settings.upstreamPassword !== '' && settings.upstreamUser === ''
      ? ['VIGIL_UPSTREAM_PASSWORD_FILE needs VIGIL_UPSTREAM_USER']
      : []),
    ...(settings.upstreamConnections > 1 && settings.upstreamGroup === ''
      ? ['VIGIL_UPSTREAM_CONNECTIONS above 1 needs VIGIL_UPSTREAM_GROUP, or each connection would get every message']
      : []),
  ];
  if (faults.length > 0) throw new VigilError('settings-invalid', `Bad settings: ${faults.join('; ')}.`);
  const pem = (file: string) => readFileSync(file, 'utf8');
  return {
    url: settings.upstreamUrl,
    tls: {
      ...(settings.upstreamCaFile === '' ? {} : { ca: pem(settings.upstreamCaFile) }),
      ...(settings.upstreamCertFile === '' ? {} : { cert: pem(settings.upstreamCertFile), key: settings.upstreamKey }),
    },
    username: settings.upstreamUser || undefined,
    password: settings.upstreamPassword || undefined,
    group: settings.upstreamGroup,
    clientId: settings.upstreamClientId,
    connections: settings.upstreamConnections,
    inFlightMax: settings.upstreamInFlightMax,
    sessionExpiryS: settings.upstreamSessionExpiryS,
  };
}
