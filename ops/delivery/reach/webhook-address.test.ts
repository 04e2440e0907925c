import type { LookupAddress, lookup } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { createAddressGuard } from '../../../process/address-guard.ts';
import { checkWebhookAddress } from './webhook-address.ts';

const webhookHosts = ['pager.example', '*.pagers.example:8443', '10.20.1.7', '127.0.0.1', '[fd00::1]'];

/** Checks an address. `found` is the answer of DNS; null if DNS does not know the name. */
function check(address: string, found: string[] | null = ['8.8.8.8'], privateNetworks: string[] = []) {
  const resolve = ((
    _host: string,
    _options: unknown,
    callback: (error: Error | null, found: LookupAddress[]) => void,
  ) =>
    found
      ? callback(
          null,
          found.map((one) => ({ address: one, family: one.includes(':') ? 6 : 4 })),
        )
      : callback(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), [])) as unknown as typeof lookup;
  const guard = createAddressGuard(privateNetworks, resolve);
  return checkWebhookAddress(address, { webhookHosts, privateNetworks }, () => {}, guard);
}

describe('checkWebhookAddress', () => {
  it('checkWebhookAddress returns the address in the form in which Vigil stores it', async () => {
    const url = 'https://pager.example/A?b=1';
    expect(await check('HTTPS://PAGER.example:443/A?b=1#c')).toEqual({ url, isLookedUp: true });
    expect(await check('https://a.pagers.example:8443/')).toMatchObject({ isLookedUp: true });
  });

  it('checkWebhookAddress accepts a name that DNS does not know here, because the delivery process may know the name', async () => {
    expect(await check('https://pager.example/', null)).toMatchObject({ isLookedUp: false });
  });

  it.each<[string, string[], string[], RegExp]>([
    ['http://pager.example/', [], [], /does not begin with https:/],
    ['https://other.example/', [], [], /is of a host that is not allowed\. VIGIL_WEBHOOK_HOSTS allows pager\.example/],
    ['https://user:secret@pager.example/', [], [], /has a password/],
    ['pager.example', [], [], /is not an address of the web/],
    ['https://127.0.0.1/', [], [], /127\.0\.0\.1 has an address that is not public.*VIGIL_DELIVERY_PRIVATE_NETWORKS/],
    ['https://[fd00::1]/', [], [], /fd00::1 has an address that is not public/],
    ['https://10.20.1.7/', [], ['10.20.1.8'], /10\.20\.1\.7 has an address that is not public/],
    ['https://pager.example/', ['192.168.1.1'], [], /pager\.example has an address that is not public/],
  ])(
    'checkWebhookAddress refuses %s if DNS gives %j and the private networks are %j',
    async (address, found, networks, reason) => {
      await expect(check(address, found, networks)).rejects.toThrow(reason);
    },
  );

  it('checkWebhookAddress accepts a private address that the hospital lists', async () => {
    expect(await check('https://10.20.1.7/', [], ['10.20.0.0/16'])).toMatchObject({ isLookedUp: true });
    expect(await check('https://pager.example/', ['10.20.1.7'], ['10.20.1.7'])).toMatchObject({ isLookedUp: true });
  });

  it('checkWebhookAddress refuses each address if no host is allowed; the error does not contain the secret path', async () => {
    const settings = { webhookHosts: [], privateNetworks: [] };
    const refused = checkWebhookAddress('https://pager.example/token', settings, () => {});
    await expect(refused).rejects.toThrow(/VIGIL_WEBHOOK_HOSTS lists no host/);
    await expect(check('https://other.example/token')).rejects.not.toThrow(/token/);
  });
});
