/**
 * Checks an address for webhooks before the address is stored. The delivery process checks the address by the same
 * rules before it connects.
 */
import { isIP } from 'node:net';
import { VigilError } from '../../../contracts/errors.ts';
import { addressFault, storedAddress } from '../../../contracts/reach-hosts.ts';
import { type AddressGuard, createAddressGuard } from '../../../process/address-guard.ts';
import type { VigilSettings } from '../../rejected/settings.ts';
import { createLookupInTime, lookupMsMax, lookupTimeoutCode } from './lookup-in-time.ts';

export type CheckedAddress = {
  /** The address as it is stored. */
  readonly url: string;
  /**
   * Whether the name of the host could be looked up here. The delivery process may be in another network and know the
   * name.
   */
  readonly isLookedUp: boolean;
};

/**
 * Checks an address.
 * @param say says to the person what the command waits for
 * @throws VigilError `settings-invalid` with the reason, without the path of the address, which may be a secret
 */
export async function checkWebhookAddress(
  address: string,
  settings: Pick<VigilSettings, 'webhookHosts' | 'privateNetworks'>,
  say: (text: string) => void,
  guard: AddressGuard = createAddressGuard(settings.privateNetworks, createLookupInTime()),
): Promise<CheckedAddress> {
  const { webhookHosts } = settings;
  if (webhookHosts.length === 0)
    throw refusal(
      'VIGIL_WEBHOOK_HOSTS lists no host, so Vigil sends no webhooks. Set it here as for the delivery process.',
    );
  const fault = addressFault(address, webhookHosts);
  if (fault !== undefined)
    throw refusal(`The address ${fault}. VIGIL_WEBHOOK_HOSTS allows ${webhookHosts.join(', ')}, over https only.`);
  const url = storedAddress(address)!;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    if (!guard.allows(host)) throw notPublic(host);
    return { url, isLookedUp: true };
  }
  say(`Looking up ${host} …`);
  const code = await new Promise<string | undefined>((resolve) => {
    guard.lookup(host, { all: true }, (error) => resolve(error === null ? undefined : (error.code ?? 'unknown')));
  });
  if (code === 'EADDRNOTALLOWED') throw notPublic(host);
  if (code === lookupTimeoutCode)
    throw new VigilError(
      'settings-invalid',
      `The DNS has not answered within ${lookupMsMax / 1_000} s for ${host}. Nothing was added. Try: getent ahosts ${host}`,
    );
  return { url, isLookedUp: code === undefined };
}

const refusal = (message: string) => new VigilError('settings-invalid', message);

const notPublic = (host: string) =>
  refusal(
    `${host} has an address that is not public, so the delivery process does not connect to it. If the receiver is in the hospital's own network, list its address in VIGIL_DELIVERY_PRIVATE_NETWORKS, here and for the delivery process.`,
  );
