/** Judges a message that another broker forwards, before the pipeline gets it. */
import { isCanary } from '../../contracts/canary.ts';
import { deviceTopicKinds, parseDeviceTopic } from '../../contracts/topics.ts';
import { identify } from './identity.ts';

export type Forwarded =
  /** From a device. The broker guarantees who wrote to its topic. */
  | { readonly kind: 'device'; readonly deviceId: string }
  /** The topic names no possible device. */
  | { readonly kind: 'stranger' }
  /** A message that the broker kept and sends because we subscribed: an old value, which came before. */
  | { readonly kind: 'retained' };

/**
 * Judges a forwarded message.
 * @param retain the PUBLISH's flag. We subscribe with Retain As Published 0, so the flag says that the message is older than the
 * subscription [MQTT-3.3.1-12]
 */
export function judgeForwarded(topic: string, retain: boolean): Forwarded {
  if (retain) return { kind: 'retained' };
  const deviceId = parseDeviceTopic(topic)?.deviceId;
  // A canary checks the gateway's own listener. A forwarded canary would report a closed listener as working.
  const isDevice = deviceId !== undefined && identify(deviceId, '').ok && !isCanary(deviceId);
  return isDevice ? { kind: 'device', deviceId } : { kind: 'stranger' };
}

/**
 * Returns the filters to subscribe to. Without a group, each connection gets every message, in each device's order [MQTT-4.6.0-6]. With a
 * group, each message goes to one member of it, and no order is guaranteed (MQTT 5 section 4.8.2).
 */
export function upstreamFilters(group: string): string[] {
  const prefix = group === '' ? '' : `$share/${group}/`;
  return deviceTopicKinds.map((kind) => `${prefix}devices/+/${kind}`);
}
