/** What a message that another broker forwards is, before the pipeline sees it. */
import { isCanary } from '../../contracts/canary.ts';
import { deviceTopicKinds, parseDeviceTopic } from '../../contracts/topics.ts';
import { identify } from './identity.ts';

export type Forwarded =
  /** A device's: the broker vouches for who wrote to its topic. */
  | { readonly kind: 'device'; readonly deviceId: string }
  /** The topic names no device that could be. */
  | { readonly kind: 'stranger' }
  /** What the broker had kept and sends because we subscribed: an old value, which came once already. */
  | { readonly kind: 'retained' };

/**
 * @param retain the PUBLISH's flag. With Retain As Published 0, as we subscribe, it says that the message was there before
 * the subscription [MQTT-3.3.1-12]
 */
export function judgeForwarded(topic: string, retain: boolean): Forwarded {
  if (retain) return { kind: 'retained' };
  const deviceId = parseDeviceTopic(topic)?.deviceId;
  // A canary proves the gateway's own listener; one from elsewhere would prove it while it is closed.
  const isDevice = deviceId !== undefined && identify(deviceId, '').ok && !isCanary(deviceId);
  return isDevice ? { kind: 'device', deviceId } : { kind: 'stranger' };
}

/**
 * What is subscribed to. Without a group each connection gets every message, in each device's order [MQTT-4.6.0-6]; with one each
 * message goes to one member of it, and no order among them is promised (MQTT 5 section 4.8.2).
 */
export function upstreamFilters(group: string): string[] {
  const prefix = group === '' ? '' : `$share/${group}/`;
  return deviceTopicKinds.map((kind) => `${prefix}devices/+/${kind}`);
}
