/** Decides which MQTT topics a device may use: it publishes to its own four and subscribes to its own inbox. */
import type { Fault } from '../../contracts/errors.ts';
import { type DeviceTopicKind, deviceTopic, parseDeviceTopic } from '../../contracts/topics.ts';
import { reason } from './reasons.ts';

export type PublishRight =
  | { readonly ok: true; readonly kind: DeviceTopicKind }
  | { readonly ok: false; readonly fault: Fault };

/** Judges the topic of a PUBLISH or a will. The fault never repeats the topic: a stranger may have sent it. */
export function judgePublishTopic(deviceId: string, topic: string): PublishRight {
  const parsed = parseDeviceTopic(topic);
  if (parsed === undefined) {
    return refuse(
      'topic-unknown',
      'The topic is none of devices/{deviceId}/observations, waveforms, status and alerts.',
    );
  }
  if (parsed.deviceId !== deviceId) {
    return refuse(
      'topic-not-authorized',
      `The topic belongs to another device: yours begin with devices/${deviceId}/.`,
    );
  }
  if (parsed.kind === 'inbox') return refuse('topic-not-authorized', 'A device does not publish to its inbox.');
  return { ok: true, kind: parsed.kind };
}

function refuse(code: Fault['code'], message: string): PublishRight {
  return { ok: false, fault: { code, message } };
}

/** Whether a text is a topic name that MQTT allows in a PUBLISH: not empty [MQTT-4.7.3-1], no wildcard [MQTT-3.3.2-2]. */
export function isTopicName(topic: string): boolean {
  return topic !== '' && !topic.includes('#') && !topic.includes('+');
}

/** SUBACK's answer to a topic filter: granted (the inbox), or a reason code of MQTT 5. */
export type FilterRight = { readonly ok: true } | { readonly ok: false; readonly reasonCode: number };

/**
 * Judges one well-formed topic filter of a SUBSCRIBE (`isTopicFilter`). Only the device's own inbox, written in full, is granted. A
 * wildcard that would cover it is refused, so that nobody expects more than one topic.
 */
export function judgeFilter(deviceId: string, filter: string): FilterRight {
  if (filter === deviceTopic(deviceId, 'inbox')) return { ok: true };
  if (filter.startsWith('$share/')) return { ok: false, reasonCode: reason.sharedSubscriptionsNotSupported };
  if (filter.includes('#') || filter.includes('+')) {
    return { ok: false, reasonCode: reason.wildcardSubscriptionsNotSupported };
  }
  return { ok: false, reasonCode: reason.notAuthorized };
}

/**
 * Whether a text is a valid topic filter: not empty [MQTT-4.7.3-1], wildcards for whole levels only, `#` only at the end [MQTT-4.7.1-1]
 * [MQTT-4.7.1-2], and in MQTT 5 a shared one with a name and a filter after it [MQTT-4.8.2-1] [MQTT-4.8.2-2].
 */
export function isTopicFilter(filter: string, version: 4 | 5): boolean {
  if (version === 5 && filter.startsWith('$share/')) {
    const [, name = '', ...rest] = filter.split('/');
    return isTopicName(name) && isTopicFilter(rest.join('/'), 4);
  }
  if (filter === '') return false;
  const levels = filter.split('/');
  return levels.every(
    (level, i) =>
      level === '+' || (level === '#' && i === levels.length - 1) || (!level.includes('#') && !level.includes('+')),
  );
}
