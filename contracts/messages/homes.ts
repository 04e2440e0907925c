/**
 * In which Kafka topic each type of record belongs. Kafka decides who may write to a topic. A type counts only in its own topic. So a
 * stolen key of a gateway can write readings, but no command in a nurse's name.
 */
import type { KafkaTopic } from '../topics.ts';
import { type ContentType, contentTypes } from './records.ts';

const homes: Readonly<Record<ContentType, KafkaTopic>> = {
  [contentTypes.observation]: 'observations',
  [contentTypes.status]: 'observations',
  [contentTypes.alerts]: 'observations',
  [contentTypes.connection]: 'observations',
  [contentTypes.notice]: 'observations',
  [contentTypes.canary]: 'observations',
  [contentTypes.waveform]: 'waveforms',
  [contentTypes.canarySight]: 'canary',
  [contentTypes.claim]: 'sessions',
  [contentTypes.rejected]: 'rejected',
  [contentTypes.associations]: 'associations',
  [contentTypes.command]: 'commands',
  [contentTypes.alarmEvent]: 'alarms',
  [contentTypes.commandAnswer]: 'alarms',
  [contentTypes.limitsInForce]: 'alarms',
  [contentTypes.scores]: 'alarms',
  [contentTypes.standby]: 'alarms',
  [contentTypes.alarmState]: 'alarm-state',
  [contentTypes.presence]: 'presence',
  [contentTypes.account]: 'accounts',
  [contentTypes.olderAudit]: 'audit',
  [contentTypes.audit]: 'audit',
};
const homeOf = new Map<string, KafkaTopic>(Object.entries(homes));

/** Says what is wrong with a record of this type in this topic. Undefined: nothing, or this version does not know the type. */
export function homeFault(topic: KafkaTopic, contentType: string): string | undefined {
  const home = homeOf.get(contentType);
  return home === undefined || home === topic ? undefined : `holds ${contentType}, which counts in ${home} only`;
}
