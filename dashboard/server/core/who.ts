import type { AuditEvent } from '../../../log/audit/chain.ts';

/** The fields of an audit record that say who acted, and from which session, address and station. */
export type Who = Pick<AuditEvent, 'actor' | 'session' | 'address' | 'station'>;
