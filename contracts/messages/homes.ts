/**
 * In which topic records of each type lie. Who may write to a topic is Kafka's to say, so a type counts in its own topic only: a gateway's
 * stolen key writes readings, and no command in a nurse's name among them.
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

/** What is wrong with a record of this type in this topic; undefined: nothing, or a type that this version does not know. */
export function homeFault(topic: KafkaTopic, contentType: string): string | undefined {
  const home = homeOf.get(contentType);
  return home === undefined || home === topic ? undefined : `holds ${contentType}, which counts in ${home} only`;
}
