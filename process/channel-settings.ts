/**
 * The settings with the addresses to which webhooks may go. The delivery process and an operator's command use these
 * settings.
 */
import { allowedHostPattern } from '../contracts/reach-hosts.ts';
import type { Manifest } from './settings.ts';

export const webhookAddressSettings = {
  privateNetworks: {
    kind: 'list',
    env: 'VIGIL_DELIVERY_PRIVATE_NETWORKS',
    help: 'networks that are not public and to which push messages and webhooks may go, comma-separated: `10.20.0.0/16` or `10.20.1.7`',
    fallback: [],
  },
  webhookHosts: {
    kind: 'list',
    env: 'VIGIL_WEBHOOK_HOSTS',
    help: 'hosts to which webhooks may go, comma-separated: `host`, `host:port`, or `*.host` for all names below it; without it, Vigil sends no webhooks',
    itemPattern: allowedHostPattern,
    fallback: [],
  },
} as const satisfies Manifest;
