import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../../process/metrics.ts';
import { checkSettings, readSettings } from '../../../process/settings.ts';
import { hospitalCa } from '../../../tests/delivery/authority.ts';
import { startHttpsPeer } from '../../../tests/delivery/https-peer.ts';
import { newSubscription, testMessage, webhookEntry } from '../../../tests/delivery/messages.ts';
import { openChannels } from './open-channels.ts';
import { channelSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-channels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
  return join(folder, name);
};
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const keyFile = file('push.jwk', JSON.stringify(jwk));
const never = new AbortController().signal;
const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});
const open = (env: Record<string, string>) => {
  const { settings, faults } = checkSettings(channelSettings, env);
  expect(faults).toEqual([]);
  const channels = openChannels(settings);
  opened.push(channels);
  return channels;
};

describe('openChannels', () => {
  it('openChannels opens only the channels that are set up', () => {
    expect([...open({}).channels.keys()]).toEqual([]);
    const env = {
      VIGIL_PUSH_KEYS_FILE: keyFile,
      VIGIL_MAIL_HOST: 'mail.hospital.example',
      VIGIL_MAIL_FROM: 'vigil@hospital.example',
      VIGIL_WEBHOOK_HOSTS: 'pager.hospital.example:8443',
    };
    expect([...open(env).channels.keys()]).toEqual(['push', 'mail', 'webhook']);
  });

  it.each([
    [{ VIGIL_PUSH_KEYS_FILE: file('broken.jwk', '{}') }, /VIGIL_PUSH_KEYS_FILE/],
    [{ VIGIL_MAIL_HOST: 'mail.hospital.example' }, /VIGIL_MAIL_FROM is required/],
    [{ VIGIL_MAIL_USER: 'vigil' }, /VIGIL_MAIL_USER and VIGIL_MAIL_PASSWORD_FILE belong together/],
    [{ VIGIL_MAIL_PASSWORD_FILE: file('password', 'secret') }, /belong together/],
    [{ VIGIL_DELIVERY_PRIVATE_NETWORKS: '10.0.0.0/99' }, /VIGIL_DELIVERY_PRIVATE_NETWORKS/],
    [{ VIGIL_WEBHOOK_HOSTS: 'https://pager.hospital.example' }, /VIGIL_WEBHOOK_HOSTS/],
    [{ VIGIL_PUSH_HOSTS: 'push.example,https://other.example/' }, /VIGIL_PUSH_HOSTS/],
    [{ VIGIL_DELIVERY_CA_FILE: join(folder, 'absent.pem') }, /VIGIL_DELIVERY_CA_FILE/],
  ])('openChannels refuses %j at the start', (env, message) => {
    expect(() => openChannels(readSettings(channelSettings, env as Record<string, string>))).toThrow(message);
  });

  it('openChannels trusts the authority of the hospital, sends to the hosts of the settings, and counts the messages', async () => {
    const peer = await startHttpsPeer();
    opened.push(peer);
    const { channels, addMetrics } = open({
      VIGIL_PUSH_KEYS_FILE: keyFile,
      VIGIL_PUSH_HOSTS: peer.host,
      VIGIL_WEBHOOK_HOSTS: peer.host,
      VIGIL_DELIVERY_PRIVATE_NETWORKS: '127.0.0.0/8',
      VIGIL_DELIVERY_CA_FILE: file('ca.pem', hospitalCa.certificate),
    });
    const { entry } = newSubscription(peer.url('/push'));
    expect(await channels.get('push')!.send(entry, testMessage(), never)).toMatchObject({ kind: 'reached' });
    peer.answers = [{ status: 410 }];
    const webhook = channels.get('webhook')!;
    expect(await webhook.send(webhookEntry(peer.url('/hook')), testMessage(), never)).toMatchObject({ kind: 'ended' });
    expect(peer.requests.map(({ path }) => path)).toEqual(['/push', '/hook']);
    const metrics = createMetrics();
    addMetrics(metrics);
    const text = await metrics.text();
    expect(text).toContain('vigil_channel_tries_total{channel="push"} 1');
    expect(text).toContain('vigil_channel_results_total{channel="push",result="reached"} 1');
    expect(text).toContain('vigil_channel_results_total{channel="webhook",result="ended"} 1');
    expect(text).toContain('vigil_channel_hosts_down{channel="push"} 0');
    expect(text).toContain('vigil_channel_results_total{channel="push",result="permanent"} 0');
    expect(text).toContain('vigil_channel_failing_seconds{channel="webhook"} 0');
    expect(text).toContain('vigil_channel_waiting{channel="push"} 0');
    expect(text).toContain('vigil_channel_push_try_seconds_count 1');
  });

  it('openChannels connects to no private address unless the settings list it', async () => {
    const peer = await startHttpsPeer();
    opened.push(peer);
    const { channels } = open({
      VIGIL_PUSH_KEYS_FILE: keyFile,
      VIGIL_PUSH_HOSTS: peer.host,
      VIGIL_DELIVERY_CA_FILE: file('ca.pem', hospitalCa.certificate),
    });
    const result = await channels.get('push')!.send(newSubscription(peer.url()).entry, testMessage(), never);
    expect(result).toMatchObject({ kind: 'failed', class: 'permanent' });
    expect(peer.requests).toEqual([]);
  });
});
