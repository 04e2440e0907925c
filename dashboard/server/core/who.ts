import type { AuditEvent } from '../../../log/audit/chain.ts';

/** The fields of an audit record about the actor: the person, session, address and station. */
export type Who = Pick<AuditEvent, 'actor' | 'session' | 'address' | 'station'>;
