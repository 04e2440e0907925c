import { describe, expect, it, vi } from 'vitest';
import { createAddressGuard } from '../../../process/address-guard.ts';
import { createLookupInTime } from './lookup-in-time.ts';
import { checkWebhookAddress } from './webhook-address.ts';

/** In this process, no lookup ever ends. The lookup of the command runs in a process of its own. */
vi.mock('node:dns', async (original) => ({ ...(await original<typeof import('node:dns')>()), lookup: () => {} }));

const url = 'https://localhost/secret';
const settings = { webhookHosts: ['localhost'], privateNetworks: ['127.0.0.0/8', '::1'] };
const generousMs = 60_000;

describe('the lookup of the host of a webhook', () => {
  it('the lookup finds a host that the machine knows', async () => {
    const guard = createAddressGuard(settings.privateNetworks, createLookupInTime(generousMs));
    expect(await checkWebhookAddress(url, settings, () => {}, guard)).toEqual({ url, isLookedUp: true });
  });

  it('by default, an address is looked up in another process, so that a hanging lookup cannot delay the end of the command', async () => {
    const ended = checkWebhookAddress(url, settings, () => {}).then(
      ({ isLookedUp }) => `looked up: ${isLookedUp}`,
      String,
    );
    // A very slow machine may need more than 10 s to start the process of the lookup.
    expect(await ended).toMatch(/^looked up: true$|The DNS has not answered within 10 s/);
  });

  it('the lookup says which host it looks up, and stops if the DNS does not answer', async () => {
    const said: string[] = [];
    const lookup = createLookupInTime(100, 'setInterval(() => {}, 1_000)');
    const guard = createAddressGuard(settings.privateNetworks, lookup);
    const refused = checkWebhookAddress(url, settings, (text) => said.push(text), guard);
    expect(said).toEqual(['Looking up localhost …']);
    await expect(refused).rejects.toThrow(
      /^The DNS has not answered within 10 s for localhost\. Nothing was added\. Try: getent ahosts localhost$/,
    );
  });

  it('if the DNS does not know the host, or the lookup fails, the address is accepted with `isLookedUp: false`', async () => {
    for (const script of ['process.stdout.write(JSON.stringify({ code: "ENOTFOUND" }))', 'process.exit(3)']) {
      const guard = createAddressGuard([], createLookupInTime(generousMs, script));
      expect(await checkWebhookAddress(url, settings, () => {}, guard)).toEqual({ url, isLookedUp: false });
    }
  });
});
