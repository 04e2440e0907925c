/**
 * The Kafka topic in which each type of record belongs. Readers ignore a record in another topic. Kafka lets only
 * certain services write to a topic. So a thief with a gateway's keys can write readings, but no command in a nurse's
 * name.
 */
import type { KafkaTopic } from '../topics.ts';
import { type ContentType, contentTypes } from './records.ts';

const topicOfContentType: Readonly<Record<ContentType, KafkaTopic>> = {
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
  [contentTypes.deviceEvent]: 'device-events',
  [contentTypes.refusals]: 'device-events',
  [contentTypes.associations]: 'associations',
  [contentTypes.command]: 'commands',
  [contentTypes.alarmEvent]: 'alarms',
  [contentTypes.commandAnswer]: 'alarms',
  [contentTypes.limitsInForce]: 'alarms',
  [contentTypes.scores]: 'alarms',
  [contentTypes.standby]: 'alarms',
  [contentTypes.alarmState]: 'alarm-state',
  [contentTypes.strip]: 'strips',
  [contentTypes.presence]: 'presence',
  [contentTypes.account]: 'accounts',
  [contentTypes.assignment]: 'assignments',
  [contentTypes.delivery]: 'deliveries',
  [contentTypes.deliveryPositions]: 'deliveries',
  [contentTypes.deliverySnapshot]: 'deliveries',
  [contentTypes.deliveryCommand]: 'delivery-commands',
  [contentTypes.alarmsShown]: 'delivery-commands',
  [contentTypes.deliverySign]: 'presence',
  [contentTypes.askedPages]: 'canary',
  [contentTypes.reach]: 'reach',
  [contentTypes.handOverNote]: 'notes',
  [contentTypes.patientTask]: 'notes',
  [contentTypes.olderAudit]: 'audit',
  [contentTypes.audit]: 'audit',
};
const topicByTypeName = new Map<string, KafkaTopic>(Object.entries(topicOfContentType));

/**
 * Returns what is wrong if a record of this type is in this topic. Undefined if the type belongs in this topic, or is
 * unknown.
 */
export function wrongTopicFault(topic: KafkaTopic, contentType: string): string | undefined {
  const rightTopic = topicByTypeName.get(contentType);
  return rightTopic === undefined || rightTopic === topic
    ? undefined
    : `holds ${contentType}, which is only valid in ${rightTopic}`;
}
