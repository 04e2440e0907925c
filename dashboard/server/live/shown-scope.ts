/** Returns the wards that a scope shows, and the audit record for showing the scope. */
import { isDisplay, may, seesWard, type Viewer } from '../core/rights.ts';
import type { Scope } from '../core/screen.ts';
import { audienceOf, type LiveState } from '../core/state.ts';
import type { ViewRecord } from './seen-patients.ts';

/**
 * Returns the audit record for showing a scope; undefined if the viewer may not see the scope or the scope does not
 * exist.
 */
export function viewRecordOf(state: LiveState, viewer: Viewer, scope: Scope): ViewRecord | undefined {
  if ('ward' in scope) {
    const allowed = scope.ward === '*' ? may(viewer, 'view-devices') : seesWard(viewer, scope.ward);
    return allowed ? ({ action: 'ward-viewed', ward: scope.ward } as const) : undefined;
  }
  // A wall display shows its ward, and no page of a patient.
  if (isDisplay(viewer)) return undefined;
  const bed = state.beds.get(scope.associationId);
  if (!bed || !seesWard(viewer, audienceOf(bed))) return undefined;
  const ward = audienceOf(bed);
  const place = { ...(ward === null ? {} : { ward }), ...(bed.period ? { bed: bed.period.bed } : {}) };
  return { action: 'patient-viewed', ...scopeFields(scope), ...place } as const;
}

/** Returns whether a scope shows every bed of a ward, and the viewer may see the ward. */
export function showsWholeWard(viewer: Viewer, scope: Scope, ward: string): boolean {
  return 'ward' in scope && (scope.ward === '*' || scope.ward === ward) && seesWard(viewer, ward);
}

export function scopeFields(scope: Scope): { ward: string } | { associationId: string } {
  return 'ward' in scope ? { ward: scope.ward } : { associationId: scope.associationId };
}

/**
 * Returns the wards whose beds a scope shows completely. A scope of one association shows only one bed of its ward. So
 * the ward does not count as watched, because a presence record can name a ward but not a bed.
 */
export function wardsOf(state: LiveState, viewer: Viewer, scope: Scope): string[] {
  if ('associationId' in scope) return [];
  if (scope.ward !== '*') return [scope.ward];
  const wards = new Set<string>();
  for (const bed of state.beds.values()) {
    const ward = audienceOf(bed);
    if (ward !== null && seesWard(viewer, ward)) wards.add(ward);
  }
  return [...wards];
}
