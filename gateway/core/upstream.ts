/** Decides what to do with a message that the hospital's broker forwards. */
import { isCanary } from '../../contracts/canary.ts';
import { deviceTopicKinds, parseDeviceTopic } from '../../contracts/topics.ts';
import { identify } from './identity.ts';

export type Forwarded =
  /** The topic names this device. The broker guarantees that only this device writes to the topic. */
  | { readonly kind: 'device'; readonly deviceId: string }
  /** The topic contains no valid device id. */
  | { readonly kind: 'unknown-device' }
  /** An old message that the broker kept and sends because the gateway subscribed. */
  | { readonly kind: 'retained' };

/**
 * Returns the kind of a forwarded message.
 * @param retain the retain flag of the PUBLISH. The gateway subscribes with Retain As Published 0, so the flag means
 * that the message is older than the subscription [MQTT-3.3.1-12]
 */
export function judgeForwarded(topic: string, retain: boolean): Forwarded {
  if (retain) return { kind: 'retained' };
  const deviceId = parseDeviceTopic(topic)?.deviceId;
  // A canary shows that the gateway's own listener works. A forwarded canary would arrive even if the listener is
  // closed.
  const isDevice = deviceId !== undefined && identify(deviceId, '').ok && !isCanary(deviceId);
  return isDevice ? { kind: 'device', deviceId } : { kind: 'unknown-device' };
}

/**
 * Returns the topic filters to subscribe to. Without a group, each connection gets every message, and the messages of a
 * device in order [MQTT-4.6.0-6]. With a group, each message goes to one connection of the group, and MQTT guarantees
 * no order (MQTT 5 section 4.8.2).
 * @param group name of the shared subscription; empty for a plain subscription
 */
export function upstreamFilters(group: string): string[] {
  const prefix = group === '' ? '' : `$share/${group}/`;
  return deviceTopicKinds.map((kind) => `${prefix}devices/+/${kind}`);
}
