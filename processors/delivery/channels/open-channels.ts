/** Opens the channels that the hospital has set up. */
import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { VigilError } from '../../../contracts/errors.ts';
import { createAddressGuard } from '../../../process/address-guard.ts';
import type { Metrics, MetricValues } from '../../../process/metrics.ts';
import type { Settings } from '../../../process/settings.ts';
import type { Channel } from './channel.ts';
import type { MessageDetails } from './core/message-text.ts';
import { type Courier, createCourier } from './courier.ts';
import { createHttpsClient } from './https-client.ts';
import { createMailChannel, type MailServer } from './mail.ts';
import { createPushChannel } from './push.ts';
import { createSendCounts, type SendCounts, sendResults } from './send-counts.ts';
import type { channelSettings } from './settings.ts';
import { createVapid } from './vapid.ts';
import { createWebhookChannel } from './webhook.ts';

export type ChannelName = Channel['name'];

export type OpenChannels = {
  /** The channels that are set up. A person cannot be reached through a channel that is absent. */
  readonly channels: ReadonlyMap<ChannelName, Channel>;
  addMetrics(metrics: Metrics): void;
  close(): Promise<void>;
};

type Opened = { readonly channel: Channel; readonly courier: Courier; readonly counts: SendCounts };

/** @throws VigilError `settings-invalid` if settings do not fit together */
export function openChannels(settings: Settings<typeof channelSettings>): OpenChannels {
  checkTogether(settings);
  const details = settings.messageDetails as MessageDetails;
  const guard = createAddressGuard(settings.privateNetworks);
  const ca = trustedAuthorities(settings.deliveryCaFile);
  const now = Date.now;
  const opened = new Map<ChannelName, Opened>();
  const open = (create: (courier: Courier) => Channel<never>) => {
    const counts = createSendCounts();
    const courier = createCourier({ counts, now, monotonicMs: () => performance.now(), random: Math.random });
    const channel = create(courier);
    // The process gives a channel only the entries of this channel.
    opened.set(channel.name, { channel: channel as unknown as Channel, courier, counts });
  };
  if (settings.pushKey !== '') {
    const vapid = createVapid(settings.pushKey, settings.pushSubject, now);
    const client = createHttpsClient({ hosts: settings.pushHosts, guard, ca, now });
    open((courier) => createPushChannel({ client, courier, vapid, details, now }));
  }
  if (settings.mailHost !== '') {
    const server = mailServerOf(settings, ca);
    open((courier) => createMailChannel({ server, courier, details, now }));
  }
  if (settings.webhookHosts.length > 0) {
    const client = createHttpsClient({ hosts: settings.webhookHosts, guard, ca, now });
    open((courier) => createWebhookChannel({ client, courier, details, now }));
  }

  return {
    channels: new Map([...opened].map(([name, { channel }]) => [name, channel])),
    addMetrics: (metrics) => addChannelMetrics(metrics, opened),
    async close() {
      for (const { courier } of opened.values()) courier.close();
      await Promise.all([...opened.values()].map(({ channel }) => channel.close()));
    },
  };
}

function checkTogether({ mailHost, mailFrom, mailUser, mailPassword }: Settings<typeof channelSettings>): void {
  const faults: string[] = [];
  if (mailHost !== '' && mailFrom === '') faults.push('VIGIL_MAIL_FROM is required with VIGIL_MAIL_HOST');
  if ((mailUser === '') !== (mailPassword === ''))
    faults.push('VIGIL_MAIL_USER and VIGIL_MAIL_PASSWORD_FILE belong together');
  if (faults.length > 0) throw new VigilError('settings-invalid', `Bad settings: ${faults.join('; ')}.`);
}

function mailServerOf(settings: Settings<typeof channelSettings>, ca: readonly string[]): MailServer {
  const { mailHost: host, mailPort: port, mailUser: user, mailPassword: password, mailFrom: from } = settings;
  return { host, port, tls: settings.mailTls === 'implicit' ? 'implicit' : 'starttls', ca, user, password, from };
}

/** Returns the authorities that Node trusts, and those of the hospital. @throws VigilError `settings-invalid` */
function trustedAuthorities(file: string): readonly string[] {
  if (file === '') return getCACertificates('default');
  try {
    return [...getCACertificates('default'), readFileSync(file, 'utf8')];
  } catch (cause) {
    throw new VigilError('settings-invalid', `VIGIL_DELIVERY_CA_FILE names ${file}, which cannot be read.`, { cause });
  }
}

function addChannelMetrics(metrics: Metrics, opened: ReadonlyMap<ChannelName, Opened>): void {
  const perChannel = (read: (channel: Opened) => number) => (): MetricValues =>
    [...opened].map(([name, channel]) => [name, read(channel)] as const);
  metrics.counter(
    'vigil_channel_tries_total',
    'How often a channel has tried to send a message or a canary, by channel',
    perChannel(({ counts }) => counts.tries),
    'channel',
  );
  metrics.counter(
    'vigil_channel_retries_total',
    'How often a channel had to try again, by channel',
    perChannel(({ counts }) => counts.retries),
    'channel',
  );
  metrics.counter(
    'vigil_channel_results_total',
    'Messages and canaries by channel and result: reached, transient (given up), permanent (refused), ended (the address does not exist any more)',
    () =>
      [...opened].flatMap(([name, { counts }]) =>
        sendResults.map((result) => [[name, result], counts.results.byName.get(result) ?? 0] as const),
      ),
    'channel',
    'result',
  );
  metrics.gauge(
    'vigil_channel_hosts_down',
    'Number of hosts that have failed, by channel. Nothing is sent to a failed host for some seconds.',
    perChannel(({ courier }) => courier.downCount()),
    'channel',
  );
  metrics.gauge(
    'vigil_channel_failing_seconds',
    'Longest time for which a host has not worked, seconds, by channel; 0 if all hosts work',
    perChannel(({ courier }) => courier.failingMs() / 1_000),
    'channel',
  );
  metrics.gauge(
    'vigil_channel_waiting',
    'Messages and canaries that wait because too many run at their host, by channel',
    perChannel(({ courier }) => courier.waitingCount()),
    'channel',
  );
  for (const [name, { counts }] of opened)
    metrics.histogram(`vigil_channel_${name}_try_seconds`, 'Duration of each try to send', counts.tryMs, 0.001);
}
