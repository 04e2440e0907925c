/**
 * Decides which MQTT topics a device may use: a device may publish to its own four topics and subscribe to its own
 * inbox.
 */
import type { Fault } from '../../contracts/errors.ts';
import { type DeviceTopicKind, deviceTopic, parseDeviceTopic } from '../../contracts/topics.ts';
import { reason } from './reasons.ts';

export type PublishRight =
  | { readonly ok: true; readonly kind: DeviceTopicKind }
  | { readonly ok: false; readonly fault: Fault };

/**
 * Decides whether a device may publish to the topic of a PUBLISH or a will. The fault does not contain the topic, which
 * may be any text.
 */
export function judgePublishTopic(deviceId: string, topic: string): PublishRight {
  const parsed = parseDeviceTopic(topic);
  if (parsed === undefined) {
    return refuse(
      'topic-unknown',
      'Unknown topic. A device publishes to devices/{deviceId}/observations, waveforms, status or alerts.',
    );
  }
  if (parsed.deviceId !== deviceId) {
    return refuse(
      'topic-not-authorized',
      `The topic belongs to another device. The topics of this device begin with devices/${deviceId}/.`,
    );
  }
  if (parsed.kind === 'inbox') return refuse('topic-not-authorized', 'A device may not publish to its inbox.');
  return { ok: true, kind: parsed.kind };
}

function refuse(code: Fault['code'], message: string): PublishRight {
  return { ok: false, fault: { code, message } };
}

/**
 * Returns whether MQTT allows a text as the topic of a PUBLISH: not empty [MQTT-4.7.3-1] and without wildcards
 * [MQTT-3.3.2-2].
 */
export function isTopicName(topic: string): boolean {
  return topic !== '' && !topic.includes('#') && !topic.includes('+');
}

/** The answer to a topic filter in SUBACK: granted, or a reason code of MQTT 5. */
export type FilterRight = { readonly ok: true } | { readonly ok: false; readonly reasonCode: number };

/**
 * Decides whether a device may subscribe to a topic filter that is valid (`isTopicFilter`). Only the full name of the
 * device's own inbox is granted. A filter with a wildcard is refused even if it matches the inbox, so that no client
 * expects other topics.
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
 * Returns whether a text is a valid topic filter. A filter must not be empty [MQTT-4.7.3-1]. A wildcard must be a whole
 * level, and `#` must be the last level [MQTT-4.7.1-1] [MQTT-4.7.1-2]. In MQTT 5, `$share/` must be followed by a name
 * and a filter [MQTT-4.8.2-1] [MQTT-4.8.2-2].
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
