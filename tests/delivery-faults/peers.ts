/** The peers of the delivery fault test: a mail server, a push service and a webhook that make faults on request. */
import { randomUUID } from 'node:crypto';
import type { ReachEntry } from '../../contracts/messages/delivery-commands.ts';
import type { PushPayload } from '../../contracts/messages/push-payload.ts';
import { type HttpsPeer, type PeerAnswer, startHttpsPeer } from '../delivery/https-peer.ts';
import { decryptPush, mailEntry, newSubscription, type Subscription, webhookEntry } from '../delivery/messages.ts';
import { startSmtpPeer } from '../delivery/smtp-peer.ts';
import type { Received } from './verdict.ts';

export const peerNames = ['push', 'webhook', 'mail'] as const;
export type PeerName = (typeof peerNames)[number];
/** `lose`: the peer confirms the message, but passes nothing on. `gone`: the address does not exist any more. */
export const peerFaults = ['error', 'refuse', 'hang', 'drop', 'lose', 'gone'] as const;
export type PeerFault = (typeof peerFaults)[number];

export type Peers = {
  /** Settings of the delivery process for these peers. */
  readonly settings: Readonly<Record<string, string>>;
  /** The entries of the topic `reach` at the start of the run. */
  entries(): readonly ReachEntry[];
  /** Returns a new address of the person, after the old address has ended. */
  renew(peer: PeerName): ReachEntry;
  /** Starts a fault; undefined ends it. A mail server has no fault `gone`. */
  setFault(peer: PeerName, fault: PeerFault | undefined): void;
  /** Returns how many messages the present fault has affected. */
  struck(peer: PeerName): number;
  /** The messages that the peers have passed on to persons, with their ids. */
  received(): readonly Received[];
  /** Called with each push message that reaches the phone. */
  onPush(take: (payload: PushPayload) => void): void;
  close(): Promise<void>;
};

const answers: Readonly<Record<PeerFault, PeerAnswer>> = {
  error: { status: 503 },
  refuse: { status: 400 },
  hang: 'hang',
  drop: 'drop',
  lose: { status: 201 },
  gone: { status: 410 },
};

export async function openPeers(): Promise<Peers> {
  const [push, webhook, mail] = await Promise.all([
    startHttpsPeer(),
    startHttpsPeer(),
    startSmtpPeer({ tls: 'starttls' }),
  ]);
  const subscriptions = new Map<string, Subscription>();
  const faults = new Map<PeerName, PeerFault>();
  const strikes = new Map<PeerName, number>();
  const received: Received[] = [];
  const gonePaths = new Set<string>();
  let takePush: (payload: PushPayload) => void = () => {};
  const strike = (peer: PeerName) => strikes.set(peer, (strikes.get(peer) ?? 0) + 1);

  function answerTo(name: 'push' | 'webhook', peer: HttpsPeer): void {
    peer.answerOf = ({ path, headers, body }) => {
      if (gonePaths.has(path)) return { status: 410 };
      const fault = faults.get(name);
      if (fault !== undefined) strike(name);
      if (fault === 'gone') gonePaths.add(path);
      if (fault !== undefined) return answers[fault];
      if (name === 'webhook')
        pass(String(headers['webhook-id']), JSON.parse(body.toString()).type === 'delivery.check');
      else passPush(path, body);
      return { status: 201 };
    };
  }
  const pass = (messageId: string, isCheck: boolean) => {
    if (!isCheck) received.push({ messageId, atMs: Date.now(), confirmed: true });
  };
  function passPush(path: string, body: Buffer): void {
    const subscription = subscriptions.get(path);
    if (!subscription) return;
    const payload = decryptPush(subscription, body);
    if (payload.type === 'calls') pass(payload.messageId, false);
    takePush(payload);
  }
  answerTo('push', push);
  answerTo('webhook', webhook);

  const makeEntry: Readonly<Record<PeerName, () => ReachEntry>> = {
    push() {
      const path = `/push/${randomUUID()}`;
      const subscription = newSubscription(push.url(path));
      subscriptions.set(path, subscription);
      return { ...subscription.entry, userId: 'anna' };
    },
    mail: () => ({ ...mailEntry('ben@hospital.example'), userId: 'ben' }),
    webhook: () => ({ ...webhookEntry(webhook.url(`/pager/${randomUUID()}`)), userId: 'cleo' }),
  };

  return {
    settings: {
      VIGIL_DELIVERY_PRIVATE_NETWORKS: '127.0.0.1,::1',
      VIGIL_PUSH_HOSTS: push.host,
      VIGIL_WEBHOOK_HOSTS: webhook.host,
      VIGIL_MAIL_HOST: 'localhost',
      VIGIL_MAIL_PORT: String(mail.port),
      VIGIL_MAIL_FROM: 'vigil@hospital.example',
    },
    entries: () => peerNames.map((peer) => makeEntry[peer]()),
    renew: (peer) => makeEntry[peer](),
    setFault(peer, fault) {
      strikes.set(peer, 0);
      if (fault === undefined) faults.delete(peer);
      else faults.set(peer, fault);
      if (peer !== 'mail') return;
      const reply = ({ error: 451, refuse: 550, hang: 'hang', drop: 'drop', lose: undefined, gone: 550 } as const)[
        fault ?? 'lose'
      ];
      mail.contentReplies = reply === undefined ? [] : Array.from({ length: 1_000 }, () => reply);
    },
    struck: (peer) => (peer === 'mail' ? 1_000 - mail.contentReplies.length : (strikes.get(peer) ?? 0)),
    received: () => received,
    onPush(take) {
      takePush = take;
    },
    async close() {
      await Promise.all([push.close(), webhook.close(), mail.close()]);
    },
  };
}
