import type { AuditEvent } from '../../../log/audit/chain.ts';

/** The fields of an audit record that say who asked, and from where. */
export type Who = Pick<AuditEvent, 'actor' | 'session' | 'address' | 'station'>;
